"""Public holidays on both sides of the line, as proposals: a scheduler decides whether a port is closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

import holidays
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

COUNTRIES: Final[dict[str, Promise]] = {"US": _("United States"), "MX": _("Mexico")}
OBSERVED: Final = " (observed)"
# The library names them in English and in a country's own language; the page's language is neither for some.
NAMES: Final[dict[str, Promise]] = {
    "New Year's Day": _("New Year’s Day"),
    "Martin Luther King Jr. Day": _("Martin Luther King Jr. Day"),
    "Washington's Birthday": _("Washington’s Birthday"),
    "Memorial Day": _("Memorial Day"),
    "Juneteenth National Independence Day": _("Juneteenth"),
    "Independence Day": _("Independence Day"),
    "Labor Day": _("Labor Day"),
    "Columbus Day": _("Columbus Day"),
    "Veterans Day": _("Veterans Day"),
    "Thanksgiving Day": _("Thanksgiving Day"),
    "Christmas Day": _("Christmas Day"),
    "Constitution Day": _("Constitution Day"),
    "Benito Juárez's birthday": _("Birthday of Benito Juárez"),
    "Revolution Day": _("Revolution Day"),
    "Change of Federal Government": _("Change of the federal government"),
}


@dataclass(frozen=True, slots=True)
class Holiday:
    """A public holiday of one country; `observed` where it is kept on another day than its own."""

    country: Promise
    name: Promise | str
    observed: bool


def holidays_between(*, first_day: date, last_day: date) -> dict[date, tuple[Holiday, ...]]:
    """The federal holidays of the United States and the statutory ones of Mexico, both ends included."""
    found: dict[date, tuple[Holiday, ...]] = {}
    for year in range(first_day.year, last_day.year + 1):
        for day, name, country in _of_year(year):
            if first_day <= day <= last_day:
                observed = name.endswith(OBSERVED)
                plain = name.removesuffix(OBSERVED)
                holiday = Holiday(COUNTRIES[country], NAMES.get(plain, plain), observed)
                found[day] = (*found.get(day, ()), holiday)
    return found


@lru_cache(maxsize=32)
def _of_year(year: int) -> tuple[tuple[date, str, str], ...]:
    rows = []
    for country in COUNTRIES:
        # New Year's Day of the next year may be kept on the last day of this one.
        known = holidays.country_holidays(country, years=(year, year + 1), language="en_US")
        rows += [
            (day, name, country)
            for day, names in known.items()
            if day.year == year
            for name in names.split(holidays.constants.HOLIDAY_NAME_DELIMITER)
        ]
    return tuple(sorted(rows))
