"""People who come to a port without an appointment: how their places are taken, and who is called first.

Source: domain, section 3, row 24 ("walk-ins are recorded and have reserved places") and design, section 2.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

UNDO_WITHIN: Final = timedelta(minutes=30)
"""How long what was recorded at a counter by mistake can be taken back."""


def spread_over_bands(*, left: Iterable[tuple[int, int]], people: int) -> dict[int, int] | None:
    """Say from which bands of a day a group takes its walk-in places: band → people, in the order given.

    ``left`` is each band with the places that are left in it, in the order in which they are to be used up. A group is
    not split between people with a place and people without one: None if all bands together have too few.
    """
    if people < 1:
        raise ValueError("a group has at least one person")
    taken: dict[int, int] = {}
    missing = people
    for band, places in left:
        share = min(missing, max(places, 0))
        if share:
            taken[band] = share
            missing -= share
        if not missing:
            return taken
    return None


def call_rank(*, is_urgent: bool, queue_number: int) -> tuple[bool, int]:
    """Sort key of a day's queue: urgent groups first, and among equals whoever took the earlier number."""
    return (not is_urgent, queue_number)


def may_take_back(*, recorded_at: datetime, at: datetime, is_own: bool, is_supervisor: bool) -> bool:
    """Say whether somebody may take back what was recorded: who recorded it, or a supervisor, within the half hour."""
    return (is_own or is_supervisor) and timedelta(0) <= at - recorded_at <= UNDO_WITHIN
