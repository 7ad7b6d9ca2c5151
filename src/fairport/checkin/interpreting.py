"""Changing at the gate which interpreter a group wishes."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction

from fairport.accounts.models import User
from fairport.appointments.models import Appointment
from fairport.audit.events import staff
from fairport.audit.operations import append_event
from fairport.checkin.events import InterpreterChanged
from fairport.checkin.places import role_at_port
from fairport.registrations.filing import registration_subject
from fairport.registrations.interpreters import InterpreterWish, wish_problem
from fairport.registrations.operations import set_interpreter
from fairport.registrations.queries import open_interpreter


class InterpreterInvalid(Exception):
    """The language is not in the list, or not said; `field` is `language` or `words`."""

    code = "interpreter_invalid"

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field
        self.problem = problem


@transaction.atomic
def change_interpreter(*, appointment_id: uuid.UUID, wish: InterpreterWish | None, officer: User, at: datetime) -> bool:
    """Notes what a group says at the gate. False, without an event, if it is what was known before.

    Raises OtherPort, InterpreterInvalid, Appointment.DoesNotExist; SealBroken once the people were erased.
    """
    appointment = Appointment.objects.select_related("registration__data_key", "slot").get(pk=appointment_id)
    port = appointment.slot.port_id
    role = role_at_port(officer=officer, port=port)
    problem = wish_problem(wish)
    if problem is not None:
        raise InterpreterInvalid(*problem)
    if open_interpreter(registration=appointment.registration) == wish:
        return False
    registration = set_interpreter(registration_id=appointment.registration_id, wish=wish)
    append_event(
        event=InterpreterChanged(appointment=str(appointment.pk), role=role, port=port),
        subject=registration_subject(registration),
        actor=staff(officer.pk),
        at=at,
        data_key=registration.data_key,
    )
    return True
