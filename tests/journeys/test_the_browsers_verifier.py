"""The verifier in the browser and the one in Python say the same of every bundle."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from fairport.domain.beacon import QUICKNET_CHAIN_HASH
from fairport.domain.bundle import VerificationFailed, verify_bundles
from fairport.domain.draw import Cell, PoolEntry, RainCheck
from tests.domain.building import (
    BUNDLE_FILES,
    BY_HAND,
    VECTORS,
    cell,
    entry,
    entry_id_of,
    params,
    previous_draw,
    write_bundle,
)
from tests.journeys.laboratory import Bundle, Laboratory, Verdict, read_bundle


def by_hand() -> dict[str, bytes]:
    return {name: (BY_HAND / name).read_bytes() for name in BUNDLE_FILES}


def python_says(bundle: Bundle, folder: Path) -> tuple[str, int | None]:
    """File and line that Python's verifier refuses; two nothings if it finds nothing wrong."""
    folder.mkdir(exist_ok=True)
    for name in BUNDLE_FILES:
        (folder / name).unlink(missing_ok=True)
    for name, raw in bundle.items():
        (folder / name).write_bytes(raw)
    try:
        verify_bundles([folder])
    except VerificationFailed as failed:
        return failed.file, failed.line
    return "", None


def places(verdicts: list[Verdict]) -> list[tuple[str, int | None]]:
    return [(verdict.file, verdict.line) for verdict in verdicts]


def test_the_bundle_worked_out_by_hand(laboratory: Laboratory) -> None:
    (verdict,) = laboratory.judge([by_hand()])
    assert verdict.code == ""
    assert verdict.codes("proven") == ["proven_inputs", "proven_outcome", "proven_secret"]
    assert verdict.codes("unproven") == ["unproven_succession", "unproven_time", "unproven_who"]
    assert verdict.codes("warnings") == ["warning_local"]


def test_the_bundle_of_a_real_round(laboratory: Laboratory) -> None:
    (verdict,) = laboratory.judge([read_bundle(VECTORS / "round-1000")])
    assert verdict.code == ""
    assert verdict.codes("proven") == ["proven_inputs", "proven_outcome", "proven_round"]
    assert verdict.codes("warnings") == []


@pytest.mark.parametrize("file", BUNDLE_FILES)
def test_a_changed_byte_anywhere_is_found(file: str, laboratory: Laboratory, tmp_path: Path) -> None:
    raw = by_hand()[file]
    choose = random.Random(file)
    changed = [raw[:-1], raw + b"\n", raw[1:], b"", raw.replace(b"\n", b"\r\n"), raw + raw]
    for place in range(len(raw)):
        one = bytearray(raw)
        one[place] ^= choose.choice([1, 2, 4, 16, 32, 128])
        changed.append(bytes(one))
    bundles = [{**by_hand(), file: one} for one in changed]
    verdicts = laboratory.judge(bundles)
    assert all(verdict.code for verdict in verdicts)
    assert {verdict.file for verdict in verdicts} <= {file, "result.json" if file == "manifest.json" else file}
    assert places(verdicts) == [python_says(bundle, tmp_path / "bundle") for bundle in bundles]


def test_a_missing_file_is_named(laboratory: Laboratory) -> None:
    bundles = [{name: raw for name, raw in by_hand().items() if name != file} for file in BUNDLE_FILES]
    verdicts = laboratory.judge(bundles)
    assert [verdict.file for verdict in verdicts] == list(BUNDLE_FILES)
    late = {verdict.file for verdict in verdicts if verdict.code == "missing_late"}
    assert late == {"pool.txt", "allocation.txt"}


# Files that are committed to as they should be, and break the format all the same.


def committed(**changes: bytes) -> dict[str, bytes]:
    """The bundle by hand with other pool or params, whose hashes manifest and result have."""
    bundle = by_hand()
    manifest, result = bundle["manifest.json"], bundle["result.json"]
    for name, key in (("pool.txt", "pool_sha256"), ("params.json", "params_sha256")):
        changed = changes.get(name.partition(".")[0])
        if changed is not None:
            document = json.loads(manifest)
            manifest = manifest.replace(document[key].encode(), hashlib.sha256(changed).hexdigest().encode())
            bundle[name] = changed
    manifest = changes.get("manifest", manifest)
    claimed = json.loads(result)["manifest_sha256"].encode()
    bundle["manifest.json"] = manifest
    bundle["result.json"] = result.replace(claimed, hashlib.sha256(manifest).hexdigest().encode())
    return bundle


def replacing(old: str, new: str) -> Callable[[bytes], bytes]:
    def change(raw: bytes) -> bytes:
        assert old.encode() in raw
        return raw.replace(old.encode(), new.encode("utf-8", "surrogatepass"), 1)

    return change


def drand_at(raw: bytes, draw_time: str, round_number: int) -> bytes:
    document = json.loads(raw)
    document["draw_time"] = draw_time
    document["beacon"] = {"kind": "drand", "chain_hash": QUICKNET_CHAIN_HASH, "round": round_number}
    return json.dumps(document).encode() + b"\n"


JSON_FAULTS = [
    replacing('{"format"', '{"format": "VLOT-1", "format"'),
    replacing('{"format"', '{"more": 1, "format"'),
    replacing('"format": "VLOT-1", ', ""),
    replacing("VLOT-1", "VLOT-2"),
    replacing('"VLOT-1"', "1"),
    replacing('"VLOT-1"', '"VLOT-\\u0031\\ud800"'),
    replacing('"VLOT-1"', "[[[[[[[[0]]]]]]]]"),
    replacing('"VLOT-1"', "NaN"),
    replacing('"VLOT-1"', "-0"),
    replacing('"VLOT-1"', "1.0"),
    replacing('"VLOT-1"', "01"),
    replacing('"VLOT-1"', "1e2"),
    replacing('"VLOT-1"', "9007199254740992"),
    replacing('"VLOT-1"', "'VLOT-1'"),
    replacing('"VLOT-1"', '"VLOT-1\t"'),
    replacing('"VLOT-1"', '"VLOT-1\\x"'),
    replacing('", "draw_id"', '",\r "draw_id"'),
    replacing('", "draw_id"', '",\f "draw_id"'),
    replacing('", "draw_id"', '", , "draw_id"'),
    replacing("held-out/01", "Held-out/01"),
    replacing("held-out/01", "held-out//01"),
    replacing("held-out/01", "held-" * 20 + "out/01"),
    replacing('"01-by-hand"', "null"),
    lambda raw: b"\xef\xbb\xbf" + raw,
    lambda raw: raw.replace(b"VLOT", b"V\xc3\x28OT"),
    lambda raw: raw[:-1],
    lambda raw: raw + b"{}\n",
    lambda raw: b"[]\n",
    lambda raw: b"\n",
]
PARAMS_FAULTS = [
    replacing("[1, 2]", "[2, 4]"),
    replacing("[1, 2]", "[3, 2]"),
    replacing("[1, 2]", "[0, 2]"),
    replacing("[1, 2]", "[1, true]"),
    replacing('"seniority_carry": 1', '"seniority_carry": 2'),
    replacing('"seniority_carry": 1', '"seniority_carry": -1'),
    replacing('"seniority_carry": 1', '"seniority_carry": true'),
    replacing('"CCC": "America/Chicago"', '"CCC": ""'),
    replacing(', "CCC": "America/Chicago"', ""),
    replacing('["AAA", "2023-02-01", "08:00", 6, 5], ', ""),
    replacing('"08:00", 6, 5', '"08:00", 6, 7'),
    replacing('"08:00", 6, 5', '"08:00", 6, -1'),
    replacing('"08:00", 6, 5', '"08:00", 6'),
    replacing('"08:00", 6, 5', '"24:00", 6, 5'),
    replacing('"08:00", 6, 5', '"10:30", 6, 5'),
    replacing('["AAA", "2023-02-01"', '["AAA", "2023-02-29"'),
    replacing('["AAA", "2023-02-01"', '["AAA", "2023-2-01"'),
    replacing('["AAA", "2023-02-01"', '["aaa", "2023-02-01"'),
    replacing('["BBB", "2023-02-01"', '["BBB", "2023-02-03"'),
    replacing('"held-out/before-01-by-hand"', '""'),
    replacing(', "AAA"], ["0282', ', "A"], ["0282'),
    replacing("126cfca311b45022d59aae35eba6114b", "126CFCA311B45022D59AAE35EBA6114B"),
    replacing("126cfca311b45022d59aae35eba6114b", "126cfca311b45022d59aae35eba6114c"),
    replacing("0282fe2e89f9e8e05e396fb64ce2df81", "193c1327aa72ddea96584b17fc67ee83"),
    replacing("ffeec49c037d555fae26482062c8234a", "193c1327aa72ddea96584b17fc67ee83"),
    replacing('"withdrawn"', '"tired"'),
    replacing('"withdrawn"', "7"),
]
MANIFEST_FAULTS = [
    replacing('"sequence": 2', '"sequence": 1'),
    replacing('"sequence": 2', '"sequence": 0'),
    replacing('"8bbf7978', 'null, "8bbf7978'),
    replacing("12:00:00Z", "12:00:60Z"),
    replacing("2023-01-17T", "2023-02-29T"),
    replacing("2023-01-17T", "2021-01-17T"),
    replacing("2023-01-18T", "2023-01-16T"),
    replacing("2023-01-17T12:00:00Z", "2023-01-17T12:00:00+00:00"),
    replacing("2023-01-17T12:00:00Z", "0000-01-17T12:00:00Z"),
    replacing('"n": 11', '"n": 12'),
    replacing('"people": 56', '"people": 57'),
    replacing('"pool_root": "7', '"pool_root": "8'),
    replacing('"kind": "local"', '"kind": "drand"'),
    replacing('"kind": "local"', '"kind": 1'),
    lambda raw: drand_at(raw, "9999-12-31T23:59:59Z", 83_903_165_812),
    lambda raw: drand_at(raw, "2023-01-18T00:00:00Z", 0),
    replacing('"commitment": "a', '"commitment": "b'),
    replacing("held-out/01-by-hand", "held-out/02-by-hand"),
    replacing('"01-by-hand"', '"02-by-hand"'),
]
POOL_FAULTS = [
    replacing(",6,9,1,2022", ",0,9,1,2022"),
    replacing(",6,9,1,2022", ",13,9,1,2022"),
    replacing(",6,9,1,2022", ",06,9,1,2022"),
    replacing(",6,9,1,2022", ",6,10,1,2022"),
    replacing(",6,9,1,2022", ",6,9,0,2022"),
    replacing(",6,9,1,2022", ",6,9,65,2022"),
    replacing("2022-01-17", "2022-01-18"),
    replacing("2022-01-17", "2022-02-31"),
    replacing("2022-01-17", "2022-1-17"),
    replacing("2022-01-17", "2099-01-05"),
    replacing("CCC;BBB", "CCC;CCC"),
    replacing("CCC;BBB", "CCC;"),
    replacing("CCC;BBB", "A1;B1;C1;D1;E1;F1;G1;H1;I1"),
    replacing("CCC;BBB", "CCC;BBB,"),
    replacing("0d5b1ec1", "0D5b1ec1"),
    replacing("0d5b1ec1", " d5b1ec1"),
    replacing("0d5b1ec1", "fd5b1ec1"),
    replacing("126cfca311b45022d59aae35eba6114b", "0d5b1ec142254e12e7329da4bb4dbc7f"),
    replacing("CCC;BBB", "CÇC;BBB"),
    lambda raw: raw.replace(b"\n", b"\r\n"),
    lambda raw: raw[:-1],
    lambda raw: raw + b"\n",
    lambda raw: b"\n" + raw,
    lambda raw: b"".join(reversed(raw.splitlines(keepends=True))),
    lambda raw: b"",
]


@pytest.mark.parametrize(
    ("file", "faults"),
    [
        ("params", JSON_FAULTS + PARAMS_FAULTS),
        ("manifest", JSON_FAULTS + MANIFEST_FAULTS),
        ("pool", POOL_FAULTS),
    ],
)
def test_what_breaks_the_format_is_refused_at_the_same_place(
    file: str, faults: list[Callable[[bytes], bytes]], laboratory: Laboratory, tmp_path: Path
) -> None:
    name = f"{file}.txt" if file == "pool" else f"{file}.json"
    raw = by_hand()[name]
    bundles = [committed(**{file: fault(raw)}) for fault in faults]
    verdicts = laboratory.judge(bundles)
    assert [number for number, verdict in enumerate(verdicts) if not verdict.code] == []
    assert places(verdicts) == [python_says(bundle, tmp_path / "bundle") for bundle in bundles]


# Draws of all kinds.


def mixed_bundle(folder: Path, choose: random.Random) -> Path:
    """A draw with everything that the format knows, as the random numbers have it."""
    ports = choose.sample(["AAA", "BBB", "C3", "10", "2X"], choose.randint(1, 5))
    cells: list[Cell] = []
    for port in ports:
        for day in range(choose.randint(1, 3)):
            for hour in choose.sample([7, 9, 11, 13], choose.randint(1, 3)):
                capacity = choose.choice([0, 5, 12, 13, 24])
                free = choose.choice([capacity, capacity // 2, max(0, capacity - 1)])
                cells.append(cell(port, day=day, hour=hour, capacity=capacity, free=free))
    entries: list[PoolEntry] = [
        entry(
            number,
            size=choose.randint(1, 12),
            tier=choose.choice([0, 1, 1, 1, 9]),
            weight=choose.choice([1, 1, 2, 64]),
            registered=dt.date(2022, 1, 3) + dt.timedelta(weeks=choose.randrange(3)),
            ports=choose.sample([*ports, "ZZZ"], choose.randint(1, len(ports))),
        )
        for number in range(choose.choice([0, 1, 40]))
    ]
    kept = choose.sample(entries, min(len(entries), 3))
    share = choose.choice([(0, 1), (1, 2), (2, 3), (1, 1)])
    return write_bundle(
        folder,
        entries=entries,
        draw_params=params(
            cells,
            seniority_share=share,
            seniority_carry=choose.randrange(share[1]),
            previous=previous_draw(),
            rain_checks=tuple(
                RainCheck(entry_id_of(1000 + number), one.id, choose.choice([*ports, "ZZZ"]))
                for number, one in enumerate(kept)
            ),
        ),
        sequence=2,
        previous_manifest=b"another",
        secret=choose.randbytes(32),
    )


def test_draws_of_all_kinds_come_out_the_same(laboratory: Laboratory, tmp_path: Path) -> None:
    folders = [mixed_bundle(tmp_path / str(number), random.Random(number)) for number in range(60)]
    bundles = [read_bundle(folder) for folder in folders]
    assert [verdict.code for verdict in laboratory.judge(bundles)] == [""] * len(bundles)
    lines = b"".join(bundle["allocation.txt"] for bundle in bundles)
    for outcome in (b",R,offer,", b",R,rain-check,", b",S,offer,", b",L,offer,", b",L,rain-check,"):
        assert outcome in lines
