"""What a scheduler wants to change, and what that would do: the plan afterwards, the bands, and who is affected."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from fairport.appointments.moving import Move, PlacedGroup, groups_in
from fairport.appointments.places import rules_of
from fairport.domain.capacity import local_day
from fairport.domain.lowering import Room, plan_moves
from fairport.domain.plans import (
    CapacityBook,
    DayKind,
    DayRule,
    has_room_for_the_largest,
    overlap,
    replaced,
    rule_after,
)
from fairport.domain.policy import Policy, PolicyBand
from fairport.ports.models import AppointmentSlot, PortOfEntry
from fairport.ports.plans import plan_holds_until, read_book
from fairport.ports.queries import get_port, list_slots
from fairport.ports.reshaping import SlotChange, compare_slots
from fairport.ports.suspensions import suspended_slot_ids
from fairport.programmes.closing import last_day_of

MOST_PLACES = 10_000
MOST_BANDS = 8
MOST_DAYS = 92
LONGEST_WORDS = 200


class ChangeRefused(Exception):
    """A change that no port may have; each kind has a code and a text of its own."""

    code = "change_refused"


class DayIsPast(ChangeRefused):
    """The first day is over at the port, or the last day comes before the first."""

    code = "day_is_past"


class TooManyDays(ChangeRefused):
    """The days are more than one change may have."""

    code = "too_many_days"


class BandsOverlap(ChangeRefused):
    """Two bands of a day share a minute, or a band ends before it starts."""

    code = "bands_overlap"


class NoLargeBand(ChangeRefused):
    """An open day would have no band in which the largest group fits."""

    code = "no_large_band"


class NoSuchBand(ChangeRefused):
    """None of the days has that band, or any band at all."""

    code = "no_such_band"


class NothingChanges(ChangeRefused):
    """All is as it would be after the change."""

    code = "nothing_changes"


class BandHasBookings(ChangeRefused):
    """A band's end was to move, but people are booked in it."""

    code = "band_in_use"


class DrawHoldsPlaces(ChangeRefused):
    """A frozen draw reserved places of a band that was to be lowered."""

    code = "held_by_draw"


@dataclass(frozen=True, slots=True)
class PlanChange:
    """Other bands for some weekdays from a day on. No bands: closed on these weekdays."""

    programme: str
    port: str
    weekdays: tuple[int, ...]
    bands: tuple[PolicyBand, ...]
    first_day: date


@dataclass(frozen=True, slots=True)
class DaysChange:
    """Something else for single days, both ends included. `kind` None: again as planned.

    With `DayKind.CHANGED`, `capacity` people for the band that starts at `band_start` (None: for each band), and a
    walk-in reserve (None: as it is).
    """

    programme: str
    port: str
    first_day: date
    last_day: date
    kind: DayKind | None
    band_start: time | None = None
    capacity: int = 0
    walk_in_reserve: int | None = None
    reason: str = "other"
    words: str = ""
    source: str = "officer"


Change = PlanChange | DaysChange


@dataclass(frozen=True, slots=True)
class Preview:
    """What a change would do now. Nothing of it is done; `fingerprint` names exactly this.

    `moves` are the groups that would be moved if that is chosen; `stays` those that no other band has room for. Who
    stays keeps the place: their band is lowered as far as that allows, and further as places come free.
    """

    port: PortOfEntry
    policy: Policy
    seen_version: int
    slots: tuple[SlotChange, ...]
    moves: tuple[Move, ...]
    stays: tuple[PlacedGroup, ...]
    rooms: Mapping[int, AppointmentSlot]
    rules: Mapping[date, DayRule | None] = field(default_factory=dict[date, DayRule | None])
    last_day: date | None = None

    @property
    def affected(self) -> int:
        """How many groups are over what is left."""
        return len(self.moves) + len(self.stays)

    @property
    def places(self) -> int:
        """By how many places the horizon changes."""
        return sum(change.after - change.before for change in self.slots)

    @property
    def fingerprint(self) -> str:
        """A text that differs as soon as anything of this would come out otherwise."""
        parts = [repr(change) for change in self.slots]
        parts += [f"{move.group.held.key}>{move.to_slot_id}" for move in self.moves]
        parts += [group.held.key for group in self.stays]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def preview_change(*, change: Change, at: datetime) -> Preview:
    """What a change would do. Raises a ChangeRefused, NoPolicyInForce, PortOfEntry.DoesNotExist."""
    port = get_port(code=change.port)
    policy = rules_of(programme=change.programme, at=at)
    today = local_day(at, port_timezone=port.timezone)
    if change.first_day < today:
        raise DayIsPast
    if isinstance(change, PlanChange):
        return _preview_plan(change, port, policy, at)
    return _preview_days(change, port, policy, at)


def _preview_plan(change: PlanChange, port: PortOfEntry, policy: Policy, at: datetime) -> Preview:
    if any(band.end <= band.start for band in change.bands) or overlap(change.bands):
        raise BandsOverlap
    _refuse_small_bands(change.bands, policy)
    last_day = plan_holds_until(programme=change.programme, port=port.code, first_day=change.first_day)
    book = read_book(programme=change.programme, ports=[port.code])
    before = book.plan.get(port.code, ())
    plan = replaced(before, weekdays=change.weekdays, bands=change.bands, first_day=change.first_day, last_day=last_day)
    if not _differs(before, plan, change, last_day):
        raise NothingChanges
    after = CapacityBook({**book.plan, port.code: plan}, book.rules)

    def in_scope(day: date) -> bool:
        return day >= change.first_day and (last_day is None or day <= last_day) and day.isoweekday() in change.weekdays

    slots = compare_slots(policy=policy, port=port.code, book=after, in_scope=in_scope, at=at)
    return replace(_affected(port, policy, slots, at), last_day=last_day)


def _preview_days(change: DaysChange, port: PortOfEntry, policy: Policy, at: datetime) -> Preview:
    if change.last_day < change.first_day:
        raise DayIsPast
    if (change.last_day - change.first_day).days >= MOST_DAYS:
        raise TooManyDays
    book = read_book(
        programme=change.programme, ports=[port.code], first_day=change.first_day, last_day=change.last_day
    )
    rules = _rules_after(change, book)
    if not rules:
        raise NoSuchBand if change.kind is DayKind.CHANGED else NothingChanges
    kept = {key: rule for key, rule in book.rules.items() if key[1] not in rules}
    new = {(port.code, day): rule for day, rule in rules.items() if rule is not None}
    after = CapacityBook(book.plan, {**kept, **new})
    for day in rules:
        _refuse_small_bands(after.bands_on(port.code, day), policy)
    slots = compare_slots(policy=policy, port=port.code, book=after, in_scope=rules.__contains__, at=at)
    return replace(_affected(port, policy, slots, at), rules=rules)


def _rules_after(change: DaysChange, book: CapacityBook) -> dict[date, DayRule | None]:
    """Day → the exception that it would have, None to end the one it has; without the days that have nothing of it."""
    rules: dict[date, DayRule | None] = {}
    for offset in range((change.last_day - change.first_day).days + 1):
        day = change.first_day + timedelta(days=offset)
        planned, before = book.planned_on(change.port, day), book.rules.get((change.port, day))
        if change.kind is None:
            if before is not None:
                rules[day] = None
        elif planned:
            rule = rule_after(
                before,
                planned,
                kind=change.kind,
                band_start=change.band_start,
                capacity=change.capacity,
                walk_in_reserve=change.walk_in_reserve,
            )
            if rule is not None:
                rules[day] = rule
    return rules


def _affected(port: PortOfEntry, policy: Policy, slots: Sequence[SlotChange], at: datetime) -> Preview:
    if any(slot.blocked_by_draw for slot in slots):
        raise DrawHoldsPlaces
    if any(slot.end_moves and slot.booked for slot in slots):
        raise BandHasBookings
    existing = {slot.slot_id: slot for slot in slots if slot.slot_id is not None}
    excess = {slot_id: slot.excess for slot_id, slot in existing.items() if slot.excess}
    rooms = _rooms(port, policy, existing, at) if excess else {}
    groups = {group.held.key: group for group in groups_in(slot_ids=list(excess), at=at)} if excess else {}
    planned = plan_moves(
        [group.held for group in groups.values()],
        excess=excess,
        places={key: Room(key, slot.day, slot.band_start, 0) for key, slot in existing.items()},
        rooms=[
            Room(key, slot.date, slot.band_start, _free_after(slot, existing.get(key))) for key, slot in rooms.items()
        ],
    )
    return Preview(
        port=port,
        policy=policy,
        seen_version=port.capacity_version,
        slots=tuple(slots),
        moves=tuple(Move(groups[key], to) for key, to in planned.to.items()),
        stays=tuple(groups[key] for key in planned.stay),
        rooms=rooms,
    )


def _rooms(
    port: PortOfEntry, policy: Policy, changed: Mapping[int, SlotChange], at: datetime
) -> dict[int, AppointmentSlot]:
    """The bands of the port's horizon that people may be moved to: with room, and far enough ahead to travel there."""
    today = local_day(at, port_timezone=port.timezone)
    last_day = today + timedelta(days=policy.draw.horizon_days)
    # Once the programme's end is announced, nobody is sent to a day after it.
    last_day = min(last_day, last_day_of(programme=policy.programme) or last_day)
    slots = list_slots(programme=policy.programme, ports=[port.code], first_day=today, last_day=last_day)
    suspended = suspended_slot_ids(slot_ids=[slot.pk for slot in slots])
    return {
        slot.pk: slot
        for slot in slots
        if slot.starts_at >= at + policy.draw.minimum_notice
        and slot.pk not in suspended
        and slot.reserved == 0
        and slot.lower_to is None
        and _free_after(slot, changed.get(slot.pk)) > 0
    }


def _free_after(slot: AppointmentSlot, change: SlotChange | None) -> int:
    """Places that a band has to give now, and still after its own change: more are not there yet."""
    if change is None:
        return slot.free
    return min(slot.free, change.after - change.booked - change.passed)


def _refuse_small_bands(bands: Sequence[PolicyBand], policy: Policy) -> None:
    if not has_room_for_the_largest(bands, largest_group=policy.draw.largest_group):
        raise NoLargeBand


def _differs(before: Sequence[object], after: Sequence[object], change: PlanChange, last_day: date | None) -> bool:
    """Whether a plan says anything else on any day from the change on; looks at each chosen weekday once a stretch."""
    old, new = CapacityBook({change.port: tuple(before)}, {}), CapacityBook({change.port: tuple(after)}, {})  # type: ignore[arg-type]
    starts = {change.first_day} | {row.effective_from for row in before}  # type: ignore[attr-defined]
    days = [
        start + timedelta(days=offset)
        for start in starts
        if start >= change.first_day and (last_day is None or start <= last_day)
        for offset in range(7)
    ]
    return any(_shape(old.planned_on(change.port, day)) != _shape(new.planned_on(change.port, day)) for day in days)


def _shape(bands: Sequence[PolicyBand]) -> Counter[tuple[time, time, int, int]]:
    return Counter((band.start, band.end, band.capacity, band.walk_in_reserve) for band in bands)
