"""Complaints by the JSON interface."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fairport.complaints import floods
from fairport.complaints.models import Complaint
from fairport.domain.policy import Policy
from tests.apps.api.conftest import Api
from tests.apps.api.problems import problem_of
from tests.factories.clock import StandingClock
from tests.factories.programme import NOW

BODY = {"kind": "treatment", "words": "An officer shouted at my mother.", "port": "SDG"}
KEY = "5f0c1f52-8a0e-4d5e-9d6f-3f2f6c1f7a10"


@pytest.fixture(autouse=True)
def _open(policy: Policy, plain_static: None) -> None:
    """Ports exist, and pages can be opened."""


def test_a_complaint_goes_in_and_comes_back_with_its_code(api: Api) -> None:
    answer = api.post("/complaints", BODY | {"when": "today", "reach": "the shelter"})
    assert answer.status_code == 201
    assert list(answer.json()) == ["code"]
    own = api.get("/complaints/me", code=answer.json()["code"].lower())
    assert own["Cache-Control"] == "no-store"
    state = own.json()
    assert (state["kind"], state["port"], state["state"], state["outcome"]) == ("treatment", "SDG", "open", None)
    assert [(words["from"], words["text"]) for words in state["words"]] == [("sender", BODY["words"])]
    more = api.post("/complaints/me/words", {"words": "Again."}, code=answer.json()["code"], key=KEY)
    again = api.post("/complaints/me/words", {"words": "Again."}, code=answer.json()["code"], key=KEY)
    assert len(more.json()["words"]) == len(again.json()["words"]) == 2


def test_the_same_key_files_one_complaint(api: Api) -> None:
    first, second = api.post("/complaints", BODY, key=KEY), api.post("/complaints", BODY, key=KEY)
    assert first.json() == second.json()
    assert Complaint.objects.count() == 1
    problem_of(api.post("/complaints", BODY | {"words": "Other."}, key=KEY), 409, "idempotency_conflict")
    problem_of(api.post("/complaints", BODY, key="short"), 400, "idempotency_key_invalid")


def test_refusals_are_problem_documents(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = api.post("/complaints", {"kind": "gossip", "words": "", "port": "XXX"}, **{"Accept-Language": "es"})
    assert dict(problem_of(wrong, 422, "complaint_invalid")) == {
        "kind": "choice_invalid",
        "words": "complaint_words_required",
        "port": "port_unknown",
    }
    problem_of(api.post("/complaints", BODY | {"names": "x"}), 422, "invalid")
    problem_of(api.get("/complaints/me"), 401, "access_code_required")
    problem_of(api.get("/complaints/me", code="00000-00000-00000"), 401, "wrong_complaint_code")
    monkeypatch.setattr(floods, "REFUSED_BY_ADDRESS", 0)
    refused = api.post("/complaints", BODY)
    problem_of(refused, 429, "too_many_complaints")
    assert int(refused["Retry-After"]) > 0


def test_counts_are_those_of_months_that_are_over(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = StandingClock(monkeypatch, NOW)
    for _ in range(11):
        api.post("/complaints", BODY)
    api.post("/complaints", BODY | {"kind": "other"})
    assert api.get("/complaints/counts").json() == []
    clock.at = NOW + timedelta(days=30)
    counts = api.get("/complaints/counts").json()
    assert {"month": "2023-01", "kind": "treatment", "state": "open", "count": 11} in counts
    assert [row["count"] for row in counts if row["kind"] == "other"] == [None, None, None]
    page = api.client.get("/data/oversight").content.decode()
    assert "11" in page
    assert "fewer than 10" in page
