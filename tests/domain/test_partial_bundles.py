"""Bundles before their release or their round: what is there is checked, and nothing passes for a proven draw."""

import dataclasses
import datetime as dt
import json
import os
import shutil
from pathlib import Path

import pytest

from fairport.domain.__main__ import describe, main
from fairport.domain.bundle import BundleReport, VerificationFailed, verify_bundles
from fairport.domain.draw import LocalBeacon, PreviousDraw, RainCheck, format_beacon
from tests.domain.building import (
    BUNDLE_FILES,
    BY_HAND,
    DRAW_TIME,
    FROZEN_AT,
    cell,
    entry,
    entry_id_of,
    params,
    write_bundle,
)

FROZEN = ("manifest.json", "params.json")
RUN = (*FROZEN, "beacon.json", "result.json")
DAY = dt.timedelta(days=1)
# The second one does not fit behind the first: a rain-check, so that there is something to hand on.
ENTRIES = [entry(1, size=8, tier=0), entry(2, size=12, tier=1)]


def only(folder: Path, target: Path, names: tuple[str, ...] | set[str]) -> Path:
    target.mkdir(parents=True)
    for name in names:
        shutil.copy(folder / name, target / name)
    return target


def said(report: BundleReport) -> tuple[str, str]:
    return "\n".join(report.proven), "\n".join(report.not_proven)


def refused(*folders: Path) -> VerificationFailed:
    with pytest.raises(VerificationFailed) as failed:
        verify_bundles(folders)
    return failed.value


def test_a_run_draw_before_its_release(tmp_path: Path) -> None:
    (report,) = verify_bundles([only(BY_HAND, tmp_path / "b", RUN)])
    assert report.missing == ("pool.txt", "allocation.txt")
    assert (report.offers, report.rain_checks) == (None, None)
    proven, not_proven = said(report)
    assert "params.json is the one that manifest.json commits to" in proven
    assert "the seed in result.json follows from manifest.json and the randomness; the carry is right" in proven
    assert "pool.txt" not in proven
    assert "its 11 entries, 56 people, hash and root are only what the operator says" in not_proven
    assert "the order and who got a place: they cannot be computed again" in not_proven
    assert "become public when 2023-02-02 is over at every port" in not_proven
    assert "does not know today's date: if that day is over, the draw is NOT verified" in not_proven


def test_a_frozen_draw_before_its_round(tmp_path: Path) -> None:
    (report,) = verify_bundles([only(BY_HAND, tmp_path / "b", FROZEN)])
    assert report.missing == ("pool.txt", "beacon.json", "allocation.txt", "result.json")
    proven, not_proven = said(report)
    assert proven == "params.json is the one that manifest.json commits to"
    assert "the draw itself: beacon.json and result.json are not here" in not_proven
    assert "a draw without a result a day later is a breach" in not_proven


def test_an_auditor_checks_the_pool_of_a_frozen_draw(tmp_path: Path) -> None:
    folder = only(BY_HAND, tmp_path / "b", (*FROZEN, "pool.txt"))
    (report,) = verify_bundles([folder])
    assert report.missing == ("beacon.json", "allocation.txt", "result.json")
    assert "pool.txt and params.json are the ones that manifest.json commits to" in said(report)[0]
    (folder / "pool.txt").write_bytes((folder / "pool.txt").read_bytes()[:-1])
    assert refused(folder).file == "pool.txt"


def test_the_round_is_there_and_the_draw_is_not_run_yet(tmp_path: Path) -> None:
    folder = only(BY_HAND, tmp_path / "b", (*FROZEN, "beacon.json"))
    (report,) = verify_bundles([folder])
    assert "the draw itself: result.json is not here" in said(report)[1]
    (folder / "beacon.json").write_bytes(format_beacon(LocalBeacon(b"x" * 32)))
    assert refused(folder).file == "beacon.json"


@pytest.mark.parametrize(
    ("names", "file", "reason"),
    [
        ((), "manifest.json", "is missing"),
        (("manifest.json",), "params.json", "is missing"),
        ((*FROZEN, "result.json"), "beacon.json", "is missing"),
        ((*FROZEN, "pool.txt", "allocation.txt"), "result.json", "is missing"),
        ((*RUN, "pool.txt"), "allocation.txt", "is missing, but pool.txt is here"),
        ((*RUN, "allocation.txt"), "pool.txt", "is missing, but allocation.txt is here"),
    ],
)
def test_what_cannot_be_all_that_is_public_is_refused(
    names: tuple[str, ...], file: str, reason: str, tmp_path: Path
) -> None:
    failed = refused(only(BY_HAND, tmp_path / "b", names))
    assert failed.file == file
    assert reason in failed.reason


@pytest.mark.parametrize("file", RUN)
def test_a_changed_byte_is_found_or_is_in_what_is_not_proven(file: str, tmp_path: Path) -> None:
    folder = only(BY_HAND, tmp_path / "b", RUN)
    raw = (folder / file).read_bytes()
    unseen = set()
    for place in range(len(raw)):
        for mask in (0x01, 0x20):
            (folder / file).write_bytes(raw[:place] + bytes([raw[place] ^ mask]) + raw[place + 1 :])
            try:
                verify_bundles([folder])
            except VerificationFailed as failed:
                named = {file, "result.json"} if file == "manifest.json" else {file}
                assert failed.file in named, (place, str(failed))
            else:
                unseen.add(place)
    claims = b""
    if file == "result.json":
        # Hash and root of the allocation and the cutoffs: what the report says is only what the operator says.
        document = json.loads(raw)
        for key in ("allocation_sha256", "allocation_root"):
            start = raw.index(document[key].encode())
            assert len(unseen & set(range(start, start + 64))) > 10
            unseen -= set(range(start, start + 64))
        claims = raw[raw.index(b'"cutoffs"') :]
    assert all(place >= len(raw) - len(claims) for place in unseen)


# ---- the command


def test_the_command_ends_with_a_status_of_its_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = only(BY_HAND, tmp_path / "b", RUN)
    assert main(["verify", str(folder)]) == 3
    printed = capsys.readouterr()
    assert printed.err == ""
    assert printed.out.splitlines()[0] == (
        "held-out/01-by-hand (draw 2): PARTLY CHECKED, the draw is not proven. Missing: pool.txt, allocation.txt. "
        "What is here is right."
    )
    assert "everything is the same" not in printed.out
    (report,) = verify_bundles([BY_HAND])
    assert report.missing == ()
    assert "PARTLY" not in describe(report)


def test_one_partly_checked_draw_among_whole_ones_is_enough(tmp_path: Path) -> None:
    first, second = chain(tmp_path)
    assert main(["verify", str(first), str(second)]) == 0
    assert main(["verify", str(first), str(only(second, tmp_path / "part", RUN))]) == 3


# ---- the chain


def chain(root: Path) -> tuple[Path, Path]:
    """Two draws that follow each other; the second keeps the rain-check of the first."""
    first = write_bundle(root / "1", entries=ENTRIES, draw_params=params([cell()]))
    result = json.loads((first / "result.json").read_bytes())
    entries = [dataclasses.replace(one, id=entry_id_of(100 + at)) for at, one in enumerate(ENTRIES)]
    second = write_bundle(
        root / "2",
        entries=entries,
        draw_params=params(
            [cell()],
            draw_id="title-42-exemption/2023-01-19",
            seniority_carry=result["seniority_carry_next"],
            previous=PreviousDraw("title-42-exemption/2023-01-18", result["allocation_sha256"]),
            rain_checks=(RainCheck(entry_id_of(2), entries[1].id, "AAA"),),
        ),
        sequence=2,
        previous_manifest=(first / "manifest.json").read_bytes(),
        frozen_at=FROZEN_AT + DAY,
        draw_time=DRAW_TIME + DAY,
    )
    return first, second


def test_a_partly_public_draw_follows_a_whole_one(tmp_path: Path) -> None:
    first, second = chain(tmp_path)
    _, report = verify_bundles([first, only(second, tmp_path / "part", RUN)])
    proven, not_proven = said(report)
    assert "it follows draw title-42-exemption/2023-01-18, with its carry and all its rain-checks" in proven
    assert "that no group with a rain-check has grown" in not_proven


def test_a_whole_draw_follows_one_that_is_partly_public(tmp_path: Path) -> None:
    first, second = chain(tmp_path)
    before, report = verify_bundles([only(first, tmp_path / "part", RUN), second])
    proven, not_proven = said(report)
    assert "it follows draw title-42-exemption/2023-01-18, with its carry" in proven
    assert "rain-checks" not in proven.splitlines()[-1]
    assert "that the rain-checks are those of draw title-42-exemption/2023-01-18" in not_proven
    assert before.missing == ("pool.txt", "allocation.txt")
    assert before.warnings == (before.warnings[0],)


def test_what_partly_public_draws_still_must_agree_on(tmp_path: Path) -> None:
    first, second = chain(tmp_path)
    part = only(first, tmp_path / "part", RUN)
    result = (part / "result.json").read_bytes()
    allocation = json.loads(result)["allocation_sha256"].encode()
    (part / "result.json").write_bytes(result.replace(allocation, b"0" * 64))
    failed = refused(part, second)
    assert (failed.bundle, failed.file) == (str(second), "params.json")
    assert "previous is not draw title-42-exemption/2023-01-18 with its allocation" in failed.reason


def test_the_operators_own_later_files_tell_that_a_release_is_past(tmp_path: Path) -> None:
    """No verifier here has a clock, but a manifest that was frozen later is one."""
    first, second = chain(tmp_path)
    run = only(first, tmp_path / "run", RUN)
    frozen = only(first, tmp_path / "frozen", FROZEN)
    assert not any("missing though" in warning for warning in verify_bundles([run, second])[0].warnings)
    warnings = verify_bundles([frozen, second])[0].warnings
    assert any("result.json is missing though draw title-42-exemption/2023-01-19 was frozen" in one for one in warnings)
    late = write_bundle(
        tmp_path / "late",
        entries=[],
        draw_params=params([], draw_id="parole/2023-02-03", programme="parole"),
        frozen_at=dt.datetime(2023, 2, 2, 12, tzinfo=dt.UTC),
        draw_time=dt.datetime(2023, 2, 2, 13, tzinfo=dt.UTC),
    )
    reports = {report.draw_id: report for report in verify_bundles([run, late])}
    warnings = reports["title-42-exemption/2023-01-18"].warnings
    assert any("pool.txt and allocation.txt are missing though draw parole/2023-02-03" in one for one in warnings)


def test_a_missing_file_is_told_from_one_that_leads_nowhere(tmp_path: Path) -> None:
    folder = only(BY_HAND, tmp_path / "b", RUN)
    for name in ("pool.txt", "allocation.txt"):
        (folder / name).symlink_to(tmp_path / "nowhere")
    assert refused(folder).reason == "is no plain file"
    assert os.path.lexists(folder / "pool.txt")
    assert set(BUNDLE_FILES) == {path.name for path in folder.iterdir()}
