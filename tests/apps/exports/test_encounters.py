"""Counts in the columns of the public file."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairport.config.paths import PACKAGE
from fairport.domain.policy import load_policy
from fairport.exports.encounters import (
    AUTHORITIES,
    CITIZENSHIPS,
    COLUMNS,
    FIELD_OFFICES,
    Encounter,
    FieldOfficeUnknown,
    age_on,
    count_encounters,
    fiscal_year_of,
    write_csv,
)
from fairport.registrations.countries import COUNTRY_CODES

SAMPLE = Path(__file__).with_name("public_encounters_sample.csv")
DAY = date(2023, 1, 25)
BORN = date(1990, 5, 1)
CHILD = date(2015, 5, 1)


def encounter(**changes: object) -> Encounter:
    values: dict[str, object] = {
        "port": "SDG",
        "day": DAY,
        "birth_date": BORN,
        "nationality": "HT",
        "outcome": "exempted",
        "group": "a",
    }
    return Encounter(**values | changes)  # type: ignore[arg-type]


def test_the_columns_are_those_of_the_public_file_and_so_are_the_values() -> None:
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    ours = count_encounters([encounter(port=port) for port in FIELD_OFFICES])
    assert {row["component"] for row in rows} == {count.component for count in ours}
    assert {row["citizenship"] for row in rows} <= {*CITIZENSHIPS.values(), "OTHER"}
    assert {(row["title_of_authority"], row["encounter_type"]) for row in rows} == set(AUTHORITIES.values())
    assert {row["aor_abbv"]: row["area_of_responsibility"] for row in rows}["Laredo"] in {
        count.area_of_responsibility for count in ours
    }


def test_a_line_as_it_is_written() -> None:
    assert write_csv(count_encounters([encounter(), encounter(group="b")])) == (
        "fiscal_year,month_grouping,month_abbv,component,land_border_region,area_of_responsibility,aor_abbv,"
        "demographic,citizenship,title_of_authority,encounter_type,encounter_count\r\n"
        "2023,FYTD,JAN,Office of Field Operations,Southwest Land Border,San Diego Field Office,San Diego,"
        "Single Adults,HAITI,Title 8,Inadmissibles,2\r\n"
    )


@pytest.mark.parametrize(
    ("day", "year"), [(date(2022, 9, 30), 2022), (date(2022, 10, 1), 2023), (date(2023, 1, 1), 2023)]
)
def test_the_fiscal_year_begins_in_october(day: date, year: int) -> None:
    assert fiscal_year_of(day) == year


def test_months_after_the_latest_one_are_the_remaining_ones_of_earlier_years() -> None:
    days = [date(2021, 10, 5), date(2022, 3, 5), date(2022, 9, 30), date(2022, 12, 1)]
    counts = count_encounters([encounter(day=day, group=str(day)) for day in days])
    assert [(count.fiscal_year, count.month_abbv, count.month_grouping) for count in counts] == [
        (2022, "OCT", "FYTD"),
        (2022, "MAR", "Remaining"),
        (2022, "SEP", "Remaining"),
        (2023, "DEC", "FYTD"),
    ]


@pytest.mark.parametrize(
    ("born", "expected"),
    [
        ([BORN], {"Single Adults": 1}),
        ([BORN, BORN], {"Single Adults": 2}),
        ([BORN, CHILD], {"FMUA": 2}),
        ([CHILD, CHILD], {"UC / Single Minors": 2}),
        # Eighteen on that very day, and a day later.
        ([date(2005, 1, 25)], {"Single Adults": 1}),
        ([date(2005, 1, 26)], {"UC / Single Minors": 1}),
    ],
)
def test_who_came_together_makes_the_demographic(born: list[date], expected: dict[str, int]) -> None:
    counts = count_encounters([encounter(birth_date=day) for day in born])
    assert {count.demographic: count.encounter_count for count in counts} == expected


def test_a_child_who_came_another_day_than_the_adults_is_counted_alone() -> None:
    people = [encounter(), encounter(birth_date=CHILD, day=DAY + timedelta(days=1))]
    assert [count.demographic for count in count_encounters(people)] == ["Single Adults", "UC / Single Minors"]


def test_a_port_without_a_field_office_is_refused_and_all_of_ours_have_one() -> None:
    with pytest.raises(FieldOfficeUnknown, match="XXX"):
        count_encounters([encounter(port="XXX")])
    for path in (PACKAGE / "programmes" / "policies").glob("*.toml"):
        assert {port.code for port in load_policy(path.read_bytes()).ports} <= FIELD_OFFICES.keys()


def test_every_named_citizenship_is_a_country() -> None:
    assert CITIZENSHIPS.keys() <= set(COUNTRY_CODES)


def test_nobody_is_nothing() -> None:
    assert count_encounters([]) == []
    assert write_csv([]).count("\r\n") == 1


@given(
    st.lists(
        st.builds(
            Encounter,
            port=st.sampled_from(sorted(FIELD_OFFICES)),
            day=st.dates(date(2021, 1, 1), date(2026, 12, 31)),
            birth_date=st.dates(date(1920, 1, 1), date(2020, 12, 31)),
            nationality=st.sampled_from(sorted(COUNTRY_CODES)),
            outcome=st.sampled_from(sorted(AUTHORITIES)),
            group=st.sampled_from("abcdef"),
        )
    )
)
def test_everybody_is_counted_once(people: list[Encounter]) -> None:
    counts = count_encounters(people)
    assert sum(count.encounter_count for count in counts) == len(people)
    lines = [tuple(getattr(count, name) for name in COLUMNS[:-1]) for count in counts]
    assert len(set(lines)) == len(lines)
    by_year = Counter(fiscal_year_of(person.day) for person in people)
    assert {year: sum(c.encounter_count for c in counts if c.fiscal_year == year) for year in by_year} == dict(by_year)


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(0, 40_000))
def test_nobody_is_older_than_the_days_allow(born: date, days: int) -> None:
    day = born + timedelta(days=days)
    age = age_on(birth_date=born, day=day)
    assert days // 366 - 1 <= age <= days / 365
    assert 0 <= age_on(birth_date=born, day=day + timedelta(days=1)) - age <= 1
