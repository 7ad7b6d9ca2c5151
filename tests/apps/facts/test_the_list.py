"""Auditors and the ombuds read who verified what; a port's own people what their port did."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fairport.facts.operations import withdraw_fact
from tests.apps.facts.conftest import HOUR, WORDS, Family, make_family, verify
from tests.cast import Cast, signed_in
from tests.factories.clock import StandingClock
from tests.factories.programme import NOW

LIST = "/office/facts/all"


def page_for(client: Client, query: str = "") -> str:
    response = client.get(f"{LIST}{query}")
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize(
    ("part", "sees"),
    [
        ("officer", True),
        ("supervisor", True),
        ("auditor", True),
        ("ombuds", True),
        ("other_officer", False),
        ("scheduler", None),
        ("operator", None),
        ("vetting_officer", None),
        ("nobody", None),
    ],
)
def test_who_reads_what(family: Family, cast: Cast, clock: StandingClock, part: str, sees: bool | None) -> None:
    verify(family, cast)
    response = signed_in(cast.everybody()[part]).get(LIST)
    page = response.content.decode()
    assert (response.status_code == 403) is (sees is None)
    assert (family.registration.number in page) is bool(sees)
    # Who verified is told, but neither the travelers' names nor what was seen.
    assert WORDS not in page
    assert "Désir" not in page
    if sees and part != "supervisor":
        assert "Sue Supervisor" in page


def test_the_list_filters(family: Family, cast: Cast, clock: StandingClock) -> None:
    [fact] = verify(family, cast)
    other = make_family()
    verify(other, cast, criteria=["no_housing"])
    withdraw_fact(
        registration_id=family.registration.pk,
        fact_id=fact.pk,
        reason="The letter was not real.",
        supervisor=cast.supervisor,
        at=NOW + 2 * HOUR,
    )
    browser = signed_in(cast.auditor)
    first, second = family.registration.number, other.registration.number
    for query, shown in {
        "": {first, second},
        "?port=SDG": {first, second},
        "?port=ELP": set(),
        "?criterion=pregnancy": {first},
        "?state=holds": {second},
        "?state=withdrawn": {first},
        "?state=ended": set(),
    }.items():
        page = page_for(browser, query)
        assert {number for number in (first, second) if number in page} == shown, query
    assert browser.get(f"{LIST}?state=maybe").status_code == 400
    clock.at = fact.valid_until + HOUR
    assert second in page_for(browser, "?state=ended")


def test_it_needs_as_many_queries_for_many(cast: Cast, clock: StandingClock) -> None:
    browser = signed_in(cast.auditor)
    counts = []
    for more in (1, 5):
        for _ in range(more):
            verify(make_family(), cast)
        with CaptureQueriesContext(connection) as queries:
            page_for(browser)
        counts.append(len(queries))
    assert counts[0] == counts[1]
