"""Slots in each port's own time, across both changes of the clock, without Nogales moving."""

import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairport.domain.capacity import (
    band_instants,
    drawable,
    local_day,
    local_instant,
    slots_for_day,
    slots_for_horizon,
)
from fairport.domain.policy import PolicyPort, load_policy
from tests.domain.building import POLICY_FILE, policy_text, repeatable

ZONES = ["America/Los_Angeles", "America/Phoenix", "America/Denver", "America/Chicago"]
SPRING, AUTUMN = dt.date(2023, 3, 12), dt.date(2023, 11, 5)
POLICY = load_policy(POLICY_FILE.read_bytes())
PORTS = {port.code: port for port in POLICY.ports}
minutes = st.integers(0, 24 * 60 - 1).map(lambda minute: dt.time(minute // 60, minute % 60))


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("zone", "before", "spring", "autumn"),
    [
        ("America/Los_Angeles", 16, 15, 16),
        ("America/Phoenix", 15, 15, 15),
        ("America/Denver", 15, 14, 15),
        ("America/Chicago", 14, 13, 14),
    ],
)
def test_eight_in_the_morning_around_both_changes(zone: str, before: int, spring: int, autumn: int) -> None:
    hours = {}
    for day in (SPRING, AUTUMN):
        for offset in (-1, 0):
            starts_at = local_instant(port_timezone=zone, day=day + dt.timedelta(days=offset), at=dt.time(8))
            hours[day, offset] = starts_at.hour
    assert hours == {(SPRING, -1): before, (SPRING, 0): spring, (AUTUMN, -1): spring, (AUTUMN, 0): autumn}


def test_nogales_does_not_move() -> None:
    days = [dt.date(2023, 1, 1) + dt.timedelta(days=offset) for offset in range(365)]
    starts = {slot.starts_at.time() for day in days for slot in slots_for_day(policy_port=PORTS["NOG"], day=day)}
    assert starts == {dt.time(15), dt.time(20)}
    others = {
        slot.starts_at.time()
        for day in days
        for slot in slots_for_day(policy_port=PORTS["SDG"], day=day)
        if slot.band_start == dt.time(8)
    }
    assert others == {dt.time(15), dt.time(16)}


def test_a_skipped_time_is_the_moment_of_the_change() -> None:
    for zone, hour in zip(ZONES, (10, None, 9, 8), strict=True):
        instants = {
            local_instant(port_timezone=zone, day=SPRING, at=at)
            for at in (dt.time(2), dt.time(2, 1), dt.time(2, 30), dt.time(2, 59), dt.time(3))
        }
        assert len(instants) == (5 if hour is None else 1), zone
        assert hour is None or instants == {dt.datetime(2023, 3, 12, hour, tzinfo=dt.UTC)}


def test_a_repeated_time_is_its_first_occurrence() -> None:
    assert local_instant(port_timezone="America/Denver", day=AUTUMN, at=dt.time(1, 30)) == utc("2023-11-05T07:30")
    assert local_instant(port_timezone="America/Denver", day=AUTUMN, at=dt.time(2, 30)) == utc("2023-11-05T09:30")


def test_a_band_across_a_change_is_as_long_as_on_the_wall() -> None:
    for day, hours in ((SPRING, 3), (AUTUMN, 5)):
        starts_at, ends_at = band_instants(port_timezone="America/Chicago", day=day, start=dt.time(0), end=dt.time(4))
        assert ends_at - starts_at == dt.timedelta(hours=hours)


@repeatable
@given(
    zone=st.sampled_from(ZONES),
    day=st.sampled_from([SPRING, AUTUMN]) | st.dates(dt.date(2023, 1, 1), dt.date(2030, 12, 31)),
    times=st.lists(minutes, min_size=2, max_size=6, unique=True).map(sorted),
)
def test_later_on_the_wall_is_never_earlier_in_time(zone: str, day: dt.date, times: list[dt.time]) -> None:
    instants = [local_instant(port_timezone=zone, day=day, at=at) for at in times]
    assert instants == sorted(instants)
    for first, second in itertools.pairwise(instants):
        assert second - first <= dt.timedelta(hours=25)
    assert {local_day(instant, port_timezone=zone) for instant in instants} == {day}


def small_port(bands: str, dates: str = "") -> PolicyPort:
    head, tail = policy_text().split("[[ports]]", 1)
    lines = [line for line in tail.split("[[ports]]")[0].splitlines() if not line.startswith(("bands", "  {", "]"))]
    text = head + "[[ports]]" + "\n".join(lines) + f"\n{dates}\nbands = [{bands}]\n"
    return load_policy(text.encode()).ports[0]


def test_a_band_that_the_clock_skips_does_not_exist_that_day() -> None:
    port = small_port(
        "{ start = 02:00:00, end = 02:30:00, capacity = 12, walk_in_reserve = 0 }, "
        "{ start = 02:30:00, end = 03:30:00, capacity = 12, walk_in_reserve = 0 }"
    )
    assert [slot.band_start for slot in slots_for_day(policy_port=port, day=SPRING)] == [dt.time(2, 30)]
    (slot,) = slots_for_day(policy_port=port, day=SPRING)
    assert slot.ends_at - slot.starts_at == dt.timedelta(minutes=30)
    assert len(slots_for_day(policy_port=port, day=AUTUMN)) == 2


def test_weekdays_and_dates_of_effect() -> None:
    port = small_port(
        "{ start = 08:00:00, end = 12:00:00, capacity = 12, walk_in_reserve = 1, weekdays = [1, 5] }",
        "closes_on = 2023-01-20",
    )
    days = [dt.date(2023, 1, day) for day in range(9, 25)]
    open_days = [day.day for day in days if slots_for_day(policy_port=port, day=day)]
    assert open_days == [13, 16, 20]


def test_a_slot_says_everything() -> None:
    first = slots_for_day(policy_port=PORTS["SDG"], day=SPRING)[0]
    assert (first.port, first.day, first.band_start, first.band_end) == ("SDG", SPRING, dt.time(8), dt.time(11))
    assert (first.starts_at, first.ends_at) == (utc("2023-03-12T15:00"), utc("2023-03-12T18:00"))
    assert (first.capacity, first.walk_in_reserve) == (60, 6)


def test_the_horizon_counts_in_each_ports_own_days() -> None:
    # Six in the morning UTC: midnight has passed in Chicago, not in Los Angeles.
    slots = slots_for_horizon(policy=POLICY, at=utc("2023-02-01T06:30"))
    days = {code: sorted({slot.day for slot in slots if slot.port == code}) for code in PORTS}
    assert (days["BRO"][0], days["BRO"][-1]) == (dt.date(2023, 2, 1), dt.date(2023, 2, 15))
    assert (days["SDG"][0], days["SDG"][-1]) == (dt.date(2023, 1, 31), dt.date(2023, 2, 14))
    assert all(len(found) == 15 for found in days.values())
    keys = [(slot.port, slot.day, slot.band_start) for slot in slots]
    assert keys == sorted(set(keys))


def test_no_slots_outside_the_policys_dates() -> None:
    text = policy_text().replace(
        "effective_from = 2023-01-12", "effective_from = 2023-01-12\neffective_until = 2023-01-14"
    )
    policy = load_policy(text.encode())
    days = {slot.day.day for slot in slots_for_horizon(policy=policy, at=utc("2023-01-10T18:00"))}
    assert days == {12, 13, 14}


@pytest.mark.parametrize(
    ("starts_at", "expected"),
    [
        ("2023-01-21T17:59", False),
        ("2023-01-21T18:00", True),
        ("2023-02-01T14:00", True),
        ("2023-02-02T05:59", True),
        ("2023-02-02T06:00", False),
    ],
)
def test_a_draw_takes_bands_neither_too_near_nor_too_far(starts_at: str, expected: bool) -> None:
    found = drawable(
        starts_at=utc(starts_at),
        port_timezone="America/Chicago",
        draw_time=utc("2023-01-18T18:00"),
        rules=POLICY.draw,
    )
    assert found is expected
