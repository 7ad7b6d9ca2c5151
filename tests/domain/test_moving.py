"""Bookings of a closed port find room elsewhere: in their order, never too many, never sooner."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from fairport.domain.moving import Booking, Room, nearest_first, place_bookings

START = datetime(2026, 11, 24, 8, tzinfo=UTC)
HOURS = st.integers(0, 200).map(lambda hours: START + timedelta(hours=hours))
PORTS = st.lists(st.sampled_from(["SDG", "CLX", "NOG"]), unique=True, min_size=1, max_size=3).map(tuple)


@st.composite
def bookings(draw: st.DrawFn) -> list[Booking]:
    found = []
    for number in range(draw(st.integers(0, 25))):
        starts_at = draw(HOURS)
        registered_at = START - timedelta(days=draw(st.integers(1, 60)))
        size = draw(st.integers(1, 12))
        found.append(Booking(str(number), starts_at.date(), starts_at, size, registered_at, draw(PORTS)))
    return found


@st.composite
def rooms(draw: st.DrawFn) -> list[Room]:
    found = []
    for number in range(draw(st.integers(0, 12))):
        port = draw(st.sampled_from(["CLX", "NOG", "ELP"]))
        found.append(Room(number, port, ["CLX", "NOG", "ELP"].index(port), draw(HOURS), draw(st.integers(0, 30))))
    return found


def booking(key: str, **changes: object) -> Booking:
    values = {
        "key": key,
        "day": START.date(),
        "starts_at": START,
        "size": 4,
        "registered_at": START - timedelta(days=9),
        "ports": ("SDG",),
    }
    return Booking(**values | changes)  # type: ignore[arg-type]


def room(key: int, port: str = "CLX", *, rank: int = 0, hours: int = 48, free: int = 4) -> Room:
    return Room(key, port, rank, START + timedelta(hours=hours), free)


@given(bookings(), rooms(), HOURS)
def test_no_room_takes_more_than_it_has_and_nobody_comes_sooner(
    lost: list[Booking], elsewhere: list[Room], not_before: datetime
) -> None:
    placed = place_bookings(lost, elsewhere, not_before=not_before)
    by_key, sizes = {one.key: one for one in elsewhere}, {one.key: one.size for one in lost}
    used: Counter[int] = Counter()
    for one in lost:
        if one.key in placed:
            found = by_key[placed[one.key]]
            used[found.key] += sizes[one.key]
            assert found.starts_at >= max(one.starts_at, not_before)
    assert all(people <= by_key[key].free for key, people in used.items())


@given(bookings(), rooms(), HOURS)
def test_whoever_is_left_would_not_have_fitted_when_it_was_their_turn(
    lost: list[Booking], elsewhere: list[Room], not_before: datetime
) -> None:
    placed = place_bookings(lost, elsewhere, not_before=not_before)
    free = {one.key: one.free for one in elsewhere}
    for one in sorted(lost, key=lambda one: one.turn):
        fits = [
            other
            for other in elsewhere
            if free[other.key] >= one.size and other.starts_at >= max(one.starts_at, not_before)
        ]
        assert (one.key in placed) is bool(fits)
        if fits:
            free[placed[one.key]] -= one.size


@given(bookings(), rooms(), HOURS)
def test_the_order_of_the_lists_changes_nothing(
    lost: list[Booking], elsewhere: list[Room], not_before: datetime
) -> None:
    placed = place_bookings(lost, elsewhere, not_before=not_before)
    assert place_bookings(lost[::-1], elsewhere[::-1], not_before=not_before) == placed


def test_the_earlier_day_goes_first_then_seniority() -> None:
    lost = [
        booking("later", day=START.date() + timedelta(days=1), registered_at=START - timedelta(days=99)),
        booking("junior", registered_at=START - timedelta(days=1)),
        booking("senior", registered_at=START - timedelta(days=30)),
    ]
    assert place_bookings(lost, [room(1), room(2, hours=50)], not_before=START) == {"senior": 1, "junior": 2}


def test_a_groups_own_ports_come_before_the_offices_order() -> None:
    lost = [booking("own", ports=("SDG", "NOG")), booking("none")]
    elsewhere = [room(1, "CLX", rank=0, free=9), room(2, "NOG", rank=1, free=9)]
    assert place_bookings(lost, elsewhere, not_before=START) == {"own": 2, "none": 1}


def test_ports_by_distance() -> None:
    places = {"SDG": (32.54, -117.03), "CLX": (32.67, -115.5), "BRO": (25.9, -97.5), "ELP": (31.75, -106.49)}
    assert nearest_first(places, origin="SDG") == ["CLX", "ELP", "BRO"]
