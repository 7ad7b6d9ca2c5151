"""The day's list of a port, to print for the gate or to take into another program.

Paper is lost and seized: the list holds numbers, sizes, states and initials, and no name, birth date or document.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import transaction
from django.db.models import Count

from fairport.accounts.models import User
from fairport.appointments.models import Appointment, AppointmentState
from fairport.appointments.passes import initials_of
from fairport.audit.events import Subject, staff
from fairport.audit.operations import append_event
from fairport.checkin.models import CheckIn
from fairport.checkin.places import role_at_port
from fairport.exports.events import DayListExported
from fairport.registrations.models import RegistrationStatus
from fairport.registrations.queries import is_readable, open_leads

COLUMNS: Final = (
    "port",
    "day",
    "band_start",
    "band_end",
    "confirmation_number",
    "people",
    "arrived",
    "initials",
    "state",
)


@dataclass(frozen=True, slots=True)
class DayRow:
    """A group of the day; `arrived` and `people` count travelers, `initials` are the lead's, empty once erased."""

    port: str
    day: date
    band_start: str
    band_end: str
    confirmation_number: str
    people: int
    arrived: int
    initials: str
    state: str


@transaction.atomic
def export_day(*, port: str, day: date, form: str, officer: User, at: datetime) -> list[DayRow]:
    """The groups of a port's local day in the order of bands and numbers, and an event that says who took them.

    `form` is `csv` or `pdf`. Four queries, however many groups there are. Raises OtherPort.
    """
    role = role_at_port(officer=officer, port=port)
    rows = _rows(port, day)
    append_event(
        event=DayListExported(day=day.isoformat(), form=form, groups=len(rows), role=role),
        subject=Subject("port", port),
        actor=staff(officer.pk),
        at=at,
    )
    return rows


def write_csv(rows: Sequence[DayRow]) -> str:
    """RFC 4180 with a header: times are the port's own, days ISO 8601."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows([getattr(row, column) for column in COLUMNS] for row in rows)
    return text.getvalue()


def _rows(port: str, day: date) -> list[DayRow]:
    appointments = list(
        Appointment.objects.filter(slot__port_id=port, slot__date=day)
        .exclude(state=AppointmentState.CANCELLED)
        .exclude(registration__status=RegistrationStatus.WITHDRAWN)
        .select_related("registration__data_key", "slot")
        .order_by("slot__band_start", "confirmation_number")
    )
    arrived = dict(
        CheckIn.objects.filter(appointment__in=appointments).values_list("appointment_id").annotate(Count("id"))
    )
    readable = [one.registration for one in appointments if is_readable(registration=one.registration)]
    leads = open_leads(registrations=readable)
    rows = []
    for appointment in appointments:
        lead, slot = leads.get(appointment.registration_id), appointment.slot
        rows.append(
            DayRow(
                port=port,
                day=day,
                band_start=slot.band_start.strftime("%H:%M"),
                band_end=slot.band_end.strftime("%H:%M"),
                confirmation_number=appointment.confirmation_number,
                people=appointment.size,
                arrived=arrived.get(appointment.pk, 0),
                initials=""
                if lead is None
                else initials_of(given_names=lead.given_names, family_names=lead.family_names),
                state=appointment.state,
            )
        )
    return rows
