"""Who took which list out of the system; the subject is the port, or the programme for the counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fairport.audit.events import EventDetails


@dataclass(frozen=True)
class DayListExported(EventDetails):
    """A port's list of a local day, as `csv` or `pdf`, with initials of the lead travelers."""

    name: ClassVar[str] = "list.exported"
    day: str
    form: str
    groups: int
    role: str


@dataclass(frozen=True)
class EncountersExported(EventDetails):
    """Counts without anything of a person, for which birth dates and nationalities were read."""

    name: ClassVar[str] = "encounters.exported"
    first_month: str
    last_month: str
    people: int
