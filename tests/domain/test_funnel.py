"""Limits and p-values are those of exact sums, and flags survive that many are compared."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairport.domain.funnel import (
    FEWEST_CASES,
    TAIL_95,
    TAIL_998,
    Unit,
    Verdict,
    holm,
    judge_units,
    limits,
    overall_share,
    two_sided_p,
)
from tests.domain.building import repeatable

totals = st.integers(0, 60)
shares = st.fractions(0, 1, max_denominator=50)


def exactly(total: int, share: Fraction) -> list[Fraction]:
    """The binomial probabilities as fractions."""
    return [comb(total, k) * share**k * (1 - share) ** (total - k) for k in range(total + 1)]


@repeatable
@given(total=totals, share=shares, data=st.data())
def test_a_p_value_is_that_of_the_exact_sums(total: int, share: Fraction, data: st.DataObject) -> None:
    count = data.draw(st.integers(0, total))
    exact = exactly(total, share)
    expected = min(Fraction(1), 2 * min(sum(exact[: count + 1]), sum(exact[count:])))
    assert two_sided_p(count, total, float(share)) == pytest.approx(float(expected), rel=1e-9, abs=1e-12)


@repeatable
@given(total=totals, share=shares, tail=st.sampled_from([TAIL_95, TAIL_998]))
def test_limits_leave_at_most_the_tail_outside_and_no_narrower_ones_do(
    total: int, share: Fraction, tail: float
) -> None:
    low, high = limits(total, float(share), tail=tail)
    exact = exactly(total, share)
    # A hair's breadth for what floating point cannot tell apart.
    assert sum(exact[:low]) <= Fraction(tail) + Fraction(1, 10**9)
    assert sum(exact[: low + 1]) >= Fraction(tail) - Fraction(1, 10**9)
    assert sum(exact[high + 1 :]) <= Fraction(tail) + Fraction(1, 10**9)
    assert sum(exact[high:]) >= Fraction(tail) - Fraction(1, 10**9)
    assert 0 <= low <= high <= total


def test_known_values() -> None:
    # Tables of the binomial distribution: n = 20, p = 0.5 holds 95 % from 6 to 14; P(X <= 5) = 0.0207.
    assert limits(20, 0.5, tail=TAIL_95) == (6, 14)
    assert two_sided_p(5, 20, 0.5) == pytest.approx(2 * 21700 / 2**20)
    assert limits(100, 0.1, tail=TAIL_95) == (5, 16)
    assert limits(10, 0.0, tail=TAIL_95) == (0, 0)
    assert limits(10, 1.0, tail=TAIL_998) == (10, 10)
    assert limits(0, 0.3, tail=TAIL_95) == (0, 0)


def test_large_totals_neither_overflow_nor_take_long() -> None:
    low, high = limits(1_000_000, 0.37, tail=TAIL_998)
    # Three standard deviations and a little.
    assert (low, high) == (pytest.approx(370_000 - 1492, abs=3), pytest.approx(370_000 + 1492, abs=3))
    assert two_sided_p(0, 100_000, 0.5) == 0.0


@repeatable
@given(total=st.integers(1, 80), share=st.floats(0.01, 0.99), data=st.data())
def test_limits_and_p_values_say_the_same(total: int, share: float, data: st.DataObject) -> None:
    count = data.draw(st.integers(0, total))
    value = two_sided_p(count, total, share)
    for tail in (TAIL_95, TAIL_998):
        low, high = limits(total, share, tail=tail)
        if abs(value - 2 * tail) > 1e-9:
            assert (low <= count <= high) == (value > 2 * tail)


@repeatable
@given(values=st.lists(st.floats(0, 1), max_size=30), level=st.floats(0.001, 0.2))
def test_holm_flags_the_smallest_values_and_no_more_than_the_plain_level(values: list[float], level: float) -> None:
    flags = holm(values, level=level)
    flagged = [value for value, flag in zip(values, flags, strict=True) if flag]
    others = [value for value, flag in zip(values, flags, strict=True) if not flag]
    assert all(value <= level for value in flagged)
    assert not flagged or not others or max(flagged) <= min(others)
    assert all(flag for value, flag in zip(values, flags, strict=True) if value <= level / max(len(values), 1))


def test_holms_own_example() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005], level=0.05) == [True, False, False, True]


def test_one_officer_among_many_is_flagged_and_a_lucky_one_is_not() -> None:
    usual = [Unit(f"usual {number}", 100, 50) for number in range(40)]
    odd, unusual, small = Unit("odd", 100, 20), Unit("unusual", 100, 61), Unit("small", FEWEST_CASES - 1, 0)
    judged = {found.unit.key: found for found in judge_units([*usual, odd, unusual, small])}

    assert (judged["odd"].verdict, judged["odd"].flagged) == (Verdict.BEYOND_998, True)
    assert (judged["unusual"].verdict, judged["unusual"].flagged) == (Verdict.BEYOND_95, False)
    assert (judged["small"].verdict, judged["small"].flagged, judged["small"].p_value) == (Verdict.TOO_FEW, False, 1.0)
    assert judged["usual 0"].verdict is Verdict.WITHIN


@repeatable
@given(units=st.lists(st.tuples(st.integers(0, 200), st.integers(0, 200)), max_size=12))
def test_every_unit_is_judged_once_in_its_order(units: list[tuple[int, int]]) -> None:
    made = [Unit(str(place), max(pair), min(pair)) for place, pair in enumerate(units)]
    judged = judge_units(made)
    assert [found.unit for found in judged] == made
    assert 0 <= overall_share(made) <= 1


@pytest.mark.parametrize("arguments", [(-1, 5, 0.5), (6, 5, 0.5), (0, -1, 0.5), (1, 5, 1.5)])
def test_nonsense_is_refused(arguments: tuple[int, int, float]) -> None:
    with pytest.raises(ValueError, match=r"a (count|total)"):
        two_sided_p(*arguments)
