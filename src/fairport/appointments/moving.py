"""Moving groups to other bands of their port, because a band was lowered below what is held in it (decision 0056)."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from fairport.appointments.events import AppointmentMoved, OfferMoved
from fairport.appointments.models import Appointment, AppointmentState, Offer, OfferState
from fairport.appointments.telling import booked_place, event_of, former_time, message_to, offered_place
from fairport.audit.events import Actor
from fairport.audit.operations import NewEvent, append_events
from fairport.domain.lowering import HeldGroup
from fairport.domain.policy import Policy
from fairport.notifications.operations import NewMessage, queue_messages
from fairport.ports.models import AppointmentSlot
from fairport.ports.operations import hold_places, lock_slots, take_out_places
from fairport.ports.queries import slots_by_id
from fairport.registrations.models import Registration, RegistrationStatus
from fairport.registrations.operations import mark_owed


class GroupsChanged(Exception):
    """A group to be moved was confirmed, cancelled, moved or changed since the list of moves was made."""

    code = "groups_changed"


@dataclass(frozen=True, slots=True)
class PlacedGroup:
    """A group that can be moved, without a name: an open offer, or an appointment with its confirmation number."""

    held: HeldGroup
    registration_id: uuid.UUID
    confirmation_number: str = ""

    @property
    def about_offer(self) -> bool:
        """Whether it is an offer that waits for its answer."""
        return not self.held.confirmed


@dataclass(frozen=True, slots=True)
class Move:
    """One group from the band that it is in to another one."""

    group: PlacedGroup
    to_slot_id: int


def groups_in(*, slot_ids: Collection[int], at: datetime) -> list[PlacedGroup]:
    """The groups that hold places in some bands and can be moved at `at`; two queries.

    Not among them: whoever arrived or withdrew. A withdrawn group keeps its place until it comes free by itself.
    """
    offers = Offer.objects.filter(
        slot_id__in=slot_ids,
        state=OfferState.OPEN,
        expires_at__gt=at,
        registration__status=RegistrationStatus.OFFERED,
    ).select_related("draw_entry")
    appointments = Appointment.objects.filter(
        slot_id__in=slot_ids, state=AppointmentState.BOOKED, registration__status=RegistrationStatus.CONFIRMED
    )
    return [
        *(
            PlacedGroup(
                HeldGroup(
                    key=f"offer:{offer.pk}",
                    slot_id=offer.slot_id,
                    size=offer.size,
                    confirmed=False,
                    since=offer.made_at,
                    # All offers of a draw are made at one moment; who was drawn last is moved first.
                    tie=(offer.draw_entry.lottery_rank or 0, offer.draw_entry.entry_id),
                ),
                offer.registration_id,
            )
            for offer in offers
        ),
        *(
            PlacedGroup(
                HeldGroup(
                    key=f"appointment:{appointment.pk}",
                    slot_id=appointment.slot_id,
                    size=appointment.size,
                    confirmed=True,
                    since=appointment.confirmed_at,
                    tie=(0, appointment.confirmation_number),
                ),
                appointment.registration_id,
                appointment.confirmation_number,
            )
            for appointment in appointments
        ),
    ]


@transaction.atomic
def move_groups(
    *, moves: Sequence[Move], policy: Policy, at: datetime, actor: Actor, lock_also: Collection[int] = ()
) -> int:
    """Moves groups with their places, all of them or none; each is told in its language, with the old and the new time.

    The places that they leave stay out of the draw: the caller lowers those bands in the same transaction. The new band
    is of the same port and starts at least the minimum notice from now. `lock_also` are further bands that the caller
    changes afterwards: all are locked at once, so that nobody waits in a circle. Returns how many were moved. Raises
    GroupsChanged, and NoPlaceLeft if a band has no room any more; then nothing is changed.
    """
    registrations = _lock([move.group.registration_id for move in moves])
    offers, appointments = _read(moves, at)
    ids = {move.group.held.slot_id for move in moves} | {move.to_slot_id for move in moves}
    # In the order of the ids, before any place is counted.
    lock_slots(slot_ids=list(ids.union(lock_also)))
    slots = slots_by_id(slot_ids=list(ids))
    _move_places(moves, slots, policy, at)
    events: list[NewEvent] = []
    messages: list[NewMessage] = []
    for move in moves:
        registration = registrations[move.group.registration_id]
        before, after = slots[move.group.held.slot_id], slots[move.to_slot_id]
        told = {"port": after.port_id, "moved_from": before.starts_at.isoformat()}
        row: Offer | Appointment
        if move.group.about_offer:
            row = offers[move.group.held.key]
            events.append(event_of(registration, OfferMoved(str(row.pk), **told, moved_to=after.starts_at.isoformat())))
            template, place = "offer_new_time", offered_place(row, after)
        else:
            row = appointments[move.group.held.key]
            moved = AppointmentMoved(str(row.pk), **told, moved_to=after.starts_at.isoformat())
            events.append(event_of(registration, moved))
            template, place = "appointment_new_time", booked_place(row, after)
        about = f"{row.pk}:{after.pk}:{at.isoformat()}"
        messages.append(message_to(registration, template, about, place | former_time(before)))
        row.slot, row.moved_from, row.moved_at, row.reminded_at = after, before, at, None
        row.save(update_fields=["slot", "moved_from", "moved_at", "reminded_at"])
    # Whoever cannot come at the new time and says so goes first in the next draw (decision 0051).
    mark_owed(registrations=list(registrations.values()), at=at)
    append_events(events=events, actor=actor, at=at)
    queue_messages(messages=messages, at=at)
    return len(moves)


def _lock(ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Registration]:
    rows = Registration.objects.select_for_update(of=("self",)).select_related("data_key").filter(pk__in=ids)
    return {row.pk: row for row in rows.order_by("pk")}


def _read(moves: Sequence[Move], at: datetime) -> tuple[dict[str, Offer], dict[str, Appointment]]:
    """The rows that the moves are about, read again under the locks. Raises GroupsChanged."""
    keys = {move.group.held.key: move.group.held for move in moves}
    ids = {key: uuid.UUID(key.partition(":")[2]) for key in keys}
    offers = {
        f"offer:{offer.pk}": offer
        for offer in Offer.objects.filter(
            pk__in=ids.values(),
            state=OfferState.OPEN,
            expires_at__gt=at,
            registration__status=RegistrationStatus.OFFERED,
        )
    }
    appointments = {
        f"appointment:{appointment.pk}": appointment
        for appointment in Appointment.objects.filter(
            pk__in=ids.values(), state=AppointmentState.BOOKED, registration__status=RegistrationStatus.CONFIRMED
        )
    }
    found: Mapping[str, Offer | Appointment] = {**offers, **appointments}
    for key, held in keys.items():
        row = found.get(key)
        if row is None or (row.slot_id, row.size) != (held.slot_id, held.size):
            raise GroupsChanged
    return offers, appointments


def _move_places(moves: Sequence[Move], slots: Mapping[int, AppointmentSlot], policy: Policy, at: datetime) -> None:
    out: Counter[int] = Counter()
    into: Counter[int] = Counter()
    for move in moves:
        before, after = slots[move.group.held.slot_id], slots[move.to_slot_id]
        if before.port_id != after.port_id or after.starts_at < at + policy.draw.minimum_notice:
            raise GroupsChanged
        out[before.pk] += move.group.held.size
        into[after.pk] += move.group.held.size
    for slot_id, people in out.items():
        take_out_places(slot_id=slot_id, people=people)
    for slot_id, people in into.items():
        hold_places(slot_id=slot_id, people=people)
