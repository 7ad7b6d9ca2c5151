"""Funnel plots: which shares lie further from the overall share than chance alone would put them.

For a unit with ``total`` cases of which ``count`` had an outcome, the limits are those of the binomial distribution
with the overall share, exactly and not by the normal curve, so that they hold for small units too. Source:
D. J. Spiegelhalter, Funnel plots for comparing institutional performance, Statistics in Medicine 24 (2005), 1185-1202.
Among many units some lie beyond any fixed limit by chance, so a unit is flagged only where Holm's procedure
(S. Holm, Scandinavian Journal of Statistics 6 (1979), 65-70) keeps the probability of even one wrong flag below 5 %.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import fsum
from typing import Final

TAIL_95: Final = 0.025
"""Probability beyond each of the two limits that hold 95 % of units."""
TAIL_998: Final = 0.001
"""The same for 99.8 %."""
FAMILY_LEVEL: Final = 0.05
"""Probability that any unit at all is flagged where only chance is at work."""
FEWEST_CASES: Final = 20
"""Below this a unit is not judged."""
_SMALLEST: Final = 1e-300


class Verdict(StrEnum):
    """Where a unit lies. Beyond a limit is a reason to look, not a finding."""

    TOO_FEW = "too_few"
    WITHIN = "within"
    BEYOND_95 = "beyond_95"
    BEYOND_998 = "beyond_998"


@dataclass(frozen=True, slots=True)
class Unit:
    """An officer, a port or a criterion: `total` cases, of which `count` had the outcome."""

    key: str
    total: int
    count: int


@dataclass(frozen=True, slots=True)
class Judged:
    """A unit with its limits as counts (each a low and a high one, both still within) and its two-sided p-value."""

    unit: Unit
    limits_95: tuple[int, int]
    limits_998: tuple[int, int]
    p_value: float
    verdict: Verdict
    flagged: bool


def overall_share(units: Sequence[Unit]) -> float:
    """The share of all units together; 0 where there is no case."""
    total = sum(unit.total for unit in units)
    return sum(unit.count for unit in units) / total if total else 0.0


def judge_units(units: Sequence[Unit], *, fewest: int = FEWEST_CASES) -> list[Judged]:
    """Judges each unit against the overall share, in the order given."""
    share = overall_share(units)
    values = [two_sided_p(unit.count, unit.total, share) if unit.total >= fewest else 1.0 for unit in units]
    compared = [place for place, unit in enumerate(units) if unit.total >= fewest]
    flags = dict(zip(compared, holm([values[place] for place in compared], level=FAMILY_LEVEL), strict=True))
    judged = []
    for place, unit in enumerate(units):
        inner = limits(unit.total, share, tail=TAIL_95)
        outer = limits(unit.total, share, tail=TAIL_998)
        judged.append(
            Judged(unit, inner, outer, values[place], _verdict(unit, inner, outer, fewest), flags.get(place, False))
        )
    return judged


def limits(total: int, share: float, *, tail: float) -> tuple[int, int]:
    """The lowest and the highest count beyond which lies a probability of at most ``tail`` on each side.

    ``total`` is at least 0, ``share`` from 0 to 1; ``tail`` above 0 and below a half.
    """
    weights = _weights(total, share)
    whole = fsum(weights)
    below, low = 0.0, 0
    while below + weights[low] <= tail * whole:
        below += weights[low]
        low += 1
    above, high = 0.0, total
    while above + weights[high] <= tail * whole:
        above += weights[high]
        high -= 1
    return low, high


def two_sided_p(count: int, total: int, share: float) -> float:
    """Twice the probability of a count as far out as this one on its side, at most 1."""
    if not 0 <= count <= total:
        raise ValueError("a count lies between 0 and the total")
    weights = _weights(total, share)
    whole = fsum(weights)
    smaller = min(fsum(weights[: count + 1]), fsum(weights[count:]))
    return min(1.0, 2 * smaller / whole)


def holm(values: Sequence[float], *, level: float) -> list[bool]:
    """Which of the p-values stand out when all of them are looked at together."""
    flagged = [False] * len(values)
    for rank, place in enumerate(sorted(range(len(values)), key=values.__getitem__)):
        if values[place] > level / (len(values) - rank):
            break
        flagged[place] = True
    return flagged


def _verdict(unit: Unit, inner: tuple[int, int], outer: tuple[int, int], fewest: int) -> Verdict:
    if unit.total < fewest:
        return Verdict.TOO_FEW
    if not outer[0] <= unit.count <= outer[1]:
        return Verdict.BEYOND_998
    return Verdict.WITHIN if inner[0] <= unit.count <= inner[1] else Verdict.BEYOND_95


def _weights(total: int, share: float) -> list[float]:
    """Probabilities of 0 to ``total``, up to one factor: the most likely count has weight 1, so nothing overflows."""
    if total < 0 or not 0 <= share <= 1:
        raise ValueError("a total is not negative, and a share lies between 0 and 1")
    weights = [0.0] * (total + 1)
    mode = min(int((total + 1) * share), total)
    weights[mode] = 1.0
    if share in (0, 1):
        return weights
    odds = share / (1 - share)
    for count in range(mode, total):
        following = weights[count] * (total - count) / (count + 1) * odds
        if following < _SMALLEST:
            break
        weights[count + 1] = following
    for count in range(mode, 0, -1):
        preceding = weights[count] * count / (total - count + 1) / odds
        if preceding < _SMALLEST:
            break
        weights[count - 1] = preceding
    return weights
