"""Sealed boxes: AES-256-GCM, each bound to the place where it rests.

A box is one version byte, 12 random bytes of nonce, and the ciphertext with its tag. The `context` (for instance
`traveler:<uuid>`) is authenticated, so a box moved to another row does not open.
"""

from __future__ import annotations

import json
import secrets
import uuid
from collections.abc import Callable
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fairport.sealing.keyring import Keyring, hkdf, load_keyring
from fairport.sealing.models import DataKey

VERSION = b"\x01"
_ERASED: Final = "This file was erased."
_NO_MASTER: Final = "The master key that wrapped this is not in the key ring."


class SealBroken(Exception):
    """The box was changed, belongs to another place, or its key is gone."""

    code = "seal_broken"


def seal_bytes(*, data_key: DataKey, context: str, value: bytes) -> bytes:
    """Seals `value` under the file's data key for the place that `context` names. Raises SealBroken if erased."""
    return _seal(_unwrap(data_key), context, value)


def open_bytes(*, data_key: DataKey, context: str, box: bytes) -> bytes:
    """The sealed bytes. Raises SealBroken."""
    return _open(_unwrap(data_key), context, box)


def file_opener() -> Callable[[uuid.UUID, str, bytes | None, str, bytes], bytes]:
    """Opens boxes of many files one after the other: the key ring is looked at once.

    The function takes what a row holds (id of the data key, id of its master key, wrapped key or None), the context and
    the box, and returns the sealed bytes. It raises SealBroken.
    """
    ring = load_keyring()
    ciphers = {name: AESGCM(key) for name, key in ring.masters.items()}

    def open_one(key_id: uuid.UUID, master_id: str, wrapped: bytes | None, context: str, box: bytes) -> bytes:
        if wrapped is None:
            raise SealBroken(_ERASED)
        cipher = ciphers.get(master_id)
        if cipher is None:
            raise SealBroken(_NO_MASTER)
        return _open_with(AESGCM(_open_with(cipher, key_context(key_id), wrapped)), context, box)

    return open_one


def seal_json(*, data_key: DataKey, context: str, value: Any) -> bytes:
    """Seals any JSON value under the file's data key. Raises SealBroken if the key was erased."""
    return seal_bytes(data_key=data_key, context=context, value=_dump(value))


def open_json(*, data_key: DataKey, context: str, box: bytes) -> Any:
    """The sealed JSON value. Raises SealBroken."""
    return json.loads(open_bytes(data_key=data_key, context=context, box=box))


def seal_for_service(*, purpose: str, context: str, value: bytes) -> bytes:
    """Seals something that is nobody's file (a draw's secret, an event about a port) under a key of the service.

    The current master key's id stands in front, so that a new master key leaves old boxes readable.
    """
    ring = load_keyring()
    master = ring.current_master.encode()
    return bytes([len(master)]) + master + _seal(ring.derive(purpose), context, value)


def open_for_service(*, purpose: str, context: str, box: bytes) -> bytes:
    """What `seal_for_service` sealed. Raises SealBroken."""
    box = bytes(box)
    length = box[0]
    master = _master(load_keyring(), box[1 : 1 + length].decode(errors="replace"))
    return _open(hkdf(master, f"fairport/{purpose}"), context, box[1 + length :])


def seal_under_token(*, token: str, context: str, value: bytes) -> bytes:
    """Seals under a key derived from a secret that only the caller keeps, such as an Idempotency-Key."""
    return _seal(hkdf(token.encode(), "fairport/token"), context, value)


def open_under_token(*, token: str, context: str, box: bytes) -> bytes:
    """What `seal_under_token` sealed. Raises SealBroken for another token."""
    return _open(hkdf(token.encode(), "fairport/token"), context, box)


def wrap_new_key(*, key_id: str) -> tuple[str, bytes]:
    """A fresh 32-byte key wrapped by the current master key: (master id, wrapped key)."""
    ring = load_keyring()
    return ring.current_master, _seal(ring.masters[ring.current_master], key_context(key_id), secrets.token_bytes(32))


def key_context(key_id: str | uuid.UUID) -> str:
    """The place that a wrapped data key is bound to."""
    return f"data-key:{key_id}"


def _unwrap(data_key: DataKey) -> bytes:
    if data_key.wrapped is None:
        raise SealBroken(_ERASED)
    # A data key object lives for one request or job; unwrapping once is enough for all its boxes.
    plain: bytes | None = getattr(data_key, "_plain", None)
    if plain is None:
        plain = _open(_master(load_keyring(), data_key.master_id), key_context(data_key.pk), bytes(data_key.wrapped))
        data_key._plain = plain  # type: ignore[attr-defined]
    return plain


def _master(ring: Keyring, master_id: str) -> bytes:
    try:
        return ring.masters[master_id]
    except KeyError as error:
        raise SealBroken(_NO_MASTER) from error


def _seal(key: bytes, context: str, value: bytes) -> bytes:
    nonce = secrets.token_bytes(12)
    return VERSION + nonce + AESGCM(key).encrypt(nonce, value, context.encode())


def _open(key: bytes, context: str, box: bytes) -> bytes:
    return _open_with(AESGCM(key), context, bytes(box))


def _open_with(cipher: AESGCM, context: str, box: bytes) -> bytes:
    if box[:1] != VERSION:
        raise SealBroken("This box has an unknown form.")
    try:
        return cipher.decrypt(box[1:13], box[13:], context.encode())
    except (InvalidTag, ValueError) as error:
        raise SealBroken("This box was changed or belongs elsewhere.") from error


def _dump(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
