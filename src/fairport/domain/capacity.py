"""Which places exist: from a policy's bands to slots with exact instants, across changes of the clock.

Source: domain, section 2, "Time zones"; design, section 2, "Draw and places" and "Capacity". A slot's local day and
times are what people read; its two UTC instants are what is compared.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from fairport.domain.policy_values import DrawRules, Policy, PolicyBand, PolicyPort


@dataclass(frozen=True, slots=True)
class SlotPlan:
    """One band of one port on one local day. Instants are UTC; ``capacity`` and ``walk_in_reserve`` count people."""

    port: str
    day: date
    band_start: time
    band_end: time
    starts_at: datetime
    ends_at: datetime
    capacity: int
    walk_in_reserve: int


def band_instants(*, port_timezone: str, day: date, start: time, end: time) -> tuple[datetime, datetime]:
    """Return the UTC instants at which a band starts and ends; equal if the band is skipped on that day.

    Each end is a :func:`local_instant`. A band across a change of the clock is an hour shorter or longer, as on the
    clock on the wall; bands that do not overlap on the wall do not overlap in time. Raises
    ``zoneinfo.ZoneInfoNotFoundError`` for an unknown zone.
    """
    return (
        local_instant(port_timezone=port_timezone, day=day, at=start),
        local_instant(port_timezone=port_timezone, day=day, at=end),
    )


def local_instant(*, port_timezone: str, day: date, at: time) -> datetime:
    """Return the UTC instant of a local day and time.

    Where clocks go back, a time that comes twice is its first occurrence. Where they go forward, a time that is
    skipped is the instant of the change. Later local times therefore never have earlier instants.
    """
    zone = ZoneInfo(port_timezone)
    local = datetime.combine(day, at.replace(fold=0), tzinfo=zone)
    instant = local.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return instant
    # In a gap PEP 495 reads fold=0 with the offset from before and fold=1 with the one from after, so these two
    # instants lie around the change: halve until it is found, to the second.
    before, after = local.replace(fold=1).astimezone(UTC), instant
    offset_before = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == offset_before:
            before = middle
        else:
            after = middle
    return after


def local_day(at: datetime, *, port_timezone: str) -> date:
    """Return the calendar day of an instant at a port."""
    return at.astimezone(ZoneInfo(port_timezone)).date()


def slots_for_day(*, policy_port: PolicyPort, day: date) -> tuple[SlotPlan, ...]:
    """Return the slots of a port on a local day, ascending by start.

    None outside its dates of effect, and none for a band that a change of the clock skips.
    """
    if day < policy_port.opens_on or (policy_port.closes_on is not None and day > policy_port.closes_on):
        return ()
    plans = []
    for band in sorted(policy_port.bands, key=lambda band: band.start):
        if day.isoweekday() not in band.weekdays:
            continue
        starts_at, ends_at = band_instants(port_timezone=policy_port.timezone, day=day, start=band.start, end=band.end)
        if ends_at <= starts_at:
            continue
        plans.append(
            SlotPlan(
                port=policy_port.code,
                day=day,
                band_start=band.start,
                band_end=band.end,
                starts_at=starts_at,
                ends_at=ends_at,
                capacity=band.capacity,
                walk_in_reserve=band.walk_in_reserve,
            )
        )
    return tuple(plans)


def slots_for_horizon(
    *, policy: Policy, at: datetime, bands_on: Callable[[str, date], tuple[PolicyBand, ...]] | None = None
) -> tuple[SlotPlan, ...]:
    """Return all slots from today through the horizon, for each port in its own calendar.

    ``at`` is an aware instant; a port's today is its local day at that instant. Days outside the policy's dates have
    no slots. ``bands_on`` gives the bands of a port's day where they are not the policy's own. Ascending by port, day
    and start.
    """
    plans: list[SlotPlan] = []
    for policy_port in sorted(policy.ports, key=lambda port: (port.code, port.opens_on)):
        today = local_day(at, port_timezone=policy_port.timezone)
        for offset in range(policy.draw.horizon_days + 1):
            day = today + timedelta(days=offset)
            if day < policy.effective_from or (policy.effective_until is not None and day > policy.effective_until):
                continue
            if bands_on is not None:
                policy_port = replace(policy_port, bands=bands_on(policy_port.code, day))
            plans.extend(slots_for_day(policy_port=policy_port, day=day))
    return tuple(plans)


def drawable(*, starts_at: datetime, port_timezone: str, draw_time: datetime, rules: DrawRules) -> bool:
    """Say whether a draw may give out a slot.

    It must start at least the minimum notice after the draw, and its local day must be at most ``horizon_days`` after
    the draw's day at the port. Places of slots too near go to the port's walk-in reserve.
    """
    if starts_at < draw_time + rules.minimum_notice:
        return False
    last_day = local_day(draw_time, port_timezone=port_timezone) + timedelta(days=rules.horizon_days)
    return local_day(starts_at, port_timezone=port_timezone) <= last_day
