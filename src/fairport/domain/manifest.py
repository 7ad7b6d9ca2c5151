"""The commitment to a draw, published at the freeze: the file manifest.json.

Source: docs/draw.md, "manifest.json". Whoever has the manifest's hash can tell later that pool, parameters and the
coming round of the beacon were fixed before that round existed.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Any, Final

from fairport.domain.beacon import (
    FREEZE_LEAD,
    LAST_ROUND,
    QUICKNET_CHAIN_HASH,
    Commitment,
    DrandCommitment,
    LocalCommitment,
    round_at,
    time_of_round,
)
from fairport.domain.draw_format import DrawFileError, Fields, format_instant, format_json, parse_json, split_lines
from fairport.domain.merkle import merkle_root
from fairport.domain.params import FORMAT, PARAMS_FILE, Params, check_rain_checks_in_pool, parse_params
from fairport.domain.pool import POOL_FILE, Pool, parse_pool_lines

MANIFEST_FILE: Final = "manifest.json"

_KEYS: Final = frozenset(
    {
        "format",
        "draw_id",
        "programme",
        "sequence",
        "previous_manifest_sha256",
        "frozen_at",
        "draw_time",
        "n",
        "people",
        "pool_sha256",
        "pool_root",
        "params_sha256",
        "beacon",
    }
)


@dataclass(frozen=True, slots=True)
class Manifest:
    """The content of manifest.json. Hashes and the root are lower-case hex; times are aware and in whole seconds.

    ``sequence`` counts the draws of a programme from 1 without gaps; ``n`` counts entries, ``people`` travelers.
    """

    draw_id: str
    programme: str
    sequence: int
    previous_manifest_sha256: str | None
    frozen_at: dt.datetime
    draw_time: dt.datetime
    n: int
    people: int
    pool_sha256: str
    pool_root: str
    params_sha256: str
    beacon: Commitment

    @property
    def randomness_time(self) -> dt.datetime:
        """When the randomness exists: the time of the round, or the draw time for a local beacon."""
        return time_of_round(self.beacon.round) if isinstance(self.beacon, DrandCommitment) else self.draw_time

    @property
    def lead(self) -> dt.timedelta:
        """How long before the draw time the pool was fixed."""
        return self.draw_time - self.frozen_at


def build_manifest(
    *,
    pool: bytes,
    params: bytes,
    sequence: int,
    previous_manifest: bytes | None,
    frozen_at: dt.datetime,
    draw_time: dt.datetime,
    beacon: Commitment | None = None,
) -> Manifest:
    """Return the manifest that commits to the bytes of pool.txt and params.json.

    ``previous_manifest`` are the bytes of the previous draw's manifest, None for sequence 1. Without ``beacon`` it is
    the quicknet round that the draw time calls for. Raises :class:`DrawFileError` if anything breaks the format.
    """
    parsed = parse_params(params)
    lines = split_lines(pool, file=POOL_FILE)
    entries = parse_pool_lines(lines)
    manifest = Manifest(
        draw_id=parsed.draw_id,
        programme=parsed.programme,
        sequence=sequence,
        previous_manifest_sha256=None if previous_manifest is None else hashlib.sha256(previous_manifest).hexdigest(),
        frozen_at=frozen_at.replace(microsecond=0),
        draw_time=draw_time.replace(microsecond=0),
        n=len(entries),
        people=entries.people,
        pool_sha256=hashlib.sha256(pool).hexdigest(),
        pool_root=merkle_root(lines).hex(),
        params_sha256=hashlib.sha256(params).hexdigest(),
        beacon=DrandCommitment(round_at(draw_time.replace(microsecond=0))) if beacon is None else beacon,
    )
    parse_manifest(format_manifest(manifest))
    check_inputs(manifest=manifest, params=parsed, pool=entries)
    return manifest


def format_manifest(manifest: Manifest) -> bytes:
    """Return the bytes of manifest.json."""
    beacon: dict[str, Any]
    if isinstance(manifest.beacon, DrandCommitment):
        beacon = {"kind": "drand", "chain_hash": manifest.beacon.chain_hash, "round": manifest.beacon.round}
    else:
        beacon = {"kind": "local", "commitment": manifest.beacon.commitment}
    return format_json(
        {
            "format": FORMAT,
            "draw_id": manifest.draw_id,
            "programme": manifest.programme,
            "sequence": manifest.sequence,
            "previous_manifest_sha256": manifest.previous_manifest_sha256,
            "frozen_at": format_instant(manifest.frozen_at),
            "draw_time": format_instant(manifest.draw_time),
            "n": manifest.n,
            "people": manifest.people,
            "pool_sha256": manifest.pool_sha256,
            "pool_root": manifest.pool_root,
            "params_sha256": manifest.params_sha256,
            "beacon": beacon,
        }
    )


def parse_manifest(raw: bytes) -> Manifest:
    """Parse and check manifest.json by itself. Raises :class:`DrawFileError`."""
    fields = Fields(parse_json(raw, file=MANIFEST_FILE), _KEYS, file=MANIFEST_FILE)
    if fields.text("format") != FORMAT:
        raise fields.error("format", f"must be {FORMAT}")
    sequence = fields.integer("sequence", low=1)
    previous = None
    if fields.raw("previous_manifest_sha256") is not None:
        previous = fields.hex("previous_manifest_sha256", digits=64)
    if (previous is None) != (sequence == 1):
        raise fields.error("previous_manifest_sha256", "must be null for sequence 1 and for no other")
    manifest = Manifest(
        draw_id=fields.slug_path("draw_id"),
        programme=fields.slug_path("programme"),
        sequence=sequence,
        previous_manifest_sha256=previous,
        frozen_at=fields.instant("frozen_at"),
        draw_time=fields.instant("draw_time"),
        n=fields.integer("n", low=0),
        people=fields.integer("people", low=0),
        pool_sha256=fields.hex("pool_sha256", digits=64),
        pool_root=fields.hex("pool_root", digits=64),
        params_sha256=fields.hex("params_sha256", digits=64),
        beacon=_commitment(fields.raw("beacon")),
    )
    _check_times(manifest, fields)
    return manifest


def check_params(*, manifest: Manifest, params: Params) -> None:
    """Check what params and manifest must have in common beside the hash. Raises :class:`DrawFileError`."""
    if params.draw_id != manifest.draw_id:
        raise _refuse("the draw id is not the one in params.json")
    if params.programme != manifest.programme:
        raise _refuse("the programme is not the one in params.json")
    if (params.previous is None) != (manifest.sequence == 1):
        raise _refuse("the sequence is 1 exactly if params.json names no previous draw")


def check_inputs(*, manifest: Manifest, params: Params, pool: Pool) -> None:
    """Check what pool, params and manifest must have in common beside the hashes. Raises :class:`DrawFileError`."""
    check_params(manifest=manifest, params=params)
    if manifest.n != len(pool):
        raise _refuse(f"n is {manifest.n}, but pool.txt has {len(pool)} entries")
    if manifest.people != pool.people:
        raise _refuse(f"people is {manifest.people}, but pool.txt has {pool.people}")
    frozen_on = manifest.frozen_at.date()
    if len(pool) and max(pool.registered) > frozen_on:
        line = next(number for number, week in enumerate(pool.registered, 1) if week > frozen_on)
        raise DrawFileError(POOL_FILE, "the week of registration is after the freeze", line=line)
    check_rain_checks_in_pool(params=params, pool=pool)


def check_hashes(*, manifest: Manifest, pool: bytes | None, params: bytes) -> None:
    """Check that pool.txt, if it is there, and params.json are the committed ones. Raises :class:`DrawFileError`."""
    for file, raw, expected in (
        (POOL_FILE, pool, manifest.pool_sha256),
        (PARAMS_FILE, params, manifest.params_sha256),
    ):
        if raw is not None and hashlib.sha256(raw).hexdigest() != expected:
            raise DrawFileError(file, f"its SHA-256 is not the one that {MANIFEST_FILE} commits to")


def _commitment(value: object) -> Commitment:
    if isinstance(value, dict) and value.get("kind") == "drand":
        fields = Fields(value, frozenset({"kind", "chain_hash", "round"}), file=MANIFEST_FILE, name="beacon")
        if fields.text("chain_hash") != QUICKNET_CHAIN_HASH:
            raise fields.error("chain_hash", "must be that of drand's quicknet")
        return DrandCommitment(round=fields.integer("round", low=1, high=LAST_ROUND))
    if isinstance(value, dict) and value.get("kind") == "local":
        fields = Fields(value, frozenset({"kind", "commitment"}), file=MANIFEST_FILE, name="beacon")
        return LocalCommitment(fields.hex("commitment", digits=64))
    raise _refuse("beacon must be of kind drand or local")


def _check_times(manifest: Manifest, fields: Fields) -> None:
    if isinstance(manifest.beacon, DrandCommitment):
        if manifest.lead < FREEZE_LEAD:
            raise fields.error("draw_time", "must be at least 600 seconds after frozen_at")
        if manifest.beacon.round != round_at(manifest.draw_time):
            raise fields.error("beacon.round", "must be the first round at or after draw_time")
    elif manifest.lead < dt.timedelta(0):
        raise fields.error("draw_time", "must not be before frozen_at")


def _refuse(reason: str) -> DrawFileError:
    return DrawFileError(MANIFEST_FILE, reason)
