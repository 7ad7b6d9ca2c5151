from __future__ import annotations

import uuid
from datetime import date, datetime, time, timedelta

import pytest

import fairport.config.urls  # noqa: F401  (all views are imported before the clock is put in their place)
from fairport.audit.events import Actor, staff
from fairport.capacity.changes import Change, DaysChange, Preview, preview_change
from fairport.capacity.operations import Bookings, apply_change
from fairport.domain.plans import DayKind
from fairport.domain.policy import Policy
from fairport.ports.models import AppointmentSlot
from tests.factories.clock import StandingClock
from tests.factories.draws import DRAW_TIME, confirm, hold_draw, register_group
from tests.factories.programme import PROGRAMME, open_programme

# After the day's draw, when its offers can be answered.
LATER = DRAW_TIME + timedelta(hours=2)
SCHEDULER: Actor = staff(1)
# The first band of San Diego that the draw of the day reaches: whoever is drawn alone gets a place in it.
DAY, BAND = date(2023, 1, 21), time(11)


@pytest.fixture(autouse=True)
def _pages_without_collected_files(plain_static: None) -> None:
    """Every test here may open a page."""


@pytest.fixture
def policy(db: None) -> Policy:
    return open_programme()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> StandingClock:
    return StandingClock(monkeypatch, LATER)


def close(day: date, last_day: date | None = None, **changes: object) -> DaysChange:
    values: dict[str, object] = {"kind": DayKind.CLOSED, "reason": "staff", "words": ""} | changes
    return DaysChange(PROGRAMME, "SDG", day, last_day or day, **values)  # type: ignore[arg-type]


def lower(day: date, places: int, *, band: time | None = None, **changes: object) -> DaysChange:
    return close(day, kind=DayKind.CHANGED, capacity=places, band_start=band, **changes)


def carry_out(change: Change, *, bookings: Bookings = Bookings.KEEP, at: datetime = LATER) -> Preview:
    """Previews and does it, as one person without anybody in between."""
    preview = preview_change(change=change, at=at)
    return apply_change(
        change=change,
        seen_version=preview.seen_version,
        fingerprint=preview.fingerprint,
        bookings=bookings,
        actor=SCHEDULER,
        at=at,
    )


def booked(sizes: list[int], *, confirmed: int | None = None) -> list[uuid.UUID]:
    """Families with a place in `BAND` from the draw of the day; the first `confirmed` said yes, in this order."""
    groups = [register_group(size, ports=("SDG",)) for size in sizes]
    hold_draw()
    for minutes, registration_id in enumerate(groups[: len(groups) if confirmed is None else confirmed]):
        confirm(registration_id, at=DRAW_TIME + timedelta(minutes=1 + minutes))
    return groups


def band_of(day: date = DAY, start: time = BAND) -> AppointmentSlot:
    """A band of San Diego, read now."""
    return AppointmentSlot.objects.get(port_id="SDG", date=day, band_start=start)
