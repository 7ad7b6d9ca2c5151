from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fairport.audit import models
from fairport.audit.events import Subject
from fairport.audit.operations import SALT_BYTES, SERVICE_PURPOSE, details_context
from fairport.sealing import box


@dataclass(frozen=True, slots=True)
class ToldEvent:
    """An event with its details opened; `details` is None once the person was erased."""

    id: int
    name: str
    actor_kind: str
    actor_id: str
    at: datetime
    details: dict[str, Any] | None


def list_events(*, subject: Subject) -> list[ToldEvent]:
    """All events of one subject, oldest first."""
    rows = (
        models.Event.objects.filter(subject_kind=subject.kind, subject_id=subject.id)
        .select_related("details__data_key")
        .order_by("id")
    )
    return [ToldEvent(row.pk, row.name, row.actor_kind, row.actor_id, row.at, open_details(row)) for row in rows]


def open_details(row: models.Event) -> dict[str, Any] | None:
    """The details of one event, or None if its key was erased."""
    context = details_context(Subject(row.subject_kind, row.subject_id))
    details = row.details
    try:
        if details.data_key is None:
            plain = box.open_for_service(purpose=SERVICE_PURPOSE, context=context, box=bytes(details.sealed))
        else:
            plain = box.open_bytes(data_key=details.data_key, context=context, box=bytes(details.sealed))
    except box.SealBroken:
        if details.data_key is not None and details.data_key.wrapped is None:
            return None
        raise
    opened: dict[str, Any] = json.loads(plain[SALT_BYTES:])["details"]
    return opened
