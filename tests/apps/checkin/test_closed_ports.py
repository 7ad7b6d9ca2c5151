"""At the gate of a port that was closed: why a pass is not good any more, and where to go instead."""

from __future__ import annotations

from typing import Any

import pytest

from fairport.appointments.models import Appointment
from fairport.appointments.operations import cancel_appointment
from fairport.appointments.suspending import Terms, suspend_port
from fairport.audit.events import APPLICANT, OPERATOR
from tests.apps.checkin.conftest import Group
from tests.cast import Cast, signed_in
from tests.factories.clock import StandingClock


@pytest.fixture
def shown(cast: Cast, group: Group, clock: StandingClock) -> Any:
    """What an officer of San Diego reads on a page after typing the group's number."""
    clock.at = group.in_band

    def look(address: str) -> str:
        data = {"code": group.appointment.confirmation_number, "port": "SDG"}
        page: str = signed_in(cast.officer).post(address, data).content.decode()
        return page

    return look


def close_san_diego(group: Group, *honour_at: str) -> None:
    at = group.appointment.slot.starts_at
    suspend_port(
        terms=Terms("SDG", None, None, "danger", "", honour_at), foreseen={}, proposal_id="", at=at, actor=OPERATOR
    )


@pytest.mark.parametrize("address", ["/office/check", "/office/gate"])
def test_a_place_that_was_taken_back_says_why(shown: Any, group: Group, address: str) -> None:
    close_san_diego(group)
    page = shown(address)
    assert "Port closed" in page
    assert "it goes first in the next draw" in page


@pytest.mark.parametrize("address", ["/office/check", "/office/gate"])
def test_a_place_that_was_moved_says_where_to_go(shown: Any, group: Group, address: str) -> None:
    close_san_diego(group, "CLX")
    moved = Appointment.objects.select_related("slot__port").get(pk=group.appointment.pk)
    page = shown(address)
    assert "Its port was closed, so it was moved." in page
    assert moved.slot.port.name in page


@pytest.mark.parametrize("address", ["/office/check", "/office/gate"])
def test_what_people_cancelled_themselves_is_no_closed_port(shown: Any, group: Group, address: str) -> None:
    registration_id = group.appointment.registration_id
    cancel_appointment(registration_id=registration_id, at=group.appointment.confirmed_at, actor=APPLICANT)
    assert "Port closed" not in shown(address)
