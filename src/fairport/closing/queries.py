from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from django.db.models import Count, Q, Sum

from fairport.appointments.models import Appointment, AppointmentState, Offer, OfferState
from fairport.closing.models import ClosureNotice
from fairport.programmes.closing import live_closure
from fairport.programmes.models import Closure
from fairport.programmes.queries import list_programmes
from fairport.registrations.models import Registration, RegistrationStatus

# Everybody who still waits for something; who was decided about or left is not in the queue.
QUEUE: Final = (
    RegistrationStatus.WAITING,
    RegistrationStatus.OFFERED,
    RegistrationStatus.CONFIRMED,
    RegistrationStatus.LAPSED,
    RegistrationStatus.NO_SHOW,
)


@dataclass(frozen=True, slots=True)
class ProgrammeState:
    """A programme with its live closure, and whom an end would concern. Groups are registrations."""

    programme: str
    closure: Closure | None
    waiting_groups: int
    waiting_people: int
    placed_groups: int
    late_groups: int
    notices: tuple[ClosureNotice, ...]


def programme_states(*, at: datetime) -> list[ProgrammeState]:
    """All programmes with what the office shows of them."""
    return [_state_of(programme.slug) for programme in list_programmes()]


def bookings_after(*, programme: str, day: date) -> int:
    """How many groups have an open offer or a booking after a local day."""
    late = Q(registration__programme_id=programme, slot__date__gt=day)
    offers = Offer.objects.filter(late, state=OfferState.OPEN).count()
    return offers + Appointment.objects.filter(late, state=AppointmentState.BOOKED).count()


def queue_digest(*, programme: str) -> tuple[int, str]:
    """How many registrations are in the queue, and the SHA-256 (hex) of it.

    Hashed is one line a registration, by number: number, space, moment of registration (UTC, with microseconds), space,
    size, newline. A later queue that keeps everyone and their seniority gives the same.
    """
    rows = Registration.objects.filter(programme_id=programme, status__in=QUEUE).order_by("number")
    digest, count = hashlib.sha256(), 0
    for number, registered_at, size in rows.values_list("number", "registered_at", "size").iterator():
        moment = registered_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        digest.update(f"{number} {moment} {size}\n".encode())
        count += 1
    return count, digest.hexdigest()


def _state_of(programme: str) -> ProgrammeState:
    closure = live_closure(programme=programme)
    waiting = Registration.objects.filter(
        programme_id=programme, status__in=[RegistrationStatus.WAITING, RegistrationStatus.LAPSED]
    ).aggregate(groups=Count("id"), people=Sum("size"))
    placed = Registration.objects.filter(
        programme_id=programme, status__in=[RegistrationStatus.OFFERED, RegistrationStatus.CONFIRMED]
    ).count()
    late = 0 if closure is None else bookings_after(programme=programme, day=closure.last_day)
    notices = () if closure is None else tuple(closure.notices.order_by("id"))
    return ProgrammeState(programme, closure, waiting["groups"], waiting["people"] or 0, placed, late, notices)
