"""Margins of error at the 90 % level, by the formulas that the Census Bureau gives to users of the ACS.

Source: U.S. Census Bureau, *Understanding and Using American Community Survey Data: What All Data Users Need to Know*
(the "General Handbook", 2020), chapter 7 (significance) and chapter 8 (derived estimates). Two margins are compared as
they stand, since both are 1.645 standard errors.
"""

from math import sqrt

# A published margin divided by this is the standard error (General Handbook, chapter 7).
Z_90 = 1.645


def margin_of_share(*, part: float, part_margin: float, whole: float, whole_margin: float) -> float:
    """Return the margin of part/whole, as a fraction (0.008 is 0.8 percentage points).

    The part is contained in the whole. Where the value under the root of the formula for proportions is negative, the
    handbook says to use the formula for ratios, which has a plus instead of the minus.

    Raises:
        ZeroDivisionError: the whole is zero.
    """
    share = part / whole
    radicand = part_margin**2 - share**2 * whole_margin**2
    if radicand < 0:
        radicand = part_margin**2 + share**2 * whole_margin**2
    return sqrt(radicand) / whole


def overlap_factor(*, first_year: int, second_year: int, years: int = 5) -> float:
    """Return the factor by which the margin of a difference shrinks when two period estimates share years.

    It is √(1 - C), where C is the fraction of overlapping years: the Census Bureau's documentation of the ACS gave this
    rule until the 2013 vintage; the General Handbook now only advises extreme caution with overlapping periods. The
    years are the last ones of the periods.
    """
    shared = max(0, years - abs(first_year - second_year))
    return sqrt(1 - shared / years)
