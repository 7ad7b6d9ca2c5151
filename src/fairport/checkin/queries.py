from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Count, QuerySet

from fairport.appointments.models import Appointment, AppointmentState
from fairport.appointments.passes import initials_of
from fairport.appointments.queries import appointment_by_number, latest_appointment
from fairport.checkin.deciding import open_determination
from fairport.checkin.effect import effective_determinations, review_of
from fairport.checkin.models import CheckIn, Outcome
from fairport.domain.codes import CodeKind, format_code, is_well_formed
from fairport.ports.models import AppointmentSlot
from fairport.registrations.interpreters import describe_wish
from fairport.registrations.models import Registration, RegistrationStatus, Traveler
from fairport.registrations.queries import find_by_number, open_interpreter, open_leads, open_travelers


@dataclass(frozen=True, slots=True)
class GroupInBand:
    """An appointment in a list: of a person only the lead traveler's initials, and the interpreter they wish."""

    appointment_id: uuid.UUID
    confirmation_number: str
    state: str
    size: int
    initials: str
    arrived_people: int
    interpreter: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What holds about one arrived traveler, as the group itself may read it: not who decided.

    `outcome` is None while they are being decided about; a decision that waits for its second look says nothing else.
    """

    given_names: str
    family_names: str
    outcome: Outcome | None = None
    criterion: str | None = None
    reason: str = ""
    effective_at: datetime | None = None
    had_second_look: bool = False


def find_slot(*, slot_id: int) -> AppointmentSlot | None:
    """A band of a port with the port, or None."""
    return AppointmentSlot.objects.select_related("port").filter(pk=slot_id).first()


def groups_in_band(*, slot_id: int) -> list[GroupInBand]:
    """The groups of a band by their number; three queries, however many there are."""
    appointments = list(
        _booked().filter(slot_id=slot_id).select_related("registration__data_key").order_by("confirmation_number")
    )
    arrived: Mapping[uuid.UUID, int] = dict(
        CheckIn.objects.filter(appointment__in=appointments).values_list("appointment_id").annotate(Count("id"))
    )
    leads = open_leads(registrations=[appointment.registration for appointment in appointments])
    return [
        GroupInBand(
            appointment.pk,
            appointment.confirmation_number,
            appointment.state,
            appointment.people,
            "" if lead is None else initials_of(given_names=lead.given_names, family_names=lead.family_names),
            arrived.get(appointment.pk, 0),
            "" if lead is None else describe_wish(open_interpreter(registration=appointment.registration)),
        )
        for appointment in appointments
        for lead in [leads.get(appointment.registration_id)]
    ]


def find_appointment(*, appointment_id: uuid.UUID) -> Appointment | None:
    """An appointment with its registration, slot and port, or None."""
    return Appointment.objects.select_related("registration__data_key", "slot__port").filter(pk=appointment_id).first()


def find_group(*, number: str) -> tuple[Registration, Appointment | None] | None:
    """A group by its registration number or a confirmation number in any style of typing, or None.

    The appointment is the one of that number, else the group's latest; None for a group that has had none.
    """
    if is_well_formed(number, CodeKind.REGISTRATION_NUMBER):
        registration = find_by_number(number=format_code(number, CodeKind.REGISTRATION_NUMBER))
        if registration is None:
            return None
        return registration, latest_appointment(registration_id=registration.pk)
    appointment = appointment_by_number(confirmation_number=number)
    return None if appointment is None else (appointment.registration, appointment)


def find_check_in(*, appointment_id: uuid.UUID, traveler_id: uuid.UUID) -> CheckIn | None:
    """One traveler's arrival, or None."""
    return CheckIn.objects.filter(appointment_id=appointment_id, traveler_id=traveler_id).first()


def find_traveler(*, registration_id: uuid.UUID, traveler_id: uuid.UUID) -> Traveler | None:
    """Somebody who is in a group, still sealed, or None."""
    return Traveler.objects.filter(pk=traveler_id, registration_id=registration_id, left_at__isnull=True).first()


def outcomes_of(*, registration_id: uuid.UUID) -> dict[uuid.UUID, str]:
    """Traveler's id → the outcome in effect now (a `models.Outcome`), for who has one."""
    rows = effective_determinations().filter(check_in__appointment__registration_id=registration_id)
    return dict(rows.order_by("decided_at").values_list("check_in__traveler_id", "outcome"))


def decisions_of(*, registration: Registration) -> list[Decision]:
    """Every arrived traveler with what is in effect about them, in their order; three queries, however many there are.

    Raises SealBroken once the people were erased.
    """
    arrived = CheckIn.objects.filter(appointment__registration=registration).order_by("arrived_at")
    latest = {check_in.traveler_id: check_in.pk for check_in in arrived}
    rows = effective_determinations().filter(check_in__in=latest.values()).select_related("review")
    by_check_in = {row.check_in_id: row for row in rows} if latest else {}
    decisions = []
    for person in open_travelers(registration=registration) if latest else ():
        if person.id not in latest:
            continue
        decision = Decision(person.given_names, person.family_names)
        if (row := by_check_in.get(latest[person.id])) is not None:
            criterion, reason = open_determination(determination=row, registration=registration)
            review = review_of(row)
            decision = replace(
                decision,
                outcome=Outcome(row.outcome),
                criterion=criterion,
                reason=reason,
                effective_at=row.decided_at if review is None else review.reviewed_at,
                had_second_look=review is not None,
            )
        decisions.append(decision)
    return decisions


def _booked() -> QuerySet[Appointment]:
    # A withdrawn registration keeps its place for a day, but nobody is expected.
    return Appointment.objects.exclude(state=AppointmentState.CANCELLED).exclude(
        registration__status=RegistrationStatus.WITHDRAWN
    )
