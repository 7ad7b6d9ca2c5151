"""What a change of plans does to the bands that exist already: told first, then done under their locks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from django.db import transaction

from fairport.domain.capacity import SlotPlan, slots_for_horizon
from fairport.domain.plans import CapacityBook
from fairport.domain.policy import Policy
from fairport.ports.models import AppointmentSlot


class HeldByDraw(Exception):
    """A frozen draw reserved the band's places; they can be lowered once it was run."""

    code = "held_by_draw"


class BandInUse(Exception):
    """People are booked in a band whose end was to move: their messages and passes name the old one."""

    code = "band_in_use"


@dataclass(frozen=True, slots=True)
class SlotChange:
    """One band of one day before and after, in people.

    `slot_id` is None for a band that is not there yet. `before` is what it is meant to have now (a band that waits to
    be lowered counts as lowered). `booked` are offers and appointments, `reserved` is a frozen draw's, `passed` went to
    the walk-ins. The walk-in reserves are without what was passed.
    """

    slot_id: int | None
    day: date
    band_start: time
    band_end: time
    starts_at: datetime
    ends_at: datetime
    before: int
    after: int
    walk_in_before: int
    walk_in_after: int
    capacity: int = 0
    booked: int = 0
    reserved: int = 0
    passed: int = 0
    end_moves: bool = False

    @property
    def excess(self) -> int:
        """People who have a place in the band and would have none after."""
        return max(0, self.booked - self.after)

    @property
    def changes(self) -> bool:
        """Whether anything is different after."""
        return (self.before, self.walk_in_before) != (self.after, self.walk_in_after) or self.end_moves

    @property
    def blocked_by_draw(self) -> bool:
        """Whether a frozen draw stands against it."""
        return self.reserved > 0 and (self.after < self.capacity or self.end_moves)


def compare_slots(
    *, policy: Policy, port: str, book: CapacityBook, in_scope: Callable[[date], bool], at: datetime
) -> list[SlotChange]:
    """What `book` would make different in the bands of a port's horizon that have not begun, by day and start."""
    policy = replace(policy, ports=tuple(one for one in policy.ports if one.code == port))
    planned = {
        (plan.day, plan.band_start): plan
        for plan in slots_for_horizon(policy=policy, at=at, bands_on=book.bands_on)
        if plan.starts_at > at and in_scope(plan.day)
    }
    rows = AppointmentSlot.objects.filter(programme=policy.programme, port_id=port, starts_at__gt=at)
    existing = {
        (slot.date, slot.band_start): slot
        for slot in rows
        if in_scope(slot.date) and (policy.effective_until is None or slot.date <= policy.effective_until)
    }
    changes = [_compare(existing.get(key), planned.get(key)) for key in sorted(existing.keys() | planned.keys())]
    return [change for change in changes if change.changes]


@transaction.atomic
def reshape_slots(*, changes: Sequence[SlotChange]) -> None:
    """Gives existing bands their new places, their reserves and their ends, whatever happened to them meanwhile.

    Nobody loses a place: a band keeps what is held in it, and is lowered further as places are given back. Raises
    HeldByDraw and BandInUse, changing nothing.
    """
    by_id = {change.slot_id: change for change in changes if change.slot_id is not None}
    for slot in lock_slots(slot_ids=list(by_id)):
        change = by_id[slot.pk]
        if change.end_moves:
            if slot.held > slot.passed_to_walk_in:
                raise BandInUse
            slot.band_end, slot.ends_at = change.band_end, change.ends_at
        _resize(slot, change.after, change.walk_in_after)


@transaction.atomic
def lower_as_places_come_free(*, programme: str) -> int:
    """Goes on lowering the bands that were lowered below what is held in them. Returns how many were changed.

    Called before every freeze, so that a place that was to go is not drawn again.
    """
    waiting = AppointmentSlot.objects.filter(programme=programme, lower_to__isnull=False, reserved=0)
    changed = 0
    for slot in lock_slots(slot_ids=list(waiting.values_list("pk", flat=True))):
        if slot.lower_to is not None and slot.reserved == 0 and slot.held - slot.passed_to_walk_in < slot.capacity:
            _resize(slot, slot.lower_to, slot.walk_in_reserve - slot.passed_to_walk_in)
            changed += 1
    return changed


def lock_slots(*, slot_ids: Sequence[int]) -> list[AppointmentSlot]:
    """The bands, locked until the transaction ends, in the order of the ids as everywhere."""
    return list(AppointmentSlot.objects.select_for_update(of=("self",)).filter(pk__in=slot_ids).order_by("pk"))


def _resize(slot: AppointmentSlot, after: int, walk_in_after: int) -> None:
    if after < slot.capacity and slot.reserved:
        raise HeldByDraw
    booked = slot.held - slot.reserved - slot.passed_to_walk_in
    slot.capacity = max(after, booked + slot.reserved)
    passed = min(slot.passed_to_walk_in, slot.capacity - booked - slot.reserved)
    slot.held = booked + slot.reserved + passed
    # Who was let in without an appointment stays counted.
    slot.walk_in_reserve = max(walk_in_after + passed, slot.walk_ins_admitted)
    slot.passed_to_walk_in = passed
    slot.lower_to = after if after < slot.capacity else None
    slot.save(
        update_fields=[
            "capacity",
            "held",
            "passed_to_walk_in",
            "walk_in_reserve",
            "lower_to",
            "band_end",
            "ends_at",
        ]
    )


def _compare(slot: AppointmentSlot | None, plan: SlotPlan | None) -> SlotChange:
    after, walk_in_after = (plan.capacity, plan.walk_in_reserve) if plan is not None else (0, 0)
    if slot is None:
        assert plan is not None
        return SlotChange(
            slot_id=None,
            day=plan.day,
            band_start=plan.band_start,
            band_end=plan.band_end,
            starts_at=plan.starts_at,
            ends_at=plan.ends_at,
            before=0,
            after=after,
            walk_in_before=0,
            walk_in_after=walk_in_after,
        )
    return SlotChange(
        slot_id=slot.pk,
        day=slot.date,
        band_start=slot.band_start,
        band_end=slot.band_end if plan is None else plan.band_end,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at if plan is None else plan.ends_at,
        before=slot.capacity if slot.lower_to is None else slot.lower_to,
        after=after,
        walk_in_before=slot.walk_in_reserve - slot.passed_to_walk_in,
        walk_in_after=walk_in_after,
        capacity=slot.capacity,
        booked=slot.held - slot.reserved - slot.passed_to_walk_in,
        reserved=slot.reserved,
        passed=slot.passed_to_walk_in,
        end_moves=plan is not None and plan.band_end != slot.band_end,
    )
