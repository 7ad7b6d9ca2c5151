"""The fifteen published areas come out exactly, in their order, from every source."""

import csv
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest
from frictionless import validate

from fairport.metros.queries import load_ranking
from fairport.metros.ranking import Ranking, rank_areas
from fairport.metros.sources.census_api import fetch_tables
from tests.metros.census import StubApi, golden_areas, moved_labels, serving, write_summary_files

DATA = files("fairport.metros").joinpath("data")


def from_shipped_file(_folder: Path) -> Ranking:
    return load_ranking(cohort="large")


def from_prototype(folder: Path) -> Ranking:
    write_summary_files(folder, year=2020, areas=golden_areas()[::-1])
    return load_ranking(source=folder, cohort="large")


def from_table_based_files(folder: Path) -> Ranking:
    write_summary_files(folder, year=2022, areas=golden_areas(), labels=moved_labels())
    return load_ranking(source=folder, cohort="large")


def from_api(folder: Path) -> Ranking:
    with serving(StubApi(golden_areas())) as api:
        return rank_areas(fetch_tables(year=2020, key=api.key, cache=folder, base=api.address)).select(cohort="large")


@pytest.mark.parametrize("read", [from_shipped_file, from_prototype, from_table_based_files, from_api])
def test_the_published_ranking_comes_out(read: Callable[[Path], Ranking], tmp_path: Path) -> None:
    expected = [
        (
            int(row["rank_large"]),
            row["cbsa_code"],
            row["name"],
            float(row["foreign_born_share_percent"]),
            row["most_common_country"],
            int(row["foreign_born"]),
            int(row["population"]),
        )
        for row in csv.DictReader(DATA.joinpath("published-2020.csv").read_text(encoding="utf-8").splitlines())
    ]
    assert len(expected) == 15

    ranking = read(tmp_path)

    columns = ["rank", "cbsa_code", "name", "share_percent", "most_common_country", "foreign_born", "population"]
    assert ranking.areas.select(columns).rows() == expected


def test_dallas_stands_before_sacramento_though_its_exact_share_is_smaller() -> None:
    dallas, sacramento = load_ranking().areas.tail(2).iter_rows(named=True)

    assert dallas["short_name"].startswith("Dallas")
    assert dallas["share_exact"] < sacramento["share_exact"]
    assert dallas["share_percent"] == sacramento["share_percent"] == 18.5
    assert dallas["foreign_born"] > sacramento["foreign_born"]


def test_the_shipped_table_is_a_valid_data_package() -> None:
    report = validate(str(DATA.joinpath("datapackage.json")))

    assert report.valid, report.flatten(["message"])
    assert report.tasks[0].stats["rows"] == 15
