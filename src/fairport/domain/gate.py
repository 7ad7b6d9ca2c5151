"""What an officer at the gate is told about a booking, and when something scanned without a network happened.

The gate page has the same rules in JavaScript (assets/src/gate/judge.js), for when there is no network; both are held
to the cases in tests/apps/gate/vectors.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final


class PassAnswer(StrEnum):
    """The big answer about a pass or a typed number."""

    RIGHT = "right"
    EARLY = "early"
    LATE = "late"
    OTHER_DAY = "other_day"
    OTHER_PORT = "other_port"
    OTHER_PROGRAMME = "other_programme"
    USED = "used"
    MISSED = "missed"
    CANCELLED = "cancelled"
    NOT_LISTED = "not_listed"
    """Without a network only: not on the list that the device loaded; a pass is well signed and for here and today."""
    UNKNOWN = "unknown"
    """Only with a network: no appointment has this number."""
    FORGED = "forged"
    """It looks like a whole pass, but none of our keys signed it."""
    TRUNCATED = "truncated"
    """It begins like a pass, but a part is missing."""
    UNREADABLE = "unreadable"


CLOCK_TOLERANCE: Final = timedelta(minutes=2)
"""Two clocks that were set by each other drift a little, and a request takes a moment."""


@dataclass(frozen=True, slots=True)
class Booking:
    """An appointment as the gate sees it. `state`: booked, arrived, no_show or cancelled (withdrawn is cancelled)."""

    port: str
    programme: str
    day: date
    starts_at: datetime
    ends_at: datetime
    state: str


def judge_booking(
    *, booking: Booking, ports: Collection[str], programme: str | None, today: date, at: datetime
) -> PassAnswer:
    """The answer at a gate of `ports` that serves `programme` (None: all), at `at`.

    `today` is the booking's port's own calendar day then. What is given up is good nowhere; only what is still good
    sends people to another port. The day comes before the use, so that yesterday's used pass is one of another day.
    """
    if booking.state == "cancelled":
        return PassAnswer.CANCELLED
    if booking.state == "booked" and booking.port not in ports:
        return PassAnswer.OTHER_PORT
    if booking.day != today:
        return PassAnswer.OTHER_DAY
    if booking.state == "no_show":
        return PassAnswer.MISSED
    if booking.state == "arrived":
        return PassAnswer.USED
    if programme is not None and booking.programme != programme:
        return PassAnswer.OTHER_PROGRAMME
    if at < booking.starts_at:
        return PassAnswer.EARLY
    return PassAnswer.RIGHT if at < booking.ends_at else PassAnswer.LATE


def judge_unlisted(*, port: str, day: date, here: str, today: date) -> PassAnswer:
    """The answer about a well signed pass that is not on the device's list, from what the pass says alone."""
    if port != here:
        return PassAnswer.OTHER_PORT
    return PassAnswer.OTHER_DAY if day != today else PassAnswer.NOT_LISTED


@dataclass(frozen=True, slots=True)
class ScanTime:
    """When a scan happened as far as can be known; `doubtful` says that the device's clock cannot have been right."""

    moment: datetime
    doubtful: bool


def time_of_scan(
    *, device_time: datetime, offset: timedelta, listed_at: datetime | None, received_at: datetime
) -> ScanTime:
    """The moment of a scan by the device's clock plus the server's lead over it when they last spoke.

    It lies between the loading of the list that it was judged by and the scan's arrival here, whatever the clock said:
    a scan is never lost over a wrong clock, only marked. Without a list nobody could work without a network, so then it
    is the moment of its arrival here.
    """
    try:
        told = device_time + offset
    except OverflowError:
        return ScanTime(received_at, True)
    earliest = received_at if listed_at is None else min(listed_at, received_at)
    moment = min(max(told, earliest), received_at)
    return ScanTime(moment, abs(told - moment) > CLOCK_TOLERANCE)
