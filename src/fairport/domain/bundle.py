"""Checking published bundles: one by one, and as the chain of a programme's draws.

Source: docs/draw.md, "The bundle" and "What a verifier says". Nothing here trusts the bundle: everything is computed
again and compared.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fairport.domain.beacon import FREEZE_LEAD, BeaconVerifier, check_beacon, check_promise
from fairport.domain.chain import ChainLink, check_succession, link_after
from fairport.domain.draw import (
    ALLOCATION_FILE,
    BEACON_FILE,
    MANIFEST_FILE,
    PARAMS_FILE,
    POOL_FILE,
    RESULT_FILE,
    BeaconRefused,
    DrandBeacon,
    DrandCommitment,
    DrawFileError,
    DrawResult,
    Manifest,
    parse_beacon,
    parse_manifest,
    replay_draw,
)
from fairport.domain.draw_format import PORT, Fields, format_compact_json, parse_json, split_lines

BUNDLE_FILES: Final = (MANIFEST_FILE, PARAMS_FILE, POOL_FILE, BEACON_FILE, ALLOCATION_FILE, RESULT_FILE)
TIME_NOT_PROVEN: Final = "time of the freeze: no witness's cosignature was checked"
_PUBLIC_LATER: Final = (POOL_FILE, ALLOCATION_FILE)
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
class BundleReport:
    """What a verifier can say of one bundle, in sentences without a full stop."""

    bundle: str
    draw_id: str
    sequence: int
    entries: int
    offers: int
    rain_checks: int
    proven: tuple[str, ...]
    not_proven: tuple[str, ...]
    warnings: tuple[str, ...]


def verify_bundles(folders: Sequence[Path], *, verifier: BeaconVerifier | None = None) -> tuple[BundleReport, ...]:
    """Verify the bundles in ``folders``, given in any order, and that each follows the one before it.

    Without ``verifier`` the signatures of drand are not checked, and the reports say so. Raises
    :class:`VerificationFailed` at the first thing that is wrong.
    """
    manifests = [(folder, _manifest_of(folder)) for folder in folders]
    manifests.sort(key=lambda pair: (pair[1].programme, pair[1].sequence))
    draw_ids: dict[str, Path] = {}
    reports: list[BundleReport] = []
    link: ChainLink | None = None
    for folder, manifest in manifests:
        try:
            if manifest.draw_id in draw_ids:
                other = draw_ids[manifest.draw_id]
                raise DrawFileError(MANIFEST_FILE, f"its draw id {manifest.draw_id} is also that of {other}")
            draw_ids[manifest.draw_id] = folder
            if link is not None and link.programme != manifest.programme:
                link = None
            if link is not None and link.sequence == manifest.sequence:
                reason = f"its sequence {manifest.sequence} is also that of draw {link.draw_id}"
                raise DrawFileError(MANIFEST_FILE, reason)
            report, link = _verify(folder, previous=link, verifier=verifier)
        except DrawFileError as error:
            raise VerificationFailed(str(folder), error) from None
        reports.append(report)
    return tuple(reports)


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


def _manifest_of(folder: Path) -> Manifest:
    try:
        return parse_manifest(_read(folder, MANIFEST_FILE))
    except DrawFileError as error:
        raise VerificationFailed(str(folder), error) from None


def _read(folder: Path, file: str) -> bytes:
    try:
        return (folder / file).read_bytes()
    except FileNotFoundError:
        later = " (it becomes public the day after the draw's last band)" if file in _PUBLIC_LATER else ""
        raise DrawFileError(file, f"is missing{later}") from None
    except OSError as error:
        raise DrawFileError(file, f"cannot be read: {error.strerror}") from None


def _verify(
    folder: Path, *, previous: ChainLink | None, verifier: BeaconVerifier | None
) -> tuple[BundleReport, ChainLink]:
    manifest_bytes = _read(folder, MANIFEST_FILE)
    manifest = parse_manifest(manifest_bytes)
    claimed = parse_result(_read(folder, RESULT_FILE))
    if claimed["manifest_sha256"] != hashlib.sha256(manifest_bytes).hexdigest():
        raise DrawFileError(
            RESULT_FILE, f"manifest_sha256 is not the SHA-256 of {MANIFEST_FILE}: one of them was changed"
        )
    beacon = parse_beacon(_read(folder, BEACON_FILE))
    try:
        if isinstance(beacon, DrandBeacon) and verifier is None:
            check_promise(commitment=manifest.beacon, beacon=beacon)
        else:
            check_beacon(commitment=manifest.beacon, beacon=beacon, verifier=verifier)
    except BeaconRefused as error:
        raise DrawFileError(BEACON_FILE, str(error).removesuffix(".")) from None
    draw = replay_draw(
        pool=_read(folder, POOL_FILE),
        params=_read(folder, PARAMS_FILE),
        manifest=manifest_bytes,
        randomness=beacon.randomness,
    )
    if previous is not None:
        check_succession(previous=previous, manifest=draw.manifest, params=draw.params, pool=draw.pool)
    _compare_allocation(found=_read(folder, ALLOCATION_FILE), computed=draw.allocation_bytes)
    computed = parse_result(draw.result_bytes)
    for key in _RESULT_KEYS:
        if claimed[key] != computed[key]:
            raise DrawFileError(RESULT_FILE, f"{key} is {claimed[key]}, computed again it is {computed[key]}")
    report = _report(folder, draw=draw, previous=previous, signature_checked=verifier is not None)
    return report, link_after(draw=draw, manifest=manifest_bytes, previous=previous)


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


def _report(folder: Path, *, draw: DrawResult, previous: ChainLink | None, signature_checked: bool) -> BundleReport:
    manifest = draw.manifest
    proven = [
        f"{POOL_FILE} and {PARAMS_FILE} are the ones that {MANIFEST_FILE} commits to",
        "seed, order, offers and rain-checks follow from them and from the randomness, and nothing else does",
    ]
    not_proven = [
        TIME_NOT_PROVEN,
        "who is in the pool, and that nobody is missing",
    ]
    warnings = []
    if previous is not None:
        proven.append(f"it follows draw {previous.draw_id}, with its carry and all its rain-checks")
    elif manifest.sequence > 1:
        not_proven.append("that it follows the draw before it, whose bundle was not given")
    if isinstance(manifest.beacon, DrandCommitment):
        sentence = f"the randomness is drand quicknet's round {manifest.beacon.round}"
        if signature_checked:
            proven.append(f"{sentence}: its signature is valid")
        else:
            not_proven.append(f"{sentence}: its signature needs a library to check")
    else:
        warnings.append("the beacon is local: the operator chose the randomness, so the draw does not bind them")
        if manifest.lead < FREEZE_LEAD:
            seconds = int(manifest.lead.total_seconds())
            warnings.append(f"demonstration: the freeze came only {seconds} seconds before the draw")
    lines = draw.allocation.lines
    return BundleReport(
        bundle=str(folder),
        draw_id=manifest.draw_id,
        sequence=manifest.sequence,
        entries=manifest.n,
        offers=sum(line.outcome == "offer" for line in lines),
        rain_checks=sum(line.outcome == "rain-check" for line in lines),
        proven=tuple(proven),
        not_proven=tuple(not_proven),
        warnings=tuple(warnings),
    )
