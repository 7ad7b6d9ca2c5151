"""Which of the decisions about one traveler holds: pure rules over their chain, first to last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class DecisionState(StrEnum):
    """How a decision stands. Of a traveler's decisions at most one is in effect."""

    EFFECTIVE = "effective"
    PROPOSED = "proposed"
    """A negative that waits for the second look."""
    RETURNED = "returned"
    """A negative that the second officer did not agree with: somebody has to decide again."""
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class Link:
    """One decision of a chain. `agreed` is the second officer's answer, None while there is none."""

    needs_review: bool
    agreed: bool | None = None

    @property
    def is_complete(self) -> bool:
        """Whether it needs nobody else any more."""
        return not self.needs_review or self.agreed is True


def states(chain: Sequence[Link]) -> list[DecisionState]:
    """How each decision of a chain stands: the last complete one holds until a later one is complete too."""
    effective = max((place for place, link in enumerate(chain) if link.is_complete), default=-1)
    return [_state(link, place, effective, len(chain) - 1) for place, link in enumerate(chain)]


def _state(link: Link, place: int, effective: int, last: int) -> DecisionState:
    if place == effective:
        return DecisionState.EFFECTIVE
    if place != last:
        return DecisionState.REPLACED
    return DecisionState.PROPOSED if link.agreed is None else DecisionState.RETURNED
