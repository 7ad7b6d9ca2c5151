"""The files of a draw, read strictly: each thing that is wrong is refused with the file, the line and the reason."""

import dataclasses
import datetime as dt
import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairport.domain.beacon import FREEZE_LEAD, DrandCommitment, commit_locally, round_at
from fairport.domain.draw import (
    BeaconRefused,
    DrandBeacon,
    DrawFileError,
    LocalBeacon,
    build_manifest,
    format_manifest,
    format_params,
    format_pool,
    parse_manifest,
    parse_params,
    parse_pool,
    run_draw,
)
from fairport.domain.draw_format import parse_json
from tests.domain.building import BY_HAND, DRAW_TIME, FROZEN_AT, cell, entry, params, repeatable

POOL = (BY_HAND / "pool.txt").read_bytes()
FIRST, SECOND = POOL.splitlines(keepends=True)[:2]
PARAMS = (BY_HAND / "params.json").read_bytes()
MANIFEST = (BY_HAND / "manifest.json").read_bytes()
SECRET = b"s" * 32


@pytest.mark.parametrize(
    ("raw", "line", "reason"),
    [
        (POOL[:-1], 11, "end with LF"),
        (POOL.replace(b"\n", b"\r\n"), 1, "without CR"),
        (FIRST + b"\n", 2, "six fields"),
        (b"\xef\xbb\xbf" + POOL, 1, "ASCII"),
        (FIRST + SECOND.replace(b"BBB", "BÉB".encode()), 2, "ASCII"),
        (FIRST + FIRST, 2, "twice"),
        (SECOND + FIRST, 2, "ascending"),
        (FIRST.upper(), 1, "32 lower-case hex digits"),
        (b" " + FIRST, 1, "32 lower-case hex digits"),
        (FIRST[2:], 1, "32 lower-case hex digits"),
        (b"00" + FIRST, 1, "32 lower-case hex digits"),
        (b"zz" + FIRST[2:], 1, "32 lower-case hex digits"),
        *((FIRST.replace(b",6,9", b",%s,9" % size), 1, "size") for size in (b"0", b"13", b"06", b"-1", b"6.0", b"")),
        *((FIRST.replace(b",6,9,", b",6,%s," % tier), 1, "tier") for tier in (b"10", b"-1", b"", b"09")),
        *((FIRST.replace(b",9,1,", b",9,%s," % weight), 1, "weight") for weight in (b"0", b"65", b"01", b"x")),
        (FIRST.replace(b"2022-01-17", b"2022-01-18"), 1, "Monday"),
        (FIRST.replace(b"2022-01-17", b"2022-02-30"), 1, "does not exist"),
        (FIRST.replace(b"2022-01-17", b"2022-1-17"), 1, "a date such as"),
        (FIRST.replace(b"2022-01-17", b"2022-W03-1"), 1, "a date such as"),
        (FIRST.replace(b"2022-01-17", b"0000-01-03"), 1, "does not exist"),
        (FIRST.replace(b"CCC;BBB", b""), 1, "a port must have"),
        (FIRST.replace(b"CCC;BBB", b"CCC;"), 1, "a port must have"),
        (FIRST.replace(b"CCC;BBB", b"ccc"), 1, "a port must have"),
        (FIRST.replace(b"CCC;BBB", b"C"), 1, "a port must have"),
        (FIRST.replace(b"CCC;BBB", b"CCC;CCC"), 1, "a port twice"),
        (FIRST.replace(b"CCC;BBB", b"A1;A2;A3;A4;A5;A6;A7;A8;A9"), 1, "more than 8 ports"),
        (FIRST.replace(b"CCC;BBB", b"CCC,BBB"), 1, "six fields"),
        (FIRST.replace(b",9,1,", b",9,"), 1, "six fields"),
    ],
)  # fmt: skip
def test_a_bad_pool(raw: bytes, line: int, reason: str) -> None:
    with pytest.raises(DrawFileError, match=reason) as refused:
        parse_pool(raw)
    assert (refused.value.file, refused.value.line) == ("pool.txt", line)


def test_an_empty_pool_is_a_pool() -> None:
    assert len(parse_pool(b"")) == 0


@pytest.mark.parametrize("change", [{"size": 0}, {"size": 13}, {"tier": 10}, {"weight": 65}, {"ports": ()}])
def test_a_bad_entry_is_never_written(change: dict[str, Any]) -> None:
    good = entry(1)
    with pytest.raises(DrawFileError):
        format_pool([dataclasses.replace(good, **change)])
    with pytest.raises(DrawFileError, match="twice"):
        format_pool([good, good])


def edited(raw: bytes, *path: str | int, value: object) -> bytes:
    document = json.loads(raw)
    at = document
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    return json.dumps(document).encode() + b"\n"


def without(raw: bytes, key: str) -> bytes:
    document = json.loads(raw)
    del document[key]
    return json.dumps(document).encode() + b"\n"


SHARE = ("seniority_share",)
CELL = ("cells", 0)
CHECK = ("rain_checks", 0)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (PARAMS[:-1], "LF line ends"),
        (PARAMS.replace(b", ", b",\r\n"), "LF line ends"),
        (b"\xef\xbb\xbf" + PARAMS, "byte order mark"),
        (PARAMS.replace(b"CCC", b"\xff\xff\xff"), "not UTF-8"),
        (PARAMS.replace(b"America/Chicago", b"\\ud800", 1), "valid Unicode"),
        (PARAMS.replace(b'"seniority_carry": 1', b'"seniority_carry": 1, "seniority_carry": 1'), "twice in one object"),
        (PARAMS.replace(b'"zones": {', b'"zones": {"AAA": "America/Denver", '), "twice in one object"),
        (PARAMS.replace(b'"seniority_carry": 1', b'"seniority_carry": 1.0'), "not an integer"),
        (PARAMS.replace(b'"seniority_carry": 1', b'"seniority_carry": 1e0'), "not an integer"),
        (PARAMS.replace(b'"seniority_carry": 1', b'"seniority_carry": NaN'), "not an integer"),
        (PARAMS.replace(b'"seniority_carry": 1', b'"seniority_carry": -Infinity'), "not an integer"),
        (PARAMS.replace(b'"seniority_carry": 1', b'"seniority_carry": -0'), "-0"),
        (PARAMS.replace(b'"seniority_carry": 1', b'"seniority_carry": 01'), "not JSON"),
        (PARAMS.replace(b'"seniority_carry": 1', b'"seniority_carry": true'), "an integer"),
        (PARAMS.replace(b'"seniority_carry": 1', b'"seniority_carry": 9007199254740992'), "2\\^53"),
        (PARAMS.replace(b'"seniority_carry": 1', b'"seniority_carry": 1' + b"0" * 5000), "2\\^53"),
        (b"[" * 100_000 + b"\n", "nested deeper"),
        (b"[]\n", "must be an object"),
        (b"\n", "not JSON"),
        (without(PARAMS, "zones"), "key zones is missing"),
        (edited(PARAMS, "extra", value=1), "key extra is not allowed"),
        (edited(PARAMS, "format", value="VLOT-2"), "must be VLOT-1"),
        (edited(PARAMS, "draw_id", value="Title/2023"), "draw_id must be"),
        (edited(PARAMS, "draw_id", value="a/" * 32 + "a"), "draw_id must be"),
        (edited(PARAMS, "programme", value="a//b"), "programme must be"),
        (edited(PARAMS, "programme", value=3), "must be a string"),
        (edited(PARAMS, "policy_sha256", value="AB" * 32), "64 lower-case hex"),
        (edited(PARAMS, *SHARE, value=[2, 4]), "lowest terms"),
        (edited(PARAMS, *SHARE, value=[0, 2]), "lowest terms"),
        (edited(PARAMS, *SHARE, value=[3, 2]), "lowest terms"),
        (edited(PARAMS, *SHARE, value=[0, 0]), "lowest terms"),
        (edited(PARAMS, *SHARE, value=[-1, 2]), "lowest terms"),
        (edited(PARAMS, *SHARE, value=[True, 2]), "two integers"),
        (edited(PARAMS, *SHARE, value=[1]), "two integers"),
        (edited(PARAMS, "seniority_carry", value=2), "from 0 to 1"),
        (edited(PARAMS, "seniority_carry", value=-1), "from 0 to 1"),
        (edited(PARAMS, "zones", value={"AAA": "America/Chicago"}), "exactly the ports"),
        (edited(PARAMS, "zones", value=[]), "must be an object"),
        (edited(PARAMS, "zones", "DDD", value="America/Chicago"), "exactly the ports"),
        (edited(PARAMS, "zones", "AAA", value=1), "name of a time zone"),
        (edited(PARAMS, "cells", value={}), "must be a list"),
        (edited(PARAMS, *CELL, value=["AAA"]), r"cells\[0\] must be"),
        (edited(PARAMS, *CELL, 0, value="aaa"), "capital letters"),
        (edited(PARAMS, *CELL, 1, value="2023-02-30"), "does not exist"),
        (edited(PARAMS, *CELL, 2, value="24:00"), "time of day"),
        (edited(PARAMS, *CELL, 2, value="8:00"), "time of day"),
        (edited(PARAMS, *CELL, 2, value="11:00"), r"cells\[1\] is out of order"),
        (edited(PARAMS, *CELL, 2, value="10:00"), r"cells\[1\] is out of order"),
        (edited(PARAMS, *CELL, 4, value=7), "free <= capacity"),
        (edited(PARAMS, *CELL, 4, value=-1), "free <= capacity"),
        (edited(PARAMS, *CELL, 3, value=-1), "free <= capacity"),
        (edited(PARAMS, *CELL, 3, value="6"), "whole numbers"),
        (edited(PARAMS, "previous", value=None), "no rain-checks and no carry"),
        (edited(PARAMS, "previous", "draw_id", value=""), "previous.draw_id must be"),
        (edited(PARAMS, "previous", value=[]), "previous must be an object"),
        (edited(PARAMS, *CHECK, 2, value="a"), "capital letters"),
        (edited(PARAMS, *CHECK, 1, value="0"), "32 lower-case hex"),
        (edited(PARAMS, *CHECK, value=[]), r"rain_checks\[0\] must be"),
        (edited(PARAMS, *CHECK, 0, value="0282fe2e89f9e8e05e396fb64ce2df81"), "twice"),
        (edited(PARAMS, *CHECK, 0, value="ffeec49c037d555fae26482062c8234a"), "twice"),
        (edited(PARAMS, *CHECK, 1, value="3d6ba8488938e877e0e098af91702145"), "twice"),
        (edited(PARAMS, "rain_checks_dropped", 0, 1, value="lost"), "one of the reasons"),
        (edited(PARAMS, "rain_checks_dropped", 0, value=3), r"rain_checks_dropped\[0\] must be"),
    ],
)
def test_bad_params(raw: bytes, reason: str) -> None:
    with pytest.raises(DrawFileError, match=reason) as refused:
        parse_params(raw)
    assert refused.value.file == "params.json"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (edited(MANIFEST, "format", value="VLOT-2"), "must be VLOT-1"),
        (edited(MANIFEST, "sequence", value=0), "at least 1"),
        (edited(MANIFEST, "sequence", value=1), "null for sequence 1"),
        (edited(MANIFEST, "previous_manifest_sha256", value=None), "null for sequence 1"),
        (edited(MANIFEST, "frozen_at", value="2023-01-17T12:00:00+00:00"), "a time such as"),
        (edited(MANIFEST, "frozen_at", value="2023-01-17 12:00:00Z"), "a time such as"),
        (edited(MANIFEST, "frozen_at", value="2023-01-17T24:00:00Z"), "a time such as"),
        (edited(MANIFEST, "frozen_at", value="2023-02-29T12:00:00Z"), "does not exist"),
        (edited(MANIFEST, "frozen_at", value="2023-01-18T00:00:01Z"), "not be before frozen_at"),
        (edited(MANIFEST, "pool_root", value="0"), "64 lower-case hex"),
        (edited(MANIFEST, "n", value=-1), "at least 0"),
        (edited(MANIFEST, "beacon", value={"kind": "dice"}), "drand or local"),
        (edited(MANIFEST, "beacon", value={"kind": "local"}), "beacon.commitment is missing"),
        (edited(MANIFEST, "beacon", "salt", value=""), "beacon.salt is not allowed"),
        (edited(MANIFEST, "beacon", value={"kind": "drand", "chain_hash": "0" * 64, "round": 1}), "quicknet"),
        (without(MANIFEST, "people"), "key people is missing"),
    ],
)
def test_a_bad_manifest(raw: bytes, reason: str) -> None:
    with pytest.raises(DrawFileError, match=reason) as refused:
        parse_manifest(raw)
    assert refused.value.file == "manifest.json"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@repeatable
@given(value=json_values, data=st.data())
def test_any_value_anywhere_is_refused_or_read_and_never_crashes(value: object, data: st.DataObject) -> None:
    parse: Callable[[bytes], object]
    raw, parse = data.draw(st.sampled_from([(PARAMS, parse_params), (MANIFEST, parse_manifest)]))
    document = json.loads(raw)
    path: list[str | int] = [data.draw(st.sampled_from(sorted(document)))]
    at = document[path[0]]
    while at and isinstance(at, (list, dict)) and data.draw(st.booleans()):
        step: str | int = (
            data.draw(st.integers(0, len(at) - 1)) if isinstance(at, list) else data.draw(st.sampled_from(sorted(at)))
        )
        path.append(step)
        at = at[step]
    changed = edited(raw, *path, value=value)
    try:
        parse(changed)
    except DrawFileError as error:
        assert error.reason


@repeatable
@given(raw=st.binary(max_size=60))
def test_any_bytes_are_refused_or_read_and_never_crash(raw: bytes) -> None:
    for parse in (parse_pool, parse_params, parse_manifest):
        try:
            parse(raw)
        except DrawFileError as error:
            assert error.file
        else:
            assert raw == b""


@pytest.mark.parametrize(("depth", "accepted"), [(8, True), (9, False)])
def test_nesting(depth: int, accepted: bool) -> None:
    raw = b"[" * depth + b'"]]}}\\"[[[[[[[["' + b"]" * depth + b"\n"
    if accepted:
        assert parse_json(raw, file="x") is not None
    else:
        with pytest.raises(DrawFileError, match="nested deeper"):
            parse_json(raw, file="x")


def manifest_for(pool: bytes, parameters: bytes, **changes: Any) -> bytes:
    values: dict[str, Any] = {
        "sequence": 1,
        "previous_manifest": None,
        "frozen_at": FROZEN_AT,
        "draw_time": DRAW_TIME,
        "beacon": commit_locally(SECRET),
    }
    return format_manifest(build_manifest(pool=pool, params=parameters, **{**values, **changes}))


def test_a_manifest_commits_to_the_bytes_of_both_files() -> None:
    pool, parameters = format_pool([entry(1), entry(2)]), format_params(params([cell()]))
    manifest = manifest_for(pool, parameters)
    assert run_draw(pool=pool, params=parameters, manifest=manifest, beacon=LocalBeacon(SECRET)).manifest.n == 2
    with pytest.raises(DrawFileError, match=r"pool\.txt: its SHA-256 is not the one"):
        run_draw(pool=pool[:66], params=parameters, manifest=manifest, beacon=LocalBeacon(SECRET))
    with pytest.raises(DrawFileError, match=r"params\.json: its SHA-256 is not the one"):
        run_draw(pool=pool, params=parameters + b"\n", manifest=manifest, beacon=LocalBeacon(SECRET))
    with pytest.raises(BeaconRefused, match="not the one that the manifest commits to"):
        run_draw(pool=pool, params=parameters, manifest=manifest, beacon=LocalBeacon(b"x" * 32))


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("n", 3, "n is 3, but pool.txt has 2"),
        ("people", 3, "people is 3, but pool.txt has 2"),
        ("pool_root", "0" * 64, "not the Merkle root"),
        ("draw_id", "another/draw", "not the one in params.json"),
        ("programme", "another", "not the one in params.json"),
    ],
)
def test_a_manifest_that_says_something_else_than_the_files(key: str, value: object, reason: str) -> None:
    pool, parameters = format_pool([entry(1), entry(2)]), format_params(params([cell()]))
    manifest = edited(manifest_for(pool, parameters), key, value=value)
    with pytest.raises(DrawFileError, match=reason):
        run_draw(pool=pool, params=parameters, manifest=manifest, beacon=LocalBeacon(SECRET))


def test_nobody_registers_after_the_freeze() -> None:
    pool = format_pool([entry(1), entry(2, registered=dt.date(2023, 1, 23))])
    with pytest.raises(DrawFileError, match=r"pool\.txt, line \d: the week of registration is after the freeze"):
        manifest_for(pool, format_params(params([cell()])))


def test_a_rain_check_needs_an_entry() -> None:
    pool = format_pool([entry(1)])
    with pytest.raises(DrawFileError, match=r"has no entry in pool\.txt"):
        manifest_for(pool, PARAMS, sequence=2, previous_manifest=b"x")


def test_the_sequence_and_the_previous_draw_go_together() -> None:
    with pytest.raises(DrawFileError, match=r"exactly if params\.json names no previous draw"):
        manifest_for(format_pool([]), format_params(params([cell()])), sequence=2, previous_manifest=b"x")


def test_a_drand_manifest_names_the_first_round_after_the_draw_time_and_leaves_time() -> None:
    pool, parameters = format_pool([entry(1)]), format_params(params([cell()]))
    draw_time = dt.datetime(2023, 9, 1, 18, tzinfo=dt.UTC)
    manifest = manifest_for(pool, parameters, beacon=None, draw_time=draw_time, frozen_at=draw_time - FREEZE_LEAD)
    commitment = parse_manifest(manifest).beacon
    assert commitment == DrandCommitment(round_at(draw_time))
    for other in (-1, 1):
        with pytest.raises(DrawFileError, match="first round at or after"):
            parse_manifest(edited(manifest, "beacon", "round", value=round_at(draw_time) + other))
    late = draw_time - FREEZE_LEAD + dt.timedelta(seconds=1)
    with pytest.raises(DrawFileError, match="at least 600 seconds"):
        manifest_for(pool, parameters, beacon=None, draw_time=draw_time, frozen_at=late)
    beacon = DrandBeacon(round_at(draw_time), hashlib.sha384(b"not a real signature").digest())
    inputs = {"pool": pool, "params": parameters, "manifest": manifest, "beacon": beacon}
    assert run_draw(**inputs, verifier=lambda *_: True).allocation.lines
    with pytest.raises(BeaconRefused, match="must be checked"):
        run_draw(**inputs)
