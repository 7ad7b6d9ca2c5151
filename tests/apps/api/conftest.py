from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from fairport.domain.policy import Policy
from tests.factories.programme import NOW, PROGRAMME, open_programme


@dataclass
class Clock:
    """The moment at which the interface thinks it is."""

    at: datetime = NOW


@pytest.fixture(autouse=True)
def static_files_as_they_are(settings: Any) -> None:
    """Nothing needs to be collected before a test."""
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    for module in ("applicant", "transparency"):
        monkeypatch.setattr(f"fairport.{module}.api.now", lambda: clock.at)
    return clock


@pytest.fixture
def policy(db: None, clock: Clock) -> Policy:
    """The founding programme with its slots."""
    return open_programme()


class Api:
    """Calls of the JSON interface, answered as parsed JSON."""

    def __init__(self) -> None:
        self.client = Client()

    def get(self, path: str, *, code: str | None = None, **headers: str) -> HttpResponse:
        return self.client.get(f"/api/v1{path}", headers=self._headers(code, headers))  # type: ignore[return-value]

    def post(
        self, path: str, body: Any = None, *, code: str | None = None, key: str | None = None, **headers: str
    ) -> HttpResponse:
        if key is not None:
            headers["Idempotency-Key"] = key
        content = "" if body is None else json.dumps(body)
        return self.client.post(  # type: ignore[return-value]
            f"/api/v1{path}", data=content, content_type="application/json", headers=self._headers(code, headers)
        )

    def _headers(self, code: str | None, headers: dict[str, str]) -> dict[str, str]:
        return {**headers, **({} if code is None else {"Authorization": f"Bearer {code}"})}


@pytest.fixture
def api() -> Iterator[Api]:
    yield Api()


@pytest.fixture
def body() -> dict[str, Any]:
    """What a partner sends for a family of two."""
    return {
        "programme": PROGRAMME,
        "language": "es",
        "ports": ["SDG", "CLX"],
        "travelers": [
            {
                "given_names": "Marie",
                "family_names": "Désir",
                "birth_date": "1990-05-17",
                "nationality": "HT",
                "document_number": "PP7654321",
                "criteria": ["no_housing"],
            },
            {"given_names": "Léa", "family_names": "Désir", "birth_date": "2015-08-02", "nationality": "HT"},
        ],
        "contact": {"email": "marie@example.org"},
        "location": {"country": "MX", "state": "MX-BCN"},
        "attestation": True,
    }
