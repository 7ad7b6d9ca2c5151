"""What the pages are built of: charts, the map's places, names of countries, figures in a language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.utils.translation import override

from fairport.metros.charts import Bar, Dot, YearPoint, bar_chart, dot_map, is_on_the_map, line_chart
from fairport.metros.country_names import country_code, country_name
from fairport.metros.labels import resolve_columns
from fairport.metros.national import national_figures
from fairport.metros.places import place_of, places
from fairport.metros.wording import change_text, margin_text, percent_text, short_place
from tests.metros.census import LABELS_2020

BARS = (Bar("Miami, FL", 40.9, "40.9%", 40.5, 41.3), Bar("San Jose, CA", 39.1, "39.1%", 38.6, 39.6))


def svg_of(rtl: bool) -> str:
    return bar_chart(BARS, rtl=rtl, width="narrow", kind="svg").decode()


def texts_at(svg: str) -> dict[str, float]:
    """Text → how far from the left edge it is placed."""
    found = re.findall(r'transform="translate\(([\d.-]+),[\d.-]+\)"[^>]*>([^<]+)</text>', svg)
    return {text: float(x) for x, text in found}


def test_from_right_to_left_names_stand_at_the_right_and_bars_grow_to_the_left() -> None:
    left, right = texts_at(svg_of(rtl=False)), texts_at(svg_of(rtl=True))
    assert left["0"] < left["40"]
    assert right["40"] < right["0"]


def test_a_chart_asks_no_host_and_brings_no_script() -> None:
    svg = svg_of(rtl=False)
    assert "<script" not in svg
    assert set(re.findall(r'https?://[^"\s]+', svg)) <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}


def test_intervals_are_drawn_only_where_they_are_known() -> None:
    without = tuple(Bar(bar.label, bar.value, bar.text) for bar in BARS)
    plain = bar_chart(without, rtl=False, width="narrow", kind="svg").decode()
    assert plain.count("<path") + plain.count("<line") < svg_of(rtl=False).count("<path") + svg_of(False).count("<line")


def test_a_year_without_figures_is_a_gap() -> None:
    years = [YearPoint(year, None if year == 2020 else 30.0) for year in range(2018, 2023)]
    svg = line_chart(tuple(years), rtl=False, width="narrow", kind="svg").decode()
    drawn = next(found for found in re.findall(r'd="([^"]+)"', svg) if found.count("L") == 2)
    assert drawn.count("M") == 2


def test_the_map_writes_ranks_into_few_dots_only() -> None:
    few = tuple(Dot(35.0 + place, -100.0, 20.0, 100_000, rank=place + 1) for place in range(5))
    many = tuple(Dot(30.0 + place / 10, -100.0, 20.0, 100_000, rank=place + 1) for place in range(50))
    assert dot_map(few, width="narrow", kind="svg").count(b"<text") == 5
    assert b"<text" not in dot_map(many, width="narrow", kind="svg")


def test_the_map_has_room_for_all_states_but_not_for_puerto_rico() -> None:
    known = places(folder=None)
    for code, name in (("46520", "Urban Honolulu, HI"), ("11260", "Anchorage, AK"), ("33100", "Miami, FL")):
        assert is_on_the_map(*place_of(known, cbsa_code=code, short_name=name) or (0, 0))
    assert not is_on_the_map(*place_of(known, cbsa_code="41980", short_name="San Juan-Bayamón-Caguas, PR") or (99, 0))


@pytest.mark.parametrize(
    ("code", "name", "latitude", "longitude"),
    [
        ("35620", "New York-Newark-Jersey City, NY-NJ-PA", 40.7, -74.0),
        ("19820", "Detroit-Warren-Dearborn, MI", 42.3, -83.0),
        ("49180", "Winston-Salem, NC", 36.1, -80.2),
        ("99999", "Louisville/Jefferson County, KY-IN", 38.3, -85.8),
        ("99999", "Española, NM", 36.0, -106.1),
        ("99999", "Portland-Vancouver-Hillsboro, OR-WA", 45.5, -122.7),
    ],
)
def test_areas_are_found_by_code_or_by_their_first_city(
    code: str, name: str, latitude: float, longitude: float
) -> None:
    found = place_of(places(folder=None), cbsa_code=code, short_name=name)
    assert found is not None
    assert found == pytest.approx((latitude, longitude), abs=0.2)


def test_the_census_gazetteer_comes_first_where_it_is(tmp_path: Path) -> None:
    header = "CSAFP\tGEOID\tNAME\tCBSA_TYPE\tALAND\tAWATER\tALAND_SQMI\tAWATER_SQMI\tINTPTLAT\tINTPTLONG   "
    row = "370\t33100\tMiami-Fort Lauderdale, FL\t1\t1\t1\t1\t1\t26.16\t-80.49   "
    (tmp_path / "2023_Gaz_cbsa_national.txt").write_text(f"{header}\n{row}\n", encoding="utf-8")
    known = places(folder=tmp_path)
    assert known["33100"] == (26.16, -80.49)
    assert known["35620"] == places(folder=None)["35620"]


def test_every_country_of_the_census_has_a_name_in_spanish_or_says_that_it_is_english() -> None:
    nameless = {"Czechoslovakia"}
    for name in resolve_columns(LABELS_2020).countries:
        translated, is_translated = country_name(name, language="es")
        assert translated
        assert is_translated or name in nameless, name


@pytest.mark.parametrize(
    ("name", "code"),
    [("China", "CN"), ("Burma", "MM"), ("Burma (Myanmar)", "MM"), ("Turkey", "TR"), ("Congo", "CG"), ("Korea", None)],
)
def test_countries_have_their_codes(name: str, code: str | None) -> None:
    assert country_code(name) == code


def test_figures_are_written_as_the_language_writes_them() -> None:
    assert percent_text(20.0) == "20.0%"
    assert margin_text(None) == ""
    assert margin_text(0.0) == "± 0 points"
    assert margin_text(0.004) == "± 0.01 points"
    assert margin_text(0.31) == "± 0.3 points"
    assert change_text(-1.24) == "−1.2 points"
    with override("es"):
        assert margin_text(0.31) == "± 0.3 puntos"


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Winston-Salem, NC", "Winston-Salem, NC"),
        ("Louisville/Jefferson County, KY-IN", "Louisville, KY"),
        ("Nashville-Davidson--Murfreesboro--Franklin, TN", "Nashville, TN"),
        ("New York-Newark-Jersey City, NY-NJ-PA", "New York, NY"),
    ],
)
def test_short_names_of_areas(name: str, short: str) -> None:
    assert short_place(name) == short


def test_the_articles_figures_are_all_there() -> None:
    told = {(figure.name, figure.year): figure.percent for figure in national_figures()}
    assert told == {
        ("United States", 1900): 14.8,
        ("United States", 1980): 4.7,
        ("United States", 2019): 13.7,
        ("United States", 2020): 13.5,
        ("Mexico", None): 24.8,
        ("China and India", None): 12.2,
        ("California", None): 25.0,
        ("New Jersey", None): 22.7,
        ("New York", None): 22.4,
        ("Montana", None): 2.2,
        ("West Virginia", None): 1.6,
    }
    assert [figure.name for figure in national_figures() if figure.at_least] == ["California"]
