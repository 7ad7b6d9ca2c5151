"""Which port, which day, which band: what all the office's actions at a port ask first."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from fairport.accounts.models import PORT_ROLES, User
from fairport.accounts.queries import StaffMember, get_staff_member
from fairport.ports.models import AppointmentSlot, PortOfEntry


class OtherPort(Exception):
    """The officer has no role at this port."""

    code = "other_port"


class Timing(StrEnum):
    """When in the day somebody comes, as seen from the band of their appointment."""

    IN_BAND = "in_band"
    EARLY = "early"
    LATE = "late"


def role_at_port(*, officer: User, port: str) -> str:
    """The officer's role at a port, read now and not from the page. Raises OtherPort."""
    return member_role_at_port(member=get_staff_member(user=officer), port=port)


def member_role_at_port(*, member: StaffMember, port: str) -> str:
    """The same for grants that were read already. Raises OtherPort."""
    role = member.role_at(port, *PORT_ROLES)
    if role is None:
        raise OtherPort("You have no role at this port.")
    return role


def today_at(*, port: PortOfEntry, at: datetime) -> date:
    """The port's own calendar day."""
    return at.astimezone(ZoneInfo(port.timezone)).date()


def timing_of(*, slot: AppointmentSlot, at: datetime) -> Timing:
    """Before, within or after the band; says nothing about the day."""
    if at < slot.starts_at:
        return Timing.EARLY
    return Timing.IN_BAND if at < slot.ends_at else Timing.LATE
