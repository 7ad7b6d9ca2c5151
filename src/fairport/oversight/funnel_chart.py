"""The funnel as SVG: a dot for each unit, the overall share, and the two limits. The table beside it says the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fairport.domain.funnel import TAIL_95, TAIL_998, Judged, Verdict, limits

WIDTH: Final = 400
HEIGHT: Final = 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 12, 12, 36
_STEPS: Final = 48


@dataclass(frozen=True, slots=True)
class Dot:
    """A unit at its place, and where its number stands: its row in the table."""

    x: str
    y: str
    label_x: str
    label_y: str
    number: int
    verdict: str
    flagged: bool


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis: where its line and its text are, and what stands there."""

    at: str
    text_at: str
    text: str


@dataclass(frozen=True, slots=True)
class Funnel:
    """Everything that the template draws, as the numbers of its view box; lines are the points of polylines."""

    width: int
    height: int
    share_y: str
    left: int
    right: int
    top: int
    bottom: int
    lines_95: tuple[str, str]
    lines_998: tuple[str, str]
    dots: tuple[Dot, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]


def draw_funnel(judged: Sequence[Judged], *, share: float) -> Funnel | None:
    """The funnel of units that were judged against an overall share, or None where there is no case."""
    most = max((found.unit.total for found in judged), default=0)
    if most == 0:
        return None
    right, bottom = WIDTH - _RIGHT, HEIGHT - _BOTTOM

    def x_of(total: float) -> float:
        # The largest unit's dot stands within the plot, not on its edge.
        return _LEFT + (right - _LEFT) * 0.97 * total / most

    def y_of(value: float) -> float:
        return bottom - (bottom - _TOP) * value

    totals = sorted({max(1, round(most * step / _STEPS)) for step in range(1, _STEPS + 1)})

    def lines(tail: float) -> tuple[str, str]:
        pairs = [(total, limits(total, share, tail=tail)) for total in totals]
        low = " ".join(f"{x_of(total):.1f},{y_of(pair[0] / total):.1f}" for total, pair in pairs)
        high = " ".join(f"{x_of(total):.1f},{y_of(pair[1] / total):.1f}" for total, pair in pairs)
        return low, high

    dots = [
        _dot(x_of(found.unit.total), y_of(found.unit.count / found.unit.total), number, found)
        for number, found in enumerate(judged, start=1)
        if found.unit.total
    ]
    # What stands out is drawn last, so that nothing covers it.
    dots.sort(key=lambda dot: (dot.flagged, dot.verdict == Verdict.BEYOND_998, dot.verdict == Verdict.BEYOND_95))
    return Funnel(
        width=WIDTH,
        height=HEIGHT,
        share_y=f"{y_of(share):.1f}",
        left=_LEFT,
        right=right,
        top=_TOP,
        bottom=bottom,
        lines_95=lines(TAIL_95),
        lines_998=lines(TAIL_998),
        dots=tuple(dots),
        x_ticks=tuple(_tick(x_of(total), str(total)) for total in sorted({0, most // 2, most})),
        y_ticks=tuple(_tick(y_of(value / 100), f"{value} %") for value in (0, 25, 50, 75, 100)),
    )


def _dot(x: float, y: float, number: int, found: Judged) -> Dot:
    # At the left edge there is no room before the dot.
    before = x > _LEFT + 24
    return Dot(
        x=f"{x:.1f}",
        y=f"{y:.1f}",
        label_x=f"{x - 9 if before else x + 24:.1f}",
        label_y=f"{y + 4:.1f}",
        number=number,
        verdict=found.verdict.value,
        flagged=found.flagged,
    )


def _tick(at: float, text: str) -> Tick:
    return Tick(at=f"{at:.1f}", text_at=f"{at + 4:.1f}", text=text)
