"""A child who could not be added before joins the group at the gate. Nobody is refused for want of a place."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction

from fairport.accounts.models import User
from fairport.appointments.models import Appointment
from fairport.appointments.operations import lock_at_gate, place_added_child
from fairport.audit.events import staff
from fairport.audit.operations import append_event
from fairport.checkin.arrival import OtherDay
from fairport.checkin.events import TravelerAdded
from fairport.checkin.models import AddedTraveler
from fairport.checkin.places import role_at_port, today_at
from fairport.programmes.queries import policy_of_version
from fairport.registrations.filing import registration_subject
from fairport.registrations.operations import NewChild, add_child


@transaction.atomic
def add_child_at_gate(
    *, appointment_id: uuid.UUID, child: NewChild, key: uuid.UUID, officer: User, at: datetime
) -> AddedTraveler:
    """Adds a child to a group on the day of its appointment, until the group is decided about.

    The child has a place of the band, else of the day's walk-in reserve, else is counted apart. It is expected like the
    others; its arrival is recorded as theirs. The same `key` adds one child however often the form is sent.
    Raises OtherPort, OtherDay, AppointmentNotBooked, ChildInvalid, Appointment.DoesNotExist.
    """
    slot = Appointment.objects.select_related("slot__port").get(pk=appointment_id).slot
    role = role_at_port(officer=officer, port=slot.port_id)
    today = today_at(port=slot.port, at=at)
    if slot.date != today:
        raise OtherDay("This appointment is on another day.")
    appointment = lock_at_gate(appointment_id=appointment_id)
    known = AddedTraveler.objects.filter(traveler_id=key, appointment=appointment).first()
    if known is not None:
        return known
    registration = appointment.registration
    joined = add_child(
        registration=registration,
        child=child,
        key=key,
        policy=policy_of_version(version_id=registration.policy_version_id).policy,
        today=today,
        at=at,
        actor=staff(officer.pk),
    )
    place, slot_id = place_added_child(appointment=appointment)
    added = AddedTraveler.objects.create(
        traveler=joined.traveler, appointment=appointment, slot_id=slot_id, place=place, officer=officer, added_at=at
    )
    append_event(
        event=TravelerAdded(
            appointment=str(appointment.pk),
            role=role,
            port=slot.port_id,
            traveler=str(joined.traveler.pk),
            place=place,
            document_contested=joined.is_document_contested,
        ),
        subject=registration_subject(registration),
        actor=staff(officer.pk),
        at=at,
        data_key=registration.data_key,
    )
    return added
