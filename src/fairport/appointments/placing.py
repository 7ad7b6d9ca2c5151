"""A place outside the draw, for a group that two officials placed."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction

from fairport.appointments.answers import lock_registration, new_confirmation_number, renew
from fairport.appointments.events import AppointmentPlaced
from fairport.appointments.models import Appointment
from fairport.appointments.telling import booked_place, message_to, tell
from fairport.audit.events import Actor
from fairport.domain.transitions import Event, Status
from fairport.ports.models import AppointmentSlot
from fairport.registrations.operations import change_status


@transaction.atomic
def place_group(
    *, registration_id: uuid.UUID, slot: AppointmentSlot, proposal: str, reason: str, at: datetime, actor: Actor
) -> Appointment:
    """Gives a group an appointment at once, with its number and pass; the caller has taken the places.

    A group that was paused or missed an appointment is renewed by it. Its entry in a draw that is frozen now is void at
    the run. Raises TransitionRefused where it has a place, an offer or a decision, or is withdrawn; DocumentInUse.
    """
    if lock_registration(registration_id).status in (Status.LAPSED, Status.NO_SHOW):
        renew(registration_id=registration_id, at=at, actor=actor)
    registration = change_status(registration_id=registration_id, event=Event.PLACED, at=at)
    appointment = Appointment.objects.create(
        registration=registration,
        slot=slot,
        confirmation_number=new_confirmation_number(),
        size=registration.size,
        confirmed_at=at,
    )
    tell(
        registration=registration,
        event=AppointmentPlaced(
            appointment=str(appointment.pk),
            confirmation_number=appointment.confirmation_number,
            proposal=proposal,
            reason=reason,
            port=slot.port_id,
            starts_at=slot.starts_at.isoformat(),
            size=appointment.size,
        ),
        actor=actor,
        at=at,
        messages=[message_to(registration, "placed", appointment.pk, booked_place(appointment, slot))],
    )
    return appointment
