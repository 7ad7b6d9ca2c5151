"""Signed notes, checkpoints and cosignatures, as C2SP's signed-note, tlog-checkpoint and tlog-cosignature/v1 say.

A note is a text, an empty line, and lines of signatures: `— <key name> <base64 of 4 bytes of key id and signature>`.
Only Ed25519 is used here: plain (type 1) for the log, with a time in front (type 4) for its witnesses.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = 1
COSIGNATURE = 4
MOST_SIGNATURES = 100
LONGEST_NOTE = 200_000
_TIME_BYTES = 8
_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")


class NoteInvalid(Exception):
    """A signed note or checkpoint is malformed, a signature of a known key is wrong, or no known key signed it."""

    code = "note_invalid"


class VerifierKeyInvalid(Exception):
    """The text is not a public key of a log or witness (C2SP vkey)."""

    code = "verifier_key_invalid"


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with its name; `kind` is `ED25519` or `COSIGNATURE`. Its text form is C2SP's vkey."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        """The four bytes that stand in front of a signature."""
        material = self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        return hashlib.sha256(material).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{encode_base64(bytes([self.kind]) + self.public)}"


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature of a note; `line` is the whole line with its LF."""

    name: str
    key_id: bytes
    signature: bytes
    line: str


@dataclass(frozen=True, slots=True)
class SignedNote:
    """A note taken apart; nothing of it is verified. `text` ends with LF."""

    text: str
    signatures: tuple[NoteSignature, ...]


@dataclass(frozen=True, slots=True)
class Cosignature:
    """A verified statement of a witness: it saw this checkpoint at `at`, and it continued what it saw before."""

    key: VerifierKey
    at: datetime
    line: str


@dataclass(frozen=True, slots=True)
class OpenedNote:
    """A note with at least one good signature: by whom it is signed and cosigned, of the keys that were given."""

    text: str
    signers: tuple[VerifierKey, ...]
    cosignatures: tuple[Cosignature, ...]


@dataclass(frozen=True, slots=True)
class Head:
    """What a checkpoint says: the log (origin), the number of its leaves, the root over them."""

    origin: str
    size: int
    root: bytes


def parse_key(text: str) -> VerifierKey:
    """Reads a vkey: `<name>+<key id in hex>+<base64 of type and public key>`. Raises VerifierKeyInvalid."""
    parts = text.split("+", 2)
    if len(parts) != 3 or not is_key_name(parts[0]):
        raise VerifierKeyInvalid(f"This is not a verifier key: {text[:80]!r}.")
    material = decode_base64(parts[2])
    if material is None or len(material) != 33 or material[0] not in (ED25519, COSIGNATURE):
        raise VerifierKeyInvalid(f"The key of {parts[0]} is not an Ed25519 key.")
    key = VerifierKey(parts[0], material[0], material[1:])
    if key.id.hex() != parts[1]:
        raise VerifierKeyInvalid(f"The key of {parts[0]} and its id do not fit each other.")
    return key


def is_key_name(name: str) -> bool:
    """Whether a key, log or witness may be called so: not empty, no spaces, no plus sign, nothing invisible."""
    return bool(name) and len(name) <= 100 and "+" not in name and not any(c.isspace() or ord(c) < 32 for c in name)


def sign_note(*, text: str, name: str, private: Ed25519PrivateKey) -> str:
    """The whole note: `text`, which ends with LF, and one signature."""
    key = verifier_key(name=name, private=private)
    return f"{text}\n{_line(key, private.sign(text.encode()))}"


def cosign(*, text: str, name: str, private: Ed25519PrivateKey, at: datetime) -> str:
    """The line that a witness adds to a note whose text is `text`; seconds count, fractions do not."""
    key = verifier_key(name=name, private=private, kind=COSIGNATURE)
    seconds = int(at.timestamp())
    return _line(key, seconds.to_bytes(_TIME_BYTES, "big") + private.sign(_cosigned(text, seconds)))


def verifier_key(*, name: str, private: Ed25519PrivateKey, kind: int = ED25519) -> VerifierKey:
    """The public side of a key."""
    return VerifierKey(name, kind, private.public_key().public_bytes_raw())


def parse_note(note: bytes) -> SignedNote:
    """Takes a note apart without verifying it. Raises NoteInvalid."""
    try:
        content = note.decode()
    except UnicodeDecodeError as error:
        raise NoteInvalid("The note is not UTF-8.") from error
    if len(note) > LONGEST_NOTE or any(ord(c) < 32 and c != "\n" for c in content):
        raise NoteInvalid("The note is too long or has control characters.")
    text, separator, tail = content.rpartition("\n\n")
    if not separator or not tail.endswith("\n"):
        raise NoteInvalid("The note has no signatures after an empty line.")
    lines = tail[:-1].split("\n")
    if len(lines) > MOST_SIGNATURES:
        raise NoteInvalid(f"The note has more than {MOST_SIGNATURES} signatures.")
    return SignedNote(text + "\n", tuple(_parse_signature(line) for line in lines))


def open_note(*, note: bytes, keys: Iterable[VerifierKey]) -> OpenedNote:
    """Verifies every signature by one of `keys`; lines of other keys are passed over.

    Raises NoteInvalid if none of the keys signed it or a signature of theirs is wrong.
    """
    known = {(key.name, key.id): key for key in keys}
    parsed = parse_note(note)
    signers: list[VerifierKey] = []
    cosignatures: list[Cosignature] = []
    for signature in parsed.signatures:
        key = known.pop((signature.name, signature.key_id), None)
        if key is None:
            continue
        if key.kind == COSIGNATURE:
            at = _verify_cosignature(key, parsed.text, signature.signature)
            cosignatures.append(Cosignature(key, at, signature.line))
        else:
            _verify(key, parsed.text.encode(), signature.signature)
            signers.append(key)
    if not signers and not cosignatures:
        raise NoteInvalid("None of the known keys signed this note.")
    return OpenedNote(parsed.text, tuple(signers), tuple(cosignatures))


def format_head(head: Head) -> str:
    """The text of a checkpoint."""
    return f"{head.origin}\n{head.size}\n{encode_base64(head.root)}\n"


def parse_head(text: str) -> Head:
    """Reads the text of a checkpoint; lines of extensions, which ours have not, are refused. Raises NoteInvalid."""
    lines = text.split("\n")
    if len(lines) != 4 or lines[3]:
        raise NoteInvalid("A checkpoint has three lines.")
    root = decode_base64(lines[2])
    if not lines[0] or not _NUMBER.fullmatch(lines[1]) or root is None or len(root) != 32:
        raise NoteInvalid("The checkpoint's origin, size or root is malformed.")
    return Head(lines[0], int(lines[1]), root)


def open_checkpoint(*, note: bytes, keys: Sequence[VerifierKey], witnesses: Sequence[VerifierKey] = ()) -> OpenedNote:
    """Verifies a checkpoint of the log whose keys (its present and former ones) are `keys`.

    Raises NoteInvalid unless one of them signed it, its origin is their name, and its witnesses' signatures are good.
    """
    opened = open_note(note=note, keys=[*keys, *witnesses])
    if not opened.signers:
        raise NoteInvalid("The log's own key did not sign this checkpoint.")
    if any(key.name != parse_head(opened.text).origin for key in opened.signers):
        raise NoteInvalid("This checkpoint is of another log.")
    return opened


def encode_base64(value: bytes) -> str:
    """Standard base64 (RFC 4648, section 4)."""
    return base64.b64encode(value).decode("ascii")


def decode_base64(text: str) -> bytes | None:
    """The bytes, or None for anything but the one standard form."""
    try:
        value = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        return None
    # Two texts must not stand for the same bytes, or a note could be changed without its signature noticing.
    return value if encode_base64(value) == text else None


def _parse_signature(line: str) -> NoteSignature:
    parts = line.split(" ")
    value = decode_base64(parts[2]) if len(parts) == 3 and parts[0] == "—" and is_key_name(parts[1]) else None
    if value is None or len(value) < 5:
        raise NoteInvalid(f"This is not a line of a signature: {line[:80]!r}.")
    return NoteSignature(parts[1], value[:4], value[4:], line + "\n")


def _line(key: VerifierKey, signature: bytes) -> str:
    return f"— {key.name} {encode_base64(key.id + signature)}\n"


def _verify(key: VerifierKey, message: bytes, signature: bytes) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, message)
    except (InvalidSignature, ValueError) as error:
        raise NoteInvalid(f"The signature of {key.name} does not fit this note.") from error


def _verify_cosignature(key: VerifierKey, text: str, signature: bytes) -> datetime:
    seconds = int.from_bytes(signature[:_TIME_BYTES], "big")
    _verify(key, _cosigned(text, seconds), signature[_TIME_BYTES:])
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError) as error:
        raise NoteInvalid(f"The cosignature of {key.name} has an impossible time.") from error


def _cosigned(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()
