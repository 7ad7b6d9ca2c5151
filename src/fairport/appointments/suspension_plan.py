"""What the suspension of a port would do: read once for the preview, and again, locked, when it is done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from fairport.appointments.models import Appointment, AppointmentState, Offer, OfferState
from fairport.appointments.places import rules_of
from fairport.domain.capacity import local_instant
from fairport.domain.moving import Booking, Room, place_bookings
from fairport.domain.policy import Policy
from fairport.draws.queries import frozen_draws
from fairport.ports.models import AppointmentSlot, PortOfEntry
from fairport.ports.suspensions import outside_suspensions
from fairport.registrations.models import Registration, RegistrationStatus

# Nobody has to be at another port sooner than that (decision 0051).
TIME_TO_TRAVEL: Final = timedelta(hours=24)


class SuspensionOver(Exception):
    """The last day of the suspension is over already."""

    code = "suspension_over"


@dataclass(frozen=True, slots=True)
class Terms:
    """What is proposed. `honour_at` are the ports that take bookings over, in this order.

    Days are local to the port: the first closed one, None for at once, and the last closed one, None for until further
    notice.
    """

    port: str
    first_day: date | None
    last_day: date | None
    reason: str
    words: str
    honour_at: tuple[str, ...]

    def as_payload(self) -> dict[str, Any]:
        """The terms as JSON values, for a proposal."""
        return {
            **asdict(self),
            "first_day": None if self.first_day is None else self.first_day.isoformat(),
            "last_day": None if self.last_day is None else self.last_day.isoformat(),
            "honour_at": list(self.honour_at),
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Terms:
        """What `as_payload` made."""
        first, last = payload["first_day"], payload["last_day"]
        return cls(
            port=payload["port"],
            first_day=None if first is None else date.fromisoformat(first),
            last_day=None if last is None else date.fromisoformat(last),
            reason=payload["reason"],
            words=payload["words"],
            honour_at=tuple(payload["honour_at"]),
        )


@dataclass(frozen=True, slots=True)
class Counts:
    """What a suspension touches, in groups unless it says people. `drawn_places` are people's places of a frozen draw.

    `withdrawn` are groups that had withdrawn and could still take that back.
    """

    offers: int = 0
    appointments: int = 0
    people: int = 0
    moved: int = 0
    moved_people: int = 0
    displaced: int = 0
    displaced_people: int = 0
    withdrawn: int = 0
    drawn_places: int = 0

    def __add__(self, other: Counts) -> Counts:
        mine, theirs = asdict(self), asdict(other)
        return Counts(**{name: mine[name] + theirs[name] for name in mine})


@dataclass(frozen=True, slots=True)
class Holder:
    """A group with a place that is lost: an open offer or a booked appointment."""

    held: Offer | Appointment
    registration: Registration
    slot: AppointmentSlot

    @property
    def key(self) -> str:
        return str(self.held.pk)

    @property
    def is_withdrawn(self) -> bool:
        """Whether the group gave it up itself, and may still take that back."""
        return self.registration.status == RegistrationStatus.WITHDRAWN


@dataclass(frozen=True, slots=True)
class Plan:
    """What happens in one programme. `moves` are holders with their new slots; both lists are in the order of turns."""

    policy: Policy
    moves: Sequence[tuple[Holder, AppointmentSlot]]
    displaced: Sequence[Holder]
    drawn_places: int

    @property
    def moved_to(self) -> Counter[str]:
        """Port code → groups that it takes over."""
        return Counter(slot.port_id for _holder, slot in self.moves)

    @property
    def counts(self) -> Counts:
        """The numbers of this plan."""
        holders = [*(holder for holder, _slot in self.moves), *self.displaced]
        offers = sum(isinstance(holder.held, Offer) for holder in holders)
        moved_people = sum(holder.held.size for holder, _slot in self.moves)
        displaced_people = sum(holder.held.size for holder in self.displaced)
        return Counts(
            offers=offers,
            appointments=len(holders) - offers,
            people=moved_people + displaced_people,
            moved=len(self.moves),
            moved_people=moved_people,
            displaced=len(self.displaced),
            displaced_people=displaced_people,
            withdrawn=sum(holder.is_withdrawn for holder in self.displaced),
            drawn_places=self.drawn_places,
        )


@dataclass(frozen=True, slots=True)
class Period:
    """From when to when a port is closed; `ends_at` None means until further notice."""

    starts_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What would happen now: the same reading and the same order as when it is done."""

    period: Period
    counts: Counts
    moved_to: Mapping[str, int] = field(default_factory=dict)


def period_of(*, terms: Terms, port: PortOfEntry, at: datetime) -> Period:
    """The moments of the terms' days at the port; a first day that has begun means now. Raises SuspensionOver."""
    starts_at = at if terms.first_day is None else max(at, _midnight(terms.first_day, port))
    ends_at = None if terms.last_day is None else _midnight(terms.last_day + timedelta(days=1), port)
    if ends_at is not None and ends_at <= starts_at:
        raise SuspensionOver("The last day of this suspension is over.")
    return Period(starts_at, ends_at)


def programmes_of(*, port: str) -> list[str]:
    """The programmes that have places at a port, by name."""
    programmes = AppointmentSlot.objects.filter(port_id=port).order_by("programme")
    return list(programmes.values_list("programme", flat=True).distinct())


def preview_suspension(*, terms: Terms, at: datetime) -> Preview:
    """What the suspension would do at this moment; nothing is locked or changed.

    Raises SuspensionOver, PortOfEntry.DoesNotExist.
    """
    period = period_of(terms=terms, port=PortOfEntry.objects.get(pk=terms.port), at=at)
    counts, moved_to = Counts(), Counter[str]()
    for programme in programmes_of(port=terms.port):
        plan = read_plan(terms=terms, period=period, programme=programme, at=at, lock=False)
        counts, moved_to = counts + plan.counts, moved_to + plan.moved_to
    return Preview(period, counts, dict(moved_to))


def read_plan(*, terms: Terms, period: Period, programme: str, at: datetime, lock: bool) -> Plan:
    """Who is moved where, and who goes into the next draw. Whoever has arrived is not among them.

    With `lock` nothing of it changes until the transaction ends: the groups are locked first, then the bands, both in
    the order of their ids like everywhere.
    """
    policy = rules_of(programme=programme, at=at)
    touched = _touched_slots(programme, terms.port, period, policy)
    open_offers = Offer.objects.filter(slot__in=touched, state=OfferState.OPEN, expires_at__gt=at)
    booked = Appointment.objects.filter(slot__in=touched, state=AppointmentState.BOOKED)
    registrations = Registration.objects.select_related("data_key").filter(
        pk__in={
            *open_offers.values_list("registration_id", flat=True),
            *booked.values_list("registration_id", flat=True),
        }
    )
    if lock:
        registrations = registrations.select_for_update(of=("self",))
    locked = {registration.pk: registration for registration in registrations.order_by("pk")}
    rooms = _rooms(terms, programme, at, touched, lock)
    # Read under the locks: somebody may have confirmed, cancelled or arrived until a moment ago.
    held_now: list[Offer | Appointment] = [*open_offers, *booked]
    holders = [
        Holder(held, locked[held.registration_id], touched[held.slot_id])
        for held in held_now
        if held.registration_id in locked
    ]
    bookings = {holder.key: _booking(holder) for holder in holders}
    placed = place_bookings(
        [bookings[holder.key] for holder in holders if not holder.is_withdrawn],
        [
            Room(slot.pk, slot.port_id, terms.honour_at.index(slot.port_id), slot.starts_at, slot.free)
            for slot in rooms.values()
        ],
        not_before=at + TIME_TO_TRAVEL,
    )
    holders.sort(key=lambda holder: bookings[holder.key].turn)
    return Plan(
        policy=policy,
        moves=[(holder, rooms[placed[holder.key]]) for holder in holders if holder.key in placed],
        displaced=[holder for holder in holders if holder.key not in placed],
        drawn_places=_drawn_places(programme, touched),
    )


def _touched_slots(programme: str, port: str, period: Period, policy: Policy) -> dict[int, AppointmentSlot]:
    """The bands in which people may still arrive while the port is closed."""
    slots = AppointmentSlot.objects.select_related("port").filter(
        programme=programme, port_id=port, ends_at__gt=period.starts_at - policy.arrival_grace
    )
    if period.ends_at is not None:
        slots = slots.filter(starts_at__lt=period.ends_at)
    return {slot.pk: slot for slot in slots}


def _rooms(
    terms: Terms, programme: str, at: datetime, touched: Mapping[int, AppointmentSlot], lock: bool
) -> dict[int, AppointmentSlot]:
    """The bands of the other ports that could take somebody over, with what is free in them now."""
    elsewhere = AppointmentSlot.objects.filter(
        programme=programme, port_id__in=terms.honour_at, starts_at__gte=at + TIME_TO_TRAVEL
    )
    wanted = outside_suspensions(elsewhere).order_by("id")
    if lock:
        ids = sorted([*touched, *wanted.values_list("id", flat=True)])
        slots = AppointmentSlot.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("id")
    else:
        slots = wanted
    return {
        slot.pk: slot
        for slot in slots.select_related("port")
        if slot.pk not in touched and (slot.port.closes_on is None or slot.date <= slot.port.closes_on)
    }


def _booking(holder: Holder) -> Booking:
    return Booking(
        key=holder.key,
        day=holder.slot.date,
        starts_at=holder.slot.starts_at,
        size=holder.held.size,
        registered_at=holder.registration.registered_at,
        ports=tuple(holder.registration.ports),
    )


def _drawn_places(programme: str, touched: Mapping[int, AppointmentSlot]) -> int:
    return sum(
        places
        for draw in frozen_draws(programme=programme)
        for slot_id, places in draw.reserved.items()
        if int(slot_id) in touched
    )


def _midnight(day: date, port: PortOfEntry) -> datetime:
    return local_instant(port_timezone=port.timezone, day=day, at=time())
