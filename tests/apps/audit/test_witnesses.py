"""Witnesses: only those whose keys are configured, only for what we signed, and their first time stands."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.test import Client

from fairport.audit.keys import WitnessesInvalid, keys_of, signer_of, witness_keys
from fairport.audit.models import LogCosignature, LogName
from fairport.audit.notes import (
    COSIGNATURE,
    NoteInvalid,
    cosign,
    open_checkpoint,
    parse_note,
    verifier_key,
)
from fairport.audit.operations import (
    CheckpointUnknown,
    CosignatureInvalid,
    WitnessUnknown,
    add_cosignatures,
    append_draw_log_entry,
    sequence_log,
)
from fairport.audit.proofs import verify_proof
from fairport.audit.queries import checkpoint_note, manifest_proof, verify_logs
from tests.factories.events import AT, log_events

pytestmark = pytest.mark.django_db
NAME = "witness.example/w1"
PRIVATE = Ed25519PrivateKey.from_private_bytes(b"\5" * 32)
STRANGER = Ed25519PrivateKey.from_private_bytes(b"\6" * 32)
KEY = verifier_key(name=NAME, private=PRIVATE, kind=COSIGNATURE)
EVENTS = LogName.EVENTS


@pytest.fixture(autouse=True)
def witnesses(tmp_path: Path, settings: Any) -> Path:
    file = tmp_path / "witnesses.txt"
    file.write_text(f"# who may cosign\n\n{KEY}  # the first\n")
    settings.WITNESSES = str(file)
    return file


def cosigned(
    log: LogName = EVENTS, *, seconds: int = 3, private: Ed25519PrivateKey = PRIVATE, name: str = NAME
) -> bytes:
    note = checkpoint_note(log=log)
    line = cosign(text=parse_note(note.encode()).text, name=name, private=private, at=AT + timedelta(seconds=seconds))
    return (note + line).encode()


def test_a_cosignature_is_kept_and_shown_with_the_checkpoint() -> None:
    log_events([3])
    add_cosignatures(log=EVENTS, note=cosigned(), at=AT)
    opened = open_checkpoint(note=checkpoint_note(log=EVENTS).encode(), keys=keys_of(log=EVENTS), witnesses=[KEY])
    assert [(seen.key, seen.at) for seen in opened.cosignatures] == [(KEY, AT + timedelta(seconds=3))]
    assert [report.findings for report in verify_logs()] == [[], []]


def test_the_first_time_of_a_witness_stands() -> None:
    log_events([3])
    for seconds in (3, 2, 90):
        add_cosignatures(log=EVENTS, note=cosigned(seconds=seconds), at=AT)
    assert LogCosignature.objects.get().signed_at == AT + timedelta(seconds=3)


def test_a_later_checkpoint_has_no_cosignature_of_an_earlier_one() -> None:
    log_events([3])
    add_cosignatures(log=EVENTS, note=cosigned(), at=AT)
    log_events([1])
    assert NAME not in checkpoint_note(log=EVENTS)
    assert NAME in checkpoint_note(log=EVENTS, size=3)


def test_the_proof_of_a_manifest_has_the_checkpoint_that_was_cosigned_first() -> None:
    for number in (1, 2, 3):
        append_draw_log_entry(draw_id=f"a/{number}", kind="manifest", content=f"m{number}".encode(), at=AT)
        sequence_log(at=AT)
        if number > 1:
            add_cosignatures(log=LogName.DRAWS, note=cosigned(LogName.DRAWS, seconds=number), at=AT)
    proven = verify_proof(
        content=manifest_proof(draw_id="a/1").encode(),
        leaf_data=b"m1",
        keys=keys_of(log=LogName.DRAWS),
        witnesses=[KEY],
    )
    assert proven.head.size == 2
    assert [seen.at for seen in proven.cosignatures] == [AT + timedelta(seconds=2)]


def test_a_stranger_and_a_foreign_checkpoint_are_refused() -> None:
    log_events([3])
    with pytest.raises(WitnessUnknown):
        add_cosignatures(log=EVENTS, note=cosigned(private=STRANGER), at=AT)
    with pytest.raises(WitnessUnknown):
        add_cosignatures(log=EVENTS, note=cosigned(name="witness.example/w2"), at=AT)
    with pytest.raises(WitnessUnknown):
        add_cosignatures(log=EVENTS, note=checkpoint_note(log=EVENTS).encode(), at=AT)
    with pytest.raises(CheckpointUnknown):
        add_cosignatures(log=LogName.DRAWS, note=cosigned(), at=AT)
    with pytest.raises(CheckpointUnknown):
        add_cosignatures(log=EVENTS, note=cosigned().replace(b"\n3\n", b"\n4\n"), at=AT)
    with pytest.raises(NoteInvalid):
        add_cosignatures(log=EVENTS, note=b"nonsense", at=AT)
    assert not LogCosignature.objects.exists()


def test_a_signature_that_does_not_fit_or_is_of_tomorrow_is_refused() -> None:
    log_events([3])
    note = cosigned()
    other = cosign(text="other\n", name=NAME, private=PRIVATE, at=AT).encode()
    with pytest.raises(CosignatureInvalid):
        add_cosignatures(log=EVENTS, note=note.rpartition("—".encode())[0] + other, at=AT)
    with pytest.raises(CosignatureInvalid):
        add_cosignatures(log=EVENTS, note=cosigned(seconds=86_400), at=AT)
    assert not LogCosignature.objects.exists()


@pytest.mark.parametrize(
    "line",
    [
        "nonsense",
        str(verifier_key(name=NAME, private=PRIVATE)),
        str(KEY)[:-1],
    ],
)
def test_a_file_with_another_line_is_refused(witnesses: Path, line: str) -> None:
    witnesses.write_text(f"{KEY}\n{line}\n")
    with pytest.raises(WitnessesInvalid, match="Line 2"):
        witness_keys()


def test_the_log_is_no_witness_of_itself(witnesses: Path) -> None:
    origin, private = signer_of(log=EVENTS)
    for name, key in ((origin, STRANGER), ("witness.example/w3", private)):
        witnesses.write_text(f"{verifier_key(name=name, private=key, kind=COSIGNATURE)}\n")
        with pytest.raises(WitnessesInvalid, match="our own logs"):
            witness_keys()


def test_a_missing_file_is_said(settings: Any, tmp_path: Path) -> None:
    settings.WITNESSES = str(tmp_path / "none")
    with pytest.raises(WitnessesInvalid):
        witness_keys()
    settings.WITNESSES = ""
    assert witness_keys() == []


def post(client: Client, note: bytes) -> Any:
    return client.post("/api/v1/log/cosignatures", data=note, content_type="text/plain")


def test_over_http_anybody_may_bring_what_a_witness_signed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fairport.transparency.log_views.now", lambda: AT)
    log_events([3])
    client = Client(enforce_csrf_checks=True)
    answer = post(client, cosigned())
    assert answer.status_code == 200
    assert answer.content == checkpoint_note(log=EVENTS).encode() == client.get("/api/v1/log/checkpoint").content
    assert client.get("/api/v1/keys").json()["witnesses"] == [str(KEY)]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        (lambda note: b"\0", 422, "note_invalid"),
        (lambda note: b"", 422, "note_invalid"),
        (lambda note: note.replace(b"\n3\n", b"\n4\n"), 404, "checkpoint_unknown"),
        (lambda note: note.replace(b"/w1", b"/w2"), 403, "witness_unknown"),
        (lambda note: note + note[note.rindex("—".encode()) :], 200, None),
    ],
)
def test_refusals_over_http_have_a_code_and_a_sentence(
    monkeypatch: pytest.MonkeyPatch, change: Any, status: int, code: str | None
) -> None:
    monkeypatch.setattr("fairport.transparency.log_views.now", lambda: AT)
    log_events([3])
    answer = post(Client(), change(cosigned()))
    assert answer.status_code == status
    if code is not None:
        assert answer.json()["code"] == code
        assert len(answer.json()["title"]) > 10


def test_a_broken_list_of_witnesses_is_said_over_http(witnesses: Path) -> None:
    log_events([3])
    note = cosigned()
    witnesses.write_text("nonsense")
    for answer in (post(Client(), note), Client().get("/api/v1/keys")):
        assert (answer.status_code, answer.json()["code"]) == (503, "witnesses_invalid")


def test_a_cosignature_of_the_future_is_refused_over_http(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fairport.transparency.log_views.now", lambda: AT)
    log_events([3])
    answer = post(Client(), cosigned(seconds=4000))
    assert (answer.status_code, answer.json()["code"]) == (422, "cosignature_invalid")
