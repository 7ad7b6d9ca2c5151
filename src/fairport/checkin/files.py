"""A group's file as the office reads it: opened for a reason, and never without a trace."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fairport.accounts.models import PORT_ROLES, User
from fairport.accounts.queries import get_staff_member
from fairport.appointments.models import Appointment
from fairport.appointments.queries import latest_appointment
from fairport.audit.events import EventDetails, staff
from fairport.audit.operations import append_event
from fairport.checkin.chain import DecisionState
from fairport.checkin.deciding import open_determination
from fairport.checkin.effect import review_of, states_of
from fairport.checkin.events import FileOpened
from fairport.checkin.models import CheckIn, Determination
from fairport.checkin.places import OtherPort
from fairport.checkin.reviewing import open_review
from fairport.ports.models import PortOfEntry
from fairport.registrations.filing import registration_subject
from fairport.registrations.models import Registration
from fairport.registrations.queries import OpenTraveler, open_readable_travelers
from fairport.sealing.box import SealBroken

REASONS: Final[dict[str, Promise]] = {
    "check_in": _("The travelers are here, or are expected today"),
    "determination": _("I decide about them"),
    "question": _("A traveler asked about their file"),
    "supervision": _("I supervise the port"),
}


@dataclass(frozen=True, slots=True)
class OpenReview:
    """A second officer's look; `reason` is None where it does not open any more."""

    verdict: str
    verdict_words: str
    reason: str | None
    reviewer: str
    reviewed_at: datetime


@dataclass(frozen=True, slots=True)
class OpenDetermination:
    """A determination with what was sealed in it; `reason` is None where that does not open any more."""

    id: uuid.UUID
    outcome: str
    outcome_words: str
    state: DecisionState
    criterion: str | None
    reason: str | None
    officer: str
    officer_id: int
    decided_at: datetime
    review: OpenReview | None


@dataclass(frozen=True, slots=True)
class CaseTraveler:
    """A traveler of the group; `person` is None where the file does not open. `determinations`: the latest first."""

    id: uuid.UUID
    position: int
    person: OpenTraveler | None
    check_in: CheckIn | None
    determinations: tuple[OpenDetermination, ...]

    @property
    def latest(self) -> OpenDetermination | None:
        """What was decided last, whether or not it holds."""
        return self.determinations[0] if self.determinations else None

    @property
    def states(self) -> list[DecisionState]:
        """How the determinations stand, first to last."""
        return [determination.state for determination in reversed(self.determinations)]


@dataclass(frozen=True, slots=True)
class Case:
    """A group's file as opened by somebody with `role` at `port`; `appointment` is the one that it was opened for."""

    registration: Registration
    appointment: Appointment | None
    port: PortOfEntry
    role: str
    travelers: tuple[CaseTraveler, ...]

    @property
    def is_readable(self) -> bool:
        """Whether everybody's box opened."""
        return all(traveler.person is not None for traveler in self.travelers)


@transaction.atomic
def open_file(*, appointment_id: uuid.UUID, officer: User, reason: str, at: datetime) -> Case:
    """A group's file at its appointment, and an event that says who read it and why (one of REASONS).

    What was erased or damaged is None in it. Raises OtherPort, Appointment.DoesNotExist.
    """
    appointment = Appointment.objects.select_related("registration__data_key", "slot__port").get(pk=appointment_id)
    return _open(appointment.registration, appointment, [appointment.slot.port_id], officer, reason, at)


@transaction.atomic
def open_group_file(*, registration_id: uuid.UUID, officer: User, reason: str, at: datetime) -> Case:
    """The same for a group at any time, for the officers of the ports that it asked for or had an appointment at.

    Raises OtherPort, Registration.DoesNotExist.
    """
    registration = Registration.objects.select_related("data_key").get(pk=registration_id)
    return _open(registration, None, ports_of_group(registration=registration), officer, reason, at)


def ports_of_group(*, registration: Registration) -> list[str]:
    """Codes of the ports whose officers may open a group's file: of its latest appointment, then those asked for."""
    appointment = latest_appointment(registration_id=registration.pk)
    booked = [] if appointment is None else [appointment.slot.port_id]
    return list(dict.fromkeys([*booked, *registration.ports]))


def port_and_role(*, officer: User, ports: Sequence[str]) -> tuple[str, str]:
    """The first of some ports at which somebody may open files, and their role there. Raises OtherPort."""
    member = get_staff_member(user=officer)
    for code in ports:
        role = member.role_at(code, *PORT_ROLES)
        if role is not None:
            return code, role
    raise OtherPort("You have no role at this port.")


def append_about_file(*, event: EventDetails, registration: Registration, officer: User, at: datetime) -> None:
    """An event about a file, sealed under the file's key or, where that is gone, under the service's own."""
    subject, actor = registration_subject(registration), staff(officer.pk)
    try:
        append_event(event=event, subject=subject, actor=actor, at=at, data_key=registration.data_key)
    except SealBroken:
        append_event(event=event, subject=subject, actor=actor, at=at)


def _open(
    registration: Registration,
    appointment: Appointment | None,
    ports: list[str],
    officer: User,
    reason: str,
    at: datetime,
) -> Case:
    here, role = port_and_role(officer=officer, ports=ports)
    opened = FileOpened(
        appointment=None if appointment is None else str(appointment.pk), role=role, port=here, reason=reason
    )
    append_about_file(event=opened, registration=registration, officer=officer, at=at)
    check_ins = {
        check_in.traveler_id: check_in
        for check_in in CheckIn.objects.filter(appointment__registration=registration).order_by("arrived_at")
        if appointment is None or check_in.appointment_id == appointment.pk
    }
    determinations = _determinations(registration)
    travelers = []
    for traveler, person in open_readable_travelers(registration=registration):
        check_in = check_ins.get(traveler.pk)
        found = determinations.get(check_in.pk, ()) if check_in is not None else ()
        travelers.append(CaseTraveler(traveler.pk, traveler.position, person, check_in, tuple(found)))
    return Case(registration, appointment, PortOfEntry.objects.get(pk=here), role, tuple(travelers))


def _determinations(registration: Registration) -> dict[int, list[OpenDetermination]]:
    """Of each check-in, the latest first."""
    rows = Determination.objects.filter(check_in__appointment__registration=registration)
    chains: dict[int, list[Determination]] = {}
    for row in rows.select_related("officer", "review__reviewer").order_by("sequence"):
        chains.setdefault(row.check_in_id, []).append(row)
    return {
        check_in: [
            _open_one(row, state, registration)
            for row, state in reversed(list(zip(chain, states_of(chain), strict=True)))
        ]
        for check_in, chain in chains.items()
    }


def _open_one(row: Determination, state: DecisionState, registration: Registration) -> OpenDetermination:
    criterion, reason, looked = None, None, None
    try:
        criterion, reason = open_determination(determination=row, registration=registration)
    except SealBroken:
        reason = None
    review = review_of(row)
    if review is not None:
        try:
            why: str | None = open_review(review=review, registration=registration)
        except SealBroken:
            why = None
        looked = OpenReview(
            review.verdict, str(review.get_verdict_display()), why, review.reviewer.full_name, review.reviewed_at
        )
    return OpenDetermination(
        row.pk,
        row.outcome,
        str(row.get_outcome_display()),
        state,
        criterion,
        reason,
        row.officer.full_name,
        row.officer_id,
        row.decided_at,
        looked,
    )
