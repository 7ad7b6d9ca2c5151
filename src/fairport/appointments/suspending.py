"""Suspending a port and opening it again: one transaction each, all or nothing."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from fairport.appointments.events import PlaceDisplaced, PlaceMoved, PortReopened, PortSuspended
from fairport.appointments.models import Appointment, AppointmentState, Offer, OfferState
from fairport.appointments.places import give_back
from fairport.appointments.pool import LEAST_TIME_TO_ANSWER
from fairport.appointments.suspension_plan import (
    Counts,
    Holder,
    Plan,
    SuspensionOver,
    Terms,
    period_of,
    preview_suspension,
    programmes_of,
    read_plan,
)
from fairport.appointments.telling import booked_place, event_of, lost_place, message_to, offered_place
from fairport.audit.events import Actor, Subject
from fairport.audit.operations import NewEvent, append_events
from fairport.draws.locks import programme_locked
from fairport.notifications.operations import NewMessage, queue_messages
from fairport.ports.models import AppointmentSlot, PortOfEntry, PortSuspension, SuspensionReason
from fairport.ports.operations import hold_places
from fairport.ports.suspensions import PortNotSuspended, end_suspension, record_suspension
from fairport.ports.suspensions import PortSuspended as AlreadySuspended
from fairport.registrations.operations import mark_displaced, mark_owed
from fairport.registrations.queries import is_readable

__all__ = [
    "AlreadySuspended",
    "PortNotSuspended",
    "SuspensionOver",
    "SuspensionUnfit",
    "Terms",
    "preview_suspension",
    "reopen_port",
    "suspend_port",
]

LONGEST_WORDS: Final = 300
_BATCH: Final = 1000


class SuspensionUnfit(Exception):
    """The days, the reason, the words or the other ports of a suspension do not fit together."""

    code = "suspension_unfit"


def check_terms(terms: Terms) -> None:
    """Raises SuspensionUnfit for terms that nobody could carry out at any time."""
    if terms.reason not in SuspensionReason.values or len(terms.words) > LONGEST_WORDS:
        raise SuspensionUnfit("The reason is not one of those that are known, or its words are too long.")
    if terms.reason == SuspensionReason.OTHER and not terms.words.strip():
        raise SuspensionUnfit("Another reason needs words.")
    if terms.first_day and terms.last_day and terms.last_day < terms.first_day:
        raise SuspensionUnfit("The last day is before the first.")
    if terms.port in terms.honour_at or len(set(terms.honour_at)) < len(terms.honour_at):
        raise SuspensionUnfit("A port cannot take over its own bookings, and none can twice.")


@transaction.atomic
def suspend_port(
    *, terms: Terms, foreseen: Mapping[str, int], proposal_id: str, at: datetime, actor: Actor
) -> PortSuspension:
    """Closes a port: its bookings are moved or go into the next draw first, and everyone is told (decision 0051).

    `foreseen` are the counts of the preview that was proposed; those of what was done are kept beside them. A frozen
    draw's places there are voided when it is run. Whoever has arrived stays arrived.

    Raises SuspensionUnfit, SuspensionOver, AlreadySuspended, PortOfEntry.DoesNotExist; then nothing is changed.
    """
    check_terms(terms)
    port = PortOfEntry.objects.get(pk=terms.port)
    period = period_of(terms=terms, port=port, at=at)
    suspension_id = uuid.uuid4()
    counts = Counts()
    for programme in programmes_of(port=port.pk):
        # A freeze or run at this moment comes before it or after it, never in between.
        with programme_locked(programme):
            plan = read_plan(terms=terms, period=period, programme=programme, at=at, lock=True)
            _carry_out(plan, suspension_id, actor, at)
        counts += plan.counts
    suspension = record_suspension(
        suspension_id=suspension_id,
        port=port,
        starts_at=period.starts_at,
        ends_at=period.ends_at,
        reason=terms.reason,
        words=terms.words.strip(),
        foreseen=foreseen,
        done=asdict(counts),
        proposal_id=proposal_id,
        at=at,
    )
    event = PortSuspended(
        suspension=str(suspension_id),
        reason=terms.reason,
        starts_at=period.starts_at.isoformat(),
        ends_at=None if period.ends_at is None else period.ends_at.isoformat(),
        honour_at=terms.honour_at,
        foreseen=dict(foreseen),
        done=asdict(counts),
    )
    append_events(events=[NewEvent(event, Subject("port", port.pk))], actor=actor, at=at)
    return suspension


@transaction.atomic
def reopen_port(*, port: str, at: datetime, actor: Actor) -> PortSuspension:
    """Lets a port take part in the draws again, from the next freeze on. Raises PortNotSuspended."""
    suspension = end_suspension(port=port, at=at)
    append_events(
        events=[NewEvent(PortReopened(suspension=str(suspension.pk)), Subject("port", port))], actor=actor, at=at
    )
    return suspension


def _carry_out(plan: Plan, suspension_id: uuid.UUID, actor: Actor, at: datetime) -> None:
    events: list[NewEvent] = []
    messages: list[NewMessage] = []
    freed: Counter[int] = Counter()
    taken: Counter[int] = Counter()
    for holder, slot in plan.moves:
        freed[holder.slot.pk] += holder.held.size
        taken[slot.pk] += holder.held.size
        _move(holder.held, slot, at)
        events.append(event_of(holder.registration, _moved(holder, slot, suspension_id)))
        messages += _message(holder, suspension_id, *_told_of_move(holder, slot))
    for holder in plan.displaced:
        freed[holder.slot.pk] += holder.held.size
        events.append(event_of(holder.registration, _displaced(holder, suspension_id)))
        if not holder.is_withdrawn:
            messages += _message(holder, suspension_id, "displaced", lost_place(holder.held, holder.slot))
    _write_moves([holder.held for holder, _slot in plan.moves])
    _close([holder.held for holder in plan.displaced], at)
    mark_owed(registrations=[holder.registration for holder, _slot in plan.moves], at=at)
    mark_displaced(registrations=[holder.registration for holder in plan.displaced], at=at)
    append_events(events=events, actor=actor, at=at)
    queue_messages(messages=messages, at=at)
    # All these bands are locked already, in the order of their ids.
    for slot_id in sorted(taken):
        hold_places(slot_id=slot_id, people=taken[slot_id])
    give_back(policy=plan.policy, people_by_slot=freed, at=at)


def _move(held: Offer | Appointment, slot: AppointmentSlot, at: datetime) -> None:
    # By its id: the row of the former band was not read for each group.
    held.moved_from_id, held.moved_at = held.slot_id, at
    held.slot, held.reminded_at = slot, None
    if isinstance(held, Offer):
        # Another port is another question, so there is time to sleep on it (decision 0017).
        held.expires_at = max(held.expires_at, min(at + LEAST_TIME_TO_ANSWER, slot.starts_at))


def _write_moves(moved: Sequence[Offer | Appointment]) -> None:
    fields = ["slot", "moved_from", "moved_at", "reminded_at"]
    offers = [held for held in moved if isinstance(held, Offer)]
    Offer.objects.bulk_update(offers, [*fields, "expires_at"], batch_size=_BATCH)
    appointments = [held for held in moved if isinstance(held, Appointment)]
    Appointment.objects.bulk_update(appointments, fields, batch_size=_BATCH)


def _close(lost: Sequence[Offer | Appointment], at: datetime) -> None:
    ids = [held.pk for held in lost]
    Offer.objects.filter(pk__in=ids).update(state=OfferState.DISPLACED, closed_at=at)
    Appointment.objects.filter(pk__in=ids).update(state=AppointmentState.CANCELLED, closed_at=at)


def _message(holder: Holder, suspension_id: uuid.UUID, template: str, context: Mapping[str, Any]) -> list[NewMessage]:
    # A file that was damaged or erased has nobody to tell any more, and must not keep the others from being told.
    if not is_readable(registration=holder.registration):
        return []
    return [message_to(holder.registration, template, f"{suspension_id}:{holder.key}", context)]


def _told_of_move(holder: Holder, slot: AppointmentSlot) -> tuple[str, dict[str, Any]]:
    held = holder.held
    if isinstance(held, Offer):
        return "offer_moved", {**offered_place(held, slot), "old_port": holder.slot.port.name}
    return "appointment_moved", {**booked_place(held, slot), "old_port": holder.slot.port.name}


def _moved(holder: Holder, slot: AppointmentSlot, suspension_id: uuid.UUID) -> PlaceMoved:
    return PlaceMoved(
        suspension=str(suspension_id),
        **_which(holder.held),
        from_port=holder.slot.port_id,
        from_starts_at=holder.slot.starts_at.isoformat(),
        port=slot.port_id,
        starts_at=slot.starts_at.isoformat(),
    )


def _displaced(holder: Holder, suspension_id: uuid.UUID) -> PlaceDisplaced:
    return PlaceDisplaced(
        suspension=str(suspension_id),
        **_which(holder.held),
        from_port=holder.slot.port_id,
        from_starts_at=holder.slot.starts_at.isoformat(),
    )


def _which(held: Offer | Appointment) -> dict[str, str]:
    kind = "offer" if isinstance(held, Offer) else "appointment"
    return {"offer": "", "appointment": "", kind: str(held.pk)}
