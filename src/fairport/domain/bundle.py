"""Checking published bundles: one by one, and as the chain of a programme's draws.

Source: docs/draw.md, "The bundle" and "What a verifier says". Nothing here trusts the bundle: everything is computed
again and compared.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from fairport.domain.allocation import quotas
from fairport.domain.beacon import BeaconVerifier, check_beacon, check_promise
from fairport.domain.chain import ChainLink, check_succession, link_after, link_after_partial
from fairport.domain.draw import (
    ALLOCATION_FILE,
    BEACON_FILE,
    MANIFEST_FILE,
    PARAMS_FILE,
    POOL_FILE,
    RESULT_FILE,
    Beacon,
    BeaconRefused,
    DrandBeacon,
    DrawFileError,
    DrawResult,
    FrozenDraw,
    Manifest,
    check_frozen,
    parse_beacon,
    parse_manifest,
    replay_draw,
    seed_of,
)
from fairport.domain.draw_format import PORT, Fields, format_compact_json, parse_json, split_lines
from fairport.domain.report import BUNDLE_FILES, LATE_FILES, TIME_NOT_PROVEN, BundleReport, overdue, report_on

__all__ = [
    "BUNDLE_FILES",
    "LARGEST_FILE",
    "TIME_NOT_PROVEN",
    "BundleReport",
    "VerificationFailed",
    "parse_result",
    "verify_bundles",
]

LARGEST_FILE: Final = 512 * 1024 * 1024
"""Bytes of one file; a pool of five million entries has 350 MB."""
_RESULT_HASHES: Final = ("manifest_sha256", "seed", "allocation_sha256", "allocation_root")
_RESULT_KEYS: Final = (*_RESULT_HASHES, "seniority_carry_next", "cutoffs")


class VerificationFailed(Exception):
    """A bundle is not what it claims to be: which one, which file, why. ``str()`` is one plain sentence."""

    code = "verification_failed"

    def __init__(self, bundle: str, error: DrawFileError) -> None:
        super().__init__(f"{bundle}: {error}.")
        self.bundle = bundle
        self.file = error.file
        self.line = error.line
        self.reason = error.reason


@dataclass(frozen=True, slots=True)
class _Bundle:
    """A folder with the parsed and the raw manifest; ``present`` are the names of the files that are there."""

    folder: Path
    manifest: Manifest
    manifest_bytes: bytes
    present: frozenset[str]

    def read(self, file: str) -> bytes:
        return _read(self.folder, file)

    def holds(self, file: str) -> bool:
        return file in self.present


@dataclass(frozen=True, slots=True)
class _Checked:
    report: BundleReport
    draw: FrozenDraw
    link: ChainLink


def verify_bundles(folders: Sequence[Path], *, verifier: BeaconVerifier | None = None) -> tuple[BundleReport, ...]:
    """Verify the bundles in ``folders``, given in any order, and that each follows the one before it.

    Where pool.txt and allocation.txt are both missing, or all that comes after the freeze, the rest is checked, and the
    report names what is missing: such a draw is not proven. Without ``verifier`` the signatures of drand are not
    checked, and the reports say so. Raises :class:`VerificationFailed` at the first thing that is wrong.
    """
    bundles = [_open(folder) for folder in folders]
    bundles.sort(key=lambda one: (one.manifest.programme, one.manifest.sequence))
    draw_ids: dict[str, Path] = {}
    checked: list[_Checked] = []
    link: ChainLink | None = None
    for bundle in bundles:
        manifest = bundle.manifest
        try:
            if manifest.draw_id in draw_ids:
                other = draw_ids[manifest.draw_id]
                raise DrawFileError(MANIFEST_FILE, f"its draw id {manifest.draw_id} is also that of {other}")
            draw_ids[manifest.draw_id] = bundle.folder
            if link is not None and link.programme != manifest.programme:
                link = None
            if link is not None and link.sequence == manifest.sequence:
                reason = f"its sequence {manifest.sequence} is also that of draw {link.draw_id}"
                raise DrawFileError(MANIFEST_FILE, reason)
            one = _verify(bundle, previous=link, verifier=verifier)
        except DrawFileError as error:
            raise VerificationFailed(str(bundle.folder), error) from None
        checked.append(one)
        link = one.link
    latest = max((bundle.manifest for bundle in bundles), key=lambda manifest: manifest.frozen_at, default=None)
    return tuple(
        _with_overdue(one, bundle, latest) if latest else one.report
        for one, bundle in zip(checked, bundles, strict=True)
    )


def parse_result(raw: bytes) -> dict[str, object]:
    """Parse result.json, which has one byte form. Raises :class:`DrawFileError`."""
    fields = Fields(parse_json(raw, file=RESULT_FILE), frozenset(_RESULT_KEYS), file=RESULT_FILE)
    value = fields.raw("cutoffs")
    if not isinstance(value, dict):
        raise fields.error("cutoffs", "must be an object")
    cutoffs = {}
    for port, rank in sorted(value.items()):
        if not PORT.fullmatch(port) or not isinstance(rank, int) or isinstance(rank, bool) or rank < 1:
            raise fields.error("cutoffs", "must map ports to ranks from 1")
        cutoffs[port] = rank
    result: dict[str, object] = {key: fields.hex(key, digits=64) for key in _RESULT_HASHES}
    result["seniority_carry_next"] = fields.integer("seniority_carry_next", low=0)
    result["cutoffs"] = cutoffs
    if raw != format_compact_json(result):
        raise DrawFileError(RESULT_FILE, "must have its keys in order, no spaces, and LF at the end")
    return result


def _open(folder: Path) -> _Bundle:
    try:
        raw = _read(folder, MANIFEST_FILE)
        manifest = parse_manifest(raw)
        present = frozenset(file for file in BUNDLE_FILES if os.path.lexists(folder / file))
        _check_stage(present)
    except DrawFileError as error:
        raise VerificationFailed(str(folder), error) from None
    return _Bundle(folder, manifest, raw, present)


def _check_stage(present: Collection[str]) -> None:
    """Refuse files that cannot be all that is public at any time."""
    if PARAMS_FILE not in present:
        raise DrawFileError(PARAMS_FILE, "is missing")
    if RESULT_FILE in present:
        if BEACON_FILE not in present:
            raise DrawFileError(BEACON_FILE, "is missing")
        for file, other in (LATE_FILES, reversed(LATE_FILES)):
            if file not in present and other in present:
                reason = f"is missing, but {other} is here (both become public the day after the draw's last band)"
                raise DrawFileError(file, reason)
    elif ALLOCATION_FILE in present:
        raise DrawFileError(RESULT_FILE, "is missing")


def _read(folder: Path, file: str) -> bytes:
    """Read a file; a link may lead anywhere and a device never ends, so neither is opened."""
    path = folder / file
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode):
            raise DrawFileError(file, "is no plain file")
        if status.st_size > LARGEST_FILE:
            raise DrawFileError(file, f"has {status.st_size} bytes, more than such a file can have")
        return path.read_bytes()
    except FileNotFoundError:
        raise DrawFileError(file, "is missing") from None
    except OSError as error:
        raise DrawFileError(file, f"cannot be read: {error.strerror}") from None


def _verify(bundle: _Bundle, *, previous: ChainLink | None, verifier: BeaconVerifier | None) -> _Checked:
    claimed = parse_result(bundle.read(RESULT_FILE)) if bundle.holds(RESULT_FILE) else None
    if claimed is not None and claimed["manifest_sha256"] != hashlib.sha256(bundle.manifest_bytes).hexdigest():
        raise DrawFileError(
            RESULT_FILE, f"manifest_sha256 is not the SHA-256 of {MANIFEST_FILE}: one of them was changed"
        )
    beacon = _read_beacon(bundle, verifier=verifier) if bundle.holds(BEACON_FILE) else None
    whole = None
    if claimed is not None and beacon is not None and bundle.holds(POOL_FILE):
        whole = replay_draw(
            pool=bundle.read(POOL_FILE),
            params=bundle.read(PARAMS_FILE),
            manifest=bundle.manifest_bytes,
            randomness=beacon.randomness,
        )
        draw = FrozenDraw(whole.manifest, whole.params, whole.pool)
    else:
        draw = check_frozen(
            manifest=bundle.manifest_bytes,
            params=bundle.read(PARAMS_FILE),
            pool=bundle.read(POOL_FILE) if bundle.holds(POOL_FILE) else None,
        )
    if previous is not None:
        check_succession(previous=previous, manifest=draw.manifest, params=draw.params, pool=draw.pool)
    if whole is not None:
        _compare_allocation(found=bundle.read(ALLOCATION_FILE), computed=whole.allocation_bytes)
    if claimed is not None and beacon is not None:
        computed = parse_result(whole.result_bytes) if whole else _computed_without_pool(draw, beacon)
        _compare_result(claimed=claimed, computed=computed)
    report = report_on(
        str(bundle.folder),
        draw=draw,
        allocation=whole.allocation if whole else None,
        present=bundle.present,
        previous=previous,
        signature_checked=verifier is not None,
    )
    return _Checked(report, draw, _link(bundle, draw=draw, whole=whole, claimed=claimed, previous=previous))


def _read_beacon(bundle: _Bundle, *, verifier: BeaconVerifier | None) -> Beacon:
    beacon = parse_beacon(bundle.read(BEACON_FILE))
    try:
        if isinstance(beacon, DrandBeacon) and verifier is None:
            check_promise(commitment=bundle.manifest.beacon, beacon=beacon)
        else:
            check_beacon(commitment=bundle.manifest.beacon, beacon=beacon, verifier=verifier)
    except BeaconRefused as error:
        raise DrawFileError(BEACON_FILE, str(error).removesuffix(".")) from None
    return beacon


def _computed_without_pool(draw: FrozenDraw, beacon: Beacon) -> dict[str, object]:
    """Return the part of result.json that follows from manifest, parameters and randomness alone."""
    _, carry_next = quotas(draw.params)
    seed = seed_of(manifest=draw.manifest, randomness=beacon.randomness)
    return {"seed": seed.hex(), "seniority_carry_next": carry_next}


def _compare_result(*, claimed: Mapping[str, object], computed: Mapping[str, object]) -> None:
    for key in _RESULT_KEYS:
        if key in computed and claimed[key] != computed[key]:
            raise DrawFileError(RESULT_FILE, f"{key} is {claimed[key]}, computed again it is {computed[key]}")


def _link(
    bundle: _Bundle,
    *,
    draw: FrozenDraw,
    whole: DrawResult | None,
    claimed: Mapping[str, object] | None,
    previous: ChainLink | None,
) -> ChainLink:
    if whole is not None:
        return link_after(draw=whole, manifest=bundle.manifest_bytes, previous=previous)
    allocation_sha256 = None if claimed is None else str(claimed["allocation_sha256"])
    return link_after_partial(draw=draw, manifest=bundle.manifest_bytes, allocation_sha256=allocation_sha256)


def _with_overdue(one: _Checked, bundle: _Bundle, latest: Manifest) -> BundleReport:
    warning = "" if latest is bundle.manifest else overdue(one.draw, present=bundle.present, later=latest)
    return replace(one.report, warnings=(*one.report.warnings, warning)) if warning else one.report


def _compare_allocation(*, found: bytes, computed: bytes) -> None:
    if found == computed:
        return
    found_lines = split_lines(found, file=ALLOCATION_FILE)
    computed_lines = computed.splitlines()
    for number, (there, again) in enumerate(zip(found_lines, computed_lines, strict=False), 1):
        if there != again:
            reason = f"has {there.decode()!r}, computed again it is {again.decode()!r}"
            raise DrawFileError(ALLOCATION_FILE, reason, line=number)
    raise DrawFileError(ALLOCATION_FILE, f"has {len(found_lines)} lines, computed again it has {len(computed_lines)}")
