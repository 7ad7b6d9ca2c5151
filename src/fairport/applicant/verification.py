"""Is this appointment real? An answer that helps who was sold a fake one, and nobody who is looking for people."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from fairport.appointments.queries import LIVE, appointment_by_number
from fairport.domain.codes import CodeKind, is_well_formed, normalise_code
from fairport.domain.transitions import Status
from fairport.registrations.operations import count_attempt
from fairport.registrations.queries import open_travelers

TRIES_A_DAY: Final = 5


def verify_appointment(*, confirmation_number: str, birth_date: date, at: datetime) -> bool:
    """Whether there is such an appointment, of a group with a traveler born on that day.

    True or false and nothing else: after five tries at a number in a day (UTC) it is always false.
    """
    if not is_well_formed(confirmation_number, CodeKind.CONFIRMATION_NUMBER):
        return False
    tries = count_attempt(kind="verification", value=normalise_code(confirmation_number), at=at)
    appointment = appointment_by_number(confirmation_number=confirmation_number)
    if appointment is None or appointment.state not in LIVE or tries > TRIES_A_DAY:
        return False
    if appointment.registration.status == Status.WITHDRAWN:
        return False
    return any(person.birth_date == birth_date for person in open_travelers(registration=appointment.registration))
