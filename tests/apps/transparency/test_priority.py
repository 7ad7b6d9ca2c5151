"""The public reads who goes first: rules in words, verified facts and placements as counts that point to nobody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fairport.audit.events import OPERATOR
from fairport.facts.models import Place
from fairport.programmes.operations import load_policy_file
from tests.apps.facts.conftest import make_family, verify
from tests.apps.facts.test_a_draw_with_tiers import TRIAL_FILE
from tests.apps.placements.conftest import AT, load_second_version, place, waiting
from tests.cast import Cast
from tests.factories.clock import StandingClock
from tests.factories.programme import NOW

NEXT_MONTH = datetime(2023, 2, 3, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _pages_without_collected_files(plain_static: None) -> None:
    """Every test here opens a page."""


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> StandingClock:
    return StandingClock(monkeypatch, NEXT_MONTH)


def page_at(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def verify_often(cast: Cast, count: int, *, where: Place = Place.DESK) -> None:
    """So many pregnancies, each of another group."""
    for _ in range(count):
        verify(make_family(), cast, where=where)


def counts_of(client: Client) -> dict[tuple[str, str, str], int | None]:
    rows: list[dict[str, Any]] = client.get("/api/v1/verified-facts/counts").json()
    return {(row["month"], row["criterion"], row["where"]): row["count"] for row in rows}


def test_a_month_is_told_once_it_is_over(cast: Cast, client: Client, clock: StandingClock) -> None:
    verify_often(cast, 11)
    clock.at = datetime(2023, 1, 31, 23, 59, tzinfo=UTC)
    assert counts_of(client) == {}
    assert "is over yet" in page_at(client, "/data/verified-reasons")
    clock.at = datetime(2023, 2, 1, tzinfo=UTC)
    assert counts_of(client)["2023-01", "pregnancy", "desk"] == 11
    page = page_at(client, "/data/verified-reasons")
    assert "January 2023" in page
    assert ">11<" in page


def test_nine_are_not_told_and_ten_are(cast: Cast, client: Client, clock: StandingClock) -> None:
    verify_often(cast, 9, where=Place.VIDEO)
    verify_often(cast, 10, where=Place.DESK)
    found = counts_of(client)
    assert found["2023-01", "pregnancy", "video"] is None
    assert found["2023-01", "pregnancy", "desk"] == 10
    # What did not happen looks as what happened nine times.
    assert found["2023-01", "threat", "port"] is None
    assert len(found) == 8 * 3
    page = page_at(client, "/data/verified-reasons")
    assert page.count("fewer than 10") == 8 * 3 - 1
    assert ">9<" not in page


def test_placements_stand_beside_the_cap_and_reasons_wait_for_the_week_to_end(
    cast: Cast, client: Client, clock: StandingClock
) -> None:
    load_second_version()
    clock.at = AT
    place(cast, [waiting(3)])
    week = {"programme": "title-42-exemption", "port": "SDG", "week": "2023-03-20"}
    assert client.get("/api/v1/placements/counts").json() == {
        "weeks": [{**week, "people": 3, "cap": 24}],
        "reasons": [],
    }
    page = page_at(client, "/data/placements")
    assert "March 20, 2023" in page
    assert "Urgent medical care" not in page
    clock.at = AT + timedelta(days=12)
    assert client.get("/api/v1/placements/counts").json()["reasons"] == [
        {**week, "reason": "medical", "groups": 1, "people": 3}
    ]
    page = page_at(client, "/data/placements")
    assert "Urgent medical care" in page


def test_the_rules_in_words(cast: Cast, client: Client, clock: StandingClock) -> None:
    page = page_at(client, "/data/programmes")
    assert "every group has the same chance" in page
    assert "Nobody can be placed outside the draw." in page
    assert "A verified reason holds for 365 days." in page
    load_policy_file(path=TRIAL_FILE, at=NOW, actor=OPERATOR)
    page = page_at(client, "/data/programmes")
    assert "The most vulnerable first (trial)" in page
    assert "Physical illness, Mental illness, Disability, Pregnancy, Threat of harm" in page
    assert "4 tickets" in page
    assert "Pregnancy: 280 days." in page
    assert "may place 24 people in a port and week" in page
    rules = client.get("/api/v1/programmes/title-42-most-vulnerable-first/policy").json()["rules"]
    assert rules["tiers"]["default"] == {"tier": 2, "weight": 1}
    assert rules["tiers"]["rules"][1] == {"any_of": ["no_housing", "under_21", "over_70"], "tier": 2, "weight": 4}


@pytest.mark.parametrize("address", ["/data", "/ports", "/draws/how"])
def test_other_pages_lead_there(cast: Cast, client: Client, clock: StandingClock, address: str) -> None:
    page = page_at(client, address)
    assert "/data/placements" in page or "/data/programmes" in page


@pytest.mark.parametrize("address", ["/data/verified-reasons", "/data/placements", "/data/programmes"])
def test_a_page_is_small_and_needs_as_many_queries_for_many_rows(
    cast: Cast, client: Client, clock: StandingClock, address: str
) -> None:
    load_second_version()
    counts = []
    for number in range(2):
        for _ in range(1 + 3 * number):
            place(cast, [waiting()])
            verify(make_family(), cast)
        clock.at = AT + timedelta(days=12)
        with CaptureQueriesContext(connection) as queries:
            page = page_at(client, address)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert len(page.encode()) < 20_000
