"""`GET /api/v1/metros`: the contract, its margins, and what it refuses. tests/apps/api checks it against its schema."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db
CONTRACT = {
    "rank": 14,
    "cbsa_code": "19100",
    "name": "Dallas-Fort Worth-Arlington, TX Metro Area",
    "cohort": "large",
    "foreign_born": 1_376_117,
    "population": 7_451_858,
    "share_percent": 18.5,
    "most_common_country": "Mexico",
}


def test_an_area_has_what_the_contract_says(client: Client) -> None:
    answer = client.get("/api/v1/metros?year=2020&cohort=large").json()
    assert len(answer) == 15
    assert answer[13].items() >= CONTRACT.items()
    assert answer[13]["share_moe"] is None


def test_a_folder_brings_margins_and_micropolitan_areas_only_when_asked(client: Client, with_folder: None) -> None:
    answer = client.get("/api/v1/metros").json()
    assert {area["cohort"] for area in answer} == {"large", "midsize", "small"}
    assert all(area["share_moe"] > 0 for area in answer)
    assert answer[0]["vintage"] == "2019-2023"
    assert [area["cohort"] for area in client.get("/api/v1/metros?cohort=micro").json()] == ["micro", "micro"]
    assert client.get("/api/v1/metros?year=2020").json()[0]["vintage"] == "2016-2020"


@pytest.mark.parametrize(
    ("query", "status", "code", "errors"),
    [
        ("cohort=small", 404, "no_data_here", []),
        ("year=2019", 404, "no_data_here", []),
        ("cohort=huge", 422, "invalid", [("cohort", "cohort_unknown")]),
        ("cohort=LARGE", 422, "invalid", [("cohort", "field_invalid")]),
        ("year=soon", 422, "invalid", [("year", "field_invalid")]),
        ("year=99999999999999999999", 422, "invalid", [("year", "field_invalid")]),
    ],
)
def test_what_it_refuses(client: Client, query: str, status: int, code: str, errors: list[tuple[str, str]]) -> None:
    response = client.get(f"/api/v1/metros?{query}")
    problem = response.json()
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    assert problem["code"] == code
    assert [(error["field"], error["code"]) for error in problem["errors"]] == errors
    assert problem["title"]


def test_a_broken_folder_is_told(client: Client, settings: Any, tmp_path: Path) -> None:
    settings.METROS_DIR = str(tmp_path / "nothing")
    response = client.get("/api/v1/metros")
    assert (response.status_code, response.json()["code"]) == (503, "metros_unreadable")
