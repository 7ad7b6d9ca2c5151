"""Folders with downloaded files: both shapes, and what can be wrong with them."""

from pathlib import Path

import pytest

from fairport.metros.errors import (
    BadAreaName,
    BadValue,
    ColumnMissing,
    FileMissing,
    FileTruncated,
    LabelMissing,
    ShareOverWhole,
    YearMissing,
)
from fairport.metros.queries import load_ranking, whole_ranking
from tests.metros.census import Area, births_with, golden_areas, moved_labels, write_summary_files

SMALL = Area("10180", "Abilene, TX Metro Area", 170_000, 10_000, births_with("Mexico", 10_000))
ACCENTS = Area("21580", "Española, NM Micro Area", 38_962, 5_000, births_with("Mexico", 5_000))
PUERTO_RICO = Area("41980", "San Juan-Bayamón-Caguas, PR Metro Area", None, None, None, None, None)


def data_file(folder: Path, table: str) -> Path:
    return next(folder.rglob(f"*-{table}.dat"))


@pytest.mark.parametrize("year", [2020, 2023])
def test_names_keep_their_accents(year: int, tmp_path: Path) -> None:
    write_summary_files(tmp_path, year=year, areas=[SMALL, ACCENTS])

    ranking = load_ranking(source=tmp_path, kinds=("micro",))

    assert ranking.areas["name"].to_list() == ["Española, NM Micro Area"]
    assert ranking.areas["states"].to_list() == [["NM"]]


@pytest.mark.parametrize("year", [2020, 2023])
def test_puerto_rico_has_tables_of_its_own_and_is_named_in_a_note(year: int, tmp_path: Path) -> None:
    write_summary_files(tmp_path, year=year, areas=[SMALL, PUERTO_RICO])

    ranking = load_ranking(source=tmp_path)

    assert ranking.areas["cbsa_code"].to_list() == ["10180"]
    assert [(note.code, note.areas) for note in ranking.notes] == [
        ("areas_without_figures", ("San Juan-Bayamón-Caguas, PR",))
    ]


def test_an_area_of_puerto_rico_without_any_line_is_no_damage(tmp_path: Path) -> None:
    write_summary_files(tmp_path, year=2023, areas=[SMALL, PUERTO_RICO])
    for table in ("b05002", "b05006"):
        path = data_file(tmp_path, table)
        path.write_text("".join(line for line in path.read_text().splitlines(keepends=True) if "US41980" not in line))

    assert load_ranking(source=tmp_path).areas.height == 1


def test_an_area_without_countries_is_listed_without_one(tmp_path: Path) -> None:
    bare = Area("10420", "Akron, OH Metro Area", 700_000, 30_000, None)
    write_summary_files(tmp_path, year=2023, areas=[bare, SMALL])

    ranking = load_ranking(source=tmp_path)

    assert ranking.areas.select("cbsa_code", "most_common_country").rows() == [("10420", None), ("10180", "Mexico")]
    assert [(note.code, note.areas) for note in ranking.notes] == [("areas_without_countries", ("Akron, OH",))]


@pytest.mark.parametrize(
    "mark", ["-999999999", "-888888888", "-666666666", "-555555555", "-333333333", "-222222222", ""]
)
def test_marks_for_a_missing_figure_are_no_figures(mark: str, tmp_path: Path) -> None:
    gone = Area("10420", "Akron, OH Metro Area", 700_000, mark, {"Mexico": 9})
    births = births_with("Mexico", 10_000) | {"India": mark}
    some = Area("10180", "Abilene, TX Metro Area", 170_000, 10_000, births, foreign_born_moe=mark)
    write_summary_files(tmp_path, year=2023, areas=[gone, some])

    ranking = load_ranking(source=tmp_path)

    row = ranking.areas.row(0, named=True)
    assert ranking.areas["cbsa_code"].to_list() == ["10180"]
    assert "India" not in ranking.births["country"].to_list()
    # Only the mark of a controlled figure tells something about a margin: there is none.
    assert row["foreign_born_moe"] == (0 if mark == "-555555555" else None)
    assert row["population_moe"] == 0


@pytest.mark.parametrize(
    ("value", "says"), [("12,5", "no count"), ("-17", '"-17"'), ("many", '"many"'), ("1.5", "1.5")]
)
def test_a_value_that_is_no_count_is_refused(value: str, says: str, tmp_path: Path) -> None:
    area = Area("10180", "Abilene, TX Metro Area", 170_000, value, {})
    write_summary_files(tmp_path, year=2023, areas=[area])

    with pytest.raises(BadValue, match=says):
        load_ranking(source=tmp_path)


@pytest.mark.parametrize(
    "area",
    [
        Area("10180", "Abilene, TX Metro Area", 170_000, 170_001, {}),
        Area("10180", "Abilene, TX Metro Area", 170_000, 500, {"Mexico": 501}),
    ],
)
def test_a_share_over_the_whole_is_refused(area: Area, tmp_path: Path) -> None:
    write_summary_files(tmp_path, year=2023, areas=[area])

    with pytest.raises(ShareOverWhole, match="Abilene, TX would have"):
        load_ranking(source=tmp_path)


@pytest.mark.parametrize("table", ["b05002", "b05006"])
@pytest.mark.parametrize("lost", [1, 40, 2000])
def test_a_truncated_file_is_refused(table: str, lost: int, tmp_path: Path) -> None:
    write_summary_files(tmp_path, year=2023, areas=golden_areas(), other_rows=0)
    path = data_file(tmp_path, table)
    lines = path.read_bytes().splitlines(keepends=True)
    content = b"".join(lines[:-1])  # the last line is the urban part of the last area
    path.write_bytes(content[:-lost])

    with pytest.raises(FileTruncated, match=path.name):
        load_ranking(source=tmp_path)


def test_a_file_that_ends_between_two_lines_is_refused(tmp_path: Path) -> None:
    write_summary_files(tmp_path, year=2023, areas=golden_areas(), other_rows=0)
    path = data_file(tmp_path, "b05006")
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-10]))

    with pytest.raises(FileTruncated, match="no line for 5 areas"):
        load_ranking(source=tmp_path)


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    write_summary_files(tmp_path, year=2023, areas=[SMALL])
    data_file(tmp_path, "b05002").write_bytes(b"")

    with pytest.raises(FileTruncated):
        load_ranking(source=tmp_path)


def test_a_column_that_the_labels_name_must_be_there(tmp_path: Path) -> None:
    write_summary_files(tmp_path, year=2023, areas=[SMALL])
    path = data_file(tmp_path, "b05006")
    path.write_text(path.read_text().replace("B05006_E150", "B05006_X150"))

    with pytest.raises(ColumnMissing, match="B05006_150E"):
        load_ranking(source=tmp_path)


def test_labels_of_another_year_are_not_used(tmp_path: Path) -> None:
    """Mexico's column is Canada's neighbour a year later: only the year's own labels tell."""
    write_summary_files(tmp_path, year=2021, areas=[SMALL])
    write_summary_files(tmp_path, year=2022, areas=[SMALL], labels=moved_labels())
    next(tmp_path.rglob("ACS20225YR_Table_Shells.txt")).unlink()

    assert load_ranking(source=tmp_path, year=2021).areas["most_common_country"].to_list() == ["Mexico"]
    with pytest.raises(FileMissing, match="ACS20225YR_Table_Shells"):
        load_ranking(source=tmp_path, year=2022)


@pytest.mark.parametrize("what", ["Geos20235YR.txt", "acsdt5y2023-b05006.dat", "ACS20235YR_Table_Shells.txt"])
def test_a_file_that_is_not_there_is_named(what: str, tmp_path: Path) -> None:
    write_summary_files(tmp_path, year=2023, areas=[SMALL])
    next(tmp_path.rglob(what)).unlink()

    with pytest.raises(FileMissing, match=what):
        load_ranking(source=tmp_path)


def test_damaged_labels_are_refused(tmp_path: Path) -> None:
    write_summary_files(tmp_path, year=2023, areas=[SMALL])
    next(tmp_path.rglob("*_Table_Shells.txt")).write_text("<html>Not found</html>")

    with pytest.raises(LabelMissing):
        load_ranking(source=tmp_path)


def test_the_interfaces_variables_may_stand_for_the_shells(tmp_path: Path) -> None:
    labels = moved_labels()
    write_summary_files(tmp_path, year=2023, areas=[SMALL], labels=labels)
    next(tmp_path.rglob("*_Table_Shells.txt")).unlink()
    entries = ", ".join(f'"{code}": {{"label": "{label}"}}' for code, label in labels.items())
    (tmp_path / "variables-2023.json").write_text(f'{{"variables": {{{entries}}}}}')

    assert load_ranking(source=tmp_path).areas["most_common_country"].to_list() == ["Mexico"]


def test_a_folder_without_data_and_no_folder(tmp_path: Path) -> None:
    with pytest.raises(FileMissing, match="no summary files"):
        load_ranking(source=tmp_path)
    with pytest.raises(FileMissing, match="no folder"):
        load_ranking(source=tmp_path / "nowhere")


def test_the_newest_year_is_taken_and_a_missing_one_named(tmp_path: Path) -> None:
    for year in (2021, 2020, 2022):
        write_summary_files(tmp_path, year=year, areas=[SMALL])

    assert load_ranking(source=tmp_path).vintage == "2018-2022"
    with pytest.raises(YearMissing, match="2020, 2021, 2022"):
        load_ranking(source=tmp_path, year=2019)


def test_a_name_that_tells_no_kind_is_refused(tmp_path: Path) -> None:
    write_summary_files(tmp_path, year=2023, areas=[Area("10180", "Abilene", 170_000, 5, {})])

    with pytest.raises(BadAreaName, match="Abilene"):
        load_ranking(source=tmp_path)


def test_a_folder_is_read_again_when_a_file_changed(tmp_path: Path) -> None:
    write_summary_files(tmp_path, year=2023, areas=[SMALL])
    first = whole_ranking(source=tmp_path)
    assert whole_ranking(source=tmp_path) is first

    write_summary_files(tmp_path, year=2023, areas=[SMALL, ACCENTS])

    assert whole_ranking(source=tmp_path).areas.height == 2
