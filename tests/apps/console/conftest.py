from __future__ import annotations

import pytest

import fairport.config.urls  # noqa: F401  (all views are imported before the clock is put in their place)
from tests.factories.clock import StandingClock
from tests.factories.draws import DRAW_TIME


@pytest.fixture(autouse=True)
def _pages_without_collected_files(plain_static: None) -> None:
    """Every test here may open a page."""


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> StandingClock:
    """Two hours after the draw of the day."""
    return StandingClock(monkeypatch, DRAW_TIME.replace(hour=20))
