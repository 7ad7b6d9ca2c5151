"""What verified facts do for a group in a draw: its tier and its number of tickets.

Source: the draw's specification, section 1 (`tier`, `weight`), and design, section 2, "Tier and weight". Only facts
that an official verified count, never claims; a policy without a section `[tiers]` treats everybody alike.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

DISPLACED_TIER: Final = 0
"""The tier of groups whose place was taken back, because a port was suspended. No policy can give it."""

FIRST_TIER, LAST_TIER = 1, 9
"""The tiers that a policy can give; lower goes first in the lottery."""

MOST_TICKETS: Final = 64


@dataclass(frozen=True, slots=True)
class Standing:
    """A group's place in the lottery's order: the lower ``tier`` first, and within it ``weight`` tickets."""

    tier: int
    weight: int

    @property
    def order(self) -> tuple[int, int]:
        """What sorts standings from the best to the worst."""
        return self.tier, -self.weight


@dataclass(frozen=True, slots=True)
class TierRule:
    """A group in which any traveler has a verified fact among ``any_of`` (codes of criteria) gets ``standing``."""

    any_of: frozenset[str]
    standing: Standing


@dataclass(frozen=True, slots=True)
class TierRules:
    """Rules from the best standing to the worst; ``default``, worse than all, is for everyone else.

    The first rule that applies is therefore the best one that does, and another fact never takes anything away.
    """

    default: Standing
    rules: tuple[TierRule, ...]


ONE_TIER: Final = TierRules(default=Standing(1, 1), rules=())
"""One tier with one ticket for all: the rules of a policy without ``[tiers]``."""


def standing(*, facts: Collection[str], rules: TierRules, displaced: bool = False) -> Standing:
    """Return the standing of a group.

    ``facts`` are the codes of the criteria that were verified for any of its travelers and hold now. The size of the
    group does not matter. ``displaced`` groups go first, whatever was verified for them.
    """
    found = next((rule.standing for rule in rules.rules if not rule.any_of.isdisjoint(facts)), rules.default)
    return Standing(DISPLACED_TIER, found.weight) if displaced else found
