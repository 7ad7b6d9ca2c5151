"""When a scan happened, whatever a device's clock says; and the order in which a booking is judged."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from fairport.domain.gate import CLOCK_TOLERANCE, Booking, PassAnswer, judge_booking, time_of_scan

MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))
CLOCKS = st.datetimes(datetime(1970, 1, 2), datetime(2199, 1, 1), timezones=st.just(UTC))
OFFSETS = st.timedeltas(timedelta(days=-80_000), timedelta(days=80_000))
STATES = st.sampled_from(["booked", "arrived", "no_show", "cancelled"])
BOOKED_DAY = date(2026, 11, 24)


@given(CLOCKS, OFFSETS, MOMENTS, MOMENTS)
def test_a_scan_lies_between_the_lists_loading_and_its_receipt(
    clock: datetime, offset: timedelta, listed_at: datetime, received_at: datetime
) -> None:
    when = time_of_scan(device_time=clock, offset=offset, listed_at=listed_at, received_at=received_at)

    assert min(listed_at, received_at) <= when.moment <= received_at


@given(MOMENTS, st.timedeltas(timedelta(days=-3000), timedelta(days=3000)), st.timedeltas(timedelta(0), timedelta(1)))
def test_a_clock_that_is_always_equally_wrong_does_no_harm(true: datetime, wrong: timedelta, wait: timedelta) -> None:
    when = time_of_scan(
        device_time=true + wrong, offset=-wrong, listed_at=true - timedelta(hours=1), received_at=true + wait
    )

    assert (when.moment, when.doubtful) == (true, False)


@given(MOMENTS, st.timedeltas(CLOCK_TOLERANCE + timedelta(seconds=1), timedelta(days=900)))
def test_a_clock_that_was_put_forward_is_told(true: datetime, wrong: timedelta) -> None:
    when = time_of_scan(device_time=true + wrong, offset=timedelta(0), listed_at=None, received_at=true)

    assert (when.moment, when.doubtful) == (true, True)


@given(
    state=STATES,
    port=st.sampled_from(["SDG", "ELP"]),
    day=st.integers(-2, 2),
    programme=st.sampled_from([None, "ours", "theirs"]),
    hour=st.integers(0, 23),
)
def test_the_order_of_the_answers(state: str, port: str, day: int, programme: str | None, hour: int) -> None:
    start = datetime(2026, 11, 24, 8, tzinfo=UTC)
    booking = Booking(port, "ours", BOOKED_DAY, start, start + timedelta(hours=4), state)
    answer = judge_booking(
        booking=booking,
        ports=("SDG",),
        programme=programme,
        today=BOOKED_DAY + timedelta(days=day),
        at=start.replace(hour=hour) + timedelta(days=day),
    )

    assert (answer == PassAnswer.CANCELLED) == (state == "cancelled")
    assert (answer == PassAnswer.OTHER_PORT) == (state == "booked" and port == "ELP")
    if state in ("arrived", "no_show"):
        todays = PassAnswer.USED if state == "arrived" else PassAnswer.MISSED
        assert answer == (todays if day == 0 else PassAnswer.OTHER_DAY)
    if answer in (PassAnswer.EARLY, PassAnswer.RIGHT, PassAnswer.LATE):
        assert (state, port, day) == ("booked", "SDG", 0)
        assert programme in (None, "ours")
        assert answer == ("early" if hour < 8 else "right" if hour < 12 else "late")
