"""A group's file as the office reads it: opened for a reason, and never without a trace."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fairport.accounts.models import User
from fairport.appointments.models import Appointment
from fairport.audit.events import staff
from fairport.audit.operations import append_event
from fairport.audit.queries import ToldEvent, list_events
from fairport.checkin.deciding import open_determination
from fairport.checkin.events import FileOpened
from fairport.checkin.models import CheckIn, Determination
from fairport.checkin.places import role_at_port
from fairport.registrations.filing import registration_subject
from fairport.registrations.models import Registration
from fairport.registrations.queries import OpenTraveler, open_travelers

REASONS: Final[dict[str, Promise]] = {
    "check_in": _("The travelers are here, or are expected today"),
    "determination": _("I decide about them"),
    "question": _("A traveler asked about their file"),
    "supervision": _("I supervise the port"),
}


@dataclass(frozen=True, slots=True)
class OpenDetermination:
    """A determination with what was sealed in it."""

    id: uuid.UUID
    outcome: str
    outcome_words: str
    criterion: str | None
    reason: str
    officer: str
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class CaseTraveler:
    """A traveler at the port. `determinations` start with the one that holds now."""

    person: OpenTraveler
    check_in: CheckIn | None
    determinations: tuple[OpenDetermination, ...]

    @property
    def effective(self) -> OpenDetermination | None:
        """The determination that holds."""
        return self.determinations[0] if self.determinations else None


@dataclass(frozen=True, slots=True)
class Case:
    """A group's file at one appointment."""

    appointment: Appointment
    travelers: tuple[CaseTraveler, ...]
    events: tuple[ToldEvent, ...]


@transaction.atomic
def open_file(*, appointment_id: uuid.UUID, officer: User, reason: str, at: datetime) -> Case:
    """Everything about a group, and an event that says who read it and why (one of REASONS).

    Raises OtherPort, Appointment.DoesNotExist; SealBroken once the people were erased.
    """
    appointment = Appointment.objects.select_related("registration__data_key", "slot__port").get(pk=appointment_id)
    registration = appointment.registration
    port = appointment.slot.port_id
    role = role_at_port(officer=officer, port=port)
    append_event(
        event=FileOpened(appointment=str(appointment.pk), role=role, port=port, reason=reason),
        subject=registration_subject(registration),
        actor=staff(officer.pk),
        at=at,
        data_key=registration.data_key,
    )
    check_ins = {
        check_in.traveler_id: check_in
        for check_in in CheckIn.objects.filter(appointment=appointment).select_related("officer")
    }
    determinations = _determinations(appointment, registration)
    travelers = []
    for person in open_travelers(registration=registration):
        check_in = check_ins.get(person.id)
        opened = determinations.get(check_in.pk, ()) if check_in is not None else ()
        travelers.append(CaseTraveler(person, check_in, tuple(opened)))
    return Case(appointment, tuple(travelers), tuple(list_events(subject=registration_subject(registration))))


def _determinations(appointment: Appointment, registration: Registration) -> dict[int, list[OpenDetermination]]:
    """Of each check-in, the latest first: a correction comes after what it replaces."""
    found: dict[int, list[OpenDetermination]] = {}
    rows = Determination.objects.filter(check_in__appointment=appointment).select_related("officer")
    effective_first = sorted(_chain(list(rows)), key=lambda pair: pair[0])
    for _age, row in effective_first:
        criterion, reason = open_determination(determination=row, registration=registration)
        found.setdefault(row.check_in_id, []).append(
            OpenDetermination(
                row.pk,
                row.outcome,
                str(row.get_outcome_display()),
                criterion,
                reason,
                row.officer.full_name,
                row.decided_at,
            )
        )
    return found


def _chain(rows: list[Determination]) -> list[tuple[int, Determination]]:
    # How many corrections came after each: two can carry the same moment, so time does not order them.
    replaced_by = {row.replaces_id: row for row in rows if row.replaces_id is not None}
    ages = []
    for row in rows:
        age, later = 0, replaced_by.get(row.pk)
        while later is not None:
            age, later = age + 1, replaced_by.get(later.pk)
        ages.append((age, row))
    return ages
