"""Who of a group is at the port."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from fairport.accounts.models import User
from fairport.appointments.models import Appointment
from fairport.appointments.operations import mark_arrived
from fairport.audit.events import staff
from fairport.audit.operations import append_event
from fairport.checkin.effect import lock_group
from fairport.checkin.events import ArrivalRecorded
from fairport.checkin.models import CheckIn
from fairport.checkin.places import role_at_port, timing_of, today_at
from fairport.registrations.filing import registration_subject
from fairport.registrations.models import Traveler


class OtherDay(Exception):
    """The appointment is not today, in the port's own calendar."""

    code = "other_day"


class NobodyArrived(Exception):
    """No traveler was named."""

    code = "nobody_chosen"


class NotInGroup(Exception):
    """A traveler who is not in this group, or has left it."""

    code = "not_in_group"


class AlreadyArrived(Exception):
    """One of the travelers was checked in before."""

    code = "already_arrived"


@transaction.atomic
def record_arrival(
    *,
    appointment_id: uuid.UUID,
    traveler_ids: Collection[uuid.UUID],
    officer: User,
    at: datetime,
    recorded_at: datetime | None = None,
) -> list[CheckIn]:
    """Checks travelers in, on the day of their appointment and at its port; the first one makes the group `arrived`.

    All of them or none. Who comes later in the day is recorded by a second call. `at` is when they came, `recorded_at`
    when that became known here, where a gate had no network meanwhile.
    Raises OtherPort, OtherDay, NobodyArrived, NotInGroup, AlreadyArrived; AppointmentNotBooked for one that was
    cancelled, given up or missed; TransitionRefused for a withdrawn registration; Appointment.DoesNotExist.
    """
    # Locked before anything is read: the place may be moved in this moment, and a second officer waits here and then
    # finds the first one's check-ins.
    lock_group(registration_id=Appointment.objects.values_list("registration_id", flat=True).get(pk=appointment_id))
    appointment = Appointment.objects.select_related("registration__data_key", "slot__port").get(pk=appointment_id)
    slot, registration = appointment.slot, appointment.registration
    role = role_at_port(officer=officer, port=slot.port_id)
    if slot.date != today_at(port=slot.port, at=at):
        raise OtherDay("This appointment is on another day.")
    if not traveler_ids:
        raise NobodyArrived("Choose at least one traveler.")
    mark_arrived(appointment_id=appointment_id, at=at)
    travelers = list(Traveler.objects.filter(registration=registration, pk__in=traveler_ids, left_at__isnull=True))
    if len(travelers) != len(set(traveler_ids)):
        raise NotInGroup("This traveler is not in this group.")
    if CheckIn.objects.filter(appointment=appointment, traveler__in=travelers).exists():
        raise AlreadyArrived("This traveler has already been checked in.")
    check_ins = CheckIn.objects.bulk_create(
        [
            CheckIn(
                appointment=appointment,
                traveler=traveler,
                port=slot.port,
                officer=officer,
                arrived_at=at,
                recorded_at=recorded_at or at,
            )
            for traveler in travelers
        ]
    )
    append_event(
        event=ArrivalRecorded(
            appointment=str(appointment.pk),
            role=role,
            port=slot.port_id,
            travelers=tuple(str(traveler.pk) for traveler in travelers),
            timing=timing_of(slot=slot, at=at),
        ),
        subject=registration_subject(registration),
        actor=staff(officer.pk),
        at=at,
        data_key=registration.data_key,
    )
    return check_ins
