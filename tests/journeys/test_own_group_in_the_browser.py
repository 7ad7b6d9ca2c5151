"""What the reader brings to the browser's verifier: archives, the entry secret, the lines from the status page."""

from __future__ import annotations

import dataclasses
import gzip
import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from fairport.domain.draw import MerkleTree, entry_id
from tests.domain.building import BUNDLE_FILES, BY_HAND, cell, entry, params, write_bundle
from tests.journeys.laboratory import Bundle, Laboratory, check_task, public_task, read_bundle

SECRET = bytes(range(32))
DRAW_ID = "title-42-exemption/2023-01-18"
OWN_ID = entry_id(entry_secret=SECRET, draw_id=DRAW_ID)
LATE = ("pool.txt", "allocation.txt")


def by_hand() -> dict[str, bytes]:
    return {name: (BY_HAND / name).read_bytes() for name in BUNDLE_FILES}


def archive(bundle: Bundle, *, folder: str = "draw/", kind: bytes = tarfile.REGTYPE) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as packed:
        for name, raw in bundle.items():
            member = tarfile.TarInfo(f"{folder}{name}")
            member.size, member.type = len(raw), kind
            packed.addfile(member, io.BytesIO(raw))
    return target.getvalue()


def test_an_archive_is_taken_if_it_is_one(laboratory: Laboratory) -> None:
    zeros = gzip.compress(bytes(500_000_000), compresslevel=1)
    archives = {
        "": archive(by_hand()),
        "archive_path": archive(by_hand(), folder="../"),
        "archive_broken": archive(by_hand())[:-200],
        "archive_too_large": zeros,
        "missing": archive(by_hand(), kind=tarfile.SYMTYPE),
    }
    two = archive({"a/manifest.json": b"", "b/params.json": b""})
    verdicts = laboratory.judge([{"draw.tar.gz": raw} for raw in [*archives.values(), two, archive({}, folder="/")]])
    assert [verdict.code for verdict in verdicts] == [*archives, "archive_folders", "missing"]


def find(laboratory: Laboratory, bundle: Bundle, **asked: str) -> dict[str, Any]:
    """What the worker says of the reader's own group, after it checked the bundle."""
    _, answer = laboratory.ask([check_task(bundle), {"kind": "entry", "secret": "", "ownLines": "", **asked}])
    return answer


@pytest.fixture
def bundle(tmp_path: Path) -> dict[str, bytes]:
    """A draw with the reader's own group in it."""
    entries = [dataclasses.replace(entry(1, size=7, tier=0), id=OWN_ID), entry(2, size=12), entry(3, size=6)]
    return read_bundle(write_bundle(tmp_path / "draw", entries=entries, draw_params=params([cell()])))


def test_a_group_finds_itself_by_its_secret(bundle: Bundle, laboratory: Laboratory) -> None:
    answer = find(laboratory, bundle, secret=SECRET.hex().upper())
    assert answer["entry"]["id"] == OWN_ID
    first, second, third = answer["entry"]["facts"]
    line = next(
        number for number, one in enumerate(bundle["pool.txt"].splitlines(), 1) if one.startswith(OWN_ID.encode())
    )
    assert first == {"code": "entry_in_pool", "values": {"line": line, "count": 3, "size": 7}}
    assert second == {"code": "entry_rank", "values": {"rank": 1, "count": 3}}
    assert third["code"] in ("entry_offer_seniority", "entry_offer_lottery")
    assert third["values"] == {"port": "AAA", "date": "2023-02-01", "band": "08:00"}
    other = find(laboratory, bundle, secret="0" * 64)
    assert [fact["code"] for fact in other["entry"]["facts"]] == ["entry_not_in_pool"]
    assert find(laboratory, bundle, secret="not a secret")["code"] == "own_secret_form"


# Before the release: the files that are public, and the reader's own lines.


def lines_of(bundle: Bundle, **changes: Any) -> str:
    """The file of the status page."""

    def proof(name: str) -> dict[str, Any]:
        lines = bundle[name].splitlines()
        index = next(number for number, line in enumerate(lines) if line.startswith(OWN_ID.encode()))
        tree = MerkleTree(lines)
        return {
            "line": lines[index].decode(),
            "index": index,
            "size": tree.size,
            "proof": [step.hex() for step in tree.proof(index)],
        }

    document = {"draw_id": DRAW_ID, "pool": proof("pool.txt"), "allocation": proof("allocation.txt")}
    return json.dumps({**document, **changes})


def test_the_public_files_are_checked_before_the_others_are_there(bundle: Bundle, laboratory: Laboratory) -> None:
    names = [name for name in BUNDLE_FILES if name not in LATE]
    (answer,) = laboratory.ask([public_task(laboratory, bundle, names)])
    report = answer["report"]
    assert (report["complete"], report["drawn"]) == (False, True)
    assert [one["code"] for one in report["proven"]] == ["proven_params", "proven_seed", "proven_secret"]
    assert [one["code"] for one in report["unproven"]] == ["unproven_pool", "unproven_time", "unproven_who"]
    seed = json.loads(bundle["result.json"])["seed"].encode()
    wrong = {**bundle, "result.json": bundle["result.json"].replace(seed, b"0" * 64)}
    (answer,) = laboratory.ask([public_task(laboratory, wrong, names)])
    assert (answer["file"], answer["code"], answer["values"]["key"]) == ("result.json", "result_differs", "seed")


def test_a_draw_that_is_only_frozen(bundle: Bundle, laboratory: Laboratory) -> None:
    (answer,) = laboratory.ask([public_task(laboratory, bundle, ["manifest.json", "params.json"])])
    assert [one["code"] for one in answer["report"]["proven"]] == ["proven_params"]
    assert answer["report"]["unproven"][0]["code"] == "unproven_not_drawn"
    (answer,) = laboratory.ask(
        [public_task(laboratory, {**bundle, "params.json": b"{}\n"}, ["manifest.json", "params.json"])]
    )
    assert (answer["file"], answer["code"]) == ("params.json", "hash_differs")


def test_the_round_is_there_and_the_draw_is_not_run_yet(bundle: Bundle, laboratory: Laboratory) -> None:
    names = ["manifest.json", "params.json", "beacon.json"]
    (answer,) = laboratory.ask([public_task(laboratory, bundle, names)])
    assert [one["code"] for one in answer["report"]["proven"]] == ["proven_params", "proven_secret"]
    assert answer["report"]["unproven"][0]["code"] == "unproven_not_drawn"
    wrong = {**bundle, "beacon.json": b'{"secret":"' + b"0" * 64 + b'"}\n'}
    (answer,) = laboratory.ask([public_task(laboratory, wrong, names)])
    assert (answer["file"], answer["code"]) == ("beacon.json", "beacon_wrong_secret")
    (answer,) = laboratory.ask([public_task(laboratory, bundle, ["manifest.json", "params.json", "result.json"])])
    assert (answer["file"], answer["code"]) == ("beacon.json", "missing")


def own_lines(laboratory: Laboratory, bundle: Bundle, lines: str, secret: str = "") -> dict[str, Any]:
    names = [name for name in BUNDLE_FILES if name not in LATE]
    task = {"kind": "entry", "secret": secret, "ownLines": lines}
    _, answer = laboratory.ask([public_task(laboratory, bundle, names), task])
    return answer


def test_own_lines_are_shown_to_be_in_the_roots(bundle: Bundle, laboratory: Laboratory) -> None:
    answer = own_lines(laboratory, bundle, lines_of(bundle), SECRET.hex())
    assert answer["entry"]["id"] == OWN_ID
    codes = [fact["code"] for fact in answer["entry"]["facts"]]
    assert codes[0] == "entry_line_in_pool"
    assert codes[1].startswith("entry_offer_")
    assert codes[2] == "entry_line_in_allocation"
    without = own_lines(laboratory, bundle, lines_of(bundle, allocation=None))
    assert [fact["code"] for fact in without["entry"]["facts"]] == ["entry_line_in_pool", "entry_no_outcome_line"]
    secret_alone = own_lines(laboratory, bundle, "", SECRET.hex())
    assert [fact["code"] for fact in secret_alone["entry"]["facts"]] == ["entry_needs_lines"]


def test_lines_that_are_not_there_or_not_theirs(bundle: Bundle, laboratory: Laboratory) -> None:
    pool = json.loads(lines_of(bundle))["pool"]
    outcome = json.loads(lines_of(bundle))["allocation"]
    changed: dict[str, list[dict[str, Any]]] = {
        "own_not_proven": [
            {"pool": {**pool, "line": pool["line"].replace(",7,", ",8,")}},
            {"pool": {**pool, "proof": pool["proof"][:-1]}},
            {"pool": {**pool, "size": 4}},
            {"pool": {**pool, "index": 9}},
            {"allocation": {**outcome, "line": outcome["line"].replace("08:00", "10:00")}},
        ],
        "own_form": [{"pool": None}, {"pool": {**pool, "proof": ["zz"]}}, {"allocation": {"line": 1}}],
        "own_other_draw": [{"draw_id": "title-42-exemption/2023-01-19"}],
    }
    for code, cases in changed.items():
        for case in cases:
            answer = own_lines(laboratory, bundle, lines_of(bundle, **case))
            assert (answer["file"], answer["code"]) == ("own-lines", code), case
    assert own_lines(laboratory, bundle, lines_of(bundle), "0" * 64)["code"] == "own_other_id"
    assert own_lines(laboratory, bundle, "[]")["code"] == "own_form"
    assert own_lines(laboratory, bundle, "{")["code"] == "not_json"
