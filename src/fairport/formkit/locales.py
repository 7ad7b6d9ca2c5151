"""Which of CLDR's locales writes the dates, times and names of countries of a language of the site."""

from __future__ import annotations

from typing import Final

from babel import Locale, UnknownLocaleError

# People wait in Mexico: its Spanish writes the clock as they know it.
_REGIONS: Final = {"es": "es-MX"}


def babel_locale(language: str) -> Locale:
    """The locale of a language code such as `es` or `ar-xb`; its base language, else English, where CLDR knows none."""
    for code in (_REGIONS.get(language, language), language.split("-")[0]):
        try:
            return Locale.parse(code, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("en")
