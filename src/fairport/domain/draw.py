"""A whole draw from its files: what the product runs, and what a verifier runs again.

Source: docs/draw.md. The names that an application needs are all here.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

from fairport.domain.allocation import (
    ALLOCATION_FILE,
    Allocation,
    AllocationLine,
    allocate,
    format_allocation,
)
from fairport.domain.beacon import (
    BEACON_FILE,
    Beacon,
    BeaconRefused,
    BeaconVerifier,
    DrandBeacon,
    DrandCommitment,
    LocalBeacon,
    LocalCommitment,
    check_beacon,
    commit_locally,
    format_beacon,
    parse_beacon,
)
from fairport.domain.draw_format import DrawFileError, format_compact_json, split_lines
from fairport.domain.manifest import (
    MANIFEST_FILE,
    Manifest,
    build_manifest,
    check_hashes,
    check_inputs,
    check_params,
    format_manifest,
    parse_manifest,
)
from fairport.domain.merkle import MerkleTree, merkle_root, verify_inclusion
from fairport.domain.order import chain_and_round, compute_seed
from fairport.domain.params import (
    PARAMS_FILE,
    Cell,
    DroppedRainCheck,
    Params,
    PreviousDraw,
    RainCheck,
    format_params,
    parse_params,
)
from fairport.domain.pool import (
    POOL_FILE,
    Pool,
    PoolEntry,
    entry_id,
    format_pool,
    parse_pool,
    parse_pool_lines,
    registered_week,
    week_of,
)

__all__ = [
    "ALLOCATION_FILE",
    "BEACON_FILE",
    "MANIFEST_FILE",
    "PARAMS_FILE",
    "POOL_FILE",
    "RESULT_FILE",
    "Allocation",
    "AllocationLine",
    "Beacon",
    "BeaconRefused",
    "BeaconVerifier",
    "Cell",
    "DrandBeacon",
    "DrandCommitment",
    "DrawFileError",
    "DrawResult",
    "DroppedRainCheck",
    "FrozenDraw",
    "LocalBeacon",
    "LocalCommitment",
    "Manifest",
    "MerkleTree",
    "Params",
    "Pool",
    "PoolEntry",
    "PreviousDraw",
    "RainCheck",
    "allocate",
    "build_manifest",
    "check_frozen",
    "commit_locally",
    "compute_seed",
    "entry_id",
    "format_allocation",
    "format_beacon",
    "format_manifest",
    "format_params",
    "format_pool",
    "format_result",
    "merkle_root",
    "parse_beacon",
    "parse_manifest",
    "parse_params",
    "parse_pool",
    "registered_week",
    "replay_draw",
    "run_draw",
    "seed_of",
    "verify_inclusion",
    "week_of",
]

RESULT_FILE: Final = "result.json"


@dataclass(frozen=True, slots=True)
class FrozenDraw:
    """The parsed files of a freeze. ``pool`` is None where only the parameters are at hand."""

    manifest: Manifest
    params: Params
    pool: Pool | None


@dataclass(frozen=True, slots=True)
class DrawResult:
    """Everything a run gives: the parsed inputs, seed (32 bytes), allocation, and the bytes of the files to publish."""

    manifest: Manifest
    params: Params
    pool: Pool
    seed: bytes
    allocation: Allocation
    allocation_bytes: bytes
    result_bytes: bytes


def run_draw(
    *, pool: bytes, params: bytes, manifest: bytes, beacon: Beacon, verifier: BeaconVerifier | None = None
) -> DrawResult:
    """Run a frozen draw on the bytes of its files.

    ``verifier`` checks a drand signature and is needed for a drand beacon. Raises :class:`DrawFileError` if a file is
    not what the manifest commits to, :class:`BeaconRefused` if the beacon is not the promised one.
    """
    check_beacon(commitment=parse_manifest(manifest).beacon, beacon=beacon, verifier=verifier)
    return replay_draw(pool=pool, params=params, manifest=manifest, randomness=beacon.randomness)


def replay_draw(*, pool: bytes, params: bytes, manifest: bytes, randomness: bytes) -> DrawResult:
    """Compute a draw from its files and 32 bytes of randomness that the caller has checked, or says it has not.

    Raises :class:`DrawFileError` if a file is not what the manifest commits to.
    """
    frozen = check_frozen(manifest=manifest, params=params, pool=pool)
    assert frozen.pool is not None  # since there is one
    seed = seed_of(manifest=frozen.manifest, randomness=randomness)
    allocation = allocate(frozen.pool, frozen.params, seed)
    allocation_bytes = format_allocation(allocation.lines)
    return DrawResult(
        manifest=frozen.manifest,
        params=frozen.params,
        pool=frozen.pool,
        seed=seed,
        allocation=allocation,
        allocation_bytes=allocation_bytes,
        result_bytes=format_result(
            manifest=manifest, seed=seed, allocation=allocation, allocation_bytes=allocation_bytes
        ),
    )


def check_frozen(*, manifest: bytes, params: bytes, pool: bytes | None) -> FrozenDraw:
    """Check and parse what a freeze fixed; without the pool only what manifest and parameters say by themselves.

    Raises :class:`DrawFileError` if a file is not what the manifest commits to.
    """
    commitment = parse_manifest(manifest)
    check_hashes(manifest=commitment, pool=pool, params=params)
    parsed = parse_params(params)
    if pool is None:
        check_params(manifest=commitment, params=parsed)
        return FrozenDraw(commitment, parsed, None)
    lines = split_lines(pool, file=POOL_FILE)
    entries = parse_pool_lines(lines)
    check_inputs(manifest=commitment, params=parsed, pool=entries)
    if merkle_root(lines).hex() != commitment.pool_root:
        raise DrawFileError(MANIFEST_FILE, f"pool_root is not the Merkle root of {POOL_FILE}")
    return FrozenDraw(commitment, parsed, entries)


def seed_of(*, manifest: Manifest, randomness: bytes) -> bytes:
    """Return the seed that 32 bytes of randomness give to a draw, from what its manifest commits to."""
    chain_hash, round_number = chain_and_round(manifest.beacon)
    return compute_seed(
        randomness=randomness,
        draw_id=manifest.draw_id,
        pool_root=bytes.fromhex(manifest.pool_root),
        n=manifest.n,
        params_sha256=bytes.fromhex(manifest.params_sha256),
        chain_hash=chain_hash,
        round_number=round_number,
    )


def format_result(*, manifest: bytes, seed: bytes, allocation: Allocation, allocation_bytes: bytes) -> bytes:
    """Return the bytes of result.json."""
    return format_compact_json(
        {
            "manifest_sha256": hashlib.sha256(manifest).hexdigest(),
            "seed": seed.hex(),
            "allocation_sha256": hashlib.sha256(allocation_bytes).hexdigest(),
            "allocation_root": merkle_root(allocation_bytes.splitlines()).hex(),
            "seniority_carry_next": allocation.carry_next,
            "cutoffs": dict(sorted(allocation.cutoffs.items())),
        }
    )
