"""The words of a walk-in, opened for who works at its port, and never without a trace."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from fairport.accounts.models import User
from fairport.audit.events import staff
from fairport.audit.operations import append_event
from fairport.checkin.places import role_at_port
from fairport.registrations.interpreters import InterpreterWish, wish_from_json
from fairport.sealing.box import open_json
from fairport.walkins.events import WalkInRead
from fairport.walkins.models import WalkIn
from fairport.walkins.registering import walk_in_context, walk_in_subject


@dataclass(frozen=True, slots=True)
class OpenWalkIn:
    """A walk-in with what was sealed in it."""

    row: WalkIn
    words: str
    interpreter: InterpreterWish | None


@transaction.atomic
def open_walk_in(*, walk_in_id: uuid.UUID, officer: User, at: datetime) -> OpenWalkIn:
    """A walk-in with its words. If it has any, that they were read is an event.

    Raises OtherPort, WalkIn.DoesNotExist; SealBroken once it was erased.
    """
    walk_ins = WalkIn.objects.select_related("port", "data_key", "registration", "registered_by", "closed_by")
    walk_in = walk_ins.get(pk=walk_in_id)
    role = role_at_port(officer=officer, port=walk_in.port_id)
    opened = read_sealed(walk_in)
    if opened.words:
        append_event(
            event=WalkInRead(port=walk_in.port_id, role=role),
            subject=walk_in_subject(walk_in),
            actor=staff(officer.pk),
            at=at,
            data_key=walk_in.data_key,
        )
    return opened


def read_sealed(walk_in: WalkIn) -> OpenWalkIn:
    """Opens a row whose data key is at hand. Raises SealBroken."""
    content = open_json(data_key=walk_in.data_key, context=walk_in_context(walk_in.pk), box=bytes(walk_in.sealed))
    return OpenWalkIn(walk_in, content["words"], wish_from_json(content["interpreter"]))
