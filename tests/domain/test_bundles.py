"""Bundles: the right ones verify, alone and as a chain; a changed byte in any file is found, with file and reason."""

import dataclasses
import datetime as dt
import hashlib
import json
import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from fairport.domain.beacon import DrandBeacon, round_at
from fairport.domain.bundle import BundleReport, VerificationFailed, verify_bundles
from fairport.domain.chain import ChainLink, HeldRainCheck, check_succession, link_after, next_carry
from fairport.domain.draw import (
    Cell,
    DrawFileError,
    DroppedRainCheck,
    LocalBeacon,
    Params,
    Pool,
    PoolEntry,
    PreviousDraw,
    RainCheck,
    build_manifest,
    format_beacon,
    format_manifest,
    format_params,
    format_pool,
    parse_manifest,
    parse_params,
    parse_pool,
    run_draw,
)
from tests.domain.building import BUNDLE_FILES, BY_HAND, DRAW_TIME, FROZEN_AT, cell, entry, params, write_bundle

# In a cell of 12 the second one does not fit behind the first and gets a rain-check.
FULL = [entry(1, size=8, tier=0), entry(2, size=12, tier=1), entry(3, size=3, tier=2)]


def failure(*folders: Path) -> VerificationFailed:
    with pytest.raises(VerificationFailed) as failed:
        verify_bundles(folders)
    assert str(failed.value).startswith(failed.value.bundle)
    assert str(failed.value).endswith(".")
    return failed.value


def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(BY_HAND, tmp_path / "bundle"))


def test_the_bundle_worked_out_by_hand_verifies() -> None:
    (report,) = verify_bundles([BY_HAND])
    assert (report.draw_id, report.sequence) == ("held-out/01-by-hand", 2)
    assert (report.entries, report.offers, report.rain_checks) == (11, 7, 3)
    assert any("does not bind" in warning for warning in report.warnings)
    said = " ".join(report.not_proven)
    for word in ("time of the freeze", "who is in the pool", "follows the draw before it"):
        assert word in said


@pytest.mark.parametrize("file", BUNDLE_FILES)
def test_a_changed_byte_anywhere_is_found(file: str, tmp_path: Path) -> None:
    folder = copy(tmp_path)
    raw = (folder / file).read_bytes()
    choose = random.Random(file)
    for place in range(len(raw)):
        changed = bytearray(raw)
        changed[place] ^= choose.choice([1, 2, 4, 16, 32, 128])
        (folder / file).write_bytes(changed)
        failed = failure(folder)
        # A manifest that still reads well is told from the result that names its hash.
        named = {file, "result.json"} if file == "manifest.json" else {file}
        assert failed.file in named, (place, str(failed))
        assert failed.reason
    (folder / file).write_bytes(raw)
    assert verify_bundles([folder])


@pytest.mark.parametrize("file", BUNDLE_FILES)
def test_a_byte_more_or_less_is_found(file: str, tmp_path: Path) -> None:
    folder = copy(tmp_path)
    raw = (folder / file).read_bytes()
    for changed in (raw[:-1], raw + b"\n", raw + b"0", raw[1:], b"", raw.replace(b"\n", b"\r\n"), raw + raw):
        (folder / file).write_bytes(changed)
        assert failure(folder).file in ({file, "result.json"} if file == "manifest.json" else {file})


@pytest.mark.parametrize("file", BUNDLE_FILES)
def test_a_missing_file_is_named(file: str, tmp_path: Path) -> None:
    folder = copy(tmp_path)
    (folder / file).unlink()
    failed = failure(folder)
    assert failed.file == file
    assert "missing" in failed.reason
    assert ("day after the draw's last band" in failed.reason) == (file in ("pool.txt", "allocation.txt"))
    (folder / file).mkdir()
    assert failure(folder).reason == "is no plain file"


def test_other_files_in_the_folder_do_not_matter(tmp_path: Path) -> None:
    folder = copy(tmp_path)
    (folder / "notes.bin").write_bytes(b"\xff")
    assert verify_bundles([folder])


def test_an_allocation_with_somebody_elses_line_is_found_by_line(tmp_path: Path) -> None:
    folder = copy(tmp_path)
    lines = (folder / "allocation.txt").read_bytes().splitlines(keepends=True)
    (folder / "allocation.txt").write_bytes(b"".join([*lines[:3], lines[3].replace(b"10:00", b"08:00"), *lines[4:]]))
    failed = failure(folder)
    assert (failed.file, failed.line) == ("allocation.txt", 4)
    assert "computed again it is" in failed.reason


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("seed", "0" * 64, "seed is"),
        ("allocation_sha256", "0" * 64, "allocation_sha256 is"),
        ("allocation_root", "0" * 64, "allocation_root is"),
        ("seniority_carry_next", 0, "seniority_carry_next is 0, computed again it is 1"),
        ("cutoffs", {"AAA": 1}, "cutoffs is"),
        ("cutoffs", {"BBB": 10, "AAA": 1}, "keys in order"),
        ("cutoffs", {"AAA": 0}, "ranks from 1"),
        ("cutoffs", [], "must be an object"),
        ("manifest_sha256", "0" * 64, "one of them was changed"),
    ],
)
def test_a_result_that_says_something_else(key: str, value: object, reason: str, tmp_path: Path) -> None:
    folder = copy(tmp_path)
    document = json.loads((folder / "result.json").read_bytes()) | {key: value}
    (folder / "result.json").write_text(json.dumps(document, separators=(",", ":")) + "\n")
    failed = failure(folder)
    assert failed.file == "result.json"
    assert reason in failed.reason


def test_a_demonstration_says_how_late_it_was_frozen(tmp_path: Path) -> None:
    folder = write_bundle(tmp_path / "a", entries=FULL, draw_params=params([cell()]), frozen_at=DRAW_TIME)
    (report,) = verify_bundles([folder])
    assert any("only 0 seconds before the draw" in warning for warning in report.warnings)


def test_an_empty_pool_is_drawn_like_any_other(tmp_path: Path) -> None:
    folder = write_bundle(tmp_path / "a", entries=[], draw_params=params([]))
    assert (folder / "pool.txt").read_bytes() == (folder / "allocation.txt").read_bytes() == b""
    (report,) = verify_bundles([folder])
    assert (report.entries, report.offers) == (0, 0)


def drand_bundle(folder: Path) -> Path:
    draw_time = dt.datetime(2023, 9, 1, 18, tzinfo=dt.UTC)
    pool, parameters = format_pool(FULL), format_params(params([cell()]))
    built = build_manifest(
        pool=pool,
        params=parameters,
        sequence=1,
        previous_manifest=None,
        frozen_at=draw_time - dt.timedelta(minutes=45),
        draw_time=draw_time,
    )
    beacon = DrandBeacon(round_at(draw_time), hashlib.sha384(b"stands for a signature").digest())
    manifest = format_manifest(built)
    draw = run_draw(pool=pool, params=parameters, manifest=manifest, beacon=beacon, verifier=lambda *_: True)
    contents = (manifest, parameters, pool, format_beacon(beacon), draw.allocation_bytes, draw.result_bytes)
    folder.mkdir()
    for name, raw in zip(BUNDLE_FILES, contents, strict=True):
        (folder / name).write_bytes(raw)
    return folder


def test_a_drand_signature_is_checked_or_said_to_be_unchecked(tmp_path: Path) -> None:
    folder = drand_bundle(tmp_path / "a")
    (unchecked,) = verify_bundles([folder])
    assert any("needs a library" in sentence for sentence in unchecked.not_proven)
    assert unchecked.warnings == ()
    (checked,) = verify_bundles([folder], verifier=lambda *_: True)
    assert any("signature is valid" in sentence for sentence in checked.proven)
    assert not any("quicknet" in sentence for sentence in checked.not_proven)
    with pytest.raises(VerificationFailed, match=r"beacon\.json: The signature of round \d+ is not quicknet's"):
        verify_bundles([folder], verifier=lambda *_: False)
    other = DrandBeacon(7, b"\1" * 48)
    (folder / "beacon.json").write_bytes(format_beacon(other))
    assert "this is round 7" in failure(folder).reason


# The chain. Draw n is on day n; its ids differ from those of every other draw, as they do in the product.


def ids_on(day: int, entries: list[PoolEntry]) -> list[PoolEntry]:
    return [dataclasses.replace(one, id=hashlib.sha256(f"{day} {one.id}".encode()).hexdigest()[:32]) for one in entries]


def id_on(day: int, one: PoolEntry) -> str:
    return ids_on(day, [one])[0].id


class Programme:
    """A programme that is drawn day after day; ``changes`` bend the next draw."""

    def __init__(self, root: Path, *, programme: str = "title-42-exemption") -> None:
        self.root = root
        self.programme = programme
        self.folders: list[Path] = []
        self.links: list[ChainLink] = []

    def draw(
        self,
        *,
        entries: list[PoolEntry] = FULL,
        cells: list[Cell] | None = None,
        frozen_at: dt.datetime | None = None,
        previous_manifest: bytes | None = None,
        **changes: Any,
    ) -> Path:
        day = len(self.folders) + 1
        link = self.links[-1] if self.links else None
        values: dict[str, Any] = {
            "draw_id": f"{self.programme}/2023-01-{17 + day}",
            "programme": self.programme,
            "seniority_share": (1, 3),
        }
        if link is not None:
            before = {id_on(day - 1, one): id_on(day, one) for one in entries}
            values["previous"] = PreviousDraw(link.draw_id, link.allocation_sha256)
            values["seniority_carry"] = link.carry_next
            values["rain_checks"] = tuple(RainCheck(held.id, before[held.id], held.port) for held in link.rain_checks)
            previous_manifest = previous_manifest or (self.folders[-1] / "manifest.json").read_bytes()
        later = dt.timedelta(days=day - 1)
        folder = write_bundle(
            self.root / f"{self.programme}-{day}",
            entries=ids_on(day, entries),
            draw_params=params(cells or [cell()], **{**values, **changes}),
            sequence=day,
            previous_manifest=previous_manifest,
            frozen_at=(frozen_at or FROZEN_AT + later),
            draw_time=DRAW_TIME + later,
            secret=bytes([day]) * 32,
        )
        manifest = (folder / "manifest.json").read_bytes()
        result = run_draw(
            pool=(folder / "pool.txt").read_bytes(),
            params=(folder / "params.json").read_bytes(),
            manifest=manifest,
            beacon=LocalBeacon(bytes([day]) * 32),
        )
        self.folders.append(folder)
        self.links.append(link_after(draw=result, manifest=manifest, previous=link))
        return folder

    def verify(self) -> tuple[BundleReport, ...]:
        return verify_bundles(self.folders)


HOLDER = FULL[1]


def test_a_chain_verifies_in_any_order_and_says_so(tmp_path: Path) -> None:
    programme = Programme(tmp_path)
    for _ in range(3):
        programme.draw()
    assert programme.links[0].rain_checks
    reports = verify_bundles(list(reversed(programme.folders)))
    assert [report.sequence for report in reports] == [1, 2, 3]
    assert all(any("it follows draw" in sentence for sentence in report.proven) for report in reports[1:])
    assert not any("follows" in sentence for sentence in reports[0].not_proven)


def test_two_programmes_do_not_meet(tmp_path: Path) -> None:
    first, second = Programme(tmp_path), Programme(tmp_path, programme="parole")
    for programme in (first, second):
        programme.draw()
        programme.draw()
    assert len(verify_bundles([*first.folders, *second.folders])) == 4


def test_a_gap_in_the_chain_is_found(tmp_path: Path) -> None:
    programme = Programme(tmp_path)
    for _ in range(3):
        programme.draw()
    failed = failure(programme.folders[0], programme.folders[2])
    assert "sequence must be 2, it is 3" in failed.reason


def test_two_manifests_with_one_sequence_or_one_draw_id_are_found(tmp_path: Path) -> None:
    programme, other = Programme(tmp_path / "a"), Programme(tmp_path / "b")
    programme.draw()
    other.draw(draw_id="title-42-exemption/2023-01-18-again", entries=FULL[:2])
    assert "sequence 1 is also that of draw" in failure(programme.folders[0], other.folders[0]).reason
    elsewhere = Programme(tmp_path / "c", programme="parole")
    elsewhere.draw(draw_id="title-42-exemption/2023-01-18")
    assert "is also that of" in failure(programme.folders[0], elsewhere.folders[0]).reason


@pytest.mark.parametrize(
    ("changes", "file", "reason"),
    [
        ({"previous_manifest": b"another"}, "manifest.json", "previous_manifest_sha256 is not that of draw"),
        ({"frozen_at": DRAW_TIME}, "manifest.json", "frozen before the previous draw's randomness existed"),
        ({"seniority_carry": 2}, "params.json", "seniority_carry must be 0 after draw"),
        ({"previous": PreviousDraw("title-42-exemption/2023-01-17", "0" * 64)}, "params.json", "previous is not draw"),
        ({"rain_checks": ()}, "params.json", "neither kept nor dropped"),
        ({"rain_checks": (RainCheck("0" * 32, id_on(2, FULL[0]), "AAA"),)}, "params.json", "had no rain-check after"),
        ({"rain_checks": (RainCheck(id_on(1, HOLDER), id_on(2, HOLDER), "BBB"),)}, "params.json", "is for port AAA"),
    ],
)
def test_a_draw_that_does_not_follow_the_one_before(
    changes: dict[str, Any], file: str, reason: str, tmp_path: Path
) -> None:
    programme = Programme(tmp_path)
    programme.draw()
    programme.draw(**changes)
    failed = failure(*programme.folders)
    assert failed.file == file
    assert reason in failed.reason


def test_a_rain_check_may_end_with_a_reason(tmp_path: Path) -> None:
    programme = Programme(tmp_path)
    programme.draw()
    dropped = DroppedRainCheck(id_on(1, HOLDER), "withdrawn")
    programme.draw(rain_checks=(), rain_checks_dropped=(dropped,))
    assert len(programme.verify()) == 2


def test_an_officer_places_the_holder_from_the_third_draw_on(tmp_path: Path) -> None:
    # From the second day on the holder's port has no cells, so the rain-check is kept.
    for day in (2, 3, 4):
        programme = Programme(tmp_path / str(day))
        programme.draw()
        for _ in range(2, day):
            programme.draw(cells=[cell("ZZZ")])
        dropped = DroppedRainCheck(id_on(day - 1, HOLDER), "offered")
        programme.draw(cells=[cell("ZZZ")], rain_checks=(), rain_checks_dropped=(dropped,))
        if day < 4:
            assert "before the third draw" in failure(*programme.folders).reason
        else:
            assert len(programme.verify()) == 4


def test_a_rain_check_is_for_at_most_the_size_it_was_given_to(tmp_path: Path) -> None:
    holder = entry(2, size=8, tier=1)
    small = [entry(1, size=8, tier=0), holder]
    grown = [small[0], dataclasses.replace(holder, size=9)]
    programme = Programme(tmp_path)
    programme.draw(entries=small)
    assert programme.links[0].rain_checks == (HeldRainCheck(id_on(1, holder), "AAA", 8, 1),)
    programme.draw(entries=grown)
    assert "has grown beyond the 8" in failure(*programme.folders).reason
    shrunk = Programme(tmp_path / "b")
    shrunk.draw(entries=small)
    shrunk.draw(entries=[small[0], dataclasses.replace(holder, size=1)])
    assert len(shrunk.verify()) == 2


def test_rain_checks_keep_their_order(tmp_path: Path) -> None:
    entries = [entry(number, size=7, ports=[port]) for number, port in enumerate(["AAA", "AAA", "BBB", "BBB"])]
    programme = Programme(tmp_path)
    programme.draw(entries=entries, cells=[cell("AAA"), cell("BBB")])
    first, second = programme.links[0].rain_checks
    before = {id_on(1, one): id_on(2, one) for one in entries}
    turned = tuple(RainCheck(held.id, before[held.id], held.port) for held in (second, first))
    programme.draw(entries=entries, cells=[cell("AAA"), cell("BBB")], rain_checks=turned)
    assert "must keep the order" in failure(*programme.folders).reason


def test_the_carry_follows_a_share_that_changed() -> None:
    assert next_carry(carry=2, old_denominator=3, new_denominator=3) == 2
    assert next_carry(carry=2, old_denominator=3, new_denominator=2) == 1
    assert next_carry(carry=1, old_denominator=2, new_denominator=1) == 0


def test_a_chain_that_begins_in_the_middle_checks_what_it_can(tmp_path: Path) -> None:
    manifest = parse_manifest((BY_HAND / "manifest.json").read_bytes())
    used: Params = parse_params((BY_HAND / "params.json").read_bytes())
    pool: Pool = parse_pool((BY_HAND / "pool.txt").read_bytes())
    held = [(kept.previous_id, kept.port) for kept in used.rain_checks]
    held += [(dropped.previous_id, "AAA") for dropped in used.rain_checks_dropped]
    assert used.previous is not None
    assert manifest.previous_manifest_sha256 is not None
    link = ChainLink(
        programme=manifest.programme,
        draw_id=used.previous.draw_id,
        sequence=1,
        manifest_sha256=manifest.previous_manifest_sha256,
        allocation_sha256=used.previous.allocation_sha256,
        carry_next=1,
        share_denominator=2,
        randomness_time=manifest.frozen_at - dt.timedelta(seconds=1),
        rain_checks=tuple(HeldRainCheck(one, port, None, None) for one, port in held),
    )
    check_succession(previous=link, manifest=manifest, params=used, pool=pool)
    with pytest.raises(DrawFileError, match="frozen before"):
        late = dataclasses.replace(link, randomness_time=manifest.frozen_at)
        check_succession(previous=late, manifest=manifest, params=used, pool=pool)
