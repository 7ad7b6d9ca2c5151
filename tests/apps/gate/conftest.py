from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest

from fairport.audit.events import Subject, staff
from fairport.audit.operations import append_event
from fairport.gate.events import DayListLoaded
from fairport.gate.models import ScanAction
from fairport.gate.operations import IncomingScan
from tests.apps.checkin.conftest import Group, make_group
from tests.cast import Cast
from tests.factories.clock import StandingClock
from tests.factories.programme import NOW

LEFT_GATE, RIGHT_GATE = uuid.UUID(int=1), uuid.UUID(int=2)


@pytest.fixture(autouse=True)
def _pages_without_collected_files(plain_static: None) -> None:
    """Every test here may open a page."""


@pytest.fixture
def group(cast: Cast) -> Group:
    """A family of three with an appointment at San Diego."""
    return make_group()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> StandingClock:
    return StandingClock(monkeypatch, NOW)


def scan_of(group: Group, cast: Cast, **changes: Any) -> IncomingScan:
    """The whole family, seen in its band at the left gate by San Diego's officer, without a network."""
    fields: dict[str, Any] = {
        "id": uuid.uuid4(),
        "device": LEFT_GATE,
        "port": "SDG",
        "officer_id": cast.officer.pk,
        "text": group.appointment.confirmation_number,
        "action": ScanAction.ARRIVAL,
        "answer": "right",
        "device_time": group.in_band,
        "listed_at": group.in_band - timedelta(hours=2),
        "travelers": tuple(traveler.pk for traveler in group.travelers),
        "offline": True,
    }
    scan = IncomingScan(**fields | changes)
    if scan.listed_at is not None:
        take_list_along(scan.port, scan.officer_id, scan.listed_at)
    return scan


def take_list_along(port: str, officer_id: int, at: datetime) -> None:
    """As if the officer had loaded the list of that day."""
    event = DayListLoaded(port=port, day=at.date().isoformat(), role="port_officer", device="", groups=1)
    append_event(event=event, subject=Subject("port", port), actor=staff(officer_id), at=at)
