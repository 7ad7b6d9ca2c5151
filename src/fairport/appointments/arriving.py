"""The moment at which the port takes over."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction

from fairport.appointments.answers import lock_registration
from fairport.appointments.models import Appointment, AppointmentState
from fairport.domain.transitions import Event
from fairport.registrations.operations import change_status


class AppointmentNotBooked(Exception):
    """The appointment was cancelled, given up or missed."""

    code = "appointment_not_booked"


@transaction.atomic
def lock_arrived(*, appointment_id: uuid.UUID) -> Appointment:
    """An appointment at which somebody arrived, locked with its registration until the transaction ends.

    Raises AppointmentNotBooked, Appointment.DoesNotExist.
    """
    registration_id = Appointment.objects.values_list("registration_id", flat=True).get(pk=appointment_id)
    lock_registration(registration_id)
    appointment = Appointment.objects.select_for_update(of=("self",)).get(pk=appointment_id)
    if appointment.state != AppointmentState.ARRIVED:
        raise AppointmentNotBooked("Nobody has arrived at this appointment.")
    return appointment


@transaction.atomic
def mark_not_arrived(*, appointment_id: uuid.UUID, at: datetime) -> Appointment:
    """Takes `mark_arrived` back, once the last recorded arrival was: the group is expected again.

    The caller sees to it that nobody was decided about, and appends the event. Raises AppointmentNotBooked,
    TransitionRefused, Appointment.DoesNotExist.
    """
    appointment = lock_arrived(appointment_id=appointment_id)
    change_status(registration_id=appointment.registration_id, event=Event.ARRIVAL_UNDONE, at=at)
    appointment.state = AppointmentState.BOOKED
    appointment.save(update_fields=["state"])
    return appointment


@transaction.atomic
def mark_arrived(*, appointment_id: uuid.UUID, at: datetime) -> Appointment:
    """Notes that somebody of the group is at the port; for the ones who come after, nothing changes.

    A gate without a network tells it late: who was there before the group was counted as missed was not missed.
    The caller records who arrived, and appends the event. Raises AppointmentNotBooked, TransitionRefused,
    Appointment.DoesNotExist.
    """
    registration_id = Appointment.objects.values_list("registration_id", flat=True).get(pk=appointment_id)
    lock_registration(registration_id)
    appointment = Appointment.objects.select_for_update(of=("self",)).get(pk=appointment_id)
    if appointment.state == AppointmentState.ARRIVED:
        return appointment
    counted_too_soon = (
        appointment.state == AppointmentState.NO_SHOW
        and appointment.closed_at is not None
        and at < appointment.closed_at
    )
    if appointment.state != AppointmentState.BOOKED and not counted_too_soon:
        raise AppointmentNotBooked("This appointment is not booked.")
    event = Event.FOUND_ARRIVED if counted_too_soon else Event.ARRIVED
    change_status(registration_id=registration_id, event=event, at=at)
    appointment.state = AppointmentState.ARRIVED
    appointment.closed_at = None
    appointment.save(update_fields=["state", "closed_at"])
    return appointment
