"""The key ring: a file beside the database, never in it.

It holds the master keys that wrap every data key, the key of the blind indexes, Django's secret and the signing keys.
A new master key is put in front of the list; older ones stay to open what they wrapped. The same for signing keys: the
first one signs, and what an older one signed stays good. The running processes see a changed file at their next look.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PASS_KEY = "pass"
LOG_KEY = "log"
DRAW_LOG_KEY = "draw-log"
RECORD_KEY = "record"
SIGNING_NAMES = (PASS_KEY, LOG_KEY, DRAW_LOG_KEY, RECORD_KEY)


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
    # What the logs of this installation are called unless a setting says otherwise.
    log_name: str

    def derive(self, purpose: str) -> bytes:
        """32 bytes for one purpose of the service itself, from the current master key (HKDF, RFC 5869)."""
        return hkdf(self.masters[self.current_master], f"fairport/{purpose}")


def hkdf(secret: bytes, info: str) -> bytes:
    """32 bytes derived from `secret` for `info` (HKDF-SHA-256 without salt)."""
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info.encode()).derive(secret)


def ensure_keyring(path: Path) -> bool:
    """Makes the file with fresh keys, mode 0600, when there is none. True if it was made.

    A file of an older version gets the keys that it lacks. Raises KeyringError.
    """
    if path.exists():
        _add_missing_keys(path)
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {
        "format": 1,
        "masters": [{"id": f"m-{secrets.token_hex(4)}", "key": _random_key()}],
        "index_key": _random_key(),
        "django_secret": secrets.token_urlsafe(48),
        "log_name": _random_log_name(),
        "signing": {name: [_new_signing_key()] for name in SIGNING_NAMES},
    }
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=1)
        file.write("\n")
    return True


def rotate_signing_key(*, path: Path, name: str) -> SigningKey:
    """Puts a fresh signing key in front of its list and returns it; the older ones stay for verifying.

    Raises KeyringError if the file cannot be changed or has no such list.
    """
    with _changing(path) as content:
        keys = content["signing"].get(name)
        if keys is None:
            raise KeyringError(f"There is no signing key {name}; there are {', '.join(sorted(content['signing']))}.")
        keys.insert(0, _new_signing_key())
    return read_keyring(path).signing[name][0]


def load_keyring() -> Keyring:
    """The key ring of the settings. Raises KeyringError."""
    from django.conf import settings

    return read_keyring(Path(settings.KEYRING))


def read_keyring(path: Path) -> Keyring:
    """Reads and checks the file, again only when it was changed. Raises KeyringError."""
    try:
        found = os.stat(path)
    except FileNotFoundError as error:
        raise KeyringError("There is no key ring; set FAIRPORT_KEYRING to its file.") from error
    except OSError as error:
        raise KeyringError("The key ring cannot be read.") from error
    return _read_keyring(os.fspath(path), found.st_mode & 0o777, found.st_mtime_ns, found.st_ino)


@lru_cache(maxsize=4)
def _read_keyring(path: str, mode: int, _changed: int, _file: int) -> Keyring:
    content = _load(Path(path))
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
            log_name=content.get("log_name", ""),
        )
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise KeyringError("The key ring is not one of ours.") from error


def signing_key(name: str) -> SigningKey:
    """The key that signs today: the first of its list. Raises KeyringError."""
    try:
        return load_keyring().signing[name][0]
    except (KeyError, IndexError) as error:
        raise KeyringError(f"The key ring has no {name} key: `fairport migrate` adds the missing ones.") from error


def verifying_keys(name: str) -> dict[str, Ed25519PrivateKey]:
    """All keys of that name by id: what an older key signed stays good."""
    return {key.id: key.private for key in load_keyring().signing.get(name, ())}


def django_secret_key(path: Path) -> str | None:
    """Django's secret from the file, or None where there is no file yet (building, checking)."""
    return read_keyring(path).django_secret if path.exists() else None


def _add_missing_keys(path: Path) -> None:
    content = _load(path)
    signing = content.get("signing", {})
    if "log_name" in content and all(signing.get(name) for name in SIGNING_NAMES):
        return
    with _changing(path) as changed:
        changed.setdefault("log_name", _random_log_name())
        for name in SIGNING_NAMES:
            changed["signing"].setdefault(name, [_new_signing_key()])


@contextmanager
def _changing(path: Path) -> Iterator[dict[str, Any]]:
    """The file's content; what the caller makes of it replaces the file at once, or not at all if it raises."""
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}.new")
    try:
        with open(path, "rb") as lock:
            # Two processes that change it one after the other: the second must not lose what the first wrote.
            fcntl.flock(lock, fcntl.LOCK_EX)
            if os.fstat(lock.fileno()).st_ino != path.stat().st_ino:
                raise KeyringError("The key ring was changed by somebody else just now; try again.")
            content = _load(path)
            yield content
            handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(content, file, indent=1)
                file.write("\n")
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise KeyringError("The key ring cannot be changed: its file or folder is not writable.") from error


def _load(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise KeyringError("The key ring cannot be read.") from error
    if not isinstance(content, dict):
        raise KeyringError("The key ring is not one of ours.")
    return content


def _new_signing_key() -> dict[str, str]:
    return {"id": secrets.token_hex(4), "seed": _random_key()}


def _random_log_name() -> str:
    return f"fairport-{secrets.token_hex(4)}"


def _random_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()
