"""A supervisor finds out what was behind a conflict, and writes it down."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Final

from django.db import transaction

from fairport.accounts.models import Role, User
from fairport.accounts.queries import get_staff_member
from fairport.checkin.operations import OtherPort
from fairport.checkin.places import role_at_port
from fairport.gate.events import ConflictClosed, ConflictRead
from fairport.gate.models import GateConflict
from fairport.gate.telling import tell
from fairport.sealing.box import open_for_service, seal_for_service

WORDS_PURPOSE: Final = "gate-conflict"
FEWEST_CHARACTERS: Final = 20
MOST_CHARACTERS: Final = 4_000


class WordsInvalid(Exception):
    """The words are too short or too long; `code` says which."""

    def __init__(self, code: str) -> None:
        super().__init__("The words do not fit.")
        self.code = code


class ConflictAlreadyClosed(Exception):
    """Somebody closed it before."""

    code = "conflict_closed"


@transaction.atomic
def close_conflict(*, conflict_id: uuid.UUID, words: str, supervisor: User, at: datetime) -> GateConflict:
    """Closes a conflict of the supervisor's port with what was found out; an event tells it.

    Raises OtherPort for anybody but a supervisor of the port, WordsInvalid, ConflictAlreadyClosed,
    GateConflict.DoesNotExist.
    """
    conflict = GateConflict.objects.select_related("scan__appointment__registration__data_key").get(pk=conflict_id)
    if get_staff_member(user=supervisor).role_at(conflict.port_id, Role.SUPERVISOR) is None:
        raise OtherPort("Only a supervisor of this port closes it.")
    words = words.strip()
    if len(words) < FEWEST_CHARACTERS:
        raise WordsInvalid("words_too_short")
    if len(words) > MOST_CHARACTERS:
        raise WordsInvalid("words_too_long")
    sealed = seal_for_service(purpose=WORDS_PURPOSE, context=_context(conflict_id), value=words.encode())
    changed = GateConflict.objects.filter(pk=conflict_id, closed_at__isnull=True).update(
        closed_at=at, closed_by=supervisor, sealed_words=sealed
    )
    if changed != 1:
        raise ConflictAlreadyClosed("This conflict was closed before.")
    event = ConflictClosed(conflict=str(conflict_id), port=conflict.port_id, kind=conflict.kind)
    tell(event=event, appointment=conflict.scan.appointment, port=conflict.port_id, officer=supervisor, at=at)
    conflict.refresh_from_db()
    return conflict


@transaction.atomic
def open_words(*, conflict: GateConflict, reader: User, at: datetime) -> str:
    """What the supervisor wrote, with an event that says who read it; nothing while it is open. Raises OtherPort."""
    if conflict.sealed_words is None:
        return ""
    role = role_at_port(officer=reader, port=conflict.port_id)
    event = ConflictRead(conflict=str(conflict.pk), role=role, port=conflict.port_id)
    tell(event=event, appointment=conflict.scan.appointment, port=conflict.port_id, officer=reader, at=at)
    box = bytes(conflict.sealed_words)
    return open_for_service(purpose=WORDS_PURPOSE, context=_context(conflict.pk), box=box).decode()


def _context(conflict_id: uuid.UUID) -> str:
    return f"gate-conflict:{conflict_id}"
