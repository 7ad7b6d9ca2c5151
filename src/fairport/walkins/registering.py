"""A group without an appointment gets a number."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import transaction
from django.db.models import Max

from fairport.accounts.models import User
from fairport.audit.events import Subject, staff
from fairport.audit.operations import append_event
from fairport.checkin.places import role_at_port, today_at
from fairport.domain.codes import CodeKind, format_code, is_well_formed
from fairport.ports.models import PortOfEntry
from fairport.ports.walk_in_places import lock_port
from fairport.registrations.interpreters import InterpreterWish, wish_problem
from fairport.registrations.models import Registration
from fairport.registrations.queries import find_by_number
from fairport.sealing.box import seal_json
from fairport.sealing.operations import create_data_key
from fairport.walkins.events import WalkInRegistered
from fairport.walkins.models import Urgency, WalkIn

MOST_PEOPLE: Final = 99
SHORTEST_WORDS: Final = 10
LONGEST_WORDS: Final = 1000


@dataclass(frozen=True, slots=True)
class NewWalkIn:
    """What an officer writes down. `words` say why the group is urgent; `registration_number` is optional."""

    people: int
    urgency: str = Urgency.NONE
    words: str = ""
    interpreter: InterpreterWish | None = None
    registration_number: str = ""


class WalkInInvalid(Exception):
    """What was written down is not complete; `field` is one of `NewWalkIn`, or `interpreter_words`."""

    code = "walk_in_invalid"

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field
        self.problem = problem


@transaction.atomic
def register_walk_in(*, port: str, new: NewWalkIn, key: uuid.UUID, officer: User, at: datetime) -> WalkIn:
    """Gives a group the next number of the port's own day. It has no place yet.

    The same `key` gives the first number again, so that a form sent twice counts one group. Raises OtherPort,
    WalkInInvalid.
    """
    role = role_at_port(officer=officer, port=port)
    registration = _validate(new)
    # One group after the other: two officers would else give out the same number.
    at_port = lock_port(code=port)
    known = WalkIn.objects.filter(pk=key).first()
    if known is not None:
        role_at_port(officer=officer, port=known.port_id)
        return known
    day = today_at(port=at_port, at=at)
    walk_in = WalkIn(
        id=key,
        port=at_port,
        day=day,
        queue_number=_last_number(at_port, day) + 1,
        people=new.people,
        urgency=new.urgency,
        data_key=create_data_key(),
        registration=registration,
        registered_by=officer,
        registered_at=at,
    )
    walk_in.sealed = seal_json(
        data_key=walk_in.data_key,
        context=walk_in_context(walk_in.pk),
        value={
            "words": new.words.strip(),
            "interpreter": None if new.interpreter is None else new.interpreter.as_json(),
        },
    )
    walk_in.save(force_insert=True)
    append_event(
        event=WalkInRegistered(
            port=port,
            role=role,
            day=day.isoformat(),
            queue_number=walk_in.queue_number,
            people=new.people,
            urgency=new.urgency,
            registration=None if registration is None else str(registration.pk),
        ),
        subject=walk_in_subject(walk_in),
        actor=staff(officer.pk),
        at=at,
        data_key=walk_in.data_key,
    )
    return walk_in


def walk_in_subject(walk_in: WalkIn) -> Subject:
    """What events about a walk-in are about."""
    return Subject("walk_in", str(walk_in.pk))


def walk_in_context(walk_in_id: uuid.UUID) -> str:
    """The place that the words of a walk-in are bound to."""
    return f"walk-in:{walk_in_id}"


def _last_number(port: PortOfEntry, day: date) -> int:
    last = WalkIn.objects.filter(port=port, day=day).aggregate(last=Max("queue_number"))["last"]
    return int(last or 0)


def _validate(new: NewWalkIn) -> Registration | None:
    if not 1 <= new.people <= MOST_PEOPLE:
        raise WalkInInvalid("people", "walk_in_people")
    if new.urgency not in Urgency.values:
        raise WalkInInvalid("urgency", "walk_in_urgency_unknown")
    words = new.words.strip()
    if new.urgency != Urgency.NONE and len(words) < SHORTEST_WORDS:
        raise WalkInInvalid("words", "walk_in_words_required")
    if len(words) > LONGEST_WORDS:
        raise WalkInInvalid("words", "walk_in_words_too_long")
    problem = wish_problem(new.interpreter)
    if problem is not None:
        field, code = problem
        raise WalkInInvalid("interpreter" if field == "language" else "interpreter_words", code)
    if not new.registration_number.strip():
        return None
    if is_well_formed(new.registration_number, CodeKind.REGISTRATION_NUMBER):
        found = find_by_number(number=format_code(new.registration_number, CodeKind.REGISTRATION_NUMBER))
        if found is not None:
            return found
    raise WalkInInvalid("registration_number", "registration_number_unknown")
