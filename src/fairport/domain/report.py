"""What a verifier says of a bundle: what it proved, what it could not, and what is missing.

Source: docs/draw.md, "What a verifier says" and "Before the release".
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from fairport.domain.beacon import FREEZE_LEAD, DrandCommitment
from fairport.domain.chain import ChainLink
from fairport.domain.draw import (
    ALLOCATION_FILE,
    BEACON_FILE,
    MANIFEST_FILE,
    PARAMS_FILE,
    POOL_FILE,
    RESULT_FILE,
    Allocation,
    FrozenDraw,
)
from fairport.domain.draw_format import format_instant
from fairport.domain.manifest import Manifest

BUNDLE_FILES: Final = (MANIFEST_FILE, PARAMS_FILE, POOL_FILE, BEACON_FILE, ALLOCATION_FILE, RESULT_FILE)
LATE_FILES: Final = (POOL_FILE, ALLOCATION_FILE)
"""They become public the day after the draw's last band."""
TIME_NOT_PROVEN: Final = "time of the freeze: no witness's cosignature was checked"
_OUTCOME: Final = "seed, order, offers and rain-checks follow from them and from the randomness, and nothing else does"


@dataclass(frozen=True, slots=True)
class BundleReport:
    """What a verifier can say of one bundle, in sentences without a full stop.

    ``missing`` names the files without which the draw is not proven; ``offers`` and ``rain_checks`` are None then.
    ``entries`` is what the manifest says, which without pool.txt is a claim.
    """

    bundle: str
    draw_id: str
    sequence: int
    entries: int
    offers: int | None
    rain_checks: int | None
    missing: tuple[str, ...]
    proven: tuple[str, ...]
    not_proven: tuple[str, ...]
    warnings: tuple[str, ...]


def report_on(
    bundle: str,
    *,
    draw: FrozenDraw,
    allocation: Allocation | None,
    present: Collection[str],
    previous: ChainLink | None,
    signature_checked: bool,
) -> BundleReport:
    """Return the report on a bundle in which nothing is wrong; ``present`` are the names of its files.

    ``allocation`` is None where it could not be computed again. ``previous`` is the draw before, if it was given.
    """
    manifest = draw.manifest
    missing = tuple(name for name in BUNDLE_FILES if name not in present)
    proven, not_proven = _inputs(draw), _missing_sentences(draw, present)
    if allocation is not None:
        proven.append(
            "seed, order, offers and rain-checks follow from them and from the randomness, and nothing else does"
        )
    elif RESULT_FILE in present:
        proven.append(f"the seed in {RESULT_FILE} follows from {MANIFEST_FILE} and the randomness; the carry is right")
    for target, sentences in zip((proven, not_proven), _succession(draw, previous), strict=True):
        target.extend(sentences)
    warnings = []
    if isinstance(manifest.beacon, DrandCommitment):
        if BEACON_FILE in present:
            sentence = f"the randomness is drand quicknet's round {manifest.beacon.round}"
            if signature_checked:
                proven.append(f"{sentence}: its signature is valid")
            else:
                not_proven.append(f"{sentence}: its signature needs a library to check")
    else:
        warnings.append("the beacon is local: the operator chose the randomness, so the draw does not bind them")
        if manifest.lead < FREEZE_LEAD:
            seconds = int(manifest.lead.total_seconds())
            warnings.append(f"demonstration: the freeze came only {seconds} seconds before the draw")
    lines = () if allocation is None else allocation.lines
    return BundleReport(
        bundle=bundle,
        draw_id=manifest.draw_id,
        sequence=manifest.sequence,
        entries=manifest.n,
        offers=None if allocation is None else sum(line.outcome == "offer" for line in lines),
        rain_checks=None if allocation is None else sum(line.outcome == "rain-check" for line in lines),
        missing=missing,
        proven=tuple(proven),
        not_proven=(*not_proven, TIME_NOT_PROVEN, "who is in the pool, and that nobody is missing"),
        warnings=tuple(warnings),
    )


def last_day(draw: FrozenDraw) -> dt.date:
    """Return the local day of the draw's last band: pool and allocation are public when it is over at every port."""
    return max((cell.date for cell in draw.params.cells), default=draw.manifest.draw_time.date())


def overdue(draw: FrozenDraw, *, present: Collection[str], later: Manifest) -> str:
    """Say what a bundle should have by the freeze of a later draw, if it does not: a warning, or an empty string.

    A verifier has no clock, but the operator's own later files tell that a time is past.
    """
    frozen = f"draw {later.draw_id} was frozen at {format_instant(later.frozen_at)}"
    if RESULT_FILE not in present:
        if later.programme == draw.manifest.programme:
            return f"{RESULT_FILE} is missing though {frozen}, and a draw is run before the next one is frozen"
        return ""
    # No day of any port ends later than 12 hours after it does in UTC.
    if POOL_FILE not in present and (later.frozen_at - dt.timedelta(hours=12)).date() > last_day(draw):
        return f"{POOL_FILE} and {ALLOCATION_FILE} are missing though {frozen}, when they had to be public"
    return ""


def _inputs(draw: FrozenDraw) -> list[str]:
    if draw.pool is None:
        return [f"{PARAMS_FILE} is the one that {MANIFEST_FILE} commits to"]
    return [f"{POOL_FILE} and {PARAMS_FILE} are the ones that {MANIFEST_FILE} commits to"]


def _missing_sentences(draw: FrozenDraw, present: Collection[str]) -> list[str]:
    manifest = draw.manifest
    found = []
    if RESULT_FILE not in present:
        from_when = format_instant(manifest.randomness_time)
        without = " and ".join(name for name in (BEACON_FILE, RESULT_FILE) if name not in present)
        found.append(
            f"the draw itself: {without} {'is' if BEACON_FILE in present else 'are'} not here. Its randomness exists"
            f" from {from_when} on; a draw without a result a day later is a breach"
        )
    if POOL_FILE not in present:
        found.append(
            f"the list of entries: {POOL_FILE} is not here, so its {manifest.n} entries, {manifest.people} people, hash"
            " and root are only what the operator says"
        )
        if RESULT_FILE in present:
            found.append(
                f"the order and who got a place: they cannot be computed again, and {ALLOCATION_FILE} is not here, so"
                " its hash, its root and the cutoffs are only what the operator says"
            )
        found.append(
            f"why files are missing: {POOL_FILE} and {ALLOCATION_FILE} become public when {last_day(draw)} is over at"
            " every port. This program does not know today's date: if that day is over, the draw is NOT verified"
        )
    return found


def _succession(draw: FrozenDraw, previous: ChainLink | None) -> tuple[list[str], list[str]]:
    if previous is None:
        gap = "that it follows the draw before it, whose bundle was not given"
        return [], [gap] if draw.manifest.sequence > 1 else []
    whole = previous.rain_checks is not None
    proven = f"it follows draw {previous.draw_id}, with its carry{' and all its rain-checks' if whole else ''}"
    not_proven = []
    if previous.allocation_sha256 is None:
        not_proven.append(f"that the allocation it names is that of draw {previous.draw_id}, which has no result here")
    if not whole:
        not_proven.append(
            f"that the rain-checks are those of draw {previous.draw_id}, whose {ALLOCATION_FILE} was not given"
        )
    elif draw.pool is None and draw.params.rain_checks:
        not_proven.append("that no group with a rain-check has grown and that each is in the list of entries")
    return [proven], not_proven
