"""The rules that hold today, and giving places back by them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import zip_longest

from fairport.domain.policy import Policy
from fairport.draws.queries import next_draw_time
from fairport.ports.operations import (
    ensure_slots,
    lower_as_places_come_free,
    pass_undrawable_to_walk_ins,
    release_places,
)
from fairport.programmes.queries import (
    NoPolicyInForce,
    list_policy_versions,
    policy_in_force,
    policy_of_version,
)


def rules_of(*, programme: str, at: datetime) -> Policy:
    """The policy in force; once a programme has ended, the last one that was, for what is still under way.

    Raises NoPolicyInForce for a programme that never had one.
    """
    today = at.astimezone(UTC).date()
    try:
        return policy_in_force(programme=programme, on=today).policy
    except NoPolicyInForce:
        begun = [version for version in list_policy_versions(programme=programme) if version.effective_from <= today]
        if not begun:
            raise
        return policy_of_version(version_id=begun[-1].pk).policy


def ensure_programme_slots(*, programme: str, at: datetime) -> int:
    """Creates the slots of the horizon that are not there yet; how many.

    Bands that wait to be lowered are lowered as far as they now can be: this comes before every freeze.
    """
    created = create_missing_slots(programme=programme, at=at)
    lower_as_places_come_free(programme=programme)
    return created


def create_missing_slots(*, programme: str, at: datetime) -> int:
    """Creates the slots of the horizon that are not there yet, each day by the version that holds on it; how many."""
    versions = [policy_of_version(version_id=row.pk).policy for row in list_policy_versions(programme=programme)]
    created = 0
    for version, following in zip_longest(versions, versions[1:]):
        if following is not None and version.effective_until is None:
            version = replace(version, effective_until=following.effective_from - timedelta(days=1))
        created += ensure_slots(policy=version, at=at)
    return created


def give_back(*, policy: Policy, people_by_slot: Mapping[int, int], at: datetime) -> None:
    """Gives places back to the next draw, or to the walk-in reserve where that is too late. Slot id → people."""
    next_draw_at = next_draw_time(programme=policy.programme, rules=policy.draw, at=at)
    # In the order of the ids, as everyone takes them: no two wait for each other in a circle.
    for slot_id in sorted(people_by_slot):
        release_places(
            slot_id=slot_id,
            people=people_by_slot[slot_id],
            next_draw_at=next_draw_at,
            minimum_notice=policy.draw.minimum_notice,
        )


def pass_leftovers_to_walk_ins(*, policy: Policy, at: datetime) -> int:
    """Gives the free places that no draw can reach any more to the walk-in reserves; how many bands changed."""
    return pass_undrawable_to_walk_ins(
        programme=policy.programme,
        next_draw_at=next_draw_time(programme=policy.programme, rules=policy.draw, at=at),
        minimum_notice=policy.draw.minimum_notice,
    )
