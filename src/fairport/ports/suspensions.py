"""Ports that are closed for a time: what is said of it, which bands it covers, and the only writers of it."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from fairport.ports.models import AppointmentSlot, PortOfEntry, PortSuspension


class PortSuspended(Exception):
    """The port is suspended already, or is to be."""

    code = "port_suspended"


class PortNotSuspended(Exception):
    """There is no suspension that could end."""

    code = "port_not_suspended"


def state_of(*, port: str, at: datetime) -> PortSuspension | None:
    """The suspension that holds at a port at a moment, with what may be said of it; None while the port is open."""
    holding = _not_reopened(at).filter(port_id=port, starts_at__lte=at)
    return holding.first()


def announced(*, at: datetime) -> dict[str, PortSuspension]:
    """Port code → its suspension that holds at a moment or is to come; ports without one are left out."""
    return {suspension.port_id: suspension for suspension in _not_reopened(at)}


def suspended_ports(*, at: datetime) -> frozenset[str]:
    """The codes of the ports that are suspended at a moment."""
    return frozenset(_not_reopened(at).filter(starts_at__lte=at).values_list("port_id", flat=True))


def latest_of(*, port: str) -> PortSuspension | None:
    """The last suspension of a port, whether it holds or is over."""
    return PortSuspension.objects.filter(port_id=port).order_by("-approved_at").first()


def outside_suspensions(slots: QuerySet[AppointmentSlot]) -> QuerySet[AppointmentSlot]:
    """Those of the slots in whose time their port is open, as far as it is known."""
    covering = PortSuspension.objects.filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=OuterRef("starts_at")),
        port_id=OuterRef("port_id"),
        reopened_at__isnull=True,
        starts_at__lt=OuterRef("ends_at"),
    )
    return slots.filter(~Exists(covering))


def suspended_slot_ids(*, slot_ids: Collection[int]) -> set[int]:
    """Those of the slots that a suspension covers."""
    slots = AppointmentSlot.objects.filter(pk__in=slot_ids)
    return set(slot_ids) - set(outside_suspensions(slots).values_list("pk", flat=True))


def shut_ports(*, programme: str, at: datetime) -> frozenset[str]:
    """The ports of which a suspension covers every slot of the programme that is still to come."""
    suspended = set(_not_reopened(at).values_list("port_id", flat=True))
    if not suspended:
        return frozenset()
    coming = AppointmentSlot.objects.filter(programme=programme, port_id__in=suspended, starts_at__gte=at)
    return frozenset(suspended - set(outside_suspensions(coming).values_list("port_id", flat=True)))


def record_suspension(
    *,
    port: PortOfEntry,
    starts_at: datetime,
    ends_at: datetime | None,
    reason: str,
    words: str,
    foreseen: Mapping[str, int],
    done: Mapping[str, int],
    proposal_id: str,
    suspension_id: uuid.UUID,
    at: datetime,
) -> PortSuspension:
    """Closes a port for a time, in the caller's transaction. Raises PortSuspended if it is, or is to be, already.

    `foreseen` and `done` are the counts of the preview that was proposed and of what was then done.
    """
    open_ones = PortSuspension.objects.filter(port=port, reopened_at__isnull=True)
    # One whose end has come does not stand in the way of the next.
    open_ones.filter(ends_at__lte=at).update(reopened_at=F("ends_at"))
    if open_ones.exists():
        raise PortSuspended("This port is suspended already.")
    return PortSuspension.objects.create(
        id=suspension_id,
        port=port,
        starts_at=starts_at,
        ends_at=ends_at,
        reason=reason,
        words=words,
        foreseen=dict(foreseen),
        done=dict(done),
        proposal_id=proposal_id,
        approved_at=at,
    )


def end_suspension(*, port: str, at: datetime) -> PortSuspension:
    """Opens a port before its suspension would have ended, in the caller's transaction. Raises PortNotSuspended."""
    suspension = _not_reopened(at).select_for_update(of=("self",)).filter(port_id=port).first()
    if suspension is None:
        raise PortNotSuspended("This port is not suspended.")
    suspension.reopened_at = at
    suspension.save(update_fields=["reopened_at"])
    return suspension


def _not_reopened(at: datetime) -> QuerySet[PortSuspension]:
    ended = Q(ends_at__isnull=False, ends_at__lte=at)
    return PortSuspension.objects.filter(reopened_at__isnull=True).exclude(ended)
