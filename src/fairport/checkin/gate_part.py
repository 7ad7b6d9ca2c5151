"""What a case page shows of the gate: the interpreter, and whose arrival can be taken back now."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fairport.accounts.models import Role
from fairport.accounts.queries import StaffMember
from fairport.checkin.files import Case
from fairport.checkin.places import today_at
from fairport.domain.walk_ins import may_take_back
from fairport.registrations.interpreters import describe_wish
from fairport.registrations.joining import RELATIONS
from fairport.registrations.models import RegistrationStatus
from fairport.registrations.queries import open_interpreter


def gate_context(*, opened: Case, member: StaffMember, at: datetime) -> dict[str, Any]:
    """The gate's part of the page of a file that can be read."""
    is_supervisor = member.role_at(opened.port.code, Role.SUPERVISOR) is not None
    is_decided = any(traveler.determinations for traveler in opened.travelers)
    return {
        "may_add": _is_at_gate(opened, at),
        "added": [
            {"name": f"{traveler.person.given_names} {traveler.person.family_names}", "relation": relation}
            for traveler in opened.travelers
            if traveler.person is not None and (relation := RELATIONS.get(traveler.person.relation)) is not None
        ],
        "interpreter": describe_wish(open_interpreter(registration=opened.registration)),
        "undo": [
            {"id": traveler.id, "name": f"{traveler.person.given_names} {traveler.person.family_names}"}
            for traveler in opened.travelers
            if traveler.person is not None
            and traveler.check_in is not None
            and not is_decided
            and may_take_back(
                recorded_at=traveler.check_in.recorded_at,
                at=at,
                is_own=traveler.check_in.officer_id == member.user.pk,
                is_supervisor=is_supervisor,
            )
        ],
    }


def _is_at_gate(opened: Case, at: datetime) -> bool:
    appointment = opened.appointment
    return (
        appointment is not None
        and appointment.slot.date == today_at(port=opened.port, at=at)
        and opened.registration.status in (RegistrationStatus.CONFIRMED, RegistrationStatus.ARRIVED)
    )
