"""The funnel: shares by officer, port and criterion, for those whose task it is to look at them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fairport.accounts.models import Role
from fairport.checkin.models import CheckIn, Determination
from fairport.checkin.operations import record_arrival, record_determination
from fairport.oversight.models import CriterionCount
from fairport.oversight.operations import NotYourSignal, count_criteria, find_patterns, open_signal, review_signal
from fairport.registrations.models import IntegritySignal
from fairport.sealing.operations import erase_data_key
from tests.apps.checkin.conftest import Group, make_group
from tests.apps.oversight.conftest import LIMITS, add_decisions, shown_rows
from tests.cast import Cast, make_staff, signed_in
from tests.factories.clock import StandingClock
from tests.factories.programme import NOW

REASON = "She showed a letter of the clinic: the leg is broken."
LATER = NOW + timedelta(days=10)


@pytest.fixture(autouse=True)
def _later(clock: StandingClock) -> None:
    clock.at = LATER


@pytest.fixture
def group(cast: Cast) -> Group:
    return make_group()


@pytest.fixture
def port_of_decisions(cast: Cast, group: Group) -> Group:
    """Nine officers of San Diego decide alike, one does not; two decide at El Paso."""
    for number in range(9):
        officer = make_staff(f"Usual {number}", (Role.PORT_OFFICER, "SDG"))
        add_decisions(group.appointment, officer, exempted=30, not_exempted=20, referred=10)
    add_decisions(group.appointment, cast.officer, exempted=5, not_exempted=50, referred=5)
    add_decisions(group.appointment, cast.second_officer, exempted=2)
    add_decisions(group.appointment, cast.other_officer, port="ELP", exempted=30, not_exempted=30)
    return group


def names(response: Any) -> list[str]:
    return [row["name"] for row in shown_rows(response)]


def decide(check_in: CheckIn, cast: Cast, **changes: Any) -> Determination:
    values: dict[str, Any] = {
        "check_in_id": check_in.pk,
        "outcome": "exempted",
        "criterion": "physical_illness",
        "reason": REASON,
        "officer": cast.officer,
        "at": check_in.arrived_at + timedelta(minutes=20),
    }
    return record_determination(**values | changes)


def test_an_auditor_sees_who_stands_out(cast: Cast, port_of_decisions: Group) -> None:
    page = signed_in(cast.auditor).get("/office/watch")

    rows = shown_rows(page)
    assert rows[0]["name"] == cast.officer.full_name
    assert [row["name"] for row in rows if row["judged"].flagged] == [cast.officer.full_name]
    by_name = {row["name"]: row for row in rows}
    assert (by_name["Usual 1"]["judged"].unit.total, by_name["Usual 1"]["judged"].unit.count) == (60, 30)
    assert by_name[cast.second_officer.full_name]["judged"].verdict == "too_few"
    text = page.content.decode()
    assert "Stands out" in text
    assert '<svg class="fp-chart"' in text
    assert "style=" not in text
    assert "A unit outside the lines is a reason to look, not a finding." in text


def test_the_period_the_port_the_outcome_and_the_order_are_chosen(cast: Cast, port_of_decisions: Group) -> None:
    browser = signed_in(cast.ombuds)
    assert "There are no decisions" in browser.get("/office/watch?last=2023-01-17").content.decode()
    assert len(names(browser.get("/office/watch?first=2023-01-18&last=2023-01-18"))) == 12
    assert names(browser.get("/office/watch?port=ELP")) == [cast.other_officer.full_name]
    by_share = names(browser.get("/office/watch?order=share"))
    assert by_share[0] == cast.second_officer.full_name
    assert by_share[-1] == cast.officer.full_name
    assert names(browser.get("/office/watch?order=name")) == sorted(by_share)
    assert names(browser.get("/office/watch?order=cases"))[-1] == cast.second_officer.full_name
    refused = browser.get("/office/watch?outcome=not_exempted&order=share")
    assert names(refused)[0] == cast.officer.full_name
    ports = browser.get("/office/watch?by=port")
    assert {row["judged"].unit.key: row["judged"].unit.total for row in shown_rows(ports)} == {"SDG": 602, "ELP": 60}
    for wrong in ("by=planet", "first=soon", "first=2023-02-01&last=2023-01-01", "order=luck", "port=XXX"):
        assert browser.get(f"/office/watch?{wrong}").status_code == 400, wrong


def test_a_supervisor_sees_the_own_port_and_no_officer(cast: Cast, port_of_decisions: Group) -> None:
    browser = signed_in(cast.supervisor)
    page = browser.get("/office/watch")
    (row,) = shown_rows(page)
    assert row["judged"].unit.key == "SDG"
    # Judged against all ports, though the others are not shown.
    assert page.context["share"] == "46.4 %"
    for hidden in ("Usual", cast.officer.full_name, "El Paso"):
        assert hidden not in page.content.decode()
    assert browser.get("/office/watch?by=officer").status_code == 400
    assert browser.get("/office/watch?port=ELP").status_code == 400
    assert cast.officer.full_name not in browser.get("/office/watch?by=officer").content.decode()


@pytest.mark.parametrize("name", ["officer", "scheduler", "operator", "vetting_officer", "nobody"])
def test_nobody_else_compares(cast: Cast, name: str) -> None:
    assert signed_in(cast.everybody()[name]).get("/office/watch").status_code == 403
    assert Client().get("/office/watch").status_code == 302


def test_the_page_asks_as_often_for_many_officers(cast: Cast, group: Group) -> None:
    browser = signed_in(cast.auditor)

    def count_queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert browser.get("/office/watch").status_code == 200
        return len(captured)

    add_decisions(group.appointment, cast.officer, exempted=3)
    few = count_queries()
    for number in range(60):
        add_decisions(group.appointment, make_staff(f"Many {number}", (Role.PORT_OFFICER, "SDG")), exempted=1)
    assert count_queries() == few
    assert len(names(browser.get("/office/watch"))) == 50
    assert len(names(browser.get("/office/watch?page=2"))) == 11


def test_criteria_are_counted_once_and_follow_a_correction(cast: Cast, group: Group) -> None:
    first, second = record_arrival(
        appointment_id=group.appointment.pk,
        traveler_ids=[traveler.pk for traveler in group.travelers[:2]],
        officer=cast.officer,
        at=group.in_band,
    )
    # The lead claimed no housing; what was found is another criterion. The child is under 21.
    wrong = decide(first, cast)
    decide(second, cast, outcome="referred", criterion=None)
    assert count_criteria(at=LATER) == 2
    assert count_criteria(at=LATER) == 0

    def counts() -> set[tuple[str, str, int, int]]:
        rows = CriterionCount.objects.exclude(claimed=0, found=0)
        return set(rows.values_list("criterion", "outcome", "claimed", "found"))

    assert counts() == {
        ("no_housing", "exempted", 1, 0),
        ("physical_illness", "exempted", 0, 1),
        ("under_21", "referred", 1, 0),
    }
    decide(first, cast, outcome="referred", criterion=None, officer=cast.supervisor, replaces=wrong.pk)
    assert count_criteria(at=LATER) == 1
    assert counts() == {("no_housing", "referred", 1, 0), ("under_21", "referred", 1, 0)}
    assert set(CriterionCount.objects.values_list("month", "port")) == {(date(2023, 1, 1), "SDG")}
    page = signed_in(cast.auditor).get("/office/watch?by=criterion&outcome=referred&order=name")
    assert [(row["name"], row["judged"].unit.count, row["found"]) for row in shown_rows(page)] == [
        ("No housing", 1, 0),
        ("Physical illness", 0, 0),
        ("Under 21 years old", 1, 0),
    ]
    elsewhere = make_staff("Eli Elsewhere", (Role.SUPERVISOR, "ELP"))
    assert shown_rows(signed_in(elsewhere).get("/office/watch?by=criterion")) == []


def test_what_was_erased_before_is_in_no_count_and_holds_up_nobody(cast: Cast, group: Group) -> None:
    (check_in,) = record_arrival(
        appointment_id=group.appointment.pk,
        traveler_ids=[group.travelers[0].pk],
        officer=cast.officer,
        at=group.in_band,
    )
    decide(check_in, cast)
    erase_data_key(data_key_id=group.appointment.registration.data_key_id, at=NOW)
    assert count_criteria(at=LATER) == 1
    assert not CriterionCount.objects.exists()


def test_who_stands_out_is_a_signal_for_the_ombuds_once_a_month(cast: Cast, port_of_decisions: Group) -> None:
    assert find_patterns(at=LATER, limits=LIMITS) == 1
    assert find_patterns(at=LATER + timedelta(days=1), limits=LIMITS) == 0
    signal = IntegritySignal.objects.get()
    assert (signal.kind, signal.about, signal.size) == ("outlier", f"staff:{cast.officer.pk}", 60)
    listed = signed_in(cast.ombuds).get("/office/watch/signals").content.decode()
    assert cast.officer.full_name in listed
    assert shown_rows(signed_in(cast.supervisor).get("/office/watch/signals?state=all")) == []
    with pytest.raises(NotYourSignal):
        open_signal(signal_id=signal.pk, reader=cast.supervisor, reason="compare", at=LATER)
    opened = open_signal(signal_id=signal.pk, reader=cast.ombuds, reason="compare", at=LATER)
    assert (opened.files, opened.total) == ((), 0)
    page = signed_in(cast.ombuds).post(f"/office/watch/signals/{signal.pk}/open", {"reason": "compare"})
    assert "No registrations stand behind this signal." in page.content.decode()
    review_signal(
        signal_id=signal.pk,
        outcome="nothing",
        words="He works in the ward for the very ill.",
        seen=0,
        reviewer=cast.ombuds,
        at=LATER,
    )
    assert find_patterns(at=LATER + timedelta(days=31), limits=LIMITS) == 1
