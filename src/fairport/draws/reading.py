"""Reading the files of a draw that are not public yet."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from fairport.audit.events import Actor, Subject
from fairport.audit.operations import append_event
from fairport.draws.errors import DrawNotFound
from fairport.draws.events import DrawFilesOpened
from fairport.draws.models import Draw, DrawFile


def open_all_files(*, draw_id: str, at: datetime, actor: Actor) -> list[tuple[str, bytes]]:
    """Name and content of all files of a draw, for an auditor; that they were read is an event. Raises DrawNotFound."""
    if not Draw.objects.filter(pk=draw_id).exists():
        raise DrawNotFound(f"There is no draw {draw_id}.")
    with transaction.atomic():
        files = DrawFile.objects.filter(draw_id=draw_id).order_by("id")
        append_event(event=DrawFilesOpened(), subject=Subject("draw", draw_id), actor=actor, at=at)
        return [(name, bytes(content)) for name, content in files.values_list("name", "content")]
