"""Which charts stand on a page, what is in them, and where they are fetched: the address changes with the content."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Protocol
from urllib.parse import urlencode

from django.utils.translation import get_language, get_language_bidi

from fairport.metros import charts, served
from fairport.metros.charts import Bar, Dot, Kind, Width, YearPoint
from fairport.metros.country_names import country_name
from fairport.metros.margins import margin_of_share
from fairport.metros.national import national_figures
from fairport.metros.places import place_of, places
from fairport.metros.wording import percent_text, short_place

if TYPE_CHECKING:
    from fairport.metros.ranking import Ranking

BARS_SHOWN: Final = 15
COUNTRIES_SHOWN: Final = 10
# Raised by whoever changes how a chart looks: browsers keep a chart for a year.
LOOK: Final = 1


class Draw(Protocol):
    def __call__(self, *, width: Width, kind: Kind) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart to draw, and what tells one from another."""

    draw: Draw
    mark: str


@dataclass(frozen=True, slots=True)
class Picture:
    """Where a page fetches a chart, for a phone and for a wider window."""

    narrow: str
    wide: str


def ranking_bars(ranking: Ranking) -> Chart:
    """The first fifteen of a (part of a) ranking with their 90 % intervals."""
    bars = tuple(
        Bar(
            label=short_place(area["short_name"]),
            value=area["share_percent"],
            text=percent_text(area["share_percent"]),
            low=None if area["share_moe"] is None else area["share_exact"] - area["share_moe"],
            high=None if area["share_moe"] is None else area["share_exact"] + area["share_moe"],
        )
        for area in ranking.areas.head(BARS_SHOWN).to_dicts()
    )
    return _bar_chart(bars)


def ranking_map(ranking: Ranking) -> Chart:
    """A dot for each area; its rank in it where the areas are few."""
    known = places(folder=served.folder())
    dots = tuple(
        Dot(*place, share=area["share_percent"], people=area["population"], rank=area["rank"])
        for area in ranking.areas.to_dicts()
        if (place := place_of(known, cbsa_code=area["cbsa_code"], short_name=area["short_name"])) is not None
    )
    return Chart(partial(charts.dot_map, dots), _mark(dots))


def not_on_the_map(ranking: Ranking) -> list[str]:
    """Names of the areas that the map leaves out."""
    known = places(folder=served.folder())
    return [
        area["short_name"]
        for area in ranking.areas.select("cbsa_code", "short_name").to_dicts()
        if (place := place_of(known, **area)) is None or not charts.is_on_the_map(*place)
    ]


def national_bars() -> Chart:
    """The share of people born abroad in the country's four years."""
    bars = tuple(
        Bar(label=str(figure.year), value=figure.percent, text=percent_text(figure.percent))
        for figure in national_figures()
        if figure.topic == "share_of_population"
    )
    return _bar_chart(bars)


def country_bars(ranking: Ranking, cbsa_code: str) -> Chart:
    """The ten most common countries of birth of an area, in percent of those born abroad."""
    area = ranking.areas.filter(ranking.areas["cbsa_code"] == cbsa_code).row(0, named=True)
    language = get_language() or "en"
    bars = []
    for birth in largest_births(ranking, cbsa_code):
        share, margin = share_of_births(birth, area)
        bars.append(
            Bar(
                label=country_name(birth["country"], language=language)[0],
                value=share,
                text=percent_text(share),
                low=None if margin is None else share - margin,
                high=None if margin is None else share + margin,
            )
        )
    return _bar_chart(tuple(bars))


def largest_births(ranking: Ranking, cbsa_code: str) -> list[dict[str, Any]]:
    """The ten most common countries of birth of an area that has anybody from there: rows of `Ranking.births`."""
    births = ranking.births
    found = births.filter((births["cbsa_code"] == cbsa_code) & (births["estimate"] > 0))
    return found.head(COUNTRIES_SHOWN).to_dicts()


def share_of_births(birth: Mapping[str, Any], area: Mapping[str, Any]) -> tuple[float, float | None]:
    """(share, its margin or None) of a country of birth among those born abroad, in percent and points.

    `birth` is a row of `Ranking.births`, `area` one of `Ranking.areas`.
    """
    share = 100 * birth["estimate"] / area["foreign_born"]
    if birth["moe"] is None or area["foreign_born_moe"] is None:
        return share, None
    margin = margin_of_share(
        part=birth["estimate"],
        part_margin=birth["moe"],
        whole=area["foreign_born"],
        whole_margin=area["foreign_born_moe"],
    )
    return share, 100 * margin


def year_line(points: tuple[YearPoint, ...]) -> Chart:
    """A share over the years."""
    rtl = get_language_bidi()
    return Chart(partial(charts.line_chart, points, rtl=rtl), _mark((points, rtl)))


def picture(chart: Chart, *, path: str, name: str, query: Mapping[str, str]) -> Picture:
    """The addresses of a chart; `path` ends before its name, `query` is what the page itself was asked."""
    asked = urlencode({**query, "lang": get_language() or "en", "v": chart.mark})
    return Picture(*(f"{path}{name}-{width}.svg?{asked}" for width in charts.WIDTHS))


def _bar_chart(bars: tuple[Bar, ...]) -> Chart:
    rtl = get_language_bidi()
    return Chart(partial(charts.bar_chart, bars, rtl=rtl), _mark((bars, rtl)))


def _mark(content: object) -> str:
    return hashlib.sha256(repr((LOOK, content)).encode()).hexdigest()[:12]
