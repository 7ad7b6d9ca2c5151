"""`fairport draw export` and `verify`: what they prove, what they refuse, and that no byte can be changed unseen."""

from __future__ import annotations

import tarfile
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fairport.audit.events import WORKER, Subject
from fairport.audit.keys import keys_of
from fairport.audit.models import LogName
from fairport.audit.notes import COSIGNATURE, VerifierKey, cosign, parse_note, verifier_key
from fairport.audit.operations import add_cosignatures, sequence_log
from fairport.audit.queries import checkpoint_note, list_events
from fairport.cli import draw_files
from fairport.domain.beacon import DrandBeacon, format_beacon
from fairport.domain.bundle import BUNDLE_FILES, VerificationFailed
from fairport.draws.operations import accept_beacon, run_draw
from fairport.draws.verifying import verify_draws
from tests.apps.draws.conftest import Run
from tests.factories.beacons import REAL_BEACON, REAL_FREEZE, REAL_TIME, ROUND, forged_signature, freeze_for_round
from tests.factories.clock import StandingClock
from tests.factories.draws import register_group
from tests.factories.programme import PROGRAMME, open_programme

DRAW_ID = f"{PROGRAMME}/2023-08-23"
WITNESS = Ed25519PrivateKey.from_private_bytes(b"w" * 32)
WITNESS_KEY = verifier_key(name="witness.example", private=WITNESS, kind=COSIGNATURE)
ALL_FILES = (*BUNDLE_FILES, "checkpoint.txt")


@pytest.fixture
def exported(
    db: None, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Any
) -> tuple[Path, list[VerifierKey]]:
    """A draw of round 1000 as its operator exports it, cosigned by a witness between freeze and round."""
    monkeypatch.setattr(draw_files, "django_ready", nullcontext)
    open_programme(at=REAL_FREEZE)
    for size in (1, 2, 3, 12):
        register_group(size, at=REAL_FREEZE)
    draw = freeze_for_round()
    sequence_log(at=REAL_FREEZE)
    witnesses = tmp_path / "witnesses"
    witnesses.write_text(f"{WITNESS_KEY}\n")
    settings.WITNESSES = str(witnesses)
    cosigned_at(REAL_FREEZE + timedelta(minutes=1))
    accept_beacon(draw_id=draw.draw_id, beacon=REAL_BEACON, at=REAL_TIME, actor=WORKER)
    run_draw(draw_id=draw.draw_id, at=REAL_TIME, actor=WORKER)
    clock = StandingClock(monkeypatch, REAL_TIME)
    out = tmp_path / "bundle"
    status, printed, _ = run("draw", "export", DRAW_ID, "--out", str(out))
    assert status == 0
    assert "Not public yet: pool.txt, allocation.txt, release.json." in printed
    assert {path.name for path in out.iterdir()} == {
        "params.json",
        "manifest.json",
        "beacon.json",
        "result.json",
        "checkpoint.txt",
    }
    clock.at += timedelta(days=30)
    assert run("draw", "export", DRAW_ID, "--out", str(out))[0] == 0
    assert {path.name for path in out.iterdir()} == {*ALL_FILES, "release.json"}
    return out, keys_of(log=LogName.DRAWS)


def cosigned_at(moment: Any) -> None:
    note = checkpoint_note(log=LogName.DRAWS)
    line = cosign(text=parse_note(note.encode()).text, name="witness.example", private=WITNESS, at=moment)
    add_cosignatures(log=LogName.DRAWS, note=(note + line).encode(), at=moment)


def sentences(folder: Path, **keys: Any) -> tuple[str, str]:
    (report,) = verify_draws(paths=[folder], **keys)
    return "\n".join(report.proven), "\n".join(report.not_proven)


def test_with_all_keys_the_time_of_the_freeze_is_proven(exported: tuple[Path, list[VerifierKey]]) -> None:
    folder, keys = exported
    proven, unproven = sentences(folder, log_keys=keys, witnesses=[WITNESS_KEY])
    assert "the randomness is drand quicknet's round 1000: its signature is valid" in proven
    assert "the manifest is entry 0 of the log" in proven
    assert "time of the freeze: witness.example saw the manifest in the log at 2023-08-23T15:41:00Z" in proven
    assert "time of the freeze" not in unproven
    assert "who is in the pool" in unproven


def test_it_says_what_it_cannot_prove(exported: tuple[Path, list[VerifierKey]]) -> None:
    folder, keys = exported
    _, unproven = sentences(folder, log_keys=keys)
    assert "time of the freeze: not proven, no witness whose key was given cosigned the checkpoint" in unproven
    assert "1 other signatures in checkpoint.txt: their keys were not given, so they were not checked" in unproven
    _, unproven = sentences(folder)
    assert "time of the freeze: not proven, since no key of the log was given" in unproven
    (folder / "checkpoint.txt").unlink()
    _, unproven = sentences(folder, log_keys=keys)
    assert "time of the freeze: not proven, since checkpoint.txt is missing" in unproven


@pytest.mark.django_db
def test_a_witness_that_came_after_the_round_proves_no_time(settings: Any, tmp_path: Path) -> None:
    from tests.factories.draws import write_bundle

    witnesses = tmp_path / "witnesses"
    witnesses.write_text(f"{WITNESS_KEY}\n")
    settings.WITNESSES = str(witnesses)
    open_programme(at=REAL_FREEZE)
    draw = freeze_for_round()
    sequence_log(at=REAL_FREEZE)
    cosigned_at(REAL_TIME)
    accept_beacon(draw_id=draw.draw_id, beacon=REAL_BEACON, at=REAL_TIME, actor=WORKER)
    run_draw(draw_id=draw.draw_id, at=REAL_TIME, actor=WORKER)
    folder = write_bundle(draw, tmp_path)
    from fairport.audit.queries import manifest_proof

    (folder / "checkpoint.txt").write_text(manifest_proof(draw_id=draw.draw_id))
    _, unproven = sentences(folder, log_keys=keys_of(log=LogName.DRAWS), witnesses=[WITNESS_KEY])
    assert "time of the freeze: not proven, no witness saw the manifest before the randomness existed" in unproven


def test_any_byte_changed_in_any_file_is_found(exported: tuple[Path, list[VerifierKey]]) -> None:
    """Every byte of the small files, every 17th of the large one: they differ only in which line they stand."""
    folder, keys = exported
    seen: set[str] = set()
    for name in ALL_FILES:
        path = folder / name
        content = path.read_bytes()
        for position in range(0, len(content), 1 if len(content) < 3000 else 17):
            mask = 0x20 if position % 2 else 0x01
            path.write_bytes(content[:position] + bytes([content[position] ^ mask]) + content[position + 1 :])
            with pytest.raises(VerificationFailed) as failed:
                verify_draws(paths=[folder], log_keys=keys, witnesses=[WITNESS_KEY], verifier=quick_verifier)
            # A manifest that still reads well is told from the result that names its hash.
            assert failed.value.file in ({name, "result.json"} if name == "manifest.json" else {name}), position
            assert failed.value.reason
            seen.add(failed.value.file)
        for changed in (content[:-1], content + b"\n", content[1:], b""):
            path.write_bytes(changed)
            with pytest.raises(VerificationFailed):
                verify_draws(paths=[folder], log_keys=keys, witnesses=[WITNESS_KEY], verifier=quick_verifier)
        path.write_bytes(content)
    assert {"pool.txt", "params.json", "manifest.json", "beacon.json", "checkpoint.txt", "result.json"} <= seen
    assert verify_draws(paths=[folder], log_keys=keys, witnesses=[WITNESS_KEY])


def quick_verifier(round_number: int, signature: bytes) -> bool:
    """Stands for the pairing, which takes half a second: only one signature of a round is good."""
    return (round_number, signature) == (ROUND, REAL_BEACON.signature)


def test_the_command_prints_it_and_needs_no_database(
    exported: tuple[Path, list[VerifierKey]], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, keys = exported

    def never() -> None:
        raise AssertionError("a verifier asked for the database")

    monkeypatch.setattr(draw_files, "django_ready", never)
    given = ("--log-vkey", str(keys[0]), "--witness", str(WITNESS_KEY))
    status, printed, complaint = run("draw", "verify", str(folder), *given)
    assert (status, complaint) == (0, "")
    assert "  proven: the randomness is drand quicknet's round 1000: its signature is valid" in printed
    assert "  NOT proven: who is in the pool, and that nobody is missing" in printed
    (folder / "result.json").write_bytes((folder / "result.json").read_bytes().replace(b'"cutoffs"', b'"cutofft"'))
    status, printed, complaint = run("draw", "verify", str(folder), *given)
    assert (status, printed) == (1, "")
    assert complaint == f"{folder}: result.json: the key cutoffs is missing.\n"
    assert run("draw", "verify", str(folder), "--log-vkey", "nonsense")[0] == 1


def test_a_forged_signature_is_refused_though_everything_else_was_made_to_fit(
    exported: tuple[Path, list[VerifierKey]],
) -> None:
    folder, _ = exported
    (folder / "beacon.json").write_bytes(format_beacon(DrandBeacon(ROUND, forged_signature())))
    with pytest.raises(VerificationFailed, match=r"beacon.json: .*outside the right group"):
        verify_draws(paths=[folder])


def test_before_the_release_it_is_partly_checked_and_says_so(
    exported: tuple[Path, list[VerifierKey]], run: Run, tmp_path: Path
) -> None:
    folder, keys = exported
    for name in ("pool.txt", "allocation.txt"):
        (folder / name).unlink()
    given = ("--log-vkey", str(keys[0]), "--witness", str(WITNESS_KEY))
    status, printed, complaint = run("draw", "verify", str(folder), *given)
    assert (status, complaint) == (3, "")
    assert f"{DRAW_ID} (draw 1): PARTLY CHECKED, the draw is not proven. Missing: pool.txt, allocation.txt." in printed
    assert "  proven: the randomness is drand quicknet's round 1000: its signature is valid" in printed
    assert "  proven: time of the freeze: witness.example saw the manifest in the log" in printed
    assert "  NOT proven: the order and who got a place: they cannot be computed again" in printed
    archive = tmp_path / "draw.tar.gz"
    with tarfile.open(archive, "w:gz") as packed:
        packed.add(folder, "draw")
    assert run("draw", "verify", str(archive))[0] == 3
    for name in ("beacon.json", "result.json"):
        (folder / name).unlink()
    status, printed, _ = run("draw", "verify", str(folder), *given)
    assert status == 3
    assert "NOT proven: the draw itself: beacon.json and result.json are not here" in printed
    assert "quicknet" not in printed


def test_a_signature_that_is_forged_is_refused_before_the_release_too(
    exported: tuple[Path, list[VerifierKey]],
) -> None:
    folder, _ = exported
    for name in ("pool.txt", "allocation.txt"):
        (folder / name).unlink()
    (folder / "beacon.json").write_bytes(format_beacon(DrandBeacon(ROUND, forged_signature())))
    with pytest.raises(VerificationFailed, match=r"beacon.json: .*outside the right group"):
        verify_draws(paths=[folder])


def test_the_proof_of_another_log_or_draw_is_refused(exported: tuple[Path, list[VerifierKey]]) -> None:
    folder, keys = exported
    other = verifier_key(name=keys[0].name, private=WITNESS)
    with pytest.raises(VerificationFailed, match=r"checkpoint.txt: None of the known keys"):
        verify_draws(paths=[folder], log_keys=[other])
    proof = (folder / "checkpoint.txt").read_bytes()
    (folder / "checkpoint.txt").write_bytes(proof.replace(b"index 0\n", b"extra AAAA\nindex 0\n"))
    with pytest.raises(VerificationFailed, match=r"checkpoint.txt: a proof of the draw log has no extra line"):
        verify_draws(paths=[folder], log_keys=keys)


def test_an_auditor_exports_everything_before_it_is_public(
    exported: tuple[Path, list[VerifierKey]], run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    StandingClock(monkeypatch, REAL_TIME)
    out = tmp_path / "whole"
    assert run("draw", "export", DRAW_ID, "--out", str(out), "--all")[0] == 0
    assert {path.name for path in out.iterdir()} == {*ALL_FILES, "release.json"}
    assert list_events(subject=Subject("draw", DRAW_ID))[-1].name == "draw.files_opened"
    assert run("draw", "export", "no/such-draw", "--out", str(out)) == (1, "", "There is no draw no/such-draw.\n")
