"""Countries of birth in the language of the page: the Census' names by way of ISO codes to Unicode's CLDR."""

from __future__ import annotations

from typing import Final

from babel import Locale
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fairport.formkit.locales import babel_locale

# Where the Census writes a name that is not CLDR's English one. Over the years some have had two.
CENSUS_NAMES: Final[dict[str, str]] = {
    "Azores Islands": "",
    "Bosnia and Herzegovina": "BA",
    "Burma": "MM",
    "Burma (Myanmar)": "MM",
    "Cabo Verde": "CV",
    "Cape Verde": "CV",
    "China": "CN",
    "Congo": "CG",
    "Czech Republic": "CZ",
    "Czechoslovakia": "",
    "Czechoslovakia (includes Czech Republic and Slovakia)": "",
    "Democratic Republic of Congo": "CD",
    "Democratic Republic of Congo (Zaire)": "CD",
    "England": "",
    "Hong Kong": "HK",
    "Ivory Coast": "CI",
    "Korea": "",
    "Macedonia": "MK",
    "Micronesia": "FM",
    "North Macedonia": "MK",
    "North Macedonia (Macedonia)": "MK",
    "Scotland": "",
    "St. Lucia": "LC",
    "St. Vincent and the Grenadines": "VC",
    "Trinidad and Tobago": "TT",
    "Turkey": "TR",
    "United Kingdom": "GB",
    "United Kingdom (inc. Crown Dependencies)": "GB",
    "West Bank": "",
    "Yugoslavia": "",
}
"""An empty code: no country of ISO's today."""

_OWN_WORDS: Final[dict[str, Promise]] = {
    # Both of them: the Census' tables do not tell them apart.
    "Korea": _("Korea, North or South"),
}

_ENGLISH: Final = {str(name): str(code) for code, name in Locale("en").territories.items() if len(code) == 2}


def country_code(name: str) -> str | None:
    """The ISO 3166-1 alpha-2 code of a name in the Census' tables, or None where it is no single country of today."""
    if name in CENSUS_NAMES:
        return CENSUS_NAMES[name] or None
    return _ENGLISH.get(name) or _ENGLISH.get(name.replace(" and ", " & "))


def country_name(name: str, *, language: str) -> tuple[str, bool]:
    """(the name in that language, whether it is in that language); the Census' own English name where CLDR has none."""
    if name in _OWN_WORDS:
        return str(_OWN_WORDS[name]), True
    code = country_code(name)
    if language == "en" or code is None:
        return name, language == "en"
    translated = babel_locale(language).territories.get(code)
    return (str(translated), True) if translated else (name, False)
