"""The change between two vintages, and the share over the years by counties."""

from pathlib import Path

import polars as pl
import pytest

from fairport.metros.comparison import compare_rankings
from fairport.metros.errors import BadValue, FileMissing, FileTruncated, ShareOverWhole, UnknownChoice
from fairport.metros.history import load_history
from tests.metros.test_ranking_rules import area, ranked

DELINEATION = """List 1. CORE BASED STATISTICAL AREAS,,,,
CBSA Code,CBSA Title,County/County Equivalent,State Name,Central/Outlying County
10100,"Las Cruces, NM",Doña Ana County,New Mexico,Central
10200,"Two Counties, TX",Alpha County,Texas,Central
10200,"Two Counties, TX",Beta County,Texas,Outlying
Note: as of a day.,,,,
"""
COUNTIES = """State,County,Name,Year,Total,Native,Foreign-born,Percent Foreign-born
New Mexico,Doña Ana County,"Doña Ana County, New Mexico",2012,200000.0,160000.0,40000.0,20.0
Texas,Alpha County ,"Alpha County , Texas",2012,100000.0,90000.0,10000.0,10.0
Texas,Alpha County ,"Alpha County , Texas",2013,120000.0,90000.0,30000.0,25.0
Texas,Beta County,"Beta County, Texas",2013,80000.0,70000.0,10000.0,12.5
Texas,Gamma County,"Gamma County, Texas",2013,80000.0,70000.0,10000.0,12.5
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "list1_2020.csv").write_text(DELINEATION, encoding="cp1252")
    (tmp_path / "acs1_nativity_county.csv").write_text(COUNTIES, encoding="utf-8")
    return tmp_path


def test_counties_are_added_up_and_the_coverage_is_told(folder: Path) -> None:
    populations = pl.DataFrame({"cbsa_code": ["10200"], "population": [210_000]})

    history = load_history(folder=folder, populations=populations)

    assert history.rows() == [
        ("10100", 2012, 1, 1, 200_000, 40_000, 20.0, None),
        ("10200", 2012, 1, 2, 100_000, 10_000, 10.0, pytest.approx(100 * 120 / 210)),
        ("10200", 2013, 2, 2, 200_000, 40_000, 20.0, 100.0),
    ]


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ("120000.0,90000.0,30000.0", "120000.0,90000.0,120001.0", ShareOverWhole),
        ("120000.0,90000.0,30000.0", "120000.0,90000.0,-17", BadValue),
        ("120000.0,90000.0,30000.0", "many,90000.0,30000.0", BadValue),
        ("120000.0,90000.0,30000.0", "120000.0,90000.0,nan", BadValue),
        (",2013,80000.0,70000.0,10000.0,12.5\n", "\n", FileTruncated),
        ("Foreign-born,", "Abroad,", FileTruncated),
    ],
)
def test_damaged_counties_are_refused(old: str, new: str, error: type[Exception], folder: Path) -> None:
    (folder / "acs1_nativity_county.csv").write_text(COUNTIES.replace(old, new), encoding="utf-8")

    with pytest.raises(error, match="acs1_nativity_county"):
        load_history(folder=folder)


@pytest.mark.parametrize("figures", [",,", "-666666666,90000.0,30000.0", "120000.0,90000.0,-999999999"])
def test_a_county_without_figures_is_not_there_that_year(figures: str, folder: Path) -> None:
    text = COUNTIES.replace("120000.0,90000.0,30000.0", figures)
    (folder / "acs1_nativity_county.csv").write_text(text, encoding="utf-8")

    history = load_history(folder=folder)

    counted = history.filter(cbsa_code="10200", year=2013).select("counties", "counties_in_area", "population")
    assert counted.rows() == [(1, 2, 80_000)]


def test_a_delineation_without_its_columns_is_refused(folder: Path) -> None:
    (folder / "list1_2020.csv").write_text("<html>Not found</html>")

    with pytest.raises(FileTruncated, match="CBSA Code"):
        load_history(folder=folder)


@pytest.mark.parametrize("name", ["list1_2020.csv", "acs1_nativity_county.csv"])
def test_a_missing_file_is_named(name: str, folder: Path) -> None:
    (folder / name).unlink()

    with pytest.raises(FileMissing, match="delineation" if name.startswith("list") else name):
        load_history(folder=folder)


def test_the_change_has_a_margin_and_says_whether_it_is_one() -> None:
    newer = ranked(
        area("10100", 100_000, 20_000, margin=3_000),
        area("10200", 100_000, 15_000, margin=3_000),
        area("10300", 100_000, 9_000),
        year=2020,
    )
    older = ranked(
        area("10100", 100_000, 15_000, margin=4_000),
        area("10200", 100_000, 9_900, name="Old Name, TX Metro Area", margin=4_000),
        area("10400", 100_000, 9_000),
        year=2015,
    )

    assert compare_rankings(newer, older).select(
        "cbsa_code", "earlier_rank", "earlier_share_percent", pl.col("share_change", "share_change_moe").round(6),
        "change_significant", "renamed",
    ).rows() == [
        ("10100", 1, 15.0, 5.0, 5.0, False, False),
        ("10200", 2, 9.9, 5.1, 5.0, True, True),
    ]  # fmt: skip


def test_periods_that_overlap_have_a_smaller_margin() -> None:
    newer = ranked(area("10100", 100_000, 20_000, margin=3_000), year=2020)
    older = ranked(area("10100", 100_000, 15_000, margin=4_000), year=2019)

    assert compare_rankings(newer, older)["share_change_moe"].to_list() == [pytest.approx(5 * 0.2**0.5)]


def test_only_an_earlier_year_can_be_compared() -> None:
    ranking = ranked(area("10100", 100_000, 20_000))

    with pytest.raises(UnknownChoice, match="earlier"):
        compare_rankings(ranking, ranking)
