"""What an officer is told when somebody shows a pass or says a number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from fairport.accounts.models import PORT_ROLES, User
from fairport.accounts.queries import get_staff_member
from fairport.appointments.models import Appointment, AppointmentState
from fairport.appointments.passes import PassForged, PassMalformed, PassTruncated, read_pass
from fairport.appointments.queries import appointment_by_number
from fairport.audit.events import staff
from fairport.audit.operations import append_event
from fairport.checkin.events import PassChecked
from fairport.checkin.models import CheckIn
from fairport.checkin.places import OtherPort, today_at
from fairport.domain.codes import CodeKind, is_well_formed
from fairport.domain.gate import Booking, PassAnswer, judge_booking
from fairport.registrations.filing import registration_subject
from fairport.registrations.models import RegistrationStatus, Traveler

__all__ = ["Judgement", "PassAnswer", "booking_of", "check_pass", "identify"]


@dataclass(frozen=True, slots=True)
class Judgement:
    """The answer, and the appointment where there is one. At another port only its place and time may be told.

    `expected` is how many of the group have not arrived yet.
    """

    answer: PassAnswer
    appointment: Appointment | None = None
    expected: int = 0


@transaction.atomic
def check_pass(
    *, text: str, officer: User, at: datetime, port: str | None = None, programme: str | None = None
) -> Judgement:
    """Judges a pass or a confirmation number as typed or scanned, for the ports of the officer, or for a gate of one.

    A gate may serve one programme of its port only. What the record says now counts, not what the paper says. Each look
    at a known appointment is told as an event. Raises OtherPort for somebody without a role at that port, or at any.
    """
    member = get_staff_member(user=officer)
    ports = member.ports(*PORT_ROLES)
    if not ports or (port is not None and port not in ports):
        raise OtherPort("You have no role at a port.")
    judgement = _judge(text, ports if port is None else (port,), programme, at)
    appointment = judgement.appointment
    if appointment is not None:
        here = port or (appointment.slot.port_id if appointment.slot.port_id in ports else ports[0])
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


def identify(text: str) -> Appointment | PassAnswer:
    """The appointment behind a pass or a number as typed or scanned, or the answer that says why there is none."""
    number = text
    if not is_well_formed(text, CodeKind.CONFIRMATION_NUMBER):
        try:
            number = read_pass(text).confirmation_number
        except PassTruncated:
            return PassAnswer.TRUNCATED
        except PassMalformed:
            return PassAnswer.UNREADABLE
        except PassForged:
            return PassAnswer.FORGED
    return appointment_by_number(confirmation_number=number) or PassAnswer.UNKNOWN


def _judge(text: str, ports: tuple[str, ...], programme: str | None, at: datetime) -> Judgement:
    found = identify(text)
    if isinstance(found, PassAnswer):
        return Judgement(found)
    today = today_at(port=found.slot.port, at=at)
    answer = judge_booking(booking=booking_of(found), ports=ports, programme=programme, today=today, at=at)
    return Judgement(answer, found, _count_expected(found))


def booking_of(appointment: Appointment) -> Booking:
    """What the rules of the gate look at; the slot and the registration are at hand."""
    slot = appointment.slot
    # A withdrawn registration keeps its place for a day, in case the owner takes that back; it is not good meanwhile.
    withdrawn = (
        appointment.state == AppointmentState.BOOKED and appointment.registration.status == RegistrationStatus.WITHDRAWN
    )
    return Booking(
        port=slot.port_id,
        programme=slot.programme,
        day=slot.date,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        state=AppointmentState.CANCELLED.value if withdrawn else appointment.state,
    )


def _count_expected(appointment: Appointment) -> int:
    arrived = CheckIn.objects.filter(appointment=appointment).values("traveler_id")
    travelers = Traveler.objects.filter(registration_id=appointment.registration_id, left_at__isnull=True)
    return travelers.exclude(pk__in=arrived).count()
