"""Raising, lowering and closing: what the bands have afterwards, what is refused, and what is told."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from fairport.audit.events import Subject
from fairport.audit.queries import list_events
from fairport.capacity.changes import (
    BandHasBookings,
    BandsOverlap,
    DayIsPast,
    DrawHoldsPlaces,
    NoLargeBand,
    NoSuchBand,
    NothingChanges,
    PlanChange,
    TooManyDays,
    preview_change,
)
from fairport.capacity.operations import Bookings, ChangedMeanwhile, PreviewOutdated, apply_change
from fairport.domain.policy import Policy, PolicyBand
from fairport.draws.operations import run_draw
from fairport.ports.models import AppointmentSlot, CapacityException, PortOfEntry
from fairport.ports.operations import ensure_slots, read_book
from tests.apps.capacity.conftest import BAND, DAY, LATER, SCHEDULER, band_of, booked, carry_out, close, lower
from tests.factories.draws import DRAW_TIME, FREEZE_TIME, freeze, hold_draw
from tests.factories.invariants import assert_places_add_up
from tests.factories.programme import NOW, PROGRAMME

pytestmark = pytest.mark.django_db
FREE_DAY = date(2023, 1, 27)
LONG_BAND = PolicyBand(time(8), time(16), 100, 10)


def places(day: date) -> list[tuple[time, int, int]]:
    slots = AppointmentSlot.objects.filter(port_id="SDG", date=day).order_by("band_start")
    return [(slot.band_start, slot.capacity, slot.walk_in_reserve) for slot in slots]


def test_a_preview_says_what_would_change_and_changes_nothing(policy: Policy) -> None:
    before = list(AppointmentSlot.objects.order_by("pk").values_list())
    preview = preview_change(change=lower(FREE_DAY, 70), at=LATER)

    assert [(change.day, change.before, change.after) for change in preview.slots] == [(FREE_DAY, 60, 70)] * 3
    assert (preview.places, preview.affected) == (30, 0)
    assert list(AppointmentSlot.objects.order_by("pk").values_list()) == before
    assert not CapacityException.objects.exists()


def test_raised_places_are_free_at_once_for_the_next_draw_and_for_nobody_before_it(policy: Policy) -> None:
    carry_out(lower(FREE_DAY, 70, band=BAND, walk_in_reserve=9))

    assert places(FREE_DAY) == [(time(8), 60, 6), (time(11), 70, 9), (time(14), 60, 6)]
    assert band_of(FREE_DAY).free == 70
    assert freeze(at=FREEZE_TIME + timedelta(days=1)).reserved[str(band_of(FREE_DAY).pk)] == 70


def test_a_range_is_lowered_and_can_be_put_back(policy: Policy) -> None:
    last = FREE_DAY + timedelta(days=3)
    carry_out(lower(FREE_DAY, 20, last_day=last))
    # Within the horizon at once, beyond it when its slots are made.
    ensure_slots(policy=policy, at=LATER + timedelta(days=1))
    assert all(capacity == 20 for day in (FREE_DAY, last) for _start, capacity, _reserve in places(day))

    carry_out(close(FREE_DAY, last, kind=None))
    assert places(FREE_DAY) == [(time(8), 60, 6), (time(11), 60, 6), (time(14), 60, 6)]
    with pytest.raises(NothingChanges):
        preview_change(change=close(FREE_DAY, last, kind=None), at=LATER)


def test_a_closed_day_is_in_no_draw_and_gets_no_new_slots(policy: Policy) -> None:
    beyond = FREE_DAY + timedelta(days=6)
    carry_out(close(FREE_DAY, beyond))

    assert {capacity for _start, capacity, _reserve in places(FREE_DAY)} == {0}
    cells = freeze(at=FREEZE_TIME + timedelta(days=1)).reserved
    assert not {str(slot.pk) for slot in AppointmentSlot.objects.filter(port_id="SDG", date=FREE_DAY)} & cells.keys()
    ensure_slots(policy=policy, at=LATER + timedelta(days=3))
    assert places(beyond) == []


def test_a_new_plan_shapes_the_days_from_its_first_one_on(policy: Policy) -> None:
    first_day = date(2023, 1, 23)
    change = PlanChange(PROGRAMME, "SDG", (1, 3), (LONG_BAND,), first_day)
    expected = preview_change(change=change, at=LATER)
    carry_out(change)

    for day in (first_day, date(2023, 1, 25), date(2023, 1, 30)):
        # The bands that are no more stay as rows without places, since draws of the past name them.
        assert [row for row in places(day) if row[1]] == [(time(8), 100, 10)]
    assert places(date(2023, 1, 24)) == [(time(8), 60, 6), (time(11), 60, 6), (time(14), 60, 6)]
    assert band_of(first_day, time(8)).band_end == time(16)
    assert len(expected.slots) == 12
    assert read_book(programme=PROGRAMME, ports=["SDG"]).bands_on("SDG", date(2023, 7, 3))[0].capacity == 100
    with pytest.raises(NothingChanges):
        preview_change(change=change, at=LATER)


def test_an_exception_stays_when_the_plan_under_it_changes(policy: Policy) -> None:
    carry_out(close(FREE_DAY))
    carry_out(PlanChange(PROGRAMME, "SDG", tuple(range(1, 8)), (LONG_BAND,), date(2023, 1, 20)))
    assert {capacity for _start, capacity, _reserve in places(FREE_DAY)} == {0}


def test_what_is_held_stays_when_a_band_is_lowered_under_it_and_the_rest_goes_as_places_come_free(
    policy: Policy,
) -> None:
    from fairport.appointments.operations import cancel_appointment
    from fairport.audit.events import APPLICANT

    groups = booked([5, 4, 3])
    carry_out(lower(DAY, 12, band=BAND))
    assert (band_of().capacity, band_of().held, band_of().lower_to) == (12, 12, None)
    carry_out(close(DAY))
    assert (band_of().capacity, band_of().held, band_of().lower_to) == (12, 12, 0)

    cancel_appointment(registration_id=groups[1], at=LATER, actor=APPLICANT)
    hold_draw(day=1)

    # The day is too near for the next draw, so the four places went to the walk-ins; now they are gone for everyone.
    band = band_of()
    assert (band.capacity, band.held, band.lower_to, band.passed_to_walk_in) == (8, 8, 0, 0)
    assert_places_add_up()


def test_what_went_to_the_walk_ins_goes_first(policy: Policy) -> None:
    booked([5])
    AppointmentSlot.objects.filter(pk=band_of().pk).update(held=60, passed_to_walk_in=55, walk_in_reserve=61)
    carry_out(lower(DAY, 20, band=BAND))
    band = band_of()
    assert (band.capacity, band.held, band.passed_to_walk_in, band.walk_in_reserve) == (20, 20, 15, 21)
    assert_places_add_up()


def test_a_frozen_draws_places_are_lowered_after_its_run_only(policy: Policy) -> None:
    draw = freeze()
    assert band_of().reserved == 60
    with pytest.raises(DrawHoldsPlaces):
        preview_change(change=lower(DAY, 20, band=BAND), at=FREEZE_TIME)
    # More is always possible, and stays free while the draw holds the rest.
    carry_out(lower(DAY, 65, band=BAND), at=FREEZE_TIME)
    assert (band_of().capacity, band_of().held, band_of().reserved) == (65, 60, 60)
    run_draw(draw_id=draw.draw_id, at=DRAW_TIME, actor=SCHEDULER)
    carry_out(lower(DAY, 20, band=BAND))
    assert (band_of().capacity, band_of().held) == (20, 0)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (close(date(2023, 1, 17)), DayIsPast),
        (close(FREE_DAY, date(2023, 1, 26)), DayIsPast),
        (close(FREE_DAY, FREE_DAY + timedelta(days=92)), TooManyDays),
        (lower(FREE_DAY, 11), NoLargeBand),
        (lower(FREE_DAY, 30, band=time(9)), NoSuchBand),
        (PlanChange(PROGRAMME, "SDG", (1,), (PolicyBand(time(8), time(9), 11, 0),), FREE_DAY), NoLargeBand),
        (PlanChange(PROGRAMME, "SDG", (1,), (PolicyBand(time(9), time(8), 60, 0),), FREE_DAY), BandsOverlap),
        (
            PlanChange(PROGRAMME, "SDG", (1,), (LONG_BAND, PolicyBand(time(15), time(17), 60, 0)), FREE_DAY),
            BandsOverlap,
        ),
    ],
)
def test_what_no_port_may_have_is_refused(policy: Policy, change: object, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        preview_change(change=change, at=LATER)  # type: ignore[arg-type]


def test_one_small_band_is_fine_beside_a_large_one(policy: Policy) -> None:
    carry_out(lower(FREE_DAY, 5, band=BAND))
    assert [capacity for _start, capacity, _reserve in places(FREE_DAY)] == [60, 5, 60]


def test_a_bands_end_does_not_move_under_people_who_are_booked(policy: Policy) -> None:
    booked([2])
    longer = (PolicyBand(time(8), time(11), 60, 6), PolicyBand(time(11), time(15), 60, 6))
    with pytest.raises(BandHasBookings):
        preview_change(change=PlanChange(PROGRAMME, "SDG", (6,), longer, DAY), at=LATER)
    carry_out(PlanChange(PROGRAMME, "SDG", (6,), longer, DAY + timedelta(days=1)))
    assert band_of(DAY + timedelta(days=7)).band_end == time(15)


def test_the_ports_own_day_counts_not_that_of_the_server(policy: Policy) -> None:
    # In San Diego it is still the evening of the 19th.
    evening = NOW.replace(day=20, hour=5)
    preview_change(change=lower(date(2023, 1, 19), 20), at=evening)
    with pytest.raises(DayIsPast):
        preview_change(change=lower(date(2023, 1, 19), 20), at=NOW.replace(day=20, hour=9))


def test_bands_that_have_begun_are_left_alone(policy: Policy) -> None:
    # 9 in the morning: the first band has begun.
    preview = preview_change(change=close(NOW.date()), at=NOW)
    assert [change.band_start for change in preview.slots] == [time(11), time(14)]


def test_of_two_schedulers_the_second_is_told(policy: Policy) -> None:
    mine, theirs = lower(FREE_DAY, 20), lower(FREE_DAY, 30)
    seen = preview_change(change=mine, at=LATER)
    carry_out(theirs)
    with pytest.raises(ChangedMeanwhile):
        apply_change(
            change=mine,
            seen_version=seen.seen_version,
            fingerprint=seen.fingerprint,
            bookings=Bookings.KEEP,
            actor=SCHEDULER,
            at=LATER,
        )
    assert [capacity for _start, capacity, _reserve in places(FREE_DAY)] == [30, 30, 30]
    assert PortOfEntry.objects.get(pk="SDG").capacity_version == 1


def test_a_booking_that_came_meanwhile_makes_a_new_preview_necessary(policy: Policy) -> None:
    change = close(DAY)
    seen = preview_change(change=change, at=NOW)
    booked([2])
    with pytest.raises(PreviewOutdated):
        apply_change(
            change=change,
            seen_version=seen.seen_version,
            fingerprint=seen.fingerprint,
            bookings=Bookings.KEEP,
            actor=SCHEDULER,
            at=LATER,
        )
    assert band_of().capacity == 60
    assert PortOfEntry.objects.get(pk="SDG").capacity_version == 0


def test_each_change_is_told_once(policy: Policy) -> None:
    carry_out(lower(FREE_DAY, 20, band=BAND, words="Fewer officers that day"))
    carry_out(PlanChange(PROGRAMME, "SDG", (1,), (LONG_BAND,), FREE_DAY))
    days, plan = list_events(subject=Subject("port", "SDG"))
    assert days.details is not None and plan.details is not None
    assert (days.name, days.details["places"], days.details["words"]) == (
        "capacity.days_changed",
        -40,
        "Fewer officers that day",
    )
    assert (plan.name, plan.details["planned"], plan.details["first_day"]) == (
        "capacity.plan_changed",
        ["08:00-16:00 100+10"],
        "2023-01-27",
    )
