"""The names and keys of the two logs, and the witnesses that may cosign them."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from fairport.audit.models import LogName
from fairport.audit.notes import COSIGNATURE, VerifierKey, VerifierKeyInvalid, is_key_name, parse_key, verifier_key
from fairport.sealing.keyring import DRAW_LOG_KEY, LOG_KEY, KeyringError, load_keyring, signing_key, verifying_keys

# What a log is called in the key ring, in addresses and at the end of its origin.
PUBLIC_NAMES = {LogName.EVENTS: LOG_KEY, LogName.DRAWS: DRAW_LOG_KEY}


class WitnessesInvalid(Exception):
    """The file of the witnesses' keys cannot be read or holds something else."""

    code = "witnesses_invalid"


def origin_of(*, log: LogName) -> str:
    """The name of a log, also of its keys: `<FAIRPORT_LOG_NAME or the key ring's name>/log` or `…/draw-log`.

    Raises KeyringError.
    """
    name = settings.LOG_NAME or load_keyring().log_name
    origin = f"{name}/{PUBLIC_NAMES[log]}"
    if not name or not is_key_name(origin):
        raise KeyringError("The logs have no usable name: set FAIRPORT_LOG_NAME, or let `fairport migrate` make one.")
    return origin


def signer_of(*, log: LogName) -> tuple[str, Ed25519PrivateKey]:
    """The origin of a log and the key that signs its checkpoints today. Raises KeyringError."""
    return origin_of(log=log), signing_key(PUBLIC_NAMES[log]).private


def keys_of(*, log: LogName) -> list[VerifierKey]:
    """The public keys of a log, today's first; the older ones for what they signed. Raises KeyringError."""
    origin = origin_of(log=log)
    return [verifier_key(name=origin, private=private) for private in verifying_keys(PUBLIC_NAMES[log]).values()]


def witness_keys() -> list[VerifierKey]:
    """The keys in the file that FAIRPORT_WITNESSES names, one vkey a line; none without a file.

    Raises WitnessesInvalid, also for a witness with the name or the key of one of our logs.
    """
    if not settings.WITNESSES:
        return []
    try:
        lines = Path(settings.WITNESSES).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise WitnessesInvalid("The file that FAIRPORT_WITNESSES names cannot be read.") from error
    keys = []
    for number, line in enumerate(lines, 1):
        text = line.partition("#")[0].strip()
        if text:
            keys.append(_witness_key(text, number))
    return keys


def _witness_key(text: str, number: int) -> VerifierKey:
    try:
        key = parse_key(text)
    except VerifierKeyInvalid as error:
        raise WitnessesInvalid(f"Line {number} of the witnesses' file: {error}") from error
    if key.kind != COSIGNATURE:
        raise WitnessesInvalid(f"Line {number} of the witnesses' file: not a key for cosignatures (type 4).")
    own = [own for log in LogName for own in keys_of(log=log)]
    # A log that cosigns itself proves nothing to anybody.
    if any(key.name == ours.name or key.public == ours.public for ours in own):
        raise WitnessesInvalid(f"Line {number} of the witnesses' file: this is one of our own logs.")
    return key
