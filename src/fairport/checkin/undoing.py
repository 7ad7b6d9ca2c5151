"""Taking back an arrival that was recorded by mistake."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction

from fairport.accounts.models import Role, User
from fairport.accounts.queries import has_role
from fairport.appointments.models import Appointment
from fairport.appointments.operations import lock_arrived, mark_not_arrived
from fairport.audit.events import staff
from fairport.audit.operations import append_event
from fairport.checkin.deciding import NotArrived
from fairport.checkin.events import ArrivalUndone
from fairport.checkin.models import CheckIn, Determination
from fairport.checkin.places import role_at_port
from fairport.domain.walk_ins import may_take_back
from fairport.registrations.filing import registration_subject


class ArrivalUndoTooLate(Exception):
    """Only who recorded the arrival or a supervisor takes it back, and only within half an hour."""

    code = "arrival_undo_too_late"


class ArrivalDecided(Exception):
    """Somebody of the group was decided about: its arrivals stay."""

    code = "arrival_decided"


@transaction.atomic
def undo_arrival(*, appointment_id: uuid.UUID, traveler_id: uuid.UUID, officer: User, at: datetime) -> None:
    """Takes one traveler's arrival back; with the last one of the group, it is expected again.

    Raises OtherPort, NotArrived, ArrivalUndoTooLate, ArrivalDecided, AppointmentNotBooked, Appointment.DoesNotExist.
    """
    appointment = Appointment.objects.select_related("registration__data_key", "slot").get(pk=appointment_id)
    port = appointment.slot.port_id
    role = role_at_port(officer=officer, port=port)
    # From here on the group is locked: who decides about it, or takes the same arrival back, waits.
    lock_arrived(appointment_id=appointment_id)
    check_in = CheckIn.objects.filter(appointment=appointment, traveler_id=traveler_id).first()
    if check_in is None:
        raise NotArrived("This traveler has not arrived.")
    if Determination.objects.filter(check_in__appointment=appointment).exists():
        raise ArrivalDecided("Somebody of this group was decided about.")
    if not may_undo_arrival(check_in=check_in, officer=officer, at=at):
        raise ArrivalUndoTooLate("Too late, or recorded by somebody else.")
    check_in.delete()
    if not CheckIn.objects.filter(appointment=appointment).exists():
        mark_not_arrived(appointment_id=appointment_id, at=at)
    append_event(
        event=ArrivalUndone(appointment=str(appointment.pk), role=role, port=port, traveler=str(traveler_id)),
        subject=registration_subject(appointment.registration),
        actor=staff(officer.pk),
        at=at,
        data_key=appointment.registration.data_key,
    )


def may_undo_arrival(*, check_in: CheckIn, officer: User, at: datetime) -> bool:
    """Whether somebody may take this arrival back as far as time and person go."""
    return may_take_back(
        recorded_at=check_in.recorded_at,
        at=at,
        is_own=check_in.officer_id == officer.pk,
        is_supervisor=has_role(user=officer, role=Role.SUPERVISOR, port=check_in.port_id),
    )
