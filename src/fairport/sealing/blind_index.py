"""Blind indexes: equal values can be found without being readable."""

from __future__ import annotations

import hashlib
import hmac

from fairport.sealing.keyring import load_keyring


def blind_index(*, purpose: str, value: str) -> bytes:
    """32 bytes, HMAC-SHA-256 of `value` under the ring's index key; `purpose` keeps two columns incomparable."""
    message = purpose.encode() + b"\x00" + value.encode()
    return hmac.new(load_keyring().index_key, message, hashlib.sha256).digest()
