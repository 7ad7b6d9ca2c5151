"""A port's day as its officers see it: figures, lists, and as few queries for many groups as for few."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fairport.accounts.models import Role
from fairport.checkin.queries import groups_in_band
from fairport.registrations.models import Registration
from tests.apps.checkin.conftest import Group
from tests.cast import Cast, make_staff, signed_in
from tests.factories.clock import StandingClock
from tests.factories.draws import DRAW_TIME, confirm, hold_draw, register_group


@pytest.fixture
def three_groups(cast: Cast) -> list[Group]:
    """A single person, a couple and a family of three, all at San Diego on the same day."""
    ids = [register_group(size, ports=("SDG",)) for size in (1, 2, 3)]
    hold_draw()
    appointments = [confirm(registration_id, at=DRAW_TIME + timedelta(hours=1)) for registration_id in ids]
    groups = [Group(appointment, appointment.slot.starts_at + timedelta(hours=1)) for appointment in appointments]
    assert len({group.appointment.slot.date for group in groups}) == 1
    return groups


def test_a_list_names_nobody(cast: Cast, three_groups: list[Group]) -> None:
    group = three_groups[0]
    html = signed_in(cast.officer).get(f"/office/bands/{group.appointment.slot_id}").content.decode()

    assert group.appointment.confirmation_number in html
    assert "<bdi>MD</bdi>" in html
    assert f"0 of {group.appointment.size}" in html
    assert "Désir" not in html
    assert "Marie" not in html


def test_today_is_the_ports_own_day(cast: Cast, three_groups: list[Group], clock: StandingClock) -> None:
    slot = three_groups[0].appointment.slot
    # Half past eleven in the evening in San Diego: UTC has the next day.
    clock.at = slot.starts_at.replace(hour=7, minute=30) + timedelta(days=1)

    page = signed_in(cast.officer).get("/office/day")

    assert page.context["figures"]["people"] == 6
    assert "11:30" in page.content.decode()


def test_an_officer_chooses_among_own_ports_only(cast: Cast, clock: StandingClock) -> None:
    both = make_staff("Bo Both", (Role.PORT_OFFICER, "SDG"), (Role.PORT_OFFICER, "NOG"))
    browser = signed_in(both)

    assert browser.get("/office/day?port=SDG").status_code == 200
    assert browser.get("/office/day").context["port"].code == "NOG"
    refused = browser.get("/office/day?port=ELP")
    assert refused.status_code == 403
    assert "<code>other_port</code>" in refused.content.decode()


def test_many_groups_cost_as_many_queries_as_few(cast: Cast, three_groups: list[Group], clock: StandingClock) -> None:
    slot = three_groups[0].appointment.slot
    clock.at = three_groups[0].in_band
    browser = signed_in(cast.officer)
    paths = ("/office/day", f"/office/bands/{slot.pk}")

    def queries() -> list[int]:
        counts = []
        for path in paths:
            browser.get(path)
            with CaptureQueriesContext(
                connection,
            ) as captured:
                assert browser.get(path).status_code == 200
            counts.append(len(captured))
        return counts

    few = queries()
    ids = [register_group(2, ports=("SDG",), at=DRAW_TIME + timedelta(hours=2)) for _ in range(9)]
    hold_draw(day=1)
    for registration_id in ids:
        appointment = confirm(registration_id, at=DRAW_TIME + timedelta(days=1, hours=1))
        # All in one band, so that its list grows.
        type(appointment).objects.filter(pk=appointment.pk).update(slot=slot)
    assert len(groups_in_band(slot_id=slot.pk)) >= 9

    assert queries() == few


def test_a_group_is_found_in_its_band_whatever_its_status(cast: Cast, three_groups: list[Group]) -> None:
    slot_ids = {group.appointment.slot_id for group in three_groups}
    listed = {row.appointment_id for slot_id in slot_ids for row in groups_in_band(slot_id=slot_id)}

    assert listed == {group.appointment.pk for group in three_groups}
    assert Registration.objects.count() == 3
