"""Which bands a port has on a day: plans by weekday with dates of effect, and exceptions for single days.

Source: domain, section 5, "places"; design, section 2, "Capacity"; decision 0056. A plan says what a weekday is like
from a date on; an exception says what one day is like instead. Neither is ever changed: a later one takes its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from enum import StrEnum
from itertools import pairwise

from fairport.domain.policy_values import PolicyBand


@dataclass(frozen=True, slots=True)
class PlannedBand:
    """A band of one weekday (ISO: Monday is 1), from a local day through another (both included; None: no end yet)."""

    weekday: int
    band: PolicyBand
    effective_from: date
    effective_until: date | None = None

    def holds_on(self, day: date) -> bool:
        """Say whether the band belongs to that day."""
        begun = self.effective_from <= day and self.weekday == day.isoweekday()
        return begun and (self.effective_until is None or day <= self.effective_until)


class DayKind(StrEnum):
    """What is said about a single day."""

    CLOSED = "closed"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    """As the plan says, and somebody decided that: a holiday that is a working day at this port."""


@dataclass(frozen=True, slots=True)
class DayRule:
    """An exception: a day that is closed, or that has other bands than its weekday.

    ``bands`` maps a band's start to what it is on that day; bands that are not named are as planned.
    """

    kind: DayKind
    bands: Mapping[time, PolicyBand] = field(default_factory=dict[time, PolicyBand])


def bands_of_weekday(plan: Iterable[PlannedBand], day: date) -> tuple[PolicyBand, ...]:
    """Return what the plan says about a day, ascending by start."""
    return tuple(sorted((row.band for row in plan if row.holds_on(day)), key=lambda band: band.start))


def bands_on(plan: Iterable[PlannedBand], day: date, rule: DayRule | None = None) -> tuple[PolicyBand, ...]:
    """Return the bands of a day, ascending by start: those of the plan, unless an exception says otherwise."""
    planned = bands_of_weekday(plan, day)
    if rule is None or rule.kind is DayKind.UNCHANGED:
        return planned
    if rule.kind is DayKind.CLOSED:
        return ()
    return tuple(rule.bands.get(band.start, band) for band in planned)


def overlap(bands: Iterable[PolicyBand]) -> bool:
    """Say whether two bands of one day share a minute."""
    ordered = sorted(bands, key=lambda band: band.start)
    return any(earlier.end > later.start for earlier, later in pairwise(ordered))


def has_room_for_the_largest(bands: Iterable[PolicyBand], *, largest_group: int) -> bool:
    """Say whether a group of any size fits one of the bands; a day without places needs none.

    Source: design, section 2, "Capacity": without such a band the largest groups could never be placed.
    """
    largest = max((band.capacity for band in bands), default=0)
    return largest == 0 or largest >= largest_group


def replaced(
    plan: Iterable[PlannedBand],
    *,
    weekdays: Iterable[int],
    bands: Iterable[PolicyBand],
    first_day: date,
    last_day: date | None,
) -> tuple[PlannedBand, ...]:
    """Return the plan in which `bands` hold on those weekdays from ``first_day`` through ``last_day`` (None: no end).

    What began before ends on the day before; what would have begun within those days never does. No band may begin
    before ``last_day`` and hold beyond it.
    """
    chosen = sorted(set(weekdays))
    before = first_day - timedelta(days=1)
    kept = []
    for row in plan:
        over = row.effective_until is not None and row.effective_until < first_day
        later = last_day is not None and row.effective_from > last_day
        if row.weekday not in chosen or over or later:
            kept.append(row)
        elif row.effective_from < first_day:
            kept.append(replace(row, effective_until=before))
    new = [PlannedBand(weekday, band, first_day, last_day) for weekday in chosen for band in bands]
    return (*kept, *new)


def rule_after(
    before: DayRule | None,
    planned: Iterable[PolicyBand],
    *,
    kind: DayKind,
    band_start: time | None = None,
    capacity: int = 0,
    walk_in_reserve: int | None = None,
) -> DayRule | None:
    """Return the exception of a day after a change; None if nothing of the change fits the day.

    ``changed`` gives one band (or all of them: None) other places; what was changed in other bands before stays.
    ``walk_in_reserve`` None leaves the reserve of each band.
    """
    if kind is not DayKind.CHANGED:
        return DayRule(kind)
    bands = dict(before.bands) if before is not None and before.kind is DayKind.CHANGED else {}
    touched = [band for band in planned if band_start in (None, band.start)]
    for band in touched:
        now = bands.get(band.start, band)
        reserve = now.walk_in_reserve if walk_in_reserve is None else walk_in_reserve
        bands[band.start] = replace(now, capacity=capacity, walk_in_reserve=reserve)
    return DayRule(kind, bands) if touched else None


@dataclass(frozen=True, slots=True)
class CapacityBook:
    """Everything that is planned at some ports: port's code to its plan, and (code, day) to the day's exception."""

    plan: Mapping[str, tuple[PlannedBand, ...]]
    rules: Mapping[tuple[str, date], DayRule]

    def planned_on(self, port: str, day: date) -> tuple[PolicyBand, ...]:
        """Return what the plan says about a day, whatever the exceptions say."""
        return bands_of_weekday(self.plan.get(port, ()), day)

    def bands_on(self, port: str, day: date) -> tuple[PolicyBand, ...]:
        """Return the bands that a port has on a day."""
        return bands_on(self.plan.get(port, ()), day, self.rules.get((port, day)))
