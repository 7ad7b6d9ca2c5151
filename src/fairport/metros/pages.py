"""What the pages of the ranking show: texts and addresses, ready for their templates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from babel import dates
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from fairport.formkit.locales import babel_locale
from fairport.metros import drawing, served
from fairport.metros.asking import COHORT_NAMES
from fairport.metros.charts import YearPoint
from fairport.metros.country_names import country_name
from fairport.metros.national import NationalFigure, national_figures
from fairport.metros.queries import GOLDEN
from fairport.metros.wording import change_text, count_text, margin_text, number_text, percent_text, short_place

if TYPE_CHECKING:
    from fairport.metros.ranking import Ranking

TOPICS: Final[dict[str, Promise]] = {
    "share_of_population": _("People born abroad, of all people in the country"),
    "country_of_birth": _("Born in these countries, of all people born abroad"),
    "share_of_state": _("People born abroad, of all people in the state"),
}
OWN_NAMES: Final[dict[str, Promise]] = {
    "United States": _("United States"),
    "China and India": _("China and India"),
    "California": _("California"),
    "New Jersey": _("New Jersey"),
    "New York": _("New York"),
    "Montana": _("Montana"),
    "West Virginia": _("West Virginia"),
}


@dataclass(frozen=True, slots=True)
class Country:
    """A country's name; `is_translated` is False where it stays English in another language."""

    name: str
    is_translated: bool


def country_of(name: str | None) -> Country | None:
    """A name of the Census' tables in the page's language."""
    if name is None:
        return None
    translated, is_translated = country_name(name, language=get_language() or "en")
    return Country(translated, is_translated or get_language() == "en")


def area_row(area: dict[str, Any]) -> dict[str, Any]:
    """A line of the ranking; `area` is a row of `Ranking.areas`."""
    return {
        "rank": area["rank"],
        "next_rank": area["rank"] + 1,
        "code": area["cbsa_code"],
        "name": area["short_name"],
        "share": percent_text(area["share_percent"]),
        "margin": margin_text(area["share_moe"]),
        "not_distinguishable": bool(area["not_distinguishable"]),
        "country": country_of(area["most_common_country"]),
        "foreign_born": count_text(area["foreign_born"]),
        "population": count_text(area["population"]),
    }


def source_facts(ranking: Ranking) -> dict[str, Any]:
    """Where the figures come from, for the line under the heading."""
    day = None
    if ranking.dated is not None:
        day = dates.format_date(ranking.dated, "long", locale=babel_locale(get_language() or "en"))
    return {
        "vintage": ranking.vintage,
        "year": ranking.year,
        "dated": day,
        "is_published_list": ranking.source == GOLDEN,
        "notes": [(note.code, note.areas) for note in ranking.notes],
    }


def ranking_pictures(part: Ranking, *, query: dict[str, str]) -> dict[str, Any]:
    """The two charts of (a part of) a ranking, and in words what they leave out."""
    path = reverse("metros_chart", args=["x"]).removesuffix("x.svg")
    first, last = part.areas.row(0, named=True), part.areas.head(drawing.BARS_SHOWN).row(-1, named=True)
    return {
        "bars": drawing.picture(drawing.ranking_bars(part), path=path, name="bars", query=query),
        "map": drawing.picture(drawing.ranking_map(part), path=path, name="map", query=query),
        "bars_shown": min(drawing.BARS_SHOWN, part.areas.height),
        "areas_shown": part.areas.height,
        "highest": {"name": short_place(first["short_name"]), "share": percent_text(first["share_percent"])},
        "lowest": {"name": short_place(last["short_name"]), "share": percent_text(last["share_percent"])},
        "not_on_the_map": drawing.not_on_the_map(part),
    }


def national_facts() -> dict[str, Any]:
    """The national figures by topic, with their chart."""
    path = reverse("metros_chart", args=["x"]).removesuffix("x.svg")
    topics = [
        {"title": title, "figures": [_national_row(figure) for figure in national_figures() if figure.topic == topic]}
        for topic, title in TOPICS.items()
    ]
    return {
        "topics": topics,
        "picture": drawing.picture(drawing.national_bars(), path=path, name="national", query={}),
    }


def _national_row(figure: NationalFigure) -> dict[str, Any]:
    own = OWN_NAMES.get(figure.name)
    return {
        "name": str(own) if own is not None else country_name(figure.name, language=get_language() or "en")[0],
        "year": figure.year,
        "percent": number_and_sign(figure),
        "at_least": figure.at_least,
    }


def number_and_sign(figure: NationalFigure) -> str:
    """The figure in percent; without a decimal where the article says only "over a quarter"."""
    text = percent_text(figure.percent)
    return text.replace(number_text(figure.percent), f"{figure.percent:.0f}") if figure.at_least else text


def area_facts(ranking: Ranking, cbsa_code: str) -> dict[str, Any] | None:
    """Everything about one area, or None when the figures do not hold it."""
    found = ranking.areas.filter(ranking.areas["cbsa_code"] == cbsa_code)
    if found.is_empty():
        return None
    area = found.row(0, named=True)
    path = reverse("metros_area_chart", args=[cbsa_code, "x"]).removesuffix("x.svg")
    query = {"year": str(ranking.year)}
    cohort = ranking.areas.filter(ranking.areas["cohort"] == area["cohort"])
    return {
        **area_row(area),
        "full_name": area["name"],
        "cohort": COHORT_NAMES[area["cohort"]],
        "cohort_code": area["cohort"],
        "cohort_size": cohort.height,
        "neighbours": _neighbours(cohort.to_dicts(), area),
        "births": _births(ranking, area),
        "births_picture": drawing.picture(
            drawing.country_bars(ranking, cbsa_code), path=path, name="births", query=query
        ),
        "change": _change(ranking, cbsa_code),
        "history": _history(ranking, cbsa_code, path, query),
    }


def year_points(ranking: Ranking, cbsa_code: str) -> tuple[YearPoint, ...]:
    """The share of an area by year; years without a figure between the first and the last have none."""
    history = served.history_of(ranking=ranking, cbsa_code=cbsa_code)
    if history is None or history.is_empty():
        return ()
    by_year = dict(zip(history["year"], history["share_percent"], strict=True))
    return tuple(YearPoint(year, by_year.get(year)) for year in range(min(by_year), max(by_year) + 1))


def _neighbours(cohort: list[dict[str, Any]], area: dict[str, Any]) -> list[dict[str, Any]] | None:
    """The areas before and after that cannot be told apart from this one; None when margins are not known."""
    place = next(place for place, row in enumerate(cohort) if row["cbsa_code"] == area["cbsa_code"])
    if area["share_moe"] is None:
        return None
    before = cohort[place - 1] if place and cohort[place - 1]["not_distinguishable"] else None
    after = cohort[place + 1] if area["not_distinguishable"] and place + 1 < len(cohort) else None
    return [area_row(row) for row in (before, after) if row is not None]


def _births(ranking: Ranking, area: dict[str, Any]) -> list[dict[str, Any]]:
    rows = []
    for birth in drawing.largest_births(ranking, area["cbsa_code"]):
        share, margin = drawing.share_of_births(birth, area)
        rows.append(
            {
                "country": country_of(birth["country"]),
                "people": count_text(birth["estimate"]),
                "people_margin": "" if birth["moe"] is None else f"± {count_text(birth['moe'])}",
                "share": percent_text(share),
                "margin": margin_text(margin),
            }
        )
    return rows


def _change(ranking: Ranking, cbsa_code: str) -> dict[str, Any] | None:
    earlier = served.earlier_ranking(year=ranking.year)
    if earlier is None:
        return None
    # It brings Polars along, which a server does not load before somebody asks for the ranking.
    from fairport.metros.comparison import compare_rankings

    compared = compare_rankings(ranking, earlier)
    found = compared.filter(compared["cbsa_code"] == cbsa_code)
    if found.is_empty():
        return None
    row = found.row(0, named=True)
    return {
        "vintage": earlier.vintage,
        "share": percent_text(row["earlier_share_percent"]),
        "rank": row["earlier_rank"],
        "change": change_text(row["share_change"]),
        "margin": margin_text(row["share_change_moe"]),
        "is_significant": row["change_significant"],
        "is_renamed": row["renamed"],
    }


def _history(ranking: Ranking, cbsa_code: str, path: str, query: dict[str, str]) -> dict[str, Any] | None:
    points = year_points(ranking, cbsa_code)
    if not points:
        return None
    history = served.history_of(ranking=ranking, cbsa_code=cbsa_code)
    assert history is not None
    rows = {
        row["year"]: {
            "year": row["year"],
            "share": percent_text(row["share_percent"]),
            "counties": row["counties"],
            "counties_in_area": row["counties_in_area"],
            "coverage": None
            if row["population_coverage_percent"] is None
            else percent_text(row["population_coverage_percent"]),
        }
        for row in history.to_dicts()
    }
    return {
        "rows": [rows.get(point.year, {"year": point.year, "share": None}) for point in points],
        "picture": drawing.picture(drawing.year_line(points), path=path, name="years", query=query),
        "first": points[0].year,
        "last": points[-1].year,
    }
