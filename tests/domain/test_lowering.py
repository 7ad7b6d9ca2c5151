"""Who is moved when a band is lowered, and where to."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from fairport.domain.lowering import HeldGroup, Room, choose_groups, plan_moves

MOMENT = datetime(2023, 1, 18, 18, tzinfo=UTC)
DAY = date(2023, 1, 25)


def group(
    key: str, size: int = 1, *, slot: int = 1, confirmed: bool = True, hours: int = 0, rank: int = 0
) -> HeldGroup:
    return HeldGroup(key, slot, size, confirmed, MOMENT + timedelta(hours=hours), (rank, key))


def room(slot_id: int, free: int, *, days: int = 0, start: int = 8) -> Room:
    return Room(slot_id, DAY + timedelta(days=days), time(start), free)


HERE = {1: room(1, 0)}
groups = st.lists(
    st.builds(
        group,
        st.uuids().map(str),
        st.integers(1, 12),
        confirmed=st.booleans(),
        hours=st.integers(0, 3),
        rank=st.integers(0, 3),
    ),
    unique_by=lambda one: one.key,
    max_size=12,
)
rooms = st.lists(
    st.builds(
        lambda slot, free, days, start: room(slot, free, days=days, start=start),
        st.integers(2, 20),
        st.integers(1, 30),
        st.integers(-7, 7),
        st.integers(6, 18),
    ),
    unique_by=lambda one: one.slot_id,
    max_size=6,
)


def test_offers_go_before_appointments_and_the_latest_before_the_earlier() -> None:
    early, late = group("early", hours=1), group("late", hours=2)
    offer = group("offer", confirmed=False, hours=0)
    assert [one.key for one in choose_groups([early, offer, late], excess=3)] == ["offer", "late", "early"]


def test_of_one_moment_whoever_was_drawn_last_goes_first() -> None:
    first, last = group("drawn first", rank=1), group("drawn last", rank=9)
    assert choose_groups([first, last], excess=1) == (last,)


def test_nobody_is_moved_without_need_and_no_group_is_split() -> None:
    large, small = group("large", 5, hours=2), group("small", 1, hours=1)
    assert choose_groups([large, small], excess=0) == ()
    assert choose_groups([large, small], excess=3) == (large,)


def test_the_nearest_day_then_the_later_one_then_the_nearest_hour() -> None:
    far, before, after = room(2, 9, days=3), room(3, 9, days=-1), room(4, 9, days=1, start=14)
    near_hour = room(5, 9, days=1, start=9)
    some = [group("one", 2)]

    def where(*given_rooms: Room) -> int:
        return plan_moves(some, excess={1: 2}, places=HERE, rooms=given_rooms).to["one"]

    assert where(far, before) == 3
    assert where(far, before, after) == 4
    assert where(far, before, after, near_hour) == 5
    assert where(far, room(6, 1)) == 2, "a band with less room than the group has people is none"


def test_whoever_has_the_place_longest_finds_a_new_one_first() -> None:
    early, late = group("early", 2, hours=1), group("late", 2, hours=2)
    planned = plan_moves([late, early], excess={1: 4}, places=HERE, rooms=[room(2, 2), room(3, 2, days=2)])
    assert planned.to == {"early": 2, "late": 3}
    crowded = plan_moves([late, early], excess={1: 4}, places=HERE, rooms=[room(2, 2)])
    assert (crowded.to, crowded.stay) == ({"early": 2}, ("late",))


@given(groups, st.integers(0, 80), rooms)
def test_no_band_gets_more_than_it_has_room_for_and_nobody_stays_who_fits(
    some: list[HeldGroup], excess: int, offered: list[Room]
) -> None:
    planned = plan_moves(some, excess={1: excess}, places=HERE, rooms=offered)
    sizes = {one.key: one.size for one in some}
    left = {one.slot_id: one.free for one in offered}
    for key, slot_id in planned.to.items():
        left[slot_id] -= sizes[key]
    assert all(places >= 0 for places in left.values())
    assert all(sizes[key] > places for key in planned.stay for places in left.values())
    chosen = {*planned.to, *planned.stay}
    assert chosen == {one.key for one in choose_groups(some, excess=excess)}
    assert sum(sizes[key] for key in chosen) >= min(excess, sum(sizes.values()))


@given(groups, st.integers(0, 80), st.randoms(use_true_random=False))
def test_the_order_of_the_list_decides_nothing(some: list[HeldGroup], excess: int, random: object) -> None:
    shuffled = list(some)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert choose_groups(some, excess=excess) == choose_groups(shuffled, excess=excess)
