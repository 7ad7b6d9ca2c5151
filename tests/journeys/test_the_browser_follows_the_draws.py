"""The browser's verifier looks at the draw before: a draw that verifies by itself may still not follow it."""

from __future__ import annotations

import datetime as dt
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from fairport.domain.draw import PreviousDraw
from tests.domain.building import BUNDLE_FILES, DRAW_TIME, FROZEN_AT, cell, entry, params, write_bundle
from tests.journeys.laboratory import Bundle, Laboratory, public_task, read_bundle

DAY = dt.timedelta(days=1)
NEXT = "title-42-exemption/2023-01-19"


@pytest.fixture
def first(tmp_path: Path) -> dict[str, bytes]:
    """A first draw that leaves a carry of 2 of 3, and no rain-check."""
    draw_params = params([cell(capacity=20)], seniority_share=(1, 3))
    return read_bundle(write_bundle(tmp_path / "first", entries=[entry(1)], draw_params=draw_params))


def second(folder: Path, first: Bundle, **changes: Any) -> dict[str, bytes]:
    """The draw of the next day; `changes` bend its parameters or its manifest."""
    result = json.loads(first["result.json"])
    assert result["seniority_carry_next"] == 2
    manifest: dict[str, Any] = {
        "sequence": 2,
        "previous_manifest": first["manifest.json"],
        "frozen_at": FROZEN_AT + DAY,
        "draw_time": DRAW_TIME + DAY,
    }
    values: dict[str, Any] = {
        "draw_id": NEXT,
        "seniority_share": (1, 3),
        "seniority_carry": 2,
        "previous": PreviousDraw("title-42-exemption/2023-01-18", result["allocation_sha256"]),
    }
    manifest |= {name: changes.pop(name) for name in list(changes) if name in manifest}
    draw_params = params([cell()], **{**values, **changes})
    return read_bundle(write_bundle(folder, entries=[entry(1)], draw_params=draw_params, **manifest))


def ask(laboratory: Laboratory, bundle: Bundle, previous: Bundle) -> dict[str, Any]:
    (answer,) = laboratory.ask([public_task(laboratory, bundle, BUNDLE_FILES, previous=previous)])
    return answer


def test_a_draw_that_follows(first: Bundle, laboratory: Laboratory, tmp_path: Path) -> None:
    report = ask(laboratory, second(tmp_path / "second", first), first)["report"]
    assert {"code": "proven_succession", "values": {"found": "title-42-exemption/2023-01-18"}} in report["proven"]
    assert {"code": "unproven_rain_checks"} in report["unproven"]


def test_a_share_that_changed_changes_the_carry(first: Bundle, laboratory: Laboratory, tmp_path: Path) -> None:
    changed = second(tmp_path / "second", first, seniority_share=(1, 2), seniority_carry=1)
    assert ask(laboratory, changed, first)["kind"] == "report"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"previous_manifest": b"another"}, "previous_hash"),
        ({"sequence": 3}, "sequence_gap"),
        ({"frozen_at": DRAW_TIME}, "frozen_too_early"),
        ({"seniority_carry": 1}, "carry_differs"),
        ({"previous": PreviousDraw("title-42-exemption/2023-01-18", "0" * 64)}, "previous_named"),
        ({"previous": PreviousDraw("title-42-exemption/2023-01-17", "0" * 64)}, "previous_named"),
        ({"programme": "parole"}, "sequence_gap"),
    ],
)
def test_a_draw_that_does_not_follow(
    changes: dict[str, Any], code: str, first: Bundle, laboratory: Laboratory, tmp_path: Path
) -> None:
    assert ask(laboratory, second(tmp_path / "second", first, **changes), first)["code"] == code


def test_the_draw_before_must_be_whole_itself(first: Bundle, laboratory: Laboratory, tmp_path: Path) -> None:
    bundle = second(tmp_path / "second", first)
    other_params = {**first, "params.json": first["params.json"].replace(b"America", b"Amerika")}
    assert ask(laboratory, bundle, other_params)["code"] == "hash_differs"
    manifest = sha256(first["manifest.json"]).hexdigest().encode()
    other_result = {**first, "result.json": first["result.json"].replace(manifest, b"0" * 64)}
    assert ask(laboratory, bundle, other_result)["code"] == "manifest_differs"
    missing = {name: raw for name, raw in first.items() if name != "result.json"}
    assert ask(laboratory, bundle, missing)["code"] == "not_fetched"
