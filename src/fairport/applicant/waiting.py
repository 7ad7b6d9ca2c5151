"""How long a group has waited, and how long it may still be."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from fairport.domain.transitions import Status
from fairport.ports.queries import list_slots
from fairport.ports.suspensions import suspended_slot_ids
from fairport.programmes.queries import policy_of_version
from fairport.registrations.models import Registration
from fairport.registrations.queries import waiting_totals


@dataclass(frozen=True, slots=True)
class Wait:
    """`percentile`: percent of those waiting who registered later. `estimate_days`: see `estimate_days`.

    Where the policy has tiers there is no estimate: it would depend on what is verified about all others.
    """

    days: int
    percentile: int
    estimate_days: tuple[int, int] | None
    has_tiers: bool


def wait_of(*, registration: Registration, at: datetime) -> Wait | None:
    """The wait of a waiting registration; None for any other."""
    if registration.status != Status.WAITING:
        return None
    totals = waiting_totals(
        programme=registration.programme_id, registered_at=registration.registered_at, ports=registration.ports
    )
    policy = policy_of_version(version_id=registration.policy_version_id).policy
    horizon, has_tiers = policy.draw.horizon_days, bool(policy.tiers.rules)
    today = at.astimezone(UTC).date()
    slots = list_slots(
        programme=registration.programme_id,
        ports=registration.ports,
        first_day=today,
        last_day=today + timedelta(days=horizon - 1),
    )
    closed = suspended_slot_ids(slot_ids=[slot.pk for slot in slots])
    places_a_day = Fraction(sum(slot.capacity for slot in slots if slot.pk not in closed), horizon)
    return Wait(
        days=max(0, (at - registration.registered_at).days),
        percentile=round(100 * totals.behind / max(1, totals.registrations)),
        estimate_days=None if has_tiers else estimate_days(places_a_day=places_a_day, people=totals.people),
        has_tiers=has_tiers,
    )


def estimate_days(*, places_a_day: Fraction, people: int) -> tuple[int, int] | None:
    """Days until a quarter, and until three quarters, of the groups like this one have an offer.

    `places_a_day` are those at the group's ports, `people` all who want one of these ports. As if each day's places
    went to people drawn from a pool that stays as large as it is: no promise, and rather long for who has waited
    longest and where many take other ports. None without places.
    """
    if places_a_day <= 0:
        return None
    chance = float(places_a_day) / max(people, 1)
    if chance >= 1:
        return (1, 1)
    return (
        math.ceil(math.log(0.75) / math.log1p(-chance)),
        math.ceil(math.log(0.25) / math.log1p(-chance)),
    )
