from __future__ import annotations

import uuid
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db import transaction
from django.db.models import Count, QuerySet, Sum

from fairport.accounts.models import PORT_ROLES, Role
from fairport.accounts.queries import StaffMember
from fairport.appointments.places import rules_of
from fairport.approvals.models import Proposal
from fairport.approvals.queries import open_proposals
from fairport.audit.events import Subject, staff
from fairport.audit.operations import append_event
from fairport.placements.events import PlacementOpened
from fairport.placements.models import ExceptionalPlacement, PlacementWeek
from fairport.placements.placing import KIND, SUBJECT, open_words, places_left_in_week, week_of
from fairport.ports.models import AppointmentSlot
from fairport.ports.queries import list_slots
from fairport.programmes.queries import NoPolicyInForce, list_programmes
from fairport.registrations.models import Registration

DAYS_AHEAD = 14
WEEKS_AHEAD = 2


class OtherPort(Exception):
    """The reader has no role at the port where the group is to be placed."""

    code = "other_port"


@dataclass(frozen=True, slots=True)
class WeekOfPort:
    """Of one programme, port and week (its Monday): how many people were placed and how many may be."""

    programme: str
    port: str
    week: date
    people: int
    cap: int


@dataclass(frozen=True, slots=True)
class PlacementCount:
    """Of one programme, port, week and reason: how many registrations and people were placed."""

    programme: str
    port: str
    week: date
    reason: str
    groups: int
    people: int


@dataclass(frozen=True, slots=True)
class OpenPlacement:
    """A proposed placement with its words, and the registrations that it is about."""

    proposal: Proposal
    registrations: tuple[Registration, ...]
    slot: AppointmentSlot
    words: str
    left: int


@dataclass(frozen=True, slots=True)
class HeldPlacement:
    """What is held about a registration that was placed outside the draw."""

    reason: str
    words: str
    approved_at: datetime


def held_placements(*, registration: Registration) -> list[HeldPlacement]:
    """Every placement of a registration, the latest first, opened. Raises SealBroken once the people were erased."""
    return [
        HeldPlacement(row.reason, open_words(sealed=row.sealed, registration=registration), row.approved_at)
        for row in ExceptionalPlacement.objects.filter(appointment__registration=registration)
    ]


def bands_with_places(*, port: str, at: datetime) -> list[AppointmentSlot]:
    """The bands of a port in the coming two weeks, of any programme, that have a place outside the draw."""
    first_day = at.astimezone(UTC).date() - timedelta(days=1)
    found: list[AppointmentSlot] = []
    for programme in list_programmes():
        slots = list_slots(
            programme=programme.slug,
            ports=[port],
            first_day=first_day,
            last_day=first_day + timedelta(days=DAYS_AHEAD + 1),
        )
        found += [slot for slot in slots if slot.ends_at > at and slot.free + slot.walk_in_places_left > 0]
    return found


def coming_weeks(*, ports: Sequence[str], at: datetime) -> list[WeekOfPort]:
    """This and the next two weeks of some ports, also where nobody was placed; one query for each programme."""
    first = week_of(at.astimezone(UTC).date())
    weeks = [first + timedelta(weeks=number) for number in range(WEEKS_AHEAD + 1)]
    found = []
    for programme in list_programmes():
        try:
            cap = rules_of(programme=programme.slug, at=at).exceptional.people_per_port_and_week
        except NoPolicyInForce:
            continue
        rows = PlacementWeek.objects.filter(programme=programme.slug, port__in=ports, week__in=weeks)
        people = {(row.port_id, row.week): row.people for row in rows}
        found += [
            WeekOfPort(programme.slug, port, week, people.get((port, week), 0), cap) for port in ports for week in weeks
        ]
    return found


def placements_at(*, ports: Sequence[str] | None, reason: str = "") -> QuerySet[ExceptionalPlacement]:
    """Placements at some ports (None: all) for one reason or any, the latest first, with what a list shows."""
    rows = ExceptionalPlacement.objects.select_related(
        "appointment__slot__port", "appointment__registration", "proposed_by", "approved_by"
    )
    if ports is not None:
        rows = rows.filter(port__in=ports)
    return rows.filter(reason=reason) if reason else rows


def count_by_week(*, until: date, since: date = date.min) -> list[PlacementCount]:
    """Placements in the weeks from `since` and before that of `until`, by programme, port, week and reason.

    The latest week first.
    """
    rows = (
        ExceptionalPlacement.objects.filter(week__lt=week_of(until), week__gte=since)
        .order_by("-week", "programme", "port_id", "reason")
        .values_list("programme", "port_id", "week", "reason")
        .annotate(Count("id"), Sum("people"))
    )
    return [PlacementCount(*row) for row in rows]


def weeks_counted(*, since: date = date.min) -> list[PlacementWeek]:
    """Every programme, port and week from `since` on in which somebody was placed, with its cap; the latest first."""
    return list(PlacementWeek.objects.filter(people__gt=0, week__gte=since).order_by("-week", "programme", "port_id"))


@transaction.atomic
def open_proposed_placement(*, registration_id: uuid.UUID, reader: StaffMember, at: datetime) -> OpenPlacement | None:
    """What is proposed for a group now, with its words; an event says who read them. None if nothing is.

    Raises OtherPort; SealBroken once the people were erased.
    """
    found = open_proposals(at=at, kind=KIND, subject=Subject(SUBJECT, str(registration_id)))
    if not found:
        return None
    proposal, payload = found[0], found[0].payload
    if not reader.has(Role.SCHEDULER) and reader.role_at(payload["port"], *PORT_ROLES) is None:
        raise OtherPort("You have no role at this port.")
    registrations = list(
        Registration.objects.select_related("data_key").filter(pk__in=payload["registrations"]).order_by("pk")
    )
    slot = AppointmentSlot.objects.select_related("port").get(pk=payload["slot"])
    lead = registrations[0]
    words = open_words(sealed=b64decode(payload["sealed"][str(lead.pk)]), registration=lead)
    append_event(
        event=PlacementOpened(proposal=str(proposal.pk), port=slot.port_id),
        subject=Subject(SUBJECT, str(registration_id)),
        actor=staff(reader.user.pk),
        at=at,
        data_key=lead.data_key,
    )
    left = places_left_in_week(programme=slot.programme, port=slot.port_id, week=week_of(slot.date), at=at)
    return OpenPlacement(proposal, tuple(registrations), slot, words, left)
