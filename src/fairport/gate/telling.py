"""Events of the gate: about the group where one is known, else about the port."""

from __future__ import annotations

from datetime import datetime

from fairport.accounts.models import User
from fairport.appointments.models import Appointment
from fairport.audit.events import EventDetails, Subject, staff
from fairport.audit.operations import append_event
from fairport.checkin.files import append_about_file


def tell(*, event: EventDetails, appointment: Appointment | None, port: str, officer: User, at: datetime) -> None:
    """Appends one event of an officer; a group whose key is gone does not keep it from being told."""
    if appointment is None:
        append_event(event=event, subject=Subject("port", port), actor=staff(officer.pk), at=at)
    else:
        append_about_file(event=event, registration=appointment.registration, officer=officer, at=at)
