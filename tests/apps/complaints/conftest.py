from __future__ import annotations

from typing import Any

import pytest

import fairport.config.urls  # noqa: F401  (all views are imported before the clock is put in their place)
from fairport.complaints.models import Complaint
from fairport.complaints.operations import NewComplaint, file_complaint
from tests.factories.clock import StandingClock
from tests.factories.programme import NOW

ADDRESS = "203.0.113.7"
WORDS = "A man at the gate wanted 200 dollars for a place in the line."


@pytest.fixture(autouse=True)
def _pages_without_collected_files(plain_static: None) -> None:
    """Every test here may open a page."""


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> StandingClock:
    return StandingClock(monkeypatch, NOW)


def complain(*, at: Any = NOW, address: str = ADDRESS, token: str | None = None, **changes: Any) -> str:
    """Files a complaint and gives its code."""
    complaint = NewComplaint(**{"kind": "money", "words": WORDS, "port": "SDG"} | changes)
    return file_complaint(complaint=complaint, address=address, token=token, at=at)


def last_complaint() -> Complaint:
    """The complaint that was filed last."""
    return Complaint.objects.select_related("data_key").latest("number")
