"""Checking an exported log with nothing but its files and its public keys: no database, no settings."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fairport.audit.notes import Cosignature, Head, NoteInvalid, VerifierKey, open_checkpoint, parse_head
from fairport.audit.tiles import (
    FULL_TILE,
    HASH_BYTES,
    TILE_HASHES,
    GrowingTree,
    TileName,
    bundles_of,
    pack_entries,
    tiles_of,
    unpack_entries,
)
from fairport.domain.merkle import leaf_hash

CHECKPOINT_FILE = "checkpoint"
# After its time a draw has so long to publish its result (draw-spec, section 1).
RESULT_WITHIN = timedelta(days=1)
_NEVER = datetime.max.replace(tzinfo=UTC) - RESULT_WITHIN


@dataclass(slots=True)
class FolderReport:
    """What was proven of a folder, and what is wrong with it; `head` is None where no signed checkpoint was found."""

    head: Head | None = None
    cosignatures: tuple[Cosignature, ...] = ()
    entries: int = 0
    findings: list[str] = field(default_factory=list)


def verify_folder(
    *, folder: Path, keys: Sequence[VerifierKey], witnesses: Sequence[VerifierKey] = (), at: datetime
) -> FolderReport:
    """Checks checkpoint, tiles and entries of one exported log; of a draw log also that no draw is told twice.

    `at` decides which results are overdue. What is wrong becomes a finding, so that one report tells everything.
    """
    report = FolderReport()
    try:
        opened = open_checkpoint(note=(folder / CHECKPOINT_FILE).read_bytes(), keys=keys, witnesses=witnesses)
        head = parse_head(opened.text)
    except FileNotFoundError:
        report.findings.append("checkpoint: there is none")
        return report
    except NoteInvalid as error:
        report.findings.append(f"checkpoint: {error}")
        return report
    report.head, report.cosignatures = head, opened.cosignatures
    leaves = _check_tiles(folder, head, report.findings)
    if (folder / "tile" / "entries").is_dir():
        entries = _check_entries(folder, head, leaves, report.findings)
        report.entries = len(entries)
        report.findings += check_draws(entries=entries, at=at)
    return report


def check_draws(*, entries: Sequence[bytes], at: datetime) -> list[str]:
    """What is wrong with the manifests and results of a draw log: double ones, gaps, overdue results."""
    findings: list[str] = []
    manifests: list[dict[str, Any]] = []
    results: list[dict[str, Any]] = []
    for index, entry in enumerate(entries):
        document = _read_object(entry)
        if document is not None and "draw_id" in document and "sequence" in document:
            manifests.append({**document, "sha256": hashlib.sha256(entry).hexdigest()})
        elif document is not None and "manifest_sha256" in document:
            results.append(document)
        else:
            findings.append(f"entry {index}: neither a manifest nor a result")
    for draw_id, count in Counter(str(manifest["draw_id"]) for manifest in manifests).items():
        if count > 1:
            findings.append(f"draw {draw_id}: {count} manifests, and only one can be true")
    places = Counter((str(manifest.get("programme")), str(manifest["sequence"])) for manifest in manifests)
    for (programme, sequence), count in places.items():
        if count > 1:
            findings.append(f"programme {programme}: {count} manifests with the sequence {sequence}")
    known = {manifest["sha256"]: str(manifest["draw_id"]) for manifest in manifests}
    told = Counter(str(result["manifest_sha256"]) for result in results)
    for sha256, count in told.items():
        if sha256 not in known:
            findings.append(f"a result is of the manifest {sha256}, which is not in the log")
        elif count > 1:
            findings.append(f"draw {known[sha256]}: {count} results, and only one can be true")
    for manifest in manifests:
        overdue = _time(manifest.get("draw_time")) + RESULT_WITHIN < at
        if overdue and manifest["sha256"] not in told:
            findings.append(f"draw {manifest['draw_id']}: no result a day after its time")
    return findings


def _check_tiles(folder: Path, head: Head, findings: list[str]) -> bytes:
    """The hashes of all leaves, as far as their tiles are there."""
    leaves = b""
    for name in tiles_of(size=head.size):
        if name.level == 0:
            content = _read(folder, name)
            if len(content) != name.width * HASH_BYTES:
                findings.append(f"tile/{name.path}: missing or not of {name.width} hashes")
                return leaves
            leaves += content
    tree = GrowingTree()
    full = tree.add([leaves])
    computed = {(level, number): hashes for level, number, hashes, _root in full}
    for level, hashes in enumerate(tree.edge):
        if hashes:
            computed[level, (head.size >> (8 * level)) // TILE_HASHES] = hashes
    for name in tiles_of(size=head.size):
        assert name.level is not None
        if name.level > 0:
            _compare_tile(folder, name, computed[name.level, name.number], findings)
    if tree.root() != head.root:
        findings.append(f"the tiles lead to another root than the checkpoint of size {head.size} signed")
    return leaves


def _compare_tile(folder: Path, name: TileName, computed: bytes, findings: list[str]) -> None:
    content = _read(folder, name)
    if len(content) != len(computed):
        findings.append(f"tile/{name.path}: missing or not of {name.width} hashes")
        return
    for place in range(name.width):
        at = slice(place * HASH_BYTES, (place + 1) * HASH_BYTES)
        if content[at] != computed[at]:
            below = TileName((name.level or 0) - 1, name.number * TILE_HASHES + place, TILE_HASHES)
            findings.append(f"tile/{below.path} does not fit tile/{name.path}: one of the two was changed")


def _check_entries(folder: Path, head: Head, leaves: bytes, findings: list[str]) -> list[bytes]:
    entries: list[bytes] = []
    for name in bundles_of(size=head.size):
        bundle = unpack_entries(_read(folder, name))
        if bundle is None or len(bundle) != name.width:
            findings.append(f"tile/{name.path}: missing or not of {name.width} entries")
            return entries
        for entry in bundle:
            place = len(entries) * HASH_BYTES
            if leaf_hash(entry) != leaves[place : place + HASH_BYTES]:
                findings.append(f"entry {len(entries)}: was changed, or its hash was")
            entries.append(entry)
    return entries


def _read(folder: Path, name: TileName) -> bytes:
    """A tile's content; one that is full by now stands in for an older, shorter one."""
    path = folder / "tile" / name.path
    if path.is_file():
        return path.read_bytes()
    full = folder / "tile" / TileName(name.level, name.number, TILE_HASHES).path
    if not full.is_file():
        return b""
    content = full.read_bytes()
    if name.level is not None:
        return content[: name.width * HASH_BYTES] if len(content) == FULL_TILE else b""
    return pack_entries((unpack_entries(content) or [])[: name.width])


def _read_object(entry: bytes) -> dict[str, Any] | None:
    try:
        document = json.loads(entry)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _time(text: Any) -> datetime:
    try:
        return datetime.strptime(str(text), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return _NEVER
