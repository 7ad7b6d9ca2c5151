"""What everybody can read about people who come without an appointment."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fairport.walkins.models import Outcome, Urgency
from fairport.walkins.operations import admit_walk_in, close_walk_in
from fairport.walkins.queries import days_of_walk_ins
from tests.cast import Cast
from tests.factories.clock import StandingClock
from tests.factories.programme import NOW
from tests.factories.walking_in import WORDS, come, reserve

CALL = "/api/v1/ports/walk-ins"


@pytest.fixture
def busy_day(cast: Cast, clock: StandingClock) -> None:
    """At San Diego: 2 and 3 (urgent) admitted, 4 left, 5 not admitted, 6 waiting; one more at El Paso."""
    reserve(9)
    for people, urgency in ((2, Urgency.NONE), (3, Urgency.DANGER)):
        group = come(cast.officer, people, urgency=urgency, words=WORDS if urgency != Urgency.NONE else "")
        admit_walk_in(walk_in_id=group.pk, officer=cast.officer, at=NOW)
    for people, outcome in ((4, Outcome.LEFT), (5, Outcome.NOT_ADMITTED)):
        close_walk_in(walk_in_id=come(cast.officer, people).pk, outcome=outcome, officer=cast.officer, at=NOW)
    come(cast.officer, 6)
    come(cast.other_officer, 1, port="ELP")


def test_the_interface_counts_people_by_port_and_day(busy_day: None) -> None:
    answer = Client().get(f"{CALL}?port=SDG&from=2023-01-18&to=2023-01-18")

    assert answer.json() == [
        {
            "port": "SDG",
            "date": "2023-01-18",
            "places": 9,
            "used": 5,
            "added": 0,
            "groups": 5,
            "people": 20,
            "urgent": 3,
            "admitted": 5,
            "urgent_admitted": 3,
            "not_admitted": 5,
            "left": 4,
            "waiting": 6,
        }
    ]


def test_days_can_be_left_out(busy_day: None) -> None:
    days = {(row["port"], row["date"]) for row in Client().get(CALL).json()}
    assert {("SDG", "2023-01-18"), ("ELP", "2023-01-18")} <= days
    later = Client().get(f"{CALL}?from=2023-01-19").json()
    assert {row["people"] for row in later} == {0}


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ("from=2023-01-01&to=2023-06-01", "to", "range_too_long"),
        ("port=XXX", "port", "port_unknown"),
    ],
)
def test_what_is_wrong_is_named(busy_day: None, query: str, field: str, code: str) -> None:
    answer = Client().get(f"{CALL}?{query}")

    assert answer.status_code == 422
    assert [(error["field"], error["code"]) for error in answer.json()["errors"]] == [(field, code)]


def test_the_page_of_ports_says_how_today_goes(busy_day: None) -> None:
    page = Client().get("/ports").content.decode()

    assert "Today without appointment: 9 places. People admitted: 5, of them urgent: 3. People waiting: 6." in page
    assert "Children added at the gate" not in page


def test_the_page_means_the_ports_own_today(cast: Cast, clock: StandingClock) -> None:
    # Half past eleven in the evening in San Diego: UTC has the next day.
    clock.at = NOW + timedelta(hours=14, minutes=30)
    come(cast.officer, 7, at=clock.at)

    assert "People waiting: 7." in Client().get("/ports").content.decode()


def test_more_groups_need_no_more_queries(cast: Cast, clock: StandingClock) -> None:
    counts = []
    for more in (1, 12):
        for _ in range(more):
            come(cast.officer)
        with CaptureQueriesContext(connection) as queries:
            days_of_walk_ins(first_day=NOW.date(), last_day=NOW.date() + timedelta(days=13))
        counts.append(len(queries))

    assert counts == [2, 2]
