"""Receipts: C2SP `tlog-proof` texts, that an entry is in a log, checked without the log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fairport.audit.notes import (
    Cosignature,
    Head,
    VerifierKey,
    decode_base64,
    encode_base64,
    open_checkpoint,
    parse_head,
)
from fairport.domain.merkle import verify_inclusion

FIRST_LINE = "c2sp.org/tlog-proof@v1"
# A tree of 2**63 leaves has no longer proof.
MOST_HASHES = 63
LONGEST_PROOF = 300_000


class ProofInvalid(Exception):
    """The text is not a proof of its form, or does not prove that the entry is in the log."""

    code = "log_proof_invalid"


@dataclass(frozen=True, slots=True)
class LogProof:
    """A proof taken apart, not verified. `extra` is None or free bytes: for an event its salt."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: str
    extra: bytes | None = None


@dataclass(frozen=True, slots=True)
class ProvenEntry:
    """What a good proof shows: the leaf's place, the checkpoint that covers it, who cosigned that and when."""

    index: int
    head: Head
    cosignatures: tuple[Cosignature, ...]
    extra: bytes | None


def format_proof(proof: LogProof) -> str:
    """The text of a proof."""
    lines = [FIRST_LINE]
    if proof.extra is not None:
        lines.append(f"extra {encode_base64(proof.extra)}")
    lines.append(f"index {proof.index}")
    lines += [encode_base64(step) for step in proof.hashes]
    return "\n".join(lines) + "\n\n" + proof.checkpoint


def parse_proof(content: bytes) -> LogProof:
    """Takes a proof apart. Raises ProofInvalid."""
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise ProofInvalid("The proof is not UTF-8.") from error
    top, separator, checkpoint = text.partition("\n\n")
    lines = top.split("\n")
    if len(content) > LONGEST_PROOF or lines[0] != FIRST_LINE or not separator:
        raise ProofInvalid(f"A proof begins with {FIRST_LINE} and has a checkpoint after an empty line.")
    rest = lines[1:]
    extra: bytes | None = None
    if rest and rest[0].startswith("extra "):
        extra = decode_base64(rest.pop(0).removeprefix("extra "))
        if extra is None:
            raise ProofInvalid("The proof's extra line is not base64.")
    number = rest[0].removeprefix("index ") if rest and rest[0].startswith("index ") else ""
    if not (number.isascii() and number.isdigit() and len(number) < 20 and str(int(number)) == number):
        raise ProofInvalid("The proof has no index.")
    hashes = [decode_base64(line) for line in rest[1:]]
    if len(hashes) > MOST_HASHES or any(step is None or len(step) != 32 for step in hashes):
        raise ProofInvalid("A hash of the proof is malformed.")
    return LogProof(int(number), tuple(step for step in hashes if step is not None), checkpoint, extra)


def verify_proof(
    *, content: bytes, leaf_data: bytes, keys: Sequence[VerifierKey], witnesses: Sequence[VerifierKey] = ()
) -> ProvenEntry:
    """Checks a proof against the log's keys, which come from elsewhere and never from what is checked.

    `leaf_data` is for the draw log the bytes of the manifest or result, for an event `H(salt ‖ payload)`.
    Raises ProofInvalid, NoteInvalid.
    """
    proof = parse_proof(content)
    opened = open_checkpoint(note=proof.checkpoint.encode(), keys=keys, witnesses=witnesses)
    head = parse_head(opened.text)
    if not verify_inclusion(line=leaf_data, index=proof.index, size=head.size, proof=proof.hashes, root=head.root):
        raise ProofInvalid("The proof does not lead from this entry to the checkpoint's root.")
    return ProvenEntry(proof.index, head, opened.cosignatures, proof.extra)
