"""What an officer is told when somebody shows a pass or says a number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from django.db import transaction

from fairport.accounts.models import PORT_ROLES, User
from fairport.accounts.queries import get_staff_member
from fairport.appointments.models import Appointment, AppointmentState
from fairport.appointments.passes import PassForged, PassMalformed, read_pass
from fairport.appointments.queries import appointment_by_number
from fairport.audit.events import staff
from fairport.audit.operations import append_event
from fairport.checkin.events import PassChecked
from fairport.checkin.places import OtherPort, Timing, timing_of, today_at
from fairport.domain.codes import CodeKind, is_well_formed
from fairport.registrations.filing import registration_subject
from fairport.registrations.models import RegistrationStatus


class PassAnswer(StrEnum):
    RIGHT = "right"
    EARLY = "early"
    LATE = "late"
    OTHER_DAY = "other_day"
    OTHER_PORT = "other_port"
    USED = "used"
    MISSED = "missed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"
    FORGED = "forged"
    UNREADABLE = "unreadable"


_TIMINGS: Final = {
    Timing.IN_BAND: PassAnswer.RIGHT,
    Timing.EARLY: PassAnswer.EARLY,
    Timing.LATE: PassAnswer.LATE,
}


@dataclass(frozen=True, slots=True)
class Judgement:
    """The answer, and the appointment where there is one. At another port only its place and time may be told."""

    answer: PassAnswer
    appointment: Appointment | None = None


@transaction.atomic
def check_pass(*, text: str, officer: User, at: datetime) -> Judgement:
    """Judges a pass or a confirmation number as typed or scanned, for the ports of the officer.

    What the record says now counts, not what the paper says. Each look at a known appointment is told as an event.
    Raises OtherPort for somebody without a role at any port.
    """
    member = get_staff_member(user=officer)
    ports = member.ports(*PORT_ROLES)
    if not ports:
        raise OtherPort("You have no role at a port.")
    judgement = _judge(text, ports, at)
    appointment = judgement.appointment
    if appointment is not None:
        here = appointment.slot.port_id if appointment.slot.port_id in ports else ports[0]
        append_event(
            event=PassChecked(
                appointment=str(appointment.pk),
                answer=judgement.answer,
                role=member.role_at(here, *PORT_ROLES) or "",
                port=here,
            ),
            subject=registration_subject(appointment.registration),
            actor=staff(officer.pk),
            at=at,
            data_key=appointment.registration.data_key,
        )
    return judgement


def _judge(text: str, ports: tuple[str, ...], at: datetime) -> Judgement:
    number = text
    if not is_well_formed(text, CodeKind.CONFIRMATION_NUMBER):
        try:
            number = read_pass(text).confirmation_number
        except PassMalformed:
            return Judgement(PassAnswer.UNREADABLE)
        except PassForged:
            return Judgement(PassAnswer.FORGED)
    appointment = appointment_by_number(confirmation_number=number)
    if appointment is None:
        return Judgement(PassAnswer.UNKNOWN)
    return Judgement(_judge_appointment(appointment, ports, at), appointment)


def _judge_appointment(appointment: Appointment, ports: tuple[str, ...], at: datetime) -> PassAnswer:
    slot = appointment.slot
    if appointment.state == AppointmentState.ARRIVED:
        return PassAnswer.USED
    if appointment.state == AppointmentState.NO_SHOW:
        return PassAnswer.MISSED
    # A withdrawn registration keeps its place for a day, in case the owner takes that back; it is not good meanwhile.
    withdrawn = appointment.registration.status == RegistrationStatus.WITHDRAWN
    if appointment.state == AppointmentState.CANCELLED or withdrawn:
        return PassAnswer.CANCELLED
    # Only what is still good sends people to another port.
    if slot.port_id not in ports:
        return PassAnswer.OTHER_PORT
    if slot.date != today_at(port=slot.port, at=at):
        return PassAnswer.OTHER_DAY
    return _TIMINGS[timing_of(slot=slot, at=at)]
