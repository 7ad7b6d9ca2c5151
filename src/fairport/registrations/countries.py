"""Countries and territories that a nationality can be, from Unicode's CLDR."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from babel import Locale

from fairport.formkit.locales import babel_locale

# CLDR also has codes that are no nationality: groups of countries, islands that ISO only reserved, pseudo-regions.
_NOT_A_NATIONALITY: Final = frozenset(
    {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}
)
_ENGLISH: Final[dict[str, str]] = {str(code): name for code, name in Locale("en").territories.items()}
COUNTRY_CODES: Final = frozenset(code for code in _ENGLISH if len(code) == 2 and code.isalpha()) - _NOT_A_NATIONALITY
"""ISO 3166-1 alpha-2, and XK for Kosovo."""


@lru_cache(maxsize=32)
def country_names(*, language: str) -> tuple[tuple[str, str], ...]:
    """(code, name) pairs in a language, by name; English where CLDR does not know the language."""
    locale = babel_locale(language)
    pairs = [(code, str(locale.territories.get(code) or _ENGLISH[code])) for code in COUNTRY_CODES]
    return tuple(sorted(pairs, key=lambda pair: pair[1].casefold()))
