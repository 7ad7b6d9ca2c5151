"""Plans by weekday and exceptions by day: which bands a day has, whatever was changed in which order."""

from __future__ import annotations

from datetime import date, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from fairport.domain.plans import (
    CapacityBook,
    DayKind,
    DayRule,
    PlannedBand,
    bands_on,
    has_room_for_the_largest,
    overlap,
    replaced,
    rule_after,
)
from fairport.domain.policy import PolicyBand

FIRST = date(2023, 1, 2)
MORNING = PolicyBand(time(8), time(12), 35, 4)
AFTERNOON = PolicyBand(time(13), time(17), 35, 4)
PLAN = tuple(PlannedBand(weekday, band, FIRST) for weekday in range(1, 8) for band in (MORNING, AFTERNOON))

bands = st.lists(
    st.builds(
        lambda start, places, reserve: PolicyBand(time(start), time(start + 1), places, reserve),
        st.integers(6, 20),
        st.integers(0, 60),
        st.integers(0, 9),
    ),
    max_size=3,
    unique_by=lambda band: band.start,
)
days = st.integers(0, 60).map(lambda offset: FIRST + timedelta(days=offset))
changes = st.lists(st.tuples(st.sets(st.integers(1, 7), min_size=1), bands, days), max_size=6)


@given(changes)
def test_each_day_has_the_bands_of_the_last_change_that_reaches_it(
    made: list[tuple[set[int], list[PolicyBand], date]],
) -> None:
    plan = PLAN
    for weekdays, new, first_day in made:
        plan = replaced(plan, weekdays=weekdays, bands=new, first_day=first_day, last_day=None)
    for offset in range(75):
        day = FIRST + timedelta(days=offset)
        expected = [MORNING, AFTERNOON]
        for weekdays, new, first_day in made:
            if day >= first_day and day.isoweekday() in weekdays:
                expected = new
        assert list(bands_on(plan, day)) == sorted(expected, key=lambda band: band.start)


@given(changes)
def test_the_past_never_changes(made: list[tuple[set[int], list[PolicyBand], date]]) -> None:
    plan = PLAN
    for weekdays, new, first_day in made:
        before = [bands_on(plan, first_day - timedelta(days=back)) for back in range(1, 15)]
        plan = replaced(plan, weekdays=weekdays, bands=new, first_day=first_day, last_day=None)
        assert [bands_on(plan, first_day - timedelta(days=back)) for back in range(1, 15)] == before


def test_a_plan_with_a_last_day_leaves_what_begins_after_it() -> None:
    later = PolicyBand(time(9), time(12), 60, 6)
    plan = (
        PlannedBand(1, MORNING, FIRST, FIRST + timedelta(days=27)),
        PlannedBand(1, later, FIRST + timedelta(days=28)),
    )
    plan = replaced(
        plan,
        weekdays=(1,),
        bands=(AFTERNOON,),
        first_day=FIRST + timedelta(days=7),
        last_day=FIRST + timedelta(days=27),
    )
    assert [bands_on(plan, FIRST + timedelta(weeks=week)) for week in range(5)] == [
        (MORNING,),
        (AFTERNOON,),
        (AFTERNOON,),
        (AFTERNOON,),
        (later,),
    ]


def test_an_exception_stands_above_the_plan() -> None:
    assert bands_on(PLAN, FIRST, DayRule(DayKind.CLOSED)) == ()
    assert bands_on(PLAN, FIRST, DayRule(DayKind.UNCHANGED)) == (MORNING, AFTERNOON)
    fewer = rule_after(None, (MORNING, AFTERNOON), kind=DayKind.CHANGED, band_start=time(8), capacity=20)
    assert bands_on(PLAN, FIRST, fewer) == (PolicyBand(time(8), time(12), 20, 4), AFTERNOON)


def test_changing_one_band_leaves_what_was_changed_in_the_other() -> None:
    first = rule_after(None, (MORNING, AFTERNOON), kind=DayKind.CHANGED, band_start=time(8), capacity=20)
    both = rule_after(
        first, (MORNING, AFTERNOON), kind=DayKind.CHANGED, band_start=time(13), capacity=25, walk_in_reserve=9
    )
    assert [(band.capacity, band.walk_in_reserve) for band in bands_on(PLAN, FIRST, both)] == [(20, 4), (25, 9)]
    assert rule_after(None, (MORNING,), kind=DayKind.CHANGED, band_start=time(13), capacity=20) is None
    opened = rule_after(DayRule(DayKind.CLOSED), (MORNING,), kind=DayKind.CHANGED, capacity=20)
    assert bands_on((PlannedBand(1, MORNING, FIRST),), FIRST, opened) == (PolicyBand(time(8), time(12), 20, 4),)


def test_bands_that_touch_do_not_overlap() -> None:
    touching = (PolicyBand(time(8), time(11), 1, 0), PolicyBand(time(11), time(14), 1, 0))
    assert not overlap(touching)
    assert overlap((*touching, PolicyBand(time(10, 59), time(11), 1, 0)))


def test_an_open_day_has_a_band_for_the_largest_group() -> None:
    assert has_room_for_the_largest((), largest_group=12)
    assert has_room_for_the_largest((PolicyBand(time(8), time(9), 0, 5),), largest_group=12)
    assert has_room_for_the_largest((MORNING, PolicyBand(time(13), time(14), 3, 0)), largest_group=12)
    assert not has_room_for_the_largest((PolicyBand(time(8), time(9), 11, 0),) * 3, largest_group=12)


def test_a_book_knows_each_ports_days() -> None:
    book = CapacityBook({"SDG": PLAN}, {("SDG", FIRST): DayRule(DayKind.CLOSED)})
    assert book.bands_on("SDG", FIRST) == ()
    assert book.planned_on("SDG", FIRST) == (MORNING, AFTERNOON)
    assert book.bands_on("SDG", FIRST + timedelta(days=1)) == (MORNING, AFTERNOON)
    assert book.bands_on("ELP", FIRST) == ()
