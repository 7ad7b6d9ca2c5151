"""How a day's walk-in places are shared out, who is called first, and what can be taken back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairport.domain.walk_ins import UNDO_WITHIN, call_rank, may_take_back, spread_over_bands

BANDS = st.lists(st.tuples(st.integers(1, 9), st.integers(-3, 12)), max_size=5, unique_by=lambda band: band[0])
AT = datetime(2023, 1, 18, 17, tzinfo=UTC)


@given(left=BANDS, people=st.integers(1, 40))
def test_a_group_has_all_its_places_or_none(left: list[tuple[int, int]], people: int) -> None:
    taken = spread_over_bands(left=left, people=people)
    available = {band: max(places, 0) for band, places in left}

    if taken is None:
        assert sum(available.values()) < people
    else:
        assert sum(taken.values()) == people
        assert all(0 < share <= available[band] for band, share in taken.items())


@given(left=BANDS, people=st.integers(1, 40))
def test_a_later_band_is_touched_only_when_the_earlier_ones_are_used_up(
    left: list[tuple[int, int]], people: int
) -> None:
    taken = spread_over_bands(left=left, people=people) or {}
    bands = [band for band, _places in left]
    last = max((bands.index(band) for band in taken), default=0)

    assert all(taken.get(band, 0) == max(places, 0) for band, places in left[:last])


def test_a_group_of_nobody_is_a_defect() -> None:
    with pytest.raises(ValueError, match="at least one"):
        spread_over_bands(left=[(1, 5)], people=0)


@given(queue=st.lists(st.tuples(st.booleans(), st.integers(1, 500)), unique_by=lambda group: group[1]))
def test_urgent_groups_come_first_and_nobody_overtakes_an_equal(queue: list[tuple[bool, int]]) -> None:
    called = sorted(queue, key=lambda group: call_rank(is_urgent=group[0], queue_number=group[1]))

    assert [urgent for urgent, _number in called] == sorted((urgent for urgent, _number in queue), reverse=True)
    for urgency in (True, False):
        numbers = [number for urgent, number in called if urgent is urgency]
        assert numbers == sorted(numbers)


@pytest.mark.parametrize(
    ("passed", "is_own", "is_supervisor", "allowed"),
    [
        (timedelta(0), True, False, True),
        (UNDO_WITHIN, True, False, True),
        (UNDO_WITHIN, False, True, True),
        (UNDO_WITHIN + timedelta(microseconds=1), True, True, False),
        (timedelta(minutes=1), False, False, False),
        (timedelta(minutes=-1), True, True, False),
    ],
)
def test_a_mistake_is_taken_back_by_its_author_or_a_supervisor_for_half_an_hour(
    passed: timedelta, is_own: bool, is_supervisor: bool, allowed: bool
) -> None:
    assert may_take_back(recorded_at=AT, at=AT + passed, is_own=is_own, is_supervisor=is_supervisor) is allowed
