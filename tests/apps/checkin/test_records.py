"""What schedulers, operators, auditors and supervisors read."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fairport.audit.events import Subject
from fairport.audit.models import Event
from fairport.audit.queries import list_events
from fairport.ports.models import AppointmentSlot
from fairport.registrations.models import SafeguardingCase
from fairport.registrations.operations import open_safeguarding_case
from tests.apps.checkin.conftest import make_group
from tests.cast import Cast, make_staff, signed_in
from tests.factories.clock import StandingClock
from tests.factories.draws import hold_draw, register_group
from tests.factories.programme import NOW

WHEREABOUTS = "The shelter behind the red church"


def queries_of(browser: object, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(path).status_code == 200  # type: ignore[attr-defined]
    return len(captured)


def test_what_was_passed_on_to_walk_ins_is_not_held_by_anybody(cast: Cast, clock: StandingClock) -> None:
    slot = AppointmentSlot.objects.filter(port_id="SDG", date=NOW.date()).order_by("band_start")[0]
    AppointmentSlot.objects.filter(pk=slot.pk).update(
        held=40, passed_to_walk_in=33, walk_in_reserve=39, walk_ins_admitted=5, added=1
    )

    page = signed_in(cast.scheduler).get("/office/slots?port=SDG&day=2023-01-18").content.decode()

    cells = re.findall(r'<td class="fp-number" data-label="([^"]+)">(\d+)</td>', page)
    assert dict(cells[:8]) == {
        "Places": str(slot.capacity),
        "Held": "7",
        "Reserved by a draw": "0",
        "Free": str(slot.capacity - 40),
        "Passed on to walk-ins": "33",
        "Walk-in reserve": "39",
        "Walk-in places used": "5",
        "Added without a place": "1",
    }


def test_the_scheduler_sees_places_by_port_and_day(cast: Cast, clock: StandingClock) -> None:
    browser = signed_in(cast.scheduler)
    page = browser.get("/office/slots?port=SDG&day=2023-01-25")

    slots = [row["slot"] for row in page.context["page"].object_list]
    assert {slot.port_id for slot in slots} == {"SDG"}
    assert min(slot.date for slot in slots).isoformat() == "2023-01-25"
    for wrong in ("soon", "9999-12-31", "0001-01-01"):
        assert browser.get(f"/office/slots?day={wrong}").status_code == 400
    assert queries_of(browser, "/office/slots?port=SDG") == queries_of(browser, "/office/slots")


def test_the_operator_sees_draws_and_messages(cast: Cast, clock: StandingClock) -> None:
    browser = signed_in(cast.operator)
    assert "There was no draw yet." in browser.get("/office/operations").content.decode()
    few = queries_of(browser, "/office/operations")
    register_group(2)
    hold_draw()
    hold_draw(day=1)

    html = browser.get("/office/operations").content.decode()

    assert "title-42-exemption/2023-01-18" in html
    assert "title-42-exemption/2023-01-19" in html
    assert queries_of(browser, "/office/operations") == few


def test_the_auditor_reads_the_log_without_anyones_data(cast: Cast, clock: StandingClock) -> None:
    make_group()
    browser = signed_in(cast.auditor)

    html = browser.get("/office/events").content.decode()
    assert "offer.confirmed" in html
    assert "Désir" not in html
    chosen = browser.get("/office/events?name=offer.confirmed&day=2023-01-18")
    assert [event["row"].name for event in chosen.context["events"]] == ["offer.confirmed"]
    assert browser.get("/office/events?name=offer.confirmed&day=2023-01-19").context["events"] == []
    for wrong in ("yesterday", "9999-12-31", "0001-01-01"):
        assert browser.get(f"/office/events?day={wrong}").status_code == 400
    assert browser.get("/office/events?name=no.such").status_code == 400


def test_a_long_log_costs_as_many_queries_as_a_short_one(cast: Cast) -> None:
    browser = signed_in(cast.auditor)
    few = queries_of(browser, "/office/events")
    for _ in range(30):
        register_group(1)

    assert queries_of(browser, "/office/events") == few


def test_the_auditor_sees_who_can_do_what(cast: Cast) -> None:
    browser = signed_in(cast.auditor)
    few = queries_of(browser, "/office/staff")
    html = browser.get("/office/staff").content.decode()
    assert "Ona Officer" in html
    assert cast.officer.email in html

    for number in range(10):
        make_staff(f"Extra {number}")
    assert queries_of(browser, "/office/staff") == few


@pytest.fixture
def case(cast: Cast) -> SafeguardingCase:
    content = {"name": "", "whereabouts": WHEREABOUTS, "contact": "ask for Ana"}
    open_safeguarding_case(content=content, language="es", at=NOW)
    return SafeguardingCase.objects.get()


def test_a_supervisor_opens_and_takes_a_case_and_that_is_told(
    cast: Cast, case: SafeguardingCase, clock: StandingClock
) -> None:
    browser = signed_in(cast.supervisor)
    listed = browser.get("/office/safeguarding").content.decode()
    assert case.number in listed
    assert WHEREABOUTS not in listed

    clock.at = NOW + timedelta(minutes=5)
    opened = browser.post(f"/office/safeguarding/{case.pk}")
    browser.post(f"/office/safeguarding/{case.pk}")

    assert WHEREABOUTS in opened.content.decode()
    case.refresh_from_db()
    assert (case.taken_by, case.taken_at) == (cast.supervisor, clock.at)
    told = list_events(subject=Subject("safeguarding_case", str(case.pk)))[1:]
    assert [(event.name, event.details["taken"]) for event in told if event.details] == [
        ("safeguarding.read", True),
        ("safeguarding.read", False),
    ]


def test_a_case_is_opened_by_a_form_only(cast: Cast, case: SafeguardingCase) -> None:
    assert signed_in(cast.supervisor).get(f"/office/safeguarding/{case.pk}").status_code == 405


@pytest.mark.parametrize("name", ["officer", "scheduler", "operator", "auditor", "nobody"])
def test_nobody_but_a_supervisor_opens_a_case(cast: Cast, case: SafeguardingCase, name: str) -> None:
    before = Event.objects.count()
    response = signed_in(cast.everybody()[name]).post(f"/office/safeguarding/{case.pk}")

    assert response.status_code == 403
    assert WHEREABOUTS not in response.content.decode()
    case.refresh_from_db()
    assert case.taken_by is None
    assert Event.objects.count() == before
