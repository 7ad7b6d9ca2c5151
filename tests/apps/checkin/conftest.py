from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

import fairport.config.urls  # noqa: F401  (all views are imported before the clock is put in their place)
from fairport.appointments.models import Appointment
from fairport.registrations.models import Traveler
from tests.cast import Cast
from tests.factories.clock import StandingClock
from tests.factories.draws import DRAW_TIME, confirm, hold_draw, register_group
from tests.factories.programme import NOW


@dataclass(frozen=True)
class Group:
    """A family with an appointment at San Diego, and a moment within its band."""

    appointment: Appointment
    in_band: datetime

    @property
    def travelers(self) -> list[Traveler]:
        return list(Traveler.objects.filter(registration_id=self.appointment.registration_id))


@pytest.fixture(autouse=True)
def _pages_without_collected_files(plain_static: None) -> None:
    """Every test here may open a page."""


def make_group(size: int = 3, **changes: object) -> Group:
    """Registered, drawn and confirmed; nobody else was in the draw."""
    registration_id = register_group(size, **{"ports": ("SDG",)} | changes)
    return place(registration_id)


def place(registration_id: uuid.UUID) -> Group:
    """Drawn and confirmed."""
    hold_draw()
    appointment = confirm(registration_id, at=DRAW_TIME + timedelta(hours=1))
    return Group(appointment, appointment.slot.starts_at + timedelta(hours=1))


@pytest.fixture
def group(cast: Cast) -> Group:
    return make_group()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> StandingClock:
    return StandingClock(monkeypatch, NOW)
