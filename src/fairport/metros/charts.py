"""Charts as SVG or PNG, made on the server: bars with their margins, a line over the years, dots on a map.

Altair and vl-convert are loaded with the first chart. Every chart is only a second form of a table that stands beside
it, so it needs no script, and its text alternative says what to look for. In a language that is written from right to
left the bars grow to the left and the names stand at the right.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from threading import Lock
from typing import Any, Final, Literal

Width = Literal["narrow", "wide"]
Kind = Literal["svg", "png"]
WIDTHS: Final[dict[str, int]] = {"narrow": 328, "wide": 480}
"""Pixels of a whole chart: one for phones, so that its words stay readable, and one for wider windows."""
PNG_SCALE: Final = 2
FONT: Final = "Arial, 'Liberation Sans', Helvetica, sans-serif"
"""Fonts of the same widths, so that what was measured on the server fits in every browser."""
INK: Final = "#171717"
GRID: Final = "#dcdee0"
BAR: Final = "#0d7ea2"
POINT: Final = "#07648d"
WHISKER: Final = "#002d3f"
LAND: Final = "#e6e6e6"
SHADES: Final = ("#8fc8e0", "#2e93bd", "#07648d", "#002d3f")
"""From a small share to a large one; the steps differ in lightness, so they need no colour vision."""
SHADE_LIMITS: Final = (10.0, 20.0, 30.0)

SIZE_FROM: Final = 3_000_000
"""People at which a dot is at its largest, unless an area has more."""

# One chart at a time in a process: the engine behind it takes a core for each.
_DRAWING: Final = Lock()


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: `value` and its interval [low, high] in percent; `text` is the value as the page writes it."""

    label: str
    value: float
    text: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Dot:
    """One area on the map; `rank` is written into its dot, unless None. `share` in percent, `people` in all."""

    latitude: float
    longitude: float
    share: float
    people: int
    rank: int | None = None


@dataclass(frozen=True, slots=True)
class YearPoint:
    """One year of a line; `value` None where there is none, which breaks the line."""

    year: int
    value: float | None


@lru_cache(maxsize=256)
def bar_chart(bars: tuple[Bar, ...], *, rtl: bool, width: Width, kind: Kind) -> bytes:
    """Horizontal bars in percent, in the order given."""
    import altair

    whole = WIDTHS[width]
    names = 128 if width == "narrow" else 180
    top = max((bar.high or bar.value for bar in bars), default=1.0)
    # Room for the number behind the longest bar.
    limit = top * (1.34 if width == "narrow" else 1.16)
    rows = [
        {
            "place": place,
            "label": bar.label,
            "value": bar.value,
            "low": bar.value if bar.low is None else max(bar.low, 0.0),
            "high": bar.value if bar.high is None else bar.high,
            "text": bar.text,
        }
        for place, bar in enumerate(bars)
    ]
    order = altair.Y(
        "label:N",
        sort=None,
        title=None,
        axis=altair.Axis(
            orient="right" if rtl else "left", labelLimit=names, ticks=False, domain=False, labelPadding=8
        ),
        scale=altair.Scale(paddingInner=0.3),
    )
    scale = altair.Scale(domain=[0, limit], reverse=rtl, nice=False)
    ticks = altair.Axis(title=None, values=_ticks(top), format="d", grid=True, domain=False, ticks=False)
    base = altair.Chart(altair.Data(values=rows)).encode(y=order)
    layers = [base.mark_bar(color=BAR, cornerRadiusEnd=2).encode(x=altair.X("value:Q", scale=scale, axis=ticks))]
    if any(bar.low is not None for bar in bars):
        whiskers = base.mark_rule(color=WHISKER, strokeWidth=1.5)
        layers.append(whiskers.encode(x=altair.X("low:Q", scale=scale, axis=ticks), x2="high:Q"))
        for end in ("low:Q", "high:Q"):
            layers.append(base.mark_tick(color=WHISKER, thickness=1.5, size=8).encode(x=altair.X(end, scale=scale)))
    numbers = base.mark_text(align="right" if rtl else "left", dx=-6 if rtl else 6, fontSize=13, color=INK)
    layers.append(numbers.encode(x=altair.X("high:Q", scale=scale), text="text:N"))
    chart = altair.layer(*layers).properties(width=whole, height=altair.Step(26), autosize=_fit())
    return _drawn(chart, kind=kind)


@lru_cache(maxsize=64)
def line_chart(points: tuple[YearPoint, ...], *, rtl: bool, width: Width, kind: Kind) -> bytes:
    """A share over the years. A year without a value is a gap in the line."""
    import altair

    rows = [{"year": point.year, "value": point.value} for point in points]
    known = [point for point in points if point.value is not None]
    top = max((point.value for point in known if point.value is not None), default=1.0)
    first, last = points[0].year, points[-1].year
    every = 5 if width == "wide" or last - first < 12 else 10
    if last - first > 60:
        every = 20 if width == "wide" else 40
    years = [year for year in range(first, last + 1) if year % every == 0]
    x = altair.X(
        "year:Q",
        scale=altair.Scale(domain=[first, last], reverse=rtl, nice=False, padding=14),
        axis=altair.Axis(title=None, values=years, format="d", grid=False, ticks=False, domainColor=GRID),
    )
    y = altair.Y(
        "value:Q",
        scale=altair.Scale(domain=[0, top * 1.15], nice=False),
        axis=altair.Axis(
            title=None, values=_ticks(top), format="d", orient="right" if rtl else "left", domain=False, ticks=False
        ),
    )
    base = altair.Chart(altair.Data(values=rows)).encode(x=x, y=y)
    chart = altair.layer(
        base.mark_line(color=BAR, strokeWidth=2.5, invalid="break-paths-show-path-domains"),
        base.mark_point(color=POINT, filled=True, size=46, opacity=1, invalid="filter"),
    ).properties(width=WIDTHS[width], height=220, autosize=_fit())
    return _drawn(chart, kind=kind)


@lru_cache(maxsize=64)
def dot_map(dots: tuple[Dot, ...], *, width: Width, kind: Kind) -> bytes:
    """Areas on the map of the states in Albers' projection, with Alaska and Hawaii below.

    The size of a dot is the number of people, its shade the share. Places that the projection has no room for, such as
    those of Puerto Rico, are left out: `is_on_the_map` tells.
    """
    import altair

    whole = WIDTHS[width]
    rows = [
        {
            "latitude": dot.latitude,
            "longitude": dot.longitude,
            "shade": SHADES[sum(dot.share >= limit for limit in SHADE_LIMITS)],
            "people": dot.people,
            "rank": "" if dot.rank is None else str(dot.rank),
        }
        for dot in sorted(dots, key=lambda dot: (dot.rank is not None, dot.people))
        if is_on_the_map(dot.latitude, dot.longitude)
    ]
    land = altair.Chart(altair.Data(values=json.loads(_outline())["features"]))
    outline = land.mark_geoshape(fill=LAND, stroke="#ffffff", strokeWidth=0.8)
    at = {"longitude": "longitude:Q", "latitude": "latitude:Q"}
    base = altair.Chart(altair.Data(values=rows)).encode(**at)
    # Dots mean the same in a list of small areas as in one of large areas.
    large = max([SIZE_FROM, *(row["people"] for row in rows)])
    smallest, largest = (120.0, 420.0) if width == "narrow" else (150.0, 700.0)
    if len(rows) > 40:
        smallest, largest = smallest / 6, largest / 2
    size = altair.Size("people:Q", scale=altair.Scale(domain=[0, large], range=[smallest, largest]), legend=None)
    layers = [
        outline,
        base.mark_circle(opacity=0.92, stroke="#ffffff", strokeWidth=1).encode(
            size=size, color=altair.Color("shade:N", scale=None)
        ),
    ]
    if len(rows) <= 40:
        layers.append(base.mark_text(color="#ffffff", fontWeight="bold", fontSize=9).encode(text="rank:N"))
    chart = altair.layer(*layers).project(type="albersUsa").properties(width=whole, height=round(whole * 0.62))
    return _drawn(chart, kind=kind)


def is_on_the_map(latitude: float, longitude: float) -> bool:
    """Whether the projection has room for a place: the states and the District, without the islands elsewhere."""
    return (latitude > 18.8 and -180 <= longitude < -66.5) or latitude > 51


def _fit() -> Any:
    """The width of a chart with its words is the one that was asked for."""
    import altair

    return altair.AutoSizeParams(type="fit-x", contains="padding")


def _ticks(top: float) -> list[float]:
    step = next((step for step in (1, 2, 5, 10, 20, 25) if top / step <= 5), 50)
    return [step * place for place in range(int(top // step) + 1)]


@lru_cache(maxsize=1)
def _outline() -> str:
    return files("fairport.metros").joinpath("data/us-outline.json").read_text(encoding="utf-8")


def _drawn(chart: Any, *, kind: Kind) -> bytes:
    import vl_convert

    chart = chart.configure(font=FONT, background="#ffffff", padding=8).configure_view(stroke=None)
    chart = chart.configure_axis(labelColor=INK, labelFontSize=13, gridColor=GRID)
    specification = chart.to_dict(validate=False)
    with _DRAWING:
        if kind == "png":
            return bytes(vl_convert.vegalite_to_png(specification, scale=PNG_SCALE))
        return _small(vl_convert.vegalite_to_svg(specification)).encode()


def _small(svg: str) -> str:
    """Without the parts that an image has no use for: roles within it, and digits smaller than a pixel's tenth.

    The image's own text alternative stands in the page.
    """
    svg = re.sub(r' (?:aria-[a-z]+|role|class|pointer-events)="[^"]*"', "", svg)
    return re.sub(r"-?\d+\.\d{2,}", lambda number: f"{float(number[0]):.1f}".removesuffix(".0"), svg)
