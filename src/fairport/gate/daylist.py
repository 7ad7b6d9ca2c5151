"""The day list: the little that a device takes along to work without a network.

No name, no birth date, no document: numbers, bands, states, and for each traveler initials and whether grown up.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from fairport.accounts.models import User
from fairport.accounts.session import LONGEST
from fairport.appointments.models import Appointment
from fairport.appointments.passes import initials_of, published_keys
from fairport.audit.events import Subject, staff
from fairport.audit.operations import append_event
from fairport.checkin.judging import booking_of
from fairport.checkin.models import CheckIn
from fairport.checkin.places import role_at_port, today_at
from fairport.checkin.times import write_band
from fairport.gate.events import DayListLoaded
from fairport.ports.models import AppointmentSlot, PortOfEntry
from fairport.ports.queries import get_port
from fairport.registrations.queries import OpenTraveler, open_groups

VERSION = 1


@transaction.atomic
def load_day_list(*, port: str, officer: User, device: uuid.UUID | None, at: datetime) -> dict[str, Any]:
    """A port's present day as JSON for a device, and an event that says who took it; four queries for the list.

    It ends with the port's day, or eight hours later: nobody's session lasts longer. Raises OtherPort.
    """
    role = role_at_port(officer=officer, port=port)
    place = get_port(code=port)
    today = today_at(port=place, at=at)
    midnight = datetime.combine(today + timedelta(days=1), time(), ZoneInfo(place.timezone))
    slots = list(AppointmentSlot.objects.filter(port=place, date=today).order_by("band_start", "id"))
    groups = _groups(place, slots)
    append_event(
        event=DayListLoaded(
            port=port, day=str(today), role=role, device=str(device) if device else "", groups=len(groups)
        ),
        subject=Subject("port", port),
        actor=staff(officer.pk),
        at=at,
    )
    return {
        "version": VERSION,
        "port": port,
        "user": officer.pk,
        "day": today.isoformat(),
        "now": _instant(at),
        "expires_at": _instant(min(midnight, at + LONGEST)),
        "keys": published_keys(),
        "bands": [
            {
                "id": slot.pk,
                "programme": slot.programme,
                "label": write_band(slot.band_start, slot.band_end),
                "starts_at": _instant(slot.starts_at),
                "ends_at": _instant(slot.ends_at),
            }
            for slot in slots
        ],
        "groups": groups,
    }


def _groups(port: PortOfEntry, slots: Sequence[AppointmentSlot]) -> list[dict[str, Any]]:
    appointments = list(
        Appointment.objects.filter(slot__in=slots)
        .select_related("registration__data_key", "slot")
        .order_by("slot__band_start", "confirmation_number")
    )
    people = open_groups(registrations=[appointment.registration for appointment in appointments])
    arrived = set(CheckIn.objects.filter(appointment__in=appointments).values_list("appointment_id", "traveler_id"))
    return [
        {
            "id": str(appointment.pk),
            "number": appointment.confirmation_number,
            "size": appointment.people,
            "band": appointment.slot_id,
            "state": booking_of(appointment).state,
            # That somebody must be called, not in which language: the file says that.
            "interpreter": appointment.registration.sealed_interpreter is not None,
            "travelers": [
                {
                    "id": str(traveler.pk),
                    "initials": initials(person),
                    "adult": traveler.adult,
                    "here": (appointment.pk, traveler.pk) in arrived,
                }
                for traveler, person in people[appointment.registration_id]
            ],
        }
        for appointment in appointments
    ]


def initials(person: OpenTraveler | None) -> str:
    """What the gate's pages show of a name; nothing of one that does not open."""
    if person is None:
        return ""
    return initials_of(given_names=person.given_names, family_names=person.family_names)


def _instant(moment: datetime) -> int:
    """Milliseconds since 1970, as a browser counts."""
    return int(moment.timestamp() * 1000)
