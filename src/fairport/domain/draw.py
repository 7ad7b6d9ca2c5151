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
    "verify_inclusion",
]

RESULT_FILE: Final = "result.json"


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
    commitment = parse_manifest(manifest)
    check_hashes(manifest=commitment, pool=pool, params=params)
    parsed = parse_params(params)
    lines = split_lines(pool, file=POOL_FILE)
    entries = parse_pool_lines(lines)
    check_inputs(manifest=commitment, params=parsed, pool=entries)
    root = merkle_root(lines)
    del lines
    if root.hex() != commitment.pool_root:
        raise DrawFileError(MANIFEST_FILE, f"pool_root is not the Merkle root of {POOL_FILE}")
    chain_hash, round_number = chain_and_round(commitment.beacon)
    seed = compute_seed(
        randomness=randomness,
        draw_id=commitment.draw_id,
        pool_root=root,
        n=commitment.n,
        params_sha256=bytes.fromhex(commitment.params_sha256),
        chain_hash=chain_hash,
        round_number=round_number,
    )
    allocation = allocate(entries, parsed, seed)
    allocation_bytes = format_allocation(allocation.lines)
    return DrawResult(
        manifest=commitment,
        params=parsed,
        pool=entries,
        seed=seed,
        allocation=allocation,
        allocation_bytes=allocation_bytes,
        result_bytes=format_result(
            manifest=manifest, seed=seed, allocation=allocation, allocation_bytes=allocation_bytes
        ),
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
