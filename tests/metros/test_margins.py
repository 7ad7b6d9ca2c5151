"""Margins of error, against the worked examples of the Census Bureau's General Handbook (2020), chapter 8."""

from math import isclose, sqrt

import pytest

from fairport.metros.margins import margin_of_share, overlap_factor
from tests.metros.handbook import is_significant, margin_of_sum


def test_the_handbooks_share_of_never_married_women() -> None:
    # 203,119 ± 5,070 of 630,498 ± 831: 32.2 % ± 0.8.
    margin = margin_of_share(part=203_119, part_margin=5_070, whole=630_498, whole_margin=831)

    assert round(margin, 4) == 0.0080


def test_a_negative_value_under_the_root_takes_the_formula_for_ratios() -> None:
    margin = margin_of_share(part=90, part_margin=3, whole=100, whole_margin=10)

    assert isclose(margin, sqrt(3**2 + 0.9**2 * 10**2) / 100)


def test_a_value_of_nothing_under_the_root_is_not_negative() -> None:
    assert margin_of_share(part=2, part_margin=3, whole=2, whole_margin=3) == 0


def test_a_controlled_whole_has_no_margin_of_its_own() -> None:
    assert margin_of_share(part=50, part_margin=5, whole=100, whole_margin=0) == 0.05


def test_margins_of_a_sum() -> None:
    assert margin_of_sum(3, 4) == 5


@pytest.mark.parametrize(("second", "differs"), [(15.0, False), (15.1, True), (4.9, True)])
def test_two_estimates_differ_outside_the_interval_of_their_difference(second: float, differs: bool) -> None:
    assert is_significant(first=10, first_margin=3, second=second, second_margin=4) is differs


@pytest.mark.parametrize(("years_apart", "factor"), [(1, sqrt(0.2)), (4, sqrt(0.8)), (5, 1.0), (9, 1.0)])
def test_periods_that_share_years_differ_less_by_chance(years_apart: int, factor: float) -> None:
    assert isclose(overlap_factor(first_year=2020, second_year=2020 - years_apart), factor)
