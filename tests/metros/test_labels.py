"""Countries are found by label; an aggregate is never one."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairport.metros.errors import LabelMissing
from fairport.metros.labels import country_paths, is_aggregate, resolve_columns, split_label
from fairport.metros.ranking import rank_areas
from fairport.metros.tables import build_tables
from tests.metros.census import LABELS_2020, Area, figures_of, moved_labels, title_of

COLUMNS = resolve_columns(LABELS_2020)
# Written down by hand from the table: whatever the code thinks, these are no countries, or parts of one.
NEVER = {
    "Total", "Europe", "Northern Europe", "Western Europe", "Southern Europe", "Eastern Europe", "Asia", "Eastern Asia",
    "South Central Asia", "South Eastern Asia", "Western Asia", "Africa", "Eastern Africa", "Middle Africa",
    "Northern Africa", "Southern Africa", "Western Africa", "Oceania", "Australia and New Zealand Subregion",
    "Americas", "Latin America", "Caribbean", "Central America", "South America", "Northern America", "West Indies",
    "England", "Scotland", "United Kingdom, excluding England and Scotland", "Azores Islands", "Hong Kong", "Taiwan",
    "China, excluding Hong Kong and Taiwan",
}  # fmt: skip
ROWS = [title_of(label) for code, label in LABELS_2020.items() if code.startswith("B05006")]


def test_countries_with_parts_are_counted_whole() -> None:
    countries = COLUMNS.countries

    assert countries["China"] == "B05006_049E"
    assert countries["United Kingdom"] == "B05006_008E"
    assert countries["Portugal"] == "B05006_024E"
    assert not NEVER & set(countries)
    assert not [name for name in countries if name.startswith("Other ") or "n.e.c" in name]
    assert {"South Africa", "Korea", "North Macedonia", "Micronesia", "Cabo Verde", "Canada"} <= set(countries)
    assert len(countries) == len(ROWS) - len([row for row in ROWS if row in NEVER or "Other" in row or "n.e.c" in row])


def test_labels_without_colons_give_the_same_countries() -> None:
    older = {code: label.replace(":", "") for code, label in LABELS_2020.items()}

    assert resolve_columns(older) == COLUMNS


@pytest.mark.parametrize(
    ("new_rows", "mexico"), [((), "B05006_150E"), (tuple(f"Island {n}" for n in range(10)), "B05006_160E")]
)
def test_a_column_that_moved_is_found_by_its_label(new_rows: tuple[str, ...], mexico: str) -> None:
    columns = resolve_columns(moved_labels(new_rows))

    assert columns.countries["Mexico"] == mexico
    assert columns.countries["China"] == "B05006_049E"


def test_a_country_that_gets_parts_later_is_still_one_country() -> None:
    labels = LABELS_2020 | {
        "B05006_169E": f"{LABELS_2020['B05006_004E']}!!Greenland",
        "B05006_170E": f"{LABELS_2020['B05006_004E']}!!Denmark, excluding Greenland",
    }

    assert resolve_columns(labels).countries == COLUMNS.countries


@pytest.mark.parametrize("name", ["Asia,n.e.c.", "Africa, n.e.c", "Other Caribbean", "Europe:", "Middle Africa"])
def test_spellings_of_aggregates(name: str) -> None:
    assert is_aggregate(name)


@pytest.mark.parametrize("missing", ["B05002_001E", "B05002_013E"])
def test_labels_without_a_total_are_refused(missing: str) -> None:
    with pytest.raises(LabelMissing, match="B05002"):
        resolve_columns({code: label for code, label in LABELS_2020.items() if code != missing})


def test_labels_without_countries_are_refused() -> None:
    with pytest.raises(LabelMissing, match="B05006"):
        resolve_columns({code: label for code, label in LABELS_2020.items() if code.startswith("B05002")})


@settings(deadline=None, max_examples=60)
@given(st.dictionaries(st.sampled_from(ROWS), st.integers(0, 900), max_size=len(ROWS)))
def test_the_most_common_country_is_never_an_aggregate(births: dict[str, int]) -> None:
    area = Area("10100", "Somewhere, TX Metro Area", 900_000, 800_000, births)
    figures = figures_of(area, LABELS_2020)
    tables = build_tables(
        year=2020,
        source="test",
        dated=None,
        columns=COLUMNS,
        names=pl.DataFrame({"cbsa_code": [area.code], "name": [area.name]}),
        values=pl.DataFrame({"cbsa_code": [area.code], **{code: [value] for code, value in figures.items()}}),
    )

    row = rank_areas(tables).areas.row(0, named=True)

    people = {country: int(str(figures[code])) for country, code in COLUMNS.countries.items()}
    largest = max(people.values())
    if largest == 0:
        assert row["most_common_country"] is None
    else:
        assert row["most_common_country"] not in NEVER
        assert not row["most_common_country"].startswith("Other")
        assert row["most_common_country"] == min(name for name, count in people.items() if count == largest)
        assert row["most_common_country_count"] == largest


TITLES = st.sampled_from(
    ["Europe", "Asia", "Other Asia", "China", "Hong Kong", "Spain", "Asia, n.e.c.", "Latin America"]
)


@settings(deadline=None)
@given(st.sets(st.lists(TITLES, min_size=1, max_size=4).map(lambda parts: ("Total", *parts)), max_size=20))
def test_no_country_lies_below_another_in_any_tree(paths: set[tuple[str, ...]]) -> None:
    countries = country_paths(sorted(paths))

    assert not [a for a in countries for b in countries if a != b and b == a[: len(b)]]
    assert not [path for path in countries if is_aggregate(path[-1])]


def test_a_label_is_a_path() -> None:
    assert split_label("Estimate!!Total:!!Asia:!!Eastern Asia:!!China:") == ("Total", "Asia", "Eastern Asia", "China")
