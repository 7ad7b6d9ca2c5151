"""Names of countries, of the states of Mexico and of the cities across the line, as the pages show them."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Final

from django.utils.text import format_lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from fairport.domain.policy import Policy
from fairport.registrations.countries import country_names

# Most people who came to the crossings in 2021 and 2022 were from these countries; they stand first in the list.
LIKELY_COUNTRIES: Final = ("MX", "VE", "HT", "CU", "NI", "HN", "GT", "SV", "CO", "EC", "PE", "BR", "RU", "UA")

# Codes of the policy's source (Natural Earth): ISO 3166-2, except that the capital keeps its code from before 2016.
MEXICAN_STATES: Final = {
    "MX-AGU": "Aguascalientes",
    "MX-BCN": "Baja California",
    "MX-BCS": "Baja California Sur",
    "MX-CAM": "Campeche",
    "MX-CHP": "Chiapas",
    "MX-CHH": "Chihuahua",
    "MX-DIF": _("Mexico City"),
    "MX-COA": "Coahuila",
    "MX-COL": "Colima",
    "MX-DUR": "Durango",
    "MX-MEX": _("State of Mexico"),
    "MX-GUA": "Guanajuato",
    "MX-GRO": "Guerrero",
    "MX-HID": "Hidalgo",
    "MX-JAL": "Jalisco",
    "MX-MIC": "Michoacán",
    "MX-MOR": "Morelos",
    "MX-NAY": "Nayarit",
    "MX-NLE": "Nuevo León",
    "MX-OAX": "Oaxaca",
    "MX-PUE": "Puebla",
    "MX-QUE": "Querétaro",
    "MX-ROO": "Quintana Roo",
    "MX-SLP": "San Luis Potosí",
    "MX-SIN": "Sinaloa",
    "MX-SON": "Sonora",
    "MX-TAB": "Tabasco",
    "MX-TAM": "Tamaulipas",
    "MX-TLA": "Tlaxcala",
    "MX-VER": "Veracruz",
    "MX-YUC": "Yucatán",
    "MX-ZAC": "Zacatecas",
}

# Source: the published list of crossings.
_ACROSS: Final = {
    "BRO": ("Matamoros", "MX-TAM"),
    "ELP": ("Ciudad Juárez", "MX-CHH"),
    "HID": ("Reynosa", "MX-TAM"),
    "LAR": ("Nuevo Laredo", "MX-TAM"),
    "NOG": ("Nogales", "MX-SON"),
    "CLX": ("Mexicali", "MX-BCN"),
    "SDG": ("Tijuana", "MX-BCN"),
}

# The zone of most of a state. In border states the towns at the line keep the time of the other side.
_STATE_ZONES: Final = {
    "MX-BCN": "America/Tijuana",
    "MX-BCS": "America/Mazatlan",
    "MX-CHH": "America/Chihuahua",
    "MX-COA": "America/Monterrey",
    "MX-NAY": "America/Mazatlan",
    "MX-NLE": "America/Monterrey",
    "MX-ROO": "America/Cancun",
    "MX-SIN": "America/Mazatlan",
    "MX-SON": "America/Hermosillo",
    "MX-TAM": "America/Monterrey",
}
_CENTRAL_ZONE: Final = "America/Mexico_City"


def country_choices() -> list[tuple[str, object]]:
    """All countries in the page's language for a select: the likely ones first, then all others by name."""
    names = _country_names(get_language() or "en")
    likely = [(code, names[code]) for code in LIKELY_COUNTRIES]
    others = [(code, name) for code, name in names.items() if code not in LIKELY_COUNTRIES]
    return [("", _("Choose a country")), (str(_("Often chosen")), likely), (str(_("All other countries")), others)]


def country_name(code: str) -> str:
    """A country's name in the page's language."""
    return _country_names(get_language() or "en").get(code, code)


def state_choices(policy: Policy) -> list[tuple[str, object]]:
    """The states of the country where applicants may be, by name; also those that the policy does not accept."""
    rule = policy.location
    known = MEXICAN_STATES if rule.country == "MX" else {}
    names = {**{code: code for code in rule.states}, **{code: str(name) for code, name in known.items()}}
    return [("", _("Choose a state")), *sorted(names.items(), key=lambda pair: _sort_key(pair[1]))]


def state_name(code: str) -> str:
    """A state's name in the page's language."""
    return str(MEXICAN_STATES.get(code, code))


def accepted_places(policy: Policy) -> list[str]:
    """Names of the states where applicants may be, by name."""
    return sorted((state_name(code) for code in policy.location.states), key=_sort_key)


def city_across(port_code: str) -> str:
    """The city on the other side of a port's line; empty for a port that this list does not know."""
    return _ACROSS.get(port_code, ("", ""))[0]


def port_label(*, code: str, name: str) -> object:
    """A port's name with the city across, for lists of ports."""
    city = city_across(code)
    return format_lazy(_("{port} (across from {city})"), port=name, city=city) if city else name


def traveler_zone(*, state: str | None, port_code: str, across_zone: str) -> str:
    """The time zone of a traveler who declared a state and goes to a port.

    Who is in the state across the line is taken to be near the port, where clocks follow the port's own zone.
    """
    if not state or not state.startswith("MX-") or _ACROSS.get(port_code, ("", ""))[1] == state:
        return across_zone
    return _STATE_ZONES.get(state, _CENTRAL_ZONE)


@lru_cache(maxsize=32)
def _country_names(language: str) -> dict[str, str]:
    return dict(sorted(country_names(language=language), key=lambda pair: _sort_key(pair[1])))


def _sort_key(name: str) -> str:
    # Letters with marks stand beside those without.
    return "".join(mark for mark in unicodedata.normalize("NFKD", name) if not unicodedata.combining(mark)).casefold()
