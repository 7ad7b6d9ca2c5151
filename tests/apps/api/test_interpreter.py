"""`interpreter` in the JSON interface: optional, checked, and told to its owner only."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from fairport.domain.policy import Policy
from tests.apps.api.conftest import Api
from tests.apps.api.problems import problem_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def programme(policy: Policy) -> None:
    """Everything here needs the programme."""


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"language": "HT"}, {"language": "ht", "words": ""}),
        ({"language": "other", "words": " Akateko "}, {"language": "other", "words": "Akateko"}),
        ({"words": "in writing"}, {"language": "", "words": "in writing"}),
        ({"language": None, "words": None}, None),
        (None, None),
    ],
)
def test_what_was_sent_is_told_to_its_owner(
    api: Api, body: dict[str, Any], sent: dict[str, str] | None, told: dict[str, str] | None
) -> None:
    answer = api.post("/registrations", body | {"interpreter": sent})
    assert answer.status_code == 201

    assert api.get("/registrations/me", code=answer.json()["access_code"]).json()["interpreter"] == told


@pytest.mark.parametrize(
    ("sent", "field", "code"),
    [
        ({"language": "klingon"}, "interpreter.language", "interpreter_unknown"),
        ({"language": "other"}, "interpreter.words", "interpreter_words_required"),
        ({"language": "ht", "words": "x" * 201}, "interpreter.words", "interpreter_words_too_long"),
    ],
)
def test_what_is_unclear_is_named(api: Api, body: dict[str, Any], sent: dict[str, str], field: str, code: str) -> None:
    refused = api.post("/registrations", body | {"interpreter": sent})

    assert problem_of(refused, 422, "invalid") == [(field, code)]


def test_the_document_lists_the_languages() -> None:
    schemas = Client().get("/api/v1/openapi.json").json()["components"]["schemas"]

    assert "mam" in schemas["InterpreterIn"]["properties"]["language"]["description"]
