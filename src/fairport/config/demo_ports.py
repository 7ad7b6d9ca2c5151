"""What the made-up officers of a demonstration do with the made-up people who come to their ports.

Only where the demonstration has two officers: a negative needs a second one. Visitors' own groups are left alone.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from fairport.accounts.models import User
from fairport.accounts.queries import find_staff
from fairport.appointments.models import Appointment, AppointmentState
from fairport.audit.events import OPERATOR
from fairport.audit.queries import subjects_of_events
from fairport.checkin.models import CheckIn, Outcome, Verdict
from fairport.checkin.operations import record_arrival, record_determination, review_determination
from fairport.registrations.events import RegistrationSubmitted
from fairport.registrations.models import RegistrationStatus
from fairport.registrations.queries import OpenTraveler, open_travelers

OFFICERS: Final = {"SDG": ("officer.sandiego@fairport.example", "officer2.sandiego@fairport.example")}
ARRIVE_OF_100: Final = 88
# The interview comes after the arrival, on the same day.
INTERVIEW_AFTER: Final = timedelta(minutes=30)
INTERVIEW_WITHIN: Final = timedelta(hours=10)
REASON: Final = "Made up for the demonstration: seen and heard at the counter."


def let_ports_work(*, at: datetime) -> None:
    """Lets most made-up groups arrive in their band, and decides about those who have waited for half an hour."""
    for port, addresses in OFFICERS.items():
        officers = [user for address in addresses if (user := find_staff(email=address)) is not None]
        if len(officers) == len(addresses):
            _receive(port, officers, at)
            _decide(port, officers, at)


def _receive(port: str, officers: list[User], at: datetime) -> None:
    expected = list(
        Appointment.objects.filter(
            slot__port_id=port, state=AppointmentState.BOOKED, slot__starts_at__lte=at, slot__ends_at__gt=at
        ).exclude(registration__status=RegistrationStatus.WITHDRAWN)
    )
    made_up = _made_up(appointment.registration_id for appointment in expected)
    for appointment in expected:
        if appointment.registration_id in made_up and appointment.pk.int % 100 < ARRIVE_OF_100:
            travelers = open_travelers(registration=appointment.registration)
            record_arrival(
                appointment_id=appointment.pk,
                traveler_ids=[traveler.id for traveler in travelers],
                officer=officers[appointment.pk.int % len(officers)],
                at=at,
            )


def _decide(port: str, officers: list[User], at: datetime) -> None:
    waiting = list(
        CheckIn.objects.filter(
            port_id=port,
            arrived_at__lte=at - INTERVIEW_AFTER,
            arrived_at__gt=at - INTERVIEW_WITHIN,
            determinations__isnull=True,
        ).select_related("appointment__registration__data_key")
    )
    made_up = _made_up(check_in.appointment.registration_id for check_in in waiting)
    for check_in in waiting:
        registration = check_in.appointment.registration
        if registration.pk not in made_up:
            continue
        person = next(one for one in open_travelers(registration=registration) if one.id == check_in.traveler_id)
        outcome, criterion = _outcome(person)
        first, second = (officers if check_in.appointment_id.int % 2 else officers[::-1])[:2]
        determination = record_determination(
            check_in_id=check_in.pk, outcome=outcome, criterion=criterion, reason=REASON, officer=first, at=at
        )
        if determination.needs_review:
            review_determination(
                determination_id=determination.pk, verdict=Verdict.AGREED, reason="", reviewer=second, at=at
            )


def _outcome(person: OpenTraveler) -> tuple[Outcome, str | None]:
    mood = person.id.int % 10
    if person.criteria and mood < 8:
        return Outcome.EXEMPTED, person.criteria[0]
    return (Outcome.REFERRED if mood % 2 else Outcome.NOT_EXEMPTED), None


def _made_up(registration_ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    found = subjects_of_events(
        name=RegistrationSubmitted.name,
        actor=OPERATOR,
        kind="registration",
        subject_ids=sorted({str(registration_id) for registration_id in registration_ids}),
    )
    return {uuid.UUID(subject) for subject in found}
