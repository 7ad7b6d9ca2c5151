"""Signed notes, checkpoints and cosignatures against published vectors, and every way in which they can be wrong."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from fairport.audit.notes import (
    COSIGNATURE,
    Head,
    NoteInvalid,
    VerifierKeyInvalid,
    cosign,
    format_head,
    open_checkpoint,
    open_note,
    parse_head,
    parse_key,
    parse_note,
    sign_note,
    verifier_key,
)

# The example of golang.org/x/mod/sumdb/note, which C2SP's signed-note describes.
VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SKEY = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
LINE = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
NOTE = f"{TEXT}\n{LINE}".encode()

LOG = Ed25519PrivateKey.from_private_bytes(b"\1" * 32)
OTHER = Ed25519PrivateKey.from_private_bytes(b"\2" * 32)
WITNESS = Ed25519PrivateKey.from_private_bytes(b"\3" * 32)
SEEN = datetime(2023, 1, 18, 12, 0, 5, tzinfo=UTC)
BODY = format_head(Head("example.com/log", 3, b"\7" * 32))
SIGNED = sign_note(text=BODY, name="example.com/log", private=LOG)
LOG_KEY = verifier_key(name="example.com/log", private=LOG)
WITNESS_KEY = verifier_key(name="w.example/1", private=WITNESS, kind=COSIGNATURE)
COSIGNED = (SIGNED + cosign(text=BODY, name="w.example/1", private=WITNESS, at=SEEN)).encode()


def test_the_published_note_opens_under_the_published_key() -> None:
    key = parse_key(VKEY)
    assert str(key) == VKEY
    opened = open_note(note=NOTE, keys=[key])
    assert (opened.text, opened.signers) == (TEXT, (key,))


def test_signing_gives_the_published_bytes() -> None:
    private = Ed25519PrivateKey.from_private_bytes(base64.b64decode(SKEY)[1:])
    assert sign_note(text=TEXT, name="PeterNeumann", private=private).encode() == NOTE


def test_no_part_of_a_key_and_no_neighbour_of_it_is_a_key() -> None:
    parts = {VKEY[start:end] for start in range(len(VKEY)) for end in range(start + 1, len(VKEY) + 1)} - {VKEY}
    changed = {VKEY[:at] + chr(ord(VKEY[at]) + 1) + VKEY[at + 1 :] for at in range(len(VKEY))}
    for text in parts | changed:
        with pytest.raises(VerifierKeyInvalid):
            parse_key(text)


@pytest.mark.parametrize(
    "text",
    [
        # Of a wrong length, and of a type that nobody knows, both with an id that fits (from the same source).
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "",
        "a b+00000000+AA==",
    ],
)
def test_other_keys_are_refused(text: str) -> None:
    with pytest.raises(VerifierKeyInvalid):
        parse_key(text)


@given(at=st.integers(0, len(NOTE) - 1), change=st.integers(1, 255))
def test_a_note_with_any_changed_byte_is_refused(at: int, change: int) -> None:
    changed = NOTE[:at] + bytes([NOTE[at] ^ change]) + NOTE[at + 1 :]
    with pytest.raises(NoteInvalid):
        open_note(note=changed, keys=[parse_key(VKEY)])


@pytest.mark.parametrize(
    "note",
    [
        TEXT.encode(),
        NOTE[:-1],
        NOTE + b"\n",
        f"{TEXT}\n{TEXT}".encode(),
        f"{TEXT}\n— PeterNeumann\n".encode(),
        f"{TEXT}\n— PeterNeumann x08go/ZJkuBS9UG\n".encode(),
        f"{TEXT}\n{LINE}{LINE.replace(' ', '  ')}".encode(),
        f"{TEXT}\r\n{LINE}".encode(),
        f"{TEXT}\n{LINE * 101}".encode(),
        b"\xff" + NOTE,
        b"",
    ],
)
def test_malformed_notes_are_refused(note: bytes) -> None:
    with pytest.raises(NoteInvalid):
        open_note(note=note, keys=[parse_key(VKEY)])


def test_unknown_signatures_are_passed_over_and_none_known_is_a_refusal() -> None:
    stranger = sign_note(text=TEXT, name="stranger", private=OTHER).rpartition("\n\n")[2]
    opened = open_note(note=NOTE + stranger.encode(), keys=[parse_key(VKEY)])
    assert [key.name for key in opened.signers] == ["PeterNeumann"]
    with pytest.raises(NoteInvalid, match="None of the known keys"):
        open_note(note=f"{TEXT}\n{stranger}".encode(), keys=[parse_key(VKEY)])


def test_a_wrong_signature_of_a_known_key_spoils_the_whole_note() -> None:
    wrong = sign_note(text="other\n", name="example.com/log", private=LOG).rpartition("\n\n")[2]
    other = sign_note(text=BODY, name="example.com/log", private=OTHER)
    with pytest.raises(NoteInvalid, match="does not fit"):
        open_note(note=(other + wrong).encode(), keys=[LOG_KEY, verifier_key(name="example.com/log", private=OTHER)])


def test_a_checkpoint_with_a_cosignature_says_who_saw_it_when() -> None:
    opened = open_checkpoint(note=COSIGNED, keys=[LOG_KEY], witnesses=[WITNESS_KEY])
    assert parse_head(opened.text) == Head("example.com/log", 3, b"\7" * 32)
    assert [(seen.key, seen.at) for seen in opened.cosignatures] == [(WITNESS_KEY, SEEN)]


def test_the_cosigned_message_is_that_of_the_specification() -> None:
    (_log, line) = parse_note(COSIGNED).signatures
    assert line.key_id == WITNESS_KEY.id
    assert line.signature[:8] == int(SEEN.timestamp()).to_bytes(8, "big")
    message = f"cosignature/v1\ntime {int(SEEN.timestamp())}\n{BODY}".encode()
    WITNESS.public_key().verify(line.signature[8:], message)


@given(at=st.integers(len(SIGNED.encode()), len(COSIGNED) - 2), change=st.integers(1, 255))
def test_a_changed_byte_of_a_cosignature_is_never_taken_for_one(at: int, change: int) -> None:
    changed = COSIGNED[:at] + bytes([COSIGNED[at] ^ change]) + COSIGNED[at + 1 :]
    try:
        opened = open_checkpoint(note=changed, keys=[LOG_KEY], witnesses=[WITNESS_KEY])
    except NoteInvalid:
        return
    assert opened.cosignatures == ()


def test_a_witness_alone_or_another_log_does_not_make_a_checkpoint() -> None:
    line = cosign(text=BODY, name="w.example/1", private=WITNESS, at=SEEN)
    with pytest.raises(NoteInvalid, match="own key"):
        open_checkpoint(note=f"{BODY}\n{line}".encode(), keys=[LOG_KEY], witnesses=[WITNESS_KEY])
    foreign = sign_note(text=BODY.replace("example.com/log", "other.example"), name="example.com/log", private=LOG)
    with pytest.raises(NoteInvalid, match="another log"):
        open_checkpoint(note=foreign.encode(), keys=[LOG_KEY])


@pytest.mark.parametrize(
    "text",
    [
        "example.com/log\n3\n",
        "example.com/log\n03\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n",
        "example.com/log\n-3\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n",
        "example.com/log\n3\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBw==\n",
        "\n3\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n",
        "example.com/log\n3\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\nmore\n",
        "example.com/log\n٣\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n",
    ],
)
def test_malformed_heads_are_refused(text: str) -> None:
    with pytest.raises(NoteInvalid):
        parse_head(text)


def test_both_keys_of_a_rotated_log_open_what_each_of_them_signed() -> None:
    new = verifier_key(name="example.com/log", private=OTHER)
    later = sign_note(text=BODY, name="example.com/log", private=OTHER).encode()
    for note in (SIGNED.encode(), later):
        assert open_checkpoint(note=note, keys=[new, LOG_KEY]).text == BODY
    with pytest.raises(NoteInvalid):
        open_checkpoint(note=SIGNED.encode(), keys=[new])
