"""The public randomness of a draw: drand's quicknet, or a local secret for demonstrations.

Source: docs/draw.md, "Randomness"; https://docs.drand.love (quicknet's constants). Checking the signature needs a
pairing on BLS12-381, which the standard library has not: whoever can check it hands in a :data:`BeaconVerifier`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from fairport.domain.draw_format import DrawFileError, Fields, format_compact_json, parse_json

QUICKNET_CHAIN_HASH: Final = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"
QUICKNET_SCHEME: Final = "bls-unchained-g1-rfc9380"
QUICKNET_PUBLIC_KEY: Final = (
    "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451"
    "0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a"
)
QUICKNET_GENESIS: Final = 1692803367
QUICKNET_PERIOD: Final = 3
QUICKNET_DST: Final = "BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_"
LAST_ROUND: Final = 83_903_165_811
"""The last round of the year 9999; the format has no later times."""
SIGNATURE_BYTES: Final = 48
FREEZE_LEAD: Final = dt.timedelta(seconds=600)
"""The pool must be fixed at least this long before its randomness exists."""

BEACON_FILE: Final = "beacon.json"

BeaconVerifier = Callable[[int, bytes], bool]
"""Takes a round and the 48 bytes of its signature; says whether quicknet signed that round."""


@dataclass(frozen=True, slots=True)
class DrandCommitment:
    """What the manifest promises: the round that *will* be used."""

    round: int
    chain_hash: str = QUICKNET_CHAIN_HASH


@dataclass(frozen=True, slots=True)
class LocalCommitment:
    """What the manifest promises in a demonstration: SHA-256 of a secret, in hex. It does not bind the operator."""

    commitment: str


@dataclass(frozen=True, slots=True)
class DrandBeacon:
    """A round of quicknet and its signature."""

    round: int
    signature: bytes

    @property
    def randomness(self) -> bytes:
        """SHA-256 of the signature: 32 bytes."""
        return hashlib.sha256(self.signature).digest()


@dataclass(frozen=True, slots=True)
class LocalBeacon:
    """The published secret of a demonstration: 32 bytes, which are the randomness."""

    secret: bytes

    @property
    def randomness(self) -> bytes:
        """The secret itself."""
        return self.secret


Commitment = DrandCommitment | LocalCommitment
Beacon = DrandBeacon | LocalBeacon


class BeaconRefused(Exception):
    """The beacon is not what the manifest promised.

    ``code``: ``beacon_wrong_kind``, ``beacon_wrong_round``, ``beacon_wrong_secret``, ``beacon_bad_signature`` or
    ``beacon_not_checked``.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def time_of_round(round_number: int) -> dt.datetime:
    """Return when quicknet publishes a round. Rounds count from 1."""
    if round_number < 1:
        raise ValueError("rounds count from 1")
    seconds = QUICKNET_GENESIS + (round_number - 1) * QUICKNET_PERIOD
    return dt.datetime.fromtimestamp(seconds, tz=dt.UTC)


def round_at(at: dt.datetime) -> int:
    """Return the first round of quicknet that is published at or after an aware instant."""
    since = at - dt.datetime.fromtimestamp(QUICKNET_GENESIS, tz=dt.UTC)
    return max(1, -(-since // dt.timedelta(seconds=QUICKNET_PERIOD)) + 1)


def commit_locally(secret: bytes) -> LocalCommitment:
    """Return the commitment to a secret of 32 random bytes."""
    if len(secret) != 32:
        raise ValueError("the secret of a local beacon has 32 bytes")
    return LocalCommitment(hashlib.sha256(secret).hexdigest())


def check_beacon(*, commitment: Commitment, beacon: Beacon, verifier: BeaconVerifier | None) -> None:
    """Check that a beacon is the promised one.

    A drand beacon needs a verifier of its signature. Raises :class:`BeaconRefused`.
    """
    check_promise(commitment=commitment, beacon=beacon)
    if isinstance(beacon, DrandBeacon):
        if verifier is None:
            raise BeaconRefused("beacon_not_checked", "The beacon's signature must be checked before it is used.")
        if not verifier(beacon.round, beacon.signature):
            raise BeaconRefused("beacon_bad_signature", f"The signature of round {beacon.round} is not quicknet's.")


def check_promise(*, commitment: Commitment, beacon: Beacon) -> None:
    """Check kind, round and secret of a beacon, but not a signature. Raises :class:`BeaconRefused`."""
    if isinstance(commitment, DrandCommitment):
        if not isinstance(beacon, DrandBeacon):
            raise BeaconRefused("beacon_wrong_kind", "The manifest promises a round of drand, not a local secret.")
        if beacon.round != commitment.round:
            message = f"The manifest promises round {commitment.round}, but this is round {beacon.round}."
            raise BeaconRefused("beacon_wrong_round", message)
    else:
        if not isinstance(beacon, LocalBeacon):
            raise BeaconRefused("beacon_wrong_kind", "The manifest promises a local secret, not a round of drand.")
        if hashlib.sha256(beacon.secret).hexdigest() != commitment.commitment:
            raise BeaconRefused("beacon_wrong_secret", "The secret is not the one that the manifest commits to.")


def format_beacon(beacon: Beacon) -> bytes:
    """Return the bytes of beacon.json."""
    if isinstance(beacon, LocalBeacon):
        return format_compact_json({"secret": beacon.secret.hex()})
    return format_compact_json(
        {"round": beacon.round, "signature": beacon.signature.hex(), "randomness": beacon.randomness.hex()}
    )


def parse_beacon(raw: bytes) -> Beacon:
    """Parse beacon.json, which has one byte form. Raises :class:`DrawFileError`."""
    document = parse_json(raw, file=BEACON_FILE)
    beacon: Beacon
    if isinstance(document, dict) and "secret" in document:
        fields = Fields(document, frozenset({"secret"}), file=BEACON_FILE)
        beacon = LocalBeacon(bytes.fromhex(fields.hex("secret", digits=64)))
    else:
        fields = Fields(document, frozenset({"round", "signature", "randomness"}), file=BEACON_FILE)
        signature = bytes.fromhex(fields.hex("signature", digits=2 * SIGNATURE_BYTES))
        beacon = DrandBeacon(round=fields.integer("round", low=1), signature=signature)
        if fields.hex("randomness", digits=64) != beacon.randomness.hex():
            raise DrawFileError(BEACON_FILE, "the randomness is not the SHA-256 of the signature")
    if raw != format_beacon(beacon):
        raise DrawFileError(BEACON_FILE, "must have its keys in order, no spaces, and LF at the end")
    return beacon
