"""What one draw of a programme owes to the draw before it.

Source: docs/draw.md, "The files" (params.json, manifest.json). A draw that verifies by itself could still be one of
two that the operator prepared; the chain of manifests, carries and rain-checks is what rules that out.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from fairport.domain.allocation import quotas
from fairport.domain.draw import MANIFEST_FILE, DrawResult, FrozenDraw
from fairport.domain.draw_format import DrawFileError, format_instant
from fairport.domain.manifest import Manifest
from fairport.domain.params import PARAMS_FILE, Params, PreviousDraw
from fairport.domain.pool import Pool

DRAWS_BEFORE_OFFERED: Final = 3
"""An officer may place the holder of a rain-check earliest in the third draw after the one that gave it."""


@dataclass(frozen=True, slots=True)
class HeldRainCheck:
    """A rain-check after a draw: the holder's id there and the port.

    ``largest`` is the group's size when step L gave it, ``given_in`` the sequence of that draw; both are None if that
    draw is not known.
    """

    id: str
    port: str
    largest: int | None
    given_in: int | None


@dataclass(frozen=True, slots=True)
class ChainLink:
    """What the next draw must agree with. Hashes are hex; ``share_denominator`` is the b of the share a/b.

    ``allocation_sha256`` is None where the draw's result is not at hand, ``rain_checks`` where its allocation is not.
    """

    programme: str
    draw_id: str
    sequence: int
    manifest_sha256: str
    allocation_sha256: str | None
    carry_next: int
    share_denominator: int
    randomness_time: dt.datetime
    rain_checks: tuple[HeldRainCheck, ...] | None


def link_after(*, draw: DrawResult, manifest: bytes, previous: ChainLink | None) -> ChainLink:
    """Return the link that a finished draw leaves; ``previous`` is the link before it, if known."""
    origins: Mapping[str, HeldRainCheck] = {}
    if previous is not None and previous.rain_checks is not None:
        before = {held.id: held for held in previous.rain_checks}
        origins = {kept.id: before[kept.previous_id] for kept in draw.params.rain_checks if kept.previous_id in before}
    kept_here = {kept.id for kept in draw.params.rain_checks}
    new = {entry for entry, _ in draw.allocation.rain_checks_next if entry not in kept_here}
    sizes = {
        raw_id.hex(): draw.pool.sizes[position]
        for position, raw_id in enumerate(draw.pool.ids)
        if new and raw_id.hex() in new
    }
    held = []
    for entry, port in draw.allocation.rain_checks_next:
        if entry in new:
            held.append(HeldRainCheck(entry, port, sizes[entry], draw.manifest.sequence))
        else:
            origin = origins.get(entry)
            held.append(
                HeldRainCheck(entry, port, origin.largest if origin else None, origin.given_in if origin else None)
            )
    return ChainLink(
        programme=draw.manifest.programme,
        draw_id=draw.manifest.draw_id,
        sequence=draw.manifest.sequence,
        manifest_sha256=hashlib.sha256(manifest).hexdigest(),
        allocation_sha256=hashlib.sha256(draw.allocation_bytes).hexdigest(),
        carry_next=draw.allocation.carry_next,
        share_denominator=draw.params.seniority_share[1],
        randomness_time=draw.manifest.randomness_time,
        rain_checks=tuple(held),
    )


def link_after_partial(*, draw: FrozenDraw, manifest: bytes, allocation_sha256: str | None) -> ChainLink:
    """Return the link of a draw whose allocation is not at hand.

    ``allocation_sha256`` is what its result claims, None without a result.
    """
    _, carry_next = quotas(draw.params)
    return ChainLink(
        programme=draw.manifest.programme,
        draw_id=draw.manifest.draw_id,
        sequence=draw.manifest.sequence,
        manifest_sha256=hashlib.sha256(manifest).hexdigest(),
        allocation_sha256=allocation_sha256,
        carry_next=carry_next,
        share_denominator=draw.params.seniority_share[1],
        randomness_time=draw.manifest.randomness_time,
        rain_checks=None,
    )


def next_carry(*, carry: int, old_denominator: int, new_denominator: int) -> int:
    """Return the carry that a draw starts with, when policy may have changed the share's denominator."""
    return carry * new_denominator // old_denominator


def check_succession(*, previous: ChainLink, manifest: Manifest, params: Params, pool: Pool | None) -> None:
    """Check that a draw follows another: hashes, times, carry, and every rain-check accounted for.

    What ``previous`` does not know is passed over, and without the pool the sizes of groups with a rain-check are.
    Raises :class:`DrawFileError`.
    """
    if manifest.sequence != previous.sequence + 1:
        raise DrawFileError(MANIFEST_FILE, f"the sequence must be {previous.sequence + 1}, it is {manifest.sequence}")
    if manifest.previous_manifest_sha256 != previous.manifest_sha256:
        raise DrawFileError(MANIFEST_FILE, f"previous_manifest_sha256 is not that of draw {previous.draw_id}")
    if manifest.frozen_at <= previous.randomness_time:
        reason = f"frozen before the previous draw's randomness existed, at {format_instant(previous.randomness_time)}"
        raise DrawFileError(MANIFEST_FILE, reason)
    named = params.previous
    expected = previous.allocation_sha256 or (named.allocation_sha256 if named else "")
    if named != PreviousDraw(previous.draw_id, expected):
        raise DrawFileError(PARAMS_FILE, f"previous is not draw {previous.draw_id} with its allocation")
    carry = next_carry(
        carry=previous.carry_next,
        old_denominator=previous.share_denominator,
        new_denominator=params.seniority_share[1],
    )
    if params.seniority_carry != carry:
        reason = f"seniority_carry must be {carry} after draw {previous.draw_id}, it is {params.seniority_carry}"
        raise DrawFileError(PARAMS_FILE, reason)
    if previous.rain_checks is not None:
        _check_rain_checks(previous, previous.rain_checks, sequence=manifest.sequence, params=params, pool=pool)


def _check_rain_checks(
    previous: ChainLink, rain_checks: Sequence[HeldRainCheck], *, sequence: int, params: Params, pool: Pool | None
) -> None:
    held = {one.id: (position, one) for position, one in enumerate(rain_checks)}
    kept_ids = [kept.previous_id for kept in params.rain_checks]
    dropped_ids = [dropped.previous_id for dropped in params.rain_checks_dropped]
    for one in (*kept_ids, *dropped_ids):
        if one not in held:
            raise DrawFileError(PARAMS_FILE, f"{one} had no rain-check after draw {previous.draw_id}")
    for missing in sorted(held.keys() - set(kept_ids) - set(dropped_ids)):
        reason = f"the rain-check of {missing} in draw {previous.draw_id} is neither kept nor dropped"
        raise DrawFileError(PARAMS_FILE, reason)
    for name, ids in (("rain_checks", kept_ids), ("rain_checks_dropped", dropped_ids)):
        positions = [held[one][0] for one in ids]
        if positions != sorted(positions):
            raise DrawFileError(PARAMS_FILE, f"{name} must keep the order of draw {previous.draw_id}")
    wanted = {bytes.fromhex(kept.id) for kept in params.rain_checks}
    sizes: dict[bytes, int] = {}
    if pool is not None and wanted:
        sizes = {raw_id: pool.sizes[position] for position, raw_id in enumerate(pool.ids) if raw_id in wanted}
    for kept in params.rain_checks:
        origin = held[kept.previous_id][1]
        if kept.port != origin.port:
            raise DrawFileError(PARAMS_FILE, f"the rain-check of {kept.previous_id} is for port {origin.port}")
        if origin.largest is not None and sizes.get(bytes.fromhex(kept.id), 0) > origin.largest:
            reason = f"the group of {kept.id} has grown beyond the {origin.largest} of its rain-check"
            raise DrawFileError(PARAMS_FILE, reason)
    for dropped in params.rain_checks_dropped:
        given_in = held[dropped.previous_id][1].given_in
        if dropped.reason == "offered" and given_in is not None and sequence < given_in + DRAWS_BEFORE_OFFERED:
            reason = f"the rain-check of {dropped.previous_id} was placed by an officer before the third draw after it"
            raise DrawFileError(PARAMS_FILE, reason)
