from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from fairport.ports.models import AppointmentSlot, PortOfEntry
from fairport.ports.suspensions import outside_suspensions


def list_ports() -> list[PortOfEntry]:
    """All ports of entry by name."""
    return list(PortOfEntry.objects.all())


def ports_open_on(*, day: date) -> list[PortOfEntry]:
    """The ports in effect on a day, by name."""
    return [port for port in list_ports() if port.opens_on <= day and (port.closes_on is None or day <= port.closes_on)]


def get_port(*, code: str) -> PortOfEntry:
    """Raises PortOfEntry.DoesNotExist."""
    return PortOfEntry.objects.get(pk=code)


def list_slots(
    *, programme: str, ports: Sequence[str] | None = None, first_day: date | None = None, last_day: date | None = None
) -> list[AppointmentSlot]:
    """Slots of a programme, optionally of some ports and local days (both ends included), by day, port and band."""
    slots = AppointmentSlot.objects.filter(programme=programme).select_related("port")
    if ports is not None:
        slots = slots.filter(port_id__in=ports)
    if first_day is not None:
        slots = slots.filter(date__gte=first_day)
    if last_day is not None:
        slots = slots.filter(date__lte=last_day)
    return list(slots)


def lock_drawable_slots(
    *, programme: str, draw_time: datetime, minimum_notice: timedelta, last_days: dict[str, date]
) -> list[AppointmentSlot]:
    """Locks and returns the slots that a draw at `draw_time` may give out, in the order of their ids.

    `last_days` is port code → the last local day of the horizon; ports not named and bands in which a port is suspended
    are left out.
    """
    slots = (
        outside_suspensions(AppointmentSlot.objects.select_for_update(of=("self",)))
        .select_related("port")
        .filter(
            programme=programme,
            starts_at__gte=draw_time + minimum_notice,
            port_id__in=last_days,
            # A band that was closed is no cell of a draw.
            capacity__gt=0,
        )
        .order_by("id")
    )
    return [slot for slot in slots if slot.date <= last_days[slot.port_id]]


def slots_by_id(*, slot_ids: Sequence[int]) -> dict[int, AppointmentSlot]:
    """Slots with their ports, by id; ids that do not exist are left out."""
    return AppointmentSlot.objects.select_related("port").in_bulk(slot_ids)
