"""Who is ranked where, and what the filters leave."""

from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairport.metros.errors import NoDataHere, UnknownChoice
from fairport.metros.margins import margin_of_share
from fairport.metros.queries import load_ranking
from fairport.metros.ranking import Ranking, rank_areas
from fairport.metros.tables import AREA_COLUMNS, BIRTH_COLUMNS, finish_tables
from tests.metros.handbook import is_significant

Row = tuple[str, str, int, int | None, int, int | None]


def ranked(*areas: Row, births: list[tuple[str, str, int, int | None]] | None = None, year: int = 2020) -> Ranking:
    """Rank areas given as (code, name, population, its margin, foreign-born, its margin)."""
    return rank_areas(
        finish_tables(
            year=year,
            source="test",
            dated=None,
            areas=pl.DataFrame(list(areas), schema=AREA_COLUMNS, orient="row"),
            births=pl.DataFrame(births or [], schema=BIRTH_COLUMNS, orient="row"),
        )
    )


def area(code: str, population: int, foreign_born: int, *, name: str = "A, TX Metro Area", margin: int = 100) -> Row:
    return (code, name, population, 0, foreign_born, margin)


@pytest.mark.parametrize(
    ("population", "cohort"),
    [
        (99_999, None),
        (100_000, "small"),
        (349_999, "small"),
        (350_000, "midsize"),
        (999_999, "midsize"),
        (1_000_000, "large"),
    ],
)
def test_one_person_decides_the_cohort(population: int, cohort: str | None) -> None:
    ranking = ranked(area("10100", population, 10))

    assert ranking.areas["cohort"].to_list() == ([cohort] if cohort else [])


@pytest.mark.parametrize("population", [12_000, 400_000])
def test_micropolitan_areas_are_a_cohort_of_their_own_on_demand(population: int) -> None:
    ranking = ranked(area("10100", population, 10, name="B, NM Micro Area"), area("10200", 400_000, 5))

    assert ranking.select().areas["cbsa_code"].to_list() == ["10200"]
    assert ranking.select(kinds=("metro", "micro")).areas.select("cbsa_code", "cohort", "rank").rows() == [
        ("10200", "midsize", 1),
        ("10100", "micro", 1),
    ]
    assert ranking.select(cohort="micro").areas["cbsa_code"].to_list() == ["10100"]


@pytest.mark.parametrize(
    ("foreign_born", "tenths"), [(18_449, 184), (18_450, 185), (18_549, 185), (18_550, 186), (0, 0), (100_000, 1000)]
)
def test_a_half_is_rounded_up(foreign_born: int, tenths: int) -> None:
    row = ranked(area("10100", 100_000, foreign_born)).areas.row(0, named=True)

    assert row["share_tenths"] == tenths
    assert row["share_percent"] == tenths / 10


def test_equal_rounded_shares_are_ordered_by_foreign_born_people_then_code() -> None:
    ranking = ranked(
        area("10300", 100_000, 18_540),
        area("10200", 200_000, 36_920),
        area("10400", 100_000, 18_540),
        area("10100", 100_000, 1),
    )

    assert ranking.areas.select("rank", "cbsa_code").rows() == [(1, "10200"), (2, "10300"), (3, "10400"), (4, "10100")]


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(100_000, 120_000), st.integers(0, 100_000), st.integers(0, 3_000)),
        min_size=1,
        max_size=20,
    )
)
def test_order_margins_and_marks_agree_with_the_formulas(figures: list[tuple[int, int, int]]) -> None:
    rows: list[Row] = [
        (f"{10_000 + n}", "A, TX Metro Area", population, 50, foreign_born, margin)
        for n, (population, foreign_born, margin) in enumerate(figures)
    ]

    listed = list(ranked(*rows).areas.iter_rows(named=True))

    assert [row["rank"] for row in listed] == list(range(1, len(rows) + 1))
    assert listed == sorted(listed, key=lambda row: (-row["share_tenths"], -row["foreign_born"], row["cbsa_code"]))
    for row in listed:
        exact = margin_of_share(
            part=row["foreign_born"], part_margin=row["foreign_born_moe"], whole=row["population"], whole_margin=50
        )
        assert row["share_moe"] == pytest.approx(100 * exact)
    for row, following in pairwise(listed):
        differs = is_significant(
            first=row["share_exact"],
            first_margin=row["share_moe"],
            second=following["share_exact"],
            second_margin=following["share_moe"],
        )
        # On the very edge the two sums may differ by a binary digit.
        edge = (row["share_moe"] ** 2 + following["share_moe"] ** 2) ** 0.5
        if abs(abs(row["share_exact"] - following["share_exact"]) - edge) > 1e-9:
            assert row["not_distinguishable"] is not differs
    assert listed[-1]["not_distinguishable"] is None


def test_without_a_margin_nothing_is_said_of_neighbours() -> None:
    ranking = ranked(("10100", "A, TX Metro Area", 100_000, 0, 500, None), area("10200", 100_000, 499))

    assert ranking.areas["not_distinguishable"].to_list() == [None, None]
    assert ranking.areas["share_moe"].to_list()[0] is None


def test_neighbours_are_of_one_cohort() -> None:
    ranking = ranked(area("10100", 100_000, 500), area("10200", 1_000_000, 5_000))

    assert ranking.areas["not_distinguishable"].to_list() == [None, None]


def test_countries_are_ranked_and_a_tie_goes_by_the_alphabet() -> None:
    births = [
        ("10100", "Mexico", 50, 9),
        ("10100", "India", 50, 8),
        ("10100", "Cuba", 60, None),
        ("10100", "Chile", 0, 1),
    ]
    ranking = ranked(area("10100", 100_000, 500), births=births)

    assert ranking.births.select("country", "rank").rows() == [("Cuba", 1), ("India", 2), ("Mexico", 3), ("Chile", 4)]
    row = ranking.areas.row(0, named=True)
    assert (row["most_common_country"], row["most_common_country_count"], row["most_common_country_moe"]) == (
        "Cuba",
        60,
        None,
    )


def test_filters_leave_the_ranks_of_the_whole_cohort() -> None:
    assert load_ranking(state="tx").areas["rank"].to_list() == [6, 14]
    assert load_ranking(state="NH").areas["rank"].to_list() == [12]
    assert load_ranking(country="el salvador").areas["rank"].to_list() == [8]
    assert load_ranking(cohort="large", state="CA", country="China").areas["rank"].to_list() == [2, 4]


def test_choices_that_the_figures_do_not_have() -> None:
    for choice in ({"state": "MT"}, {"country": "Norway"}, {"cohort": "huge"}, {"kinds": ("town",)}):
        with pytest.raises(UnknownChoice):
            load_ranking(**choice)


@pytest.mark.parametrize("cohort", ["small", "midsize", "micro"])
def test_cohorts_that_do_not_ship_say_how_to_get_them(cohort: str) -> None:
    with pytest.raises(NoDataHere, match=r"key_signup.*docs/metros\.md"):
        load_ranking(cohort=cohort)


def test_years_that_do_not_ship_say_how_to_get_them() -> None:
    with pytest.raises(NoDataHere, match="2023"):
        load_ranking(year=2023)
