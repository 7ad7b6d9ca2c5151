"""The page for lay readers, and the words of the verifier in the browser."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client

from fairport.domain.allocation import allocate
from fairport.transparency.example import EXAMPLE
from fairport.transparency.verifier_texts import FINDINGS, REASONS, STAGES, TEXTS
from tests.domain.building import ROOT, cell, entry, params
from tests.factories.programme import open_programme

SOURCES = ROOT / "assets" / "src" / "verify"
CODE = re.compile(r'"([a-z]+(?:_[a-z0-9]+)+|missing|stopped|broken)"')
# Keys of the files look like codes.
KEYS = {
    *("allocation_root", "allocation_sha256", "chain_hash", "draw_id", "draw_time", "frozen_at", "manifest_sha256"),
    *("params_sha256", "policy_sha256", "pool_root", "pool_sha256", "previous_manifest_sha256", "rain_checks"),
    *("rain_checks_dropped", "seniority_carry", "seniority_carry_next", "seniority_share"),
}


@pytest.fixture(autouse=True)
def static_files_as_they_are(settings: Any) -> None:
    settings.WHITENOISE_AUTOREFRESH = True
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }


def test_the_example_is_what_the_rules_give() -> None:
    waiting_since = {"A": dt.date(2022, 1, 3), "B": dt.date(2022, 1, 10)}
    # The tier stands for the number of the ticket.
    entries = {
        row.group: entry(
            number, size=row.people, tier=number, registered=waiting_since.get(row.group, dt.date(2022, 2, 7))
        )
        for number, row in enumerate(EXAMPLE)
    }
    allocation = allocate(entries.values(), params([cell(capacity=12)]), seed=bytes(32))
    outcomes = {line.id: (line.step, line.outcome) for line in allocation.lines}
    assert [outcomes.get(entries[row.group].id) for row in EXAMPLE] == [
        ("S", "offer"),
        ("S", "offer"),
        ("L", "offer"),
        ("L", "rain-check"),
        None,
    ]
    assert [row.left for row in EXAMPLE] == [8, 5, 3, 0, 0]


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "es"])
def test_everyone_can_read_how_places_are_given_out(client: Client, language: str) -> None:
    open_programme()
    page = client.get("/draws/how", headers={"accept-language": language})
    assert page.status_code == 200
    text = page.content.decode()
    assert text.count("<tr>") == 1 + len(EXAMPLE)
    assert ("Half of the places of each day" in text) == (language == "en")
    for path in ("/", "/draws"):
        assert 'href="/draws/how"' in client.get(path).content.decode()


@pytest.mark.django_db
def test_without_a_policy_in_force_the_page_stands(client: Client) -> None:
    assert client.get("/draws/how").status_code == 200


def test_every_code_of_the_verifier_has_words_and_no_words_lie_idle() -> None:
    written = {code for path in SOURCES.glob("*.js") for code in CODE.findall(path.read_text(encoding="utf-8"))}
    assert written - KEYS == set(FINDINGS) | set(REASONS)
    shares = (SOURCES / "page.js").read_text(encoding="utf-8").split("const STAGES = {")[1].split("}")[0]
    assert {f"stage_{name}" for name in re.findall(r"(\w+):", shares)} == set(STAGES)


def test_the_words_name_only_what_is_filled_in() -> None:
    names = {
        "file",
        "line",
        "reason",
        "count",
        "found",
        "expected",
        "key",
        "low",
        "high",
        "digits",
        "most",
        "row",
        "column",
    }
    names |= {"port", "date", "band", "rank", "size", "name"}
    used = {name for text in TEXTS.values() for name in re.findall(r"\{(\w*)\}", str(text))}
    assert used <= names
