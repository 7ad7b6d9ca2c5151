from __future__ import annotations

import pytest

import fairport.config.urls  # noqa: F401  (all views are imported before the clock is put in their place)
from tests.apps.checkin.conftest import Group, make_group
from tests.cast import Cast
from tests.factories.clock import StandingClock


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, plain_static: None, group: Group) -> StandingClock:
    """The pages live in the group's band."""
    return StandingClock(monkeypatch, group.in_band)


@pytest.fixture
def group(cast: Cast) -> Group:
    """An adult and two children with an appointment at San Diego."""
    return make_group()
