"""Figures as the pages write them, in the page's language."""

from __future__ import annotations

from babel import Locale
from babel.numbers import format_decimal
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from fairport.formkit.locales import babel_locale


def count_text(number: int) -> str:
    """For example: 2,504,666."""
    return str(format_decimal(number, locale=_locale()))


def number_text(number: float, *, digits: int = 1) -> str:
    """With that many decimals, also when they are noughts: 20.0."""
    return str(format_decimal(number, format=f"#,##0.{'0' * digits}", locale=_locale()))


def percent_text(percent: float, *, digits: int = 1) -> str:
    """For example: 40.9%, or 40,9 % where a language writes it so."""
    locale = _locale()
    pattern = locale.percent_formats[None]
    # Only what stands around the number: the pattern's own decimals are none.
    return f"{pattern.prefix[0]}{number_text(percent, digits=digits)}{pattern.suffix[0]}".replace(
        "%", str(locale.number_symbols.get(locale.default_numbering_system, {}).get("percentSign", "%"))
    )


def margin_text(margin: float | None) -> str:
    """For example: ± 0.2 points; empty without a margin.

    A margin that would be written as 0.0 keeps a second digit, and none but a true zero is written as nothing.
    """
    if margin is None:
        return ""
    if margin == 0:
        return _("± {points} points").format(points="0")
    points = number_text(margin) if margin >= 0.05 else number_text(max(margin, 0.01), digits=2)
    return _("± {points} points").format(points=points)


def change_text(points: float) -> str:
    """For example: +1.2 points."""
    sign = "+" if round(points, 1) > 0 else "−" if round(points, 1) < 0 else ""
    return _("{points} points").format(points=f"{sign}{number_text(abs(points))}")


def short_place(name: str) -> str:
    """The first city of an area's name with its first state: Miami, FL. For charts, where the whole does not fit."""
    cities, _comma, states = name.rpartition(", ")
    return f"{first_city(cities)}, {states.split('-')[0].split(' ')[0]}"


def first_city(cities: str) -> str:
    """Winston-Salem and Wilkes-Barre are cities with a hyphen, all other hyphens stand between cities."""
    for whole in ("Winston-Salem", "Wilkes-Barre"):
        if cities.startswith(whole):
            return whole
    return cities.split("--")[0].split("-")[0].split("/")[0]


def _locale() -> Locale:
    return babel_locale(get_language() or "en")
