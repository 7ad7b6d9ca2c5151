"""The calendar, a day, the plan: who reads them, what they show, and how many queries that costs."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fairport.capacity.holiday_calendar import NAMES, OBSERVED, holidays_between
from fairport.ports.models import CapacityException
from tests.apps.capacity.conftest import DAY, LATER, booked, carry_out, close, lower
from tests.cast import Cast, signed_in
from tests.factories.clock import StandingClock

CALENDAR = "/office/capacity?port=SDG"
DAY_PAGE = "/office/capacity/SDG/days/2023-01-21"
PLAN_PAGE = "/office/capacity/SDG/plan"
READING = (CALENDAR, DAY_PAGE, PLAN_PAGE)
WRITING = ("/office/capacity/SDG/change", "/office/capacity/SDG/plan/change")
READERS = {"scheduler", "second_scheduler", "auditor", "supervisor", "second_supervisor"}
WRITERS = {"scheduler", "second_scheduler"}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock(clock: StandingClock) -> None:
    """The office's day is that of the tests."""


def queries_of(browser: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(path).status_code == 200
    return len(captured)


@pytest.mark.parametrize("path", [*READING, *WRITING])
def test_who_of_the_cast_comes_in(cast: Cast, path: str) -> None:
    allowed = READERS if path in READING else WRITERS
    for name, user in cast.everybody().items():
        assert signed_in(user).get(path).status_code == (200 if name in allowed else 403), name
    assert Client().get(path).status_code == 302


def test_a_supervisor_reads_the_own_port_only_and_changes_nothing(cast: Cast) -> None:
    browser = signed_in(cast.supervisor)
    assert [port.code for port in browser.get("/office/capacity").context["ports"]] == ["SDG"]
    for path in ("/office/capacity?port=ELP", "/office/capacity/ELP/days/2023-01-21", "/office/capacity/ELP/plan"):
        response = browser.get(path)
        assert response.status_code == 403
        assert "<code>other_port</code>" in response.content.decode()
    html = browser.get(CALENDAR).content.decode() + browser.get(DAY_PAGE).content.decode()
    assert "/change" not in html
    for path in WRITING:
        assert browser.post(path, {"step": "apply"}).status_code == 403
    assert not CapacityException.objects.exists()


@pytest.mark.parametrize(
    "path",
    [
        "/office/capacity?port=XXX",
        "/office/capacity?port=SDG&programme=none",
        "/office/capacity/XXX/plan",
        "/office/capacity/SDG/days/soon",
        "/office/capacity/SDG/days/0001-01-01",
        "/office/capacity/XXX/change",
    ],
)
def test_what_does_not_exist_is_not_found(cast: Cast, path: str) -> None:
    assert signed_in(cast.scheduler).get(path).status_code == 404


def test_the_month_shows_the_whole_horizon_at_once(cast: Cast) -> None:
    page = signed_in(cast.scheduler).get(CALENDAR)
    cells = [cell for week in page.context["weeks"] for cell in week]
    # From 18 January on, 14 days ahead: the month is shown until the first of February.
    assert [cell["row"].day for cell in cells if cell["in_horizon"]] == [
        date(2023, 1, 18) + timedelta(days=offset) for offset in range(15)
    ]
    assert all(cell["shown"] for cell in cells if cell["in_horizon"])
    assert {cell["row"].capacity for cell in cells if cell["in_horizon"]} == {180}
    assert page.context["figures"]["capacity"] == 15 * 180
    assert signed_in(cast.scheduler).get(f"{CALENDAR}&month=2023-04").context["month"] == "April 2023"
    assert signed_in(cast.scheduler).get(f"{CALENDAR}&month=never").context["month"] == "January 2023"


def test_held_places_exceptions_and_lowering_are_shown(cast: Cast) -> None:
    booked([3, 2])
    carry_out(close(DAY, words="The bridge is repaired"))
    browser = signed_in(cast.auditor)
    (cell,) = [cell for week in browser.get(CALENDAR).context["weeks"] for cell in week if cell["row"].day == DAY]
    assert (cell["row"].held, cell["row"].lowering, cell["row"].exception.kind) == (5, True, "closed")
    html = browser.get(DAY_PAGE).content.decode()
    assert "The bridge is repaired" in html
    assert "goes down to 0 as places are given back" in html


def test_a_band_that_the_clock_skips_is_named(cast: Cast, clock: StandingClock) -> None:
    from datetime import time

    from fairport.domain.policy import PolicyBand
    from fairport.ports.operations import replace_plan

    night = PolicyBand(time(2), time(3), 20, 0)
    replace_plan(
        programme="title-42-exemption", port="SDG", weekdays=[7], bands=[night], first_day=date(2023, 3, 5), at=LATER
    )
    browser = signed_in(cast.scheduler)
    assert "The clock skips this hour" in browser.get("/office/capacity/SDG/days/2023-03-12").content.decode()
    assert "The clock skips this hour" not in browser.get("/office/capacity/SDG/days/2023-03-19").content.decode()


def test_the_pages_cost_as_many_queries_for_much_as_for_little(cast: Cast) -> None:
    browser = signed_in(cast.scheduler)
    booked([2, 1, 4])
    carry_out(lower(DAY, 20))
    few = [queries_of(browser, path) for path in READING]
    for offset in range(1, 20):
        day = DAY + timedelta(days=offset)
        carry_out(lower(day, 20 + offset))
    assert [queries_of(browser, path) for path in READING] == few


def test_holidays_are_proposed_until_somebody_decides(cast: Cast) -> None:
    browser = signed_in(cast.scheduler)
    path = f"{CALENDAR}&month=2023-02"
    proposed = browser.get(path).context["proposals"]
    assert [(item["day"], [str(holiday.country) for holiday in item["holidays"]]) for item in proposed] == [
        ("Monday, February 6, 2023", ["Mexico"]),
        ("Monday, February 20, 2023", ["United States"]),
    ]
    # The link opens the form with the holiday as the reason; nothing is closed by itself.
    form = browser.get(proposed[0]["href"]).context["form"]
    assert (form["reason"].value(), form["what"].value(), form["source"].value()) == ("holiday", "closed", "holiday")
    assert not CapacityException.objects.exists()

    from fairport.domain.plans import DayKind

    carry_out(close(date(2023, 2, 6), kind=DayKind.UNCHANGED, source="holiday", reason="holiday"))
    carry_out(close(date(2023, 2, 20), source="holiday", reason="holiday"))
    assert browser.get(path).context["proposals"] == []


def test_every_holiday_has_a_name_in_our_own_texts() -> None:
    import holidays

    for country in ("US", "MX"):
        known = holidays.country_holidays(country, years=range(2023, 2044), language="en_US")
        names = {name for day in known.values() for name in day.split("; ")}
        assert {name.removesuffix(OBSERVED) for name in names} <= NAMES.keys()
    observed = holidays_between(first_day=date(2021, 12, 25), last_day=date(2022, 1, 2))
    assert [(day, [holiday.observed for holiday in found]) for day, found in observed.items()] == [
        (date(2021, 12, 25), [False, False]),
        (date(2021, 12, 31), [True]),
        (date(2022, 1, 1), [False, False]),
    ]


def test_the_plan_shows_what_holds_what_comes_and_what_is_over(cast: Cast) -> None:
    from datetime import time

    from fairport.domain.policy import PolicyBand
    from fairport.ports.operations import replace_plan

    values = {"programme": "title-42-exemption", "port": "SDG", "weekdays": [1], "at": LATER}
    replace_plan(bands=[PolicyBand(time(9), time(12), 50, 5)], first_day=date(2023, 1, 17), **values)
    replace_plan(bands=[PolicyBand(time(9), time(12), 70, 5)], first_day=date(2023, 2, 6), **values)
    monday, others = signed_in(cast.auditor).get(PLAN_PAGE).context["weekdays"]
    assert (monday["name"], others["name"].split(", ")[0]) == ("Monday", "Tuesday")
    form = signed_in(cast.scheduler).get(others["href"]).context["form"]
    assert form["weekdays"].value() == ["2", "3", "4", "5", "6", "7"]
    assert [
        (plan["state"], [band["places"] for band in plan["bands"]], plan["policy"]) for plan in monday["plans"]
    ] == [
        ("coming", [70], ""),
        ("now", [50], ""),
        ("over", [60, 60, 60], "2023.1"),
    ]


def test_the_public_reads_why_a_day_is_closed(cast: Cast, client: Client) -> None:
    booked([2])
    carry_out(close(DAY, words="<b>The bridge</b> is repaired", reason="works"))
    carry_out(close(DAY + timedelta(days=9), reason="holiday"))
    with CaptureQueriesContext(connection) as captured:
        html = client.get("/ports").content.decode()
    assert "Closed on this day: Works at the port" in html
    assert "&lt;b&gt;The bridge&lt;/b&gt; is repaired" in html
    # A day that was closed before its places were made is there all the same.
    assert "Closed on this day: Public holiday" in html
    assert len(captured) <= 8
