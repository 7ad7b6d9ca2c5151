"""The full verifier of published draws: recomputes them, checks drand's signatures and the proofs of the draw log.

It needs no database and no key ring. The keys of the log and of its witnesses are given by whoever verifies, and never
read from what is verified.
"""

from __future__ import annotations

import stat
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

from fairport.audit.notes import NoteInvalid, NoteSignature, VerifierKey, parse_note
from fairport.audit.proofs import ProofInvalid, ProvenEntry, parse_proof, verify_proof
from fairport.domain.beacon import BeaconVerifier
from fairport.domain.bundle import (
    TIME_NOT_PROVEN,
    BundleReport,
    VerificationFailed,
    verify_bundles,
)
from fairport.domain.draw import MANIFEST_FILE, DrawFileError, parse_manifest
from fairport.domain.draw_format import format_instant
from fairport.draws.archives import CHECKPOINT_FILE, unpack_bundle
from fairport.draws.quicknet import QUICKNET

LARGEST_CHECKPOINT: Final = 300_000


def verify_draws(
    *,
    paths: Sequence[Path],
    log_keys: Sequence[VerifierKey] = (),
    witnesses: Sequence[VerifierKey] = (),
    verifier: BeaconVerifier = QUICKNET.verify,
) -> tuple[BundleReport, ...]:
    """Verifies draws in any order, each given as its folder or as the archive of it.

    `log_keys` are the draw log's public keys, `witnesses` those of its witnesses. Without keys `checkpoint.txt` is not
    checked, and the reports say so. Raises VerificationFailed at the first thing that is wrong.
    """
    with ExitStack() as unpacked:
        folders = [_folder_of(path, unpacked) for path in paths]
        names = {str(folder): str(path) for folder, path in zip(folders, paths, strict=True)}
        try:
            for folder in folders:
                _refuse_strange_checkpoint(folder)
            reports = verify_bundles(folders, verifier=verifier)
            return tuple(
                replace(_with_log(report, log_keys, witnesses), bundle=names[report.bundle]) for report in reports
            )
        except VerificationFailed as failure:
            error = DrawFileError(failure.file, failure.reason, line=failure.line)
            raise VerificationFailed(names[failure.bundle], error) from None


def _folder_of(path: Path, unpacked: ExitStack) -> Path:
    if path.is_dir():
        return path
    folder = Path(unpacked.enter_context(tempfile.TemporaryDirectory(prefix="fairport-verify-")))
    try:
        return unpack_bundle(archive=path, into=folder)
    except DrawFileError as error:
        raise VerificationFailed(str(path), error) from None
    except OSError as error:
        raise VerificationFailed(
            str(path), DrawFileError(path.name, f"cannot be read: {error.strerror or error}")
        ) from None


def _refuse_strange_checkpoint(folder: Path) -> None:
    """A link may lead anywhere and a device never ends, so neither is opened."""
    try:
        status = (folder / CHECKPOINT_FILE).lstat()
    except OSError:
        # Missing or unreadable: whoever reads it says which.
        return
    if not stat.S_ISREG(status.st_mode):
        raise _refuse(folder, "is no plain file")
    if status.st_size > LARGEST_CHECKPOINT:
        raise _refuse(folder, f"has {status.st_size} bytes, more than such a file can have")


def _with_log(report: BundleReport, log_keys: Sequence[VerifierKey], witnesses: Sequence[VerifierKey]) -> BundleReport:
    folder = Path(report.bundle)
    try:
        content = (folder / CHECKPOINT_FILE).read_bytes()
    except FileNotFoundError:
        missing = f"that the manifest is in the draw log: {CHECKPOINT_FILE} is missing"
        return _add(report, unproven=(missing, f"time of the freeze: not proven, since {CHECKPOINT_FILE} is missing"))
    except OSError as error:
        raise _refuse(folder, f"cannot be read: {error.strerror}") from None
    if not log_keys:
        unchecked = (
            f"that the manifest is in the draw log: {CHECKPOINT_FILE} was not checked, no key of the log was given"
        )
        return _add(report, unproven=(unchecked, "time of the freeze: not proven, since no key of the log was given"))
    manifest_bytes = (folder / MANIFEST_FILE).read_bytes()
    try:
        proven = verify_proof(content=content, leaf_data=manifest_bytes, keys=log_keys, witnesses=witnesses)
        signatures = parse_note(parse_proof(content).checkpoint.encode()).signatures
    except (ProofInvalid, NoteInvalid) as error:
        raise _refuse(folder, str(error).removesuffix(".")) from None
    if proven.extra is not None:
        raise _refuse(folder, "a proof of the draw log has no extra line")
    logged = f"the manifest is entry {proven.index} of the log {proven.head.origin}, whose checkpoint it signed"
    time_proven, time_unproven = _time_of_freeze(proven, parse_manifest(manifest_bytes).randomness_time)
    _refuse_almost_known(folder, signatures, proven, witnesses)
    others = len(signatures) - len(proven.cosignatures) - 1
    passed_over = (
        (f"{others} other signatures in {CHECKPOINT_FILE}: their keys were not given, so they were not checked",)
        if others > 0
        else ()
    )
    return _add(report, proven=(logged, *time_proven), unproven=(*time_unproven, *passed_over))


def _refuse_almost_known(
    folder: Path, signatures: Sequence[NoteSignature], proven: ProvenEntry, witnesses: Sequence[VerifierKey]
) -> None:
    """Lines of unknown keys are passed over, so a known witness must not become unknown by one changed byte."""
    good = {one.key for one in proven.cosignatures}
    for line in signatures:
        for key in witnesses:
            same_name, same_id = line.name == key.name, line.key_id == key.id
            if key not in good and (same_name or same_id):
                raise _refuse(folder, f"the line that looks like {key.name}'s is not signed by the key given for it")


def _time_of_freeze(proven: ProvenEntry, randomness_time: datetime) -> tuple[tuple[str, ...], tuple[str, ...]]:
    before = [one for one in proven.cosignatures if one.at < randomness_time]
    if before:
        first = min(before, key=lambda one: one.at)
        return (
            f"time of the freeze: {first.key.name} saw the manifest in the log at {format_instant(first.at)},"
            " before the randomness existed",
        ), ()
    if proven.cosignatures:
        return (), ("time of the freeze: not proven, no witness saw the manifest before the randomness existed",)
    return (), ("time of the freeze: not proven, no witness whose key was given cosigned the checkpoint",)


def _add(report: BundleReport, *, proven: tuple[str, ...] = (), unproven: tuple[str, ...]) -> BundleReport:
    rest = tuple(sentence for sentence in report.not_proven if sentence != TIME_NOT_PROVEN)
    return replace(report, proven=(*report.proven, *proven), not_proven=(*unproven, *rest))


def _refuse(folder: Path, reason: str) -> VerificationFailed:
    return VerificationFailed(str(folder), DrawFileError(CHECKPOINT_FILE, reason))
