"""The pages of the second look: the port's queue, the answer, and who may open them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fairport.checkin.models import CheckIn, Determination
from tests.apps.checkin.conftest import Group
from tests.apps.checkin.looking import OTHER_REASON, REASON, arrive, decide, state
from tests.cast import Cast, signed_in
from tests.factories.clock import StandingClock


@pytest.fixture
def check_in(cast: Cast, group: Group) -> CheckIn:
    """One of the family's three travelers is here."""
    return arrive(cast, group)


def opened(user: Any, group: Group) -> Client:
    """A browser of somebody who said why files are opened."""
    browser = signed_in(user)
    browser.post(f"/office/cases/{group.appointment.pk}", {"reason": "determination"})
    return browser


def test_the_pages_from_the_negative_to_its_effect(
    cast: Cast, group: Group, check_in: CheckIn, clock: StandingClock
) -> None:
    clock.at = group.in_band + timedelta(minutes=30)
    case = f"/office/cases/{group.appointment.pk}"
    first, second = opened(cast.officer, group), opened(cast.second_officer, group)
    form = f"{case}/travelers/{check_in.traveler_id}/determination"
    said = first.post(form, {"outcome": "not_exempted", "criterion": "", "reason": REASON}, follow=True)
    assert "It takes effect when a second officer agrees." in said.content.decode()
    assert "You decided this. Another officer takes the second look." in said.content.decode()
    address = f"/office/second-looks/{Determination.objects.get().pk}"

    assert first.get(address).status_code == 403
    queue = second.get("/office/second-looks").content.decode()
    assert address in queue
    assert "Désir" not in queue
    assert address not in first.get("/office/second-looks").content.decode(), "the first officer is led to the case"
    page = second.get(address).content.decode()
    assert REASON in page
    assert "No housing" in page
    wrong = second.post(address, {"verdict": "disagreed", "reason": "too short"})
    assert wrong.status_code == 400
    assert "too short" in wrong.content.decode()
    assert second.post(address, {"verdict": "", "reason": ""}).status_code == 400
    done = second.post(address, {"verdict": "agreed", "reason": ""}, follow=True)
    assert "The decision is in effect now." in done.content.decode()
    assert "In effect" in done.content.decode()
    again = second.post(address, {"verdict": "agreed", "reason": ""})
    assert again.status_code == 409
    assert "<code>already_reviewed</code>" in again.content.decode()
    assert address not in second.get("/office/second-looks").content.decode()


def test_a_case_that_came_back_is_in_the_queue_until_somebody_decides_again(
    cast: Cast, group: Group, check_in: CheckIn, clock: StandingClock
) -> None:
    clock.at = group.in_band + timedelta(minutes=30)
    first = decide(check_in, cast)
    second = opened(cast.second_officer, group)
    address = f"/office/second-looks/{first.pk}"
    second.post(address, {"verdict": "disagreed", "reason": OTHER_REASON})
    officer = opened(cast.officer, group)
    case = f"/office/cases/{group.appointment.pk}"

    assert "Came back" in officer.get("/office/second-looks?show=returned").content.decode()
    assert "No decision waits here." in officer.get("/office/second-looks?show=waiting").content.decode()
    page = officer.get(case).content.decode()
    assert "Decide again" in page
    assert OTHER_REASON in page
    form = f"{case}/travelers/{check_in.traveler_id}/determination"
    assert officer.get(form).status_code == 200
    data = {"outcome": "referred", "criterion": "", "reason": REASON, "replaces": str(first.pk)}
    assert officer.post(form, data)["Location"] == case
    assert "No decision waits here." in officer.get("/office/second-looks").content.decode()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("other_officer", "other_port"),
        ("scheduler", "role_missing"),
        ("operator", "role_missing"),
        ("auditor", "role_missing"),
        ("ombuds", "role_missing"),
        ("vetting_officer", "role_missing"),
        ("nobody", "role_missing"),
    ],
)
def test_the_page_of_a_look_opens_for_the_ports_officers_only(
    cast: Cast, check_in: CheckIn, name: str, code: str
) -> None:
    address = f"/office/second-looks/{decide(check_in, cast).pk}"
    browser = signed_in(cast.everybody()[name])
    before = state()

    for page in (browser.get(address), browser.post(address, {"verdict": "agreed", "reason": ""})):
        assert page.status_code == 403
        assert f"<code>{code}</code>" in page.content.decode()
        assert REASON not in page.content.decode()

    assert state() == before


def test_who_is_not_signed_in_sees_no_look(cast: Cast, check_in: CheckIn, client: Client) -> None:
    address = f"/office/second-looks/{decide(check_in, cast).pk}"
    before = state()
    assert client.get(address).status_code == 302
    assert client.post(address, {"verdict": "agreed"}).status_code == 302
    assert state() == before


def test_without_a_reason_the_file_stays_closed(cast: Cast, group: Group, check_in: CheckIn) -> None:
    address = f"/office/second-looks/{decide(check_in, cast).pk}"
    browser = signed_in(cast.second_officer)
    assert browser.get(address)["Location"] == f"/office/cases/{group.appointment.pk}"


def test_another_ports_queue_is_empty(cast: Cast, check_in: CheckIn) -> None:
    decide(check_in, cast)
    html = signed_in(cast.other_officer).get("/office/second-looks").content.decode()
    assert "No decision waits here." in html
    assert signed_in(cast.other_officer).get("/office/second-looks?port=SDG").status_code == 400


@pytest.mark.parametrize("query", ["order=newest", "order=number", "order=officer", "show=others", "port=SDG"])
def test_the_queue_filters_and_sorts(cast: Cast, check_in: CheckIn, query: str) -> None:
    first = decide(check_in, cast)
    html = signed_in(cast.second_officer).get(f"/office/second-looks?{query}").content.decode()
    assert f"/office/second-looks/{first.pk}" in html
    assert signed_in(cast.second_officer).get("/office/second-looks?order=up").status_code == 400


def test_the_queue_has_pages_and_a_constant_number_of_queries(cast: Cast, group: Group) -> None:
    browser = signed_in(cast.second_officer)
    counts = []
    for number in (0, 1, 2):
        decide(arrive(cast, group, number), cast)
        if number == 1:
            continue
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert browser.get("/office/second-looks").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert browser.get("/office/second-looks?page=99&show=waiting").status_code == 200
