"""A registration as its owner sees it through the JSON interface."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fairport.applicant.api_schemas import (
    AppointmentOut,
    FileOpeningOut,
    FileOpeningsOut,
    InterpreterOut,
    OfferOut,
    OwnDrawOut,
    StateOut,
    TravelerOut,
    WaitOut,
)
from fairport.applicant.waiting import wait_of
from fairport.appointments.models import Appointment, Offer
from fairport.appointments.passes import make_pass
from fairport.appointments.queries import current_appointment, current_offer, undo_until
from fairport.checkin.openings import openings_of
from fairport.draws.queries import draws_of_subject
from fairport.ports.models import AppointmentSlot
from fairport.registrations.models import Registration
from fairport.registrations.queries import open_interpreter, open_travelers

DRAWS_SHOWN = 30
OPENINGS_SHOWN = 30


def describe_registration(*, registration: Registration, at: datetime) -> StateOut:
    """Everything that the owner may know; the number of queries does not depend on the size of the group."""
    offer = current_offer(registration_id=registration.pk, at=at)
    appointment = current_appointment(registration_id=registration.pk)
    wish = open_interpreter(registration=registration)
    wait = wait_of(registration=registration, at=at)
    draws = draws_of_subject(subject_id=registration.pk, limit=DRAWS_SHOWN)
    return StateOut(
        registration_number=registration.number,
        status=registration.status,
        registered_at=registration.registered_at,
        size=registration.size,
        ports=registration.ports,
        travelers=[
            TravelerOut(
                id=person.id,
                given_names=person.given_names,
                family_names=person.family_names,
                birth_date=person.birth_date,
                nationality=person.nationality,
                document_number=person.document_number,
                criteria=list(person.criteria),
            )
            for person in open_travelers(registration=registration)
        ],
        interpreter=None if wish is None else InterpreterOut(language=wish.language, words=wish.words),
        offer=None if offer is None else _offer(offer),
        appointment=None if appointment is None else _appointment(appointment),
        draws=[
            OwnDrawOut(draw_id=draw.draw_id, entry_id=draw.entry_id, outcome=draw.outcome or None) for draw in draws
        ],
        wait=None
        if wait is None
        else WaitOut(days=wait.days, percentile=wait.percentile, estimate_days=wait.estimate_days),
        undo_until=undo_until(registration=registration, at=at),
        file_openings=_openings(registration),
    )


def _openings(registration: Registration) -> FileOpeningsOut:
    openings = openings_of(registration=registration, limit=OPENINGS_SHOWN)
    return FileOpeningsOut(
        count=openings.count,
        last=[FileOpeningOut(at=each.at, role=each.role, port=each.port) for each in openings.latest],
    )


def _offer(offer: Offer) -> OfferOut:
    return OfferOut(id=offer.pk, size=offer.size, expires_at=offer.expires_at, **_place(offer.slot))


def _appointment(appointment: Appointment) -> AppointmentOut:
    return AppointmentOut(
        confirmation_number=appointment.confirmation_number,
        size=appointment.people,
        pass_text=make_pass(appointment=appointment),
        **_place(appointment.slot),
    )


def _place(slot: AppointmentSlot) -> dict[str, Any]:
    return {
        "port": slot.port_id,
        "date": slot.date,
        "band_start": slot.band_start.strftime("%H:%M"),
        "band_end": slot.band_end.strftime("%H:%M"),
        "timezone": slot.port.timezone,
    }
