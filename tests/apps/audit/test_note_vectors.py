"""The frozen vectors of notes, checkpoints and proofs: what other verifiers must open and refuse too."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from fairport.audit.notes import NoteInvalid, open_checkpoint, open_note, parse_head, parse_key
from fairport.audit.proofs import ProofInvalid, verify_proof
from fairport.domain.draw_format import format_instant
from fairport.domain.merkle import merkle_root
from tests.domain.building import VECTORS

NOTES: dict[str, Any] = json.loads((VECTORS / "notes.json").read_text(encoding="utf-8"))
CHECKPOINT = NOTES["checkpoint"]
LOG, WITNESS = parse_key(CHECKPOINT["log_vkey"]), parse_key(CHECKPOINT["witness_vkey"])
MANIFEST = (VECTORS / NOTES["manifest_proof"]["leaf_of"]).read_bytes()


def test_the_published_note() -> None:
    vector = NOTES["note"]
    opened = open_note(note=vector["note"].encode(), keys=[parse_key(vector["vkey"])])
    assert opened.text == vector["text"]


def test_the_cosigned_checkpoint() -> None:
    opened = open_checkpoint(note=CHECKPOINT["note"].encode(), keys=[LOG], witnesses=[WITNESS])
    head = parse_head(opened.text)
    assert (head.origin, head.size, head.root.hex()) == (CHECKPOINT["origin"], CHECKPOINT["size"], CHECKPOINT["root"])
    assert [format_instant(one.at) for one in opened.cosignatures] == [CHECKPOINT["cosigned_at"]]
    first, last = ((VECTORS / name).read_bytes() for name in NOTES["manifest_proof"]["other_leaves"])
    assert merkle_root([first, MANIFEST, last]) == head.root


def test_the_proof_of_a_manifest() -> None:
    vector = NOTES["manifest_proof"]
    proven = verify_proof(content=vector["proof"].encode(), leaf_data=MANIFEST, keys=[LOG], witnesses=[WITNESS])
    assert (proven.index, proven.extra, len(proven.cosignatures)) == (vector["index"], None, 1)


def test_the_receipt_of_an_event() -> None:
    vector = NOTES["receipt"]
    leaf = hashlib.sha256(bytes.fromhex(vector["salt"]) + vector["payload"].encode()).digest()
    assert leaf.hex() == vector["leaf_data"]
    proven = verify_proof(
        content=vector["proof"].encode(), leaf_data=leaf, keys=[parse_key(vector["log_vkey"])], witnesses=[]
    )
    assert (proven.index, proven.extra) == (vector["index"], bytes.fromhex(vector["salt"]))


@pytest.mark.parametrize("vector", NOTES["refused"], ids=lambda one: str(one["why"]))
def test_what_must_be_refused(vector: dict[str, str]) -> None:
    with pytest.raises((NoteInvalid, ProofInvalid)):
        verify_proof(content=vector["proof"].encode(), leaf_data=MANIFEST, keys=[LOG], witnesses=[WITNESS])
