"""From what is in effect to encounters: birth dates and nationalities are opened, counted and forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from django.db import transaction

from fairport.accounts.models import User
from fairport.audit.events import Subject, staff
from fairport.audit.operations import append_event
from fairport.checkin.effect import effective_determinations
from fairport.checkin.models import Determination
from fairport.exports.encounters import AUTHORITIES, Encounter, EncounterCount, count_encounters
from fairport.exports.events import EncountersExported
from fairport.registrations.models import Registration
from fairport.registrations.queries import open_groups

# Files opened at a time.
BATCH = 500


@dataclass(frozen=True, slots=True)
class Encounters:
    """The lines, and how many people are not in them: referred elsewhere, or erased."""

    counts: list[EncounterCount]
    people: int
    referred: int
    erased: int


@transaction.atomic
def export_encounters(*, first_month: date, last_month: date, reader: User, at: datetime) -> Encounters:
    """Counts the people about whom a determination is in effect, by the port's local day of arrival.

    The months are first days of months, both included. Births and nationalities are read for it, which an event tells.
    Raises FieldOfficeUnknown.
    """
    after = (last_month + timedelta(days=32)).replace(day=1)
    found: list[Encounter] = []
    referred = erased = 0
    rows = (
        effective_determinations()
        # Wider by a day on both sides than the months in UTC: the port's own calendar decides.
        .filter(
            check_in__arrived_at__gte=_utc(first_month) - timedelta(days=1),
            check_in__arrived_at__lt=_utc(after) + timedelta(days=1),
        )
        .select_related("check_in__appointment__registration__data_key", "check_in__port")
        .order_by("check_in__appointment__registration_id", "check_in_id")
    )
    for row, day, registration, birth_and_nationality in _opened(rows.iterator(chunk_size=BATCH)):
        if not first_month <= day < after:
            continue
        if row.outcome not in AUTHORITIES:
            referred += 1
        elif birth_and_nationality is None:
            erased += 1
        else:
            birth_date, nationality = birth_and_nationality
            found.append(
                Encounter(row.check_in.port_id, day, birth_date, nationality, row.outcome, str(registration.pk))
            )
    append_event(
        event=EncountersExported(
            first_month=f"{first_month:%Y-%m}", last_month=f"{last_month:%Y-%m}", people=len(found)
        ),
        subject=Subject("export", "encounters"),
        actor=staff(reader.pk),
        at=at,
    )
    return Encounters(count_encounters(found), len(found), referred, erased)


def _opened(
    rows: Iterator[Determination],
) -> Iterator[tuple[Determination, date, Registration, tuple[date, str] | None]]:
    while batch := list(islice(rows, BATCH)):
        files = {row.check_in.appointment.registration_id: row.check_in.appointment.registration for row in batch}
        people = {
            traveler.pk: (person.birth_date, person.nationality)
            for group in open_groups(registrations=list(files.values())).values()
            for traveler, person in group
            if person is not None
        }
        for row in batch:
            check_in = row.check_in
            day = check_in.arrived_at.astimezone(ZoneInfo(check_in.port.timezone)).date()
            yield row, day, check_in.appointment.registration, people.get(check_in.traveler_id)


def _utc(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)
