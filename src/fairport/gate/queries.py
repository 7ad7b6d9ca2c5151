from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from fairport.appointments.models import Appointment
from fairport.checkin.models import CheckIn
from fairport.gate.daylist import initials
from fairport.gate.models import GateConflict, GateScan
from fairport.ports.models import AppointmentSlot, PortOfEntry
from fairport.registrations.queries import open_readable_travelers


@dataclass(frozen=True, slots=True)
class GateTraveler:
    """A traveler of a group at the gate, by initials."""

    id: uuid.UUID
    initials: str
    adult: bool
    here: bool


def programmes_of_day(*, port: str, day: date) -> list[str]:
    """The programmes that have bands at a port on a day."""
    slots = AppointmentSlot.objects.filter(port_id=port, date=day)
    return list(slots.order_by("programme").values_list("programme", flat=True).distinct())


def gate_travelers(*, appointment: Appointment) -> list[GateTraveler]:
    """Who is in a group, lead first; without initials who was erased or does not open."""
    arrived = set(CheckIn.objects.filter(appointment=appointment).values_list("traveler_id", flat=True))
    return [
        GateTraveler(traveler.pk, initials(person), traveler.adult, traveler.pk in arrived)
        for traveler, person in open_readable_travelers(registration=appointment.registration)
    ]


def count_open_conflicts(*, ports: Collection[str]) -> int:
    """How many conflicts nobody has closed."""
    return GateConflict.objects.filter(port_id__in=ports, closed_at__isnull=True).count()


def list_conflicts(*, port: str, closed: bool) -> QuerySet[GateConflict]:
    """Conflicts of a port with their scans and officers, the oldest open one or the latest closed one first."""
    conflicts = GateConflict.objects.filter(port_id=port, closed_at__isnull=not closed).select_related(
        "scan__officer", "scan__appointment__slot", "other_scan__officer", "other_scan__appointment__slot", "closed_by"
    )
    return conflicts.order_by("-closed_at", "pk") if closed else conflicts.order_by("found_at", "pk")


def find_conflict(*, conflict_id: uuid.UUID) -> GateConflict | None:
    """A conflict with both scans, or None."""
    conflicts = GateConflict.objects.select_related(
        "scan__officer",
        "scan__appointment__slot",
        "scan__appointment__registration__data_key",
        "other_scan__officer",
        "other_scan__appointment__slot",
        "closed_by",
        "port",
    )
    return conflicts.filter(pk=conflict_id).first()


def list_scans(*, port: PortOfEntry, day: date, outcome: str = "", newest_first: bool = True) -> QuerySet[GateScan]:
    """The scans of a port's local day with officer and appointment; `outcome` is one of ScanOutcome, or all."""
    zone = ZoneInfo(port.timezone)
    begins = datetime.combine(day, time(), zone)
    ends = datetime.combine(day + timedelta(days=1), time(), zone)
    scans = GateScan.objects.filter(port=port, happened_at__gte=begins, happened_at__lt=ends).select_related(
        "officer", "appointment__slot", "conflict"
    )
    if outcome:
        scans = scans.filter(outcome=outcome)
    return scans.order_by("-happened_at", "pk") if newest_first else scans.order_by("happened_at", "pk")
