"""The key ring: a file beside the database, never in it.

It holds the master keys that wrap every data key, the key of the blind indexes, Django's secret and the signing keys.
A new master key is put in front of the list; older ones stay to open what they wrapped.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SIGNING_NAMES = ("pass",)


class KeyringError(Exception):
    """The key ring is missing, readable by others, or not one of ours."""

    code = "keyring_unusable"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """An Ed25519 key with the short id that signatures carry."""

    id: str
    private: Ed25519PrivateKey


@dataclass(frozen=True, slots=True)
class Keyring:
    masters: dict[str, bytes]
    current_master: str
    index_key: bytes
    django_secret: str
    signing: dict[str, tuple[SigningKey, ...]]

    def derive(self, purpose: str) -> bytes:
        """32 bytes for one purpose of the service itself, from the current master key (HKDF, RFC 5869)."""
        return hkdf(self.masters[self.current_master], f"fairport/{purpose}")


def hkdf(secret: bytes, info: str) -> bytes:
    """32 bytes derived from `secret` for `info` (HKDF-SHA-256 without salt)."""
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info.encode()).derive(secret)


def ensure_keyring(path: Path) -> bool:
    """Makes the file with fresh keys, mode 0600, when there is none. True if it was made."""
    if path.exists():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {
        "format": 1,
        "masters": [{"id": f"m-{secrets.token_hex(4)}", "key": _random_key()}],
        "index_key": _random_key(),
        "django_secret": secrets.token_urlsafe(48),
        "signing": {name: [{"id": secrets.token_hex(4), "seed": _random_key()}] for name in SIGNING_NAMES},
    }
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=1)
        file.write("\n")
    return True


def load_keyring() -> Keyring:
    """The key ring of the settings. Raises KeyringError."""
    from django.conf import settings

    return read_keyring(Path(settings.KEYRING))


@lru_cache(maxsize=4)
def read_keyring(path: Path) -> Keyring:
    """Reads and checks the file once a process. Raises KeyringError."""
    try:
        mode = path.stat().st_mode & 0o777
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise KeyringError("There is no key ring; set FAIRPORT_KEYRING to its file.") from error
    except (OSError, ValueError) as error:
        raise KeyringError("The key ring cannot be read.") from error
    if mode & 0o077:
        raise KeyringError("The key ring can be read by others; set its mode to 0600.")
    try:
        masters = {entry["id"]: base64.b64decode(entry["key"]) for entry in content["masters"]}
        return Keyring(
            masters=masters,
            current_master=content["masters"][0]["id"],
            index_key=base64.b64decode(content["index_key"]),
            django_secret=content["django_secret"],
            signing={
                name: tuple(
                    SigningKey(key["id"], Ed25519PrivateKey.from_private_bytes(base64.b64decode(key["seed"])))
                    for key in keys
                )
                for name, keys in content["signing"].items()
            },
        )
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise KeyringError("The key ring is not one of ours.") from error


def signing_key(name: str) -> SigningKey:
    """The key that signs today: the first of its list."""
    return load_keyring().signing[name][0]


def verifying_keys(name: str) -> dict[str, Ed25519PrivateKey]:
    """All keys of that name by id: what an older key signed stays good."""
    return {key.id: key.private for key in load_keyring().signing[name]}


def django_secret_key(path: Path) -> str | None:
    """Django's secret from the file, or None where there is no file yet (building, checking)."""
    return read_keyring(path).django_secret if path.exists() else None


def _random_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()
