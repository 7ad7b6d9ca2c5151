"""Counts in the twelve columns of CBP's public file of nationwide encounters, so that both can be laid side by side.

Source of the columns and their values: CBP, "Nationwide Encounters" (public domain). What a column means here is told
in docs/exports.md. This module is pure: it counts what it is given.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import date
from typing import Final

OFFICE_OF_FIELD_OPERATIONS: Final = "Office of Field Operations"
SOUTHWEST: Final = "Southwest Land Border"
MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
ADULT_AGE: Final = 18
# Which field office a crossing reports to.
FIELD_OFFICES: Final = {
    "BRO": "Laredo",
    "HID": "Laredo",
    "LAR": "Laredo",
    "ELP": "El Paso",
    "NOG": "Tucson",
    "CLX": "San Diego",
    "SDG": "San Diego",
}
# The nationalities that the public file names; all others are OTHER.
CITIZENSHIPS: Final = {
    "BR": "BRAZIL",
    "CA": "CANADA",
    "CN": "CHINA, PEOPLES REPUBLIC OF",
    "CO": "COLOMBIA",
    "CU": "CUBA",
    "EC": "ECUADOR",
    "SV": "EL SALVADOR",
    "GT": "GUATEMALA",
    "HT": "HAITI",
    "HN": "HONDURAS",
    "IN": "INDIA",
    "MX": "MEXICO",
    "MM": "MYANMAR (BURMA)",
    "NI": "NICARAGUA",
    "PE": "PERU",
    "PH": "PHILIPPINES",
    "RO": "ROMANIA",
    "RU": "RUSSIA",
    "TR": "TURKEY",
    "UA": "UKRAINE",
    "VE": "VENEZUELA",
}
# What was decided → title of authority and type. Who is exempted from the limit is processed under Title 8; who is not
# stays under it. Whether somebody was sent back is nothing that Fairport knows.
AUTHORITIES: Final = {"exempted": ("Title 8", "Inadmissibles"), "not_exempted": ("Title 42", "Expulsions")}


class FieldOfficeUnknown(Exception):
    """A port that no field office is known for."""

    code = "field_office_unknown"


@dataclass(frozen=True, slots=True)
class Encounter:
    """One traveler about whom a determination is in effect: who they came with, where and when (the port's day)."""

    port: str
    day: date
    birth_date: date
    nationality: str
    outcome: str
    group: str


@dataclass(frozen=True, slots=True, order=True)
class EncounterCount:
    """One line of the public file, in its order of columns."""

    fiscal_year: int
    month_grouping: str
    month_abbv: str
    component: str
    land_border_region: str
    area_of_responsibility: str
    aor_abbv: str
    demographic: str
    citizenship: str
    title_of_authority: str
    encounter_type: str
    encounter_count: int


COLUMNS: Final = tuple(field.name for field in fields(EncounterCount))


def fiscal_year_of(day: date) -> int:
    """The federal fiscal year, which begins on the first of October before."""
    return day.year + (day.month >= 10)


def age_on(*, birth_date: date, day: date) -> int:
    """Completed years; who is born on 29 February has their birthday on 1 March in other years."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def count_encounters(encounters: Iterable[Encounter]) -> list[EncounterCount]:
    """One line for each combination that occurs, in the order of time, place and people.

    `month_grouping` is FYTD for the months of a fiscal year up to the month of the latest encounter of all, and
    Remaining for the months after it in earlier years, as in the public file. Raises FieldOfficeUnknown.
    """
    people = list(encounters)
    if not people:
        return []
    demographics = _demographics(people)
    latest = _month_in_fiscal_year(max(person.day for person in people))
    counts: Counter[tuple[int, int, str, str, str, str, str]] = Counter()
    for person in people:
        title, kind = AUTHORITIES[person.outcome]
        counts[
            fiscal_year_of(person.day),
            _month_in_fiscal_year(person.day),
            _office(person.port),
            demographics[id(person)],
            CITIZENSHIPS.get(person.nationality, "OTHER"),
            title,
            kind,
        ] += 1
    return [
        EncounterCount(
            fiscal_year=year,
            month_grouping="FYTD" if month <= latest else "Remaining",
            month_abbv=MONTHS[(month + 8) % 12],
            component=OFFICE_OF_FIELD_OPERATIONS,
            land_border_region=SOUTHWEST,
            area_of_responsibility=f"{office} Field Office",
            aor_abbv=office,
            demographic=demographic,
            citizenship=citizenship,
            title_of_authority=title,
            encounter_type=kind,
            encounter_count=count,
        )
        for (year, month, office, demographic, citizenship, title, kind), count in sorted(counts.items())
    ]


def write_csv(counts: Sequence[EncounterCount]) -> str:
    """The public file's form: a header, then one line each."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows(astuple(count) for count in counts)
    return text.getvalue()


def _demographics(people: Sequence[Encounter]) -> dict[int, str]:
    """By who came together on a day: a child with an adult makes a family unit of all of them."""
    together: dict[tuple[str, date], list[Encounter]] = {}
    for person in people:
        together.setdefault((person.group, person.day), []).append(person)
    found: dict[int, str] = {}
    for group in together.values():
        grown = [age_on(birth_date=person.birth_date, day=person.day) >= ADULT_AGE for person in group]
        for person, adult in zip(group, grown, strict=True):
            if any(grown) and not all(grown):
                found[id(person)] = "FMUA"
            else:
                found[id(person)] = "Single Adults" if adult else "UC / Single Minors"
    return found


def _month_in_fiscal_year(day: date) -> int:
    """1 for October to 12 for September."""
    return (day.month + 2) % 12 + 1


def _office(port: str) -> str:
    try:
        return FIELD_OFFICES[port]
    except KeyError as error:
        raise FieldOfficeUnknown(f"No field office is known for the port {port}.") from error
