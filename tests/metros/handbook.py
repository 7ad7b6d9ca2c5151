"""The General Handbook's rule for one pair of estimates, spelled out: what the ranking's columns are compared with."""

from math import sqrt

from fairport.metros.margins import Z_90


def margin_of_sum(*margins: float) -> float:
    """The margin of a sum or a difference of estimates, taken as independent (chapter 8)."""
    return sqrt(sum(margin**2 for margin in margins))


def is_significant(*, first: float, first_margin: float, second: float, second_margin: float) -> bool:
    """Whether two independent estimates differ at the 90 % level: |Z| > 1.645 (chapter 7)."""
    error = margin_of_sum(first_margin / Z_90, second_margin / Z_90)
    return abs(first - second) > Z_90 * error
