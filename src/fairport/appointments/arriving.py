"""The moment at which the port takes over."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction

from fairport.appointments.answers import lock_registration
from fairport.appointments.models import AddedPlace, Appointment, AppointmentState
from fairport.domain.transitions import Event
from fairport.ports.operations import NoPlaceLeft, hold_places
from fairport.ports.walk_in_places import NoWalkInPlaceLeft, count_apart, take_walk_in_places
from fairport.registrations.models import RegistrationStatus
from fairport.registrations.operations import change_status


class AppointmentNotBooked(Exception):
    """The appointment was cancelled, given up or missed."""

    code = "appointment_not_booked"


@transaction.atomic
def lock_at_gate(*, appointment_id: uuid.UUID) -> Appointment:
    """An appointment of a group that is expected or here, locked with its registration until the transaction ends.

    Raises AppointmentNotBooked, also for a registration that was withdrawn or decided; Appointment.DoesNotExist.
    """
    registration_id = Appointment.objects.values_list("registration_id", flat=True).get(pk=appointment_id)
    registration = lock_registration(registration_id)
    appointment = (
        Appointment.objects.select_for_update(of=("self",)).select_related("slot__port").get(pk=appointment_id)
    )
    at_gate = (RegistrationStatus.CONFIRMED, RegistrationStatus.ARRIVED)
    if appointment.state not in (AppointmentState.BOOKED, AppointmentState.ARRIVED) or (
        registration.status not in at_gate
    ):
        raise AppointmentNotBooked("This group is not at the gate.")
    appointment.registration = registration
    return appointment


def place_added_child(*, appointment: Appointment) -> tuple[AddedPlace, int]:
    """Finds a place for a child who joined, of an appointment that the caller has locked; nobody is turned away.

    A place of the band, else of the day's walk-in reserve, else counted apart. Returns which, and the slot's id.
    """
    slot = appointment.slot
    place, slot_id = AddedPlace.BAND, slot.pk
    try:
        hold_places(slot_id=slot.pk, people=1)
        appointment.size += 1
    except NoPlaceLeft:
        appointment.added += 1
        try:
            taken = take_walk_in_places(port=slot.port_id, day=slot.date, people=1, first_slot=slot.pk)
            place, slot_id = AddedPlace.WALK_IN, next(iter(taken))
        except NoWalkInPlaceLeft:
            count_apart(slot_id=slot.pk)
            place = AddedPlace.APART
    appointment.save(update_fields=["size", "added"])
    return place, slot_id


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
