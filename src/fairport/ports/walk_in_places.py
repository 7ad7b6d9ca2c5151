"""The only writer of what walk-ins used of a slot's reserve, and of who was counted apart.

A port's walk-in places count for its whole day: each band has its own reserve, and they are used up in the order of the
bands. A child who is added at the gate takes one too, once its own band has no place left.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db.models import F

from fairport.domain.walk_ins import spread_over_bands
from fairport.ports.models import AppointmentSlot, PortOfEntry
from fairport.ports.operations import PlacesMiscounted


class NoWalkInPlaceLeft(Exception):
    """The port's walk-in places of the day are fewer than the people of the group."""

    code = "no_walk_in_place_left"


def lock_port(*, code: str) -> PortOfEntry:
    """A port, with nobody else giving out its queue numbers until the transaction ends.

    Raises PortOfEntry.DoesNotExist.
    """
    # Not a full lock: rows that only name the port must not wait.
    return PortOfEntry.objects.select_for_update(no_key=True).get(pk=code)


def take_walk_in_places(*, port: str, day: date, people: int, first_slot: int | None = None) -> dict[int, int]:
    """Takes places for a whole group from the walk-in reserves of a port's local day; slot id → people.

    `first_slot` is the band that is used up before the others. In the caller's transaction, which holds the day's bands
    until it ends. Raises NoWalkInPlaceLeft, changing nothing.
    """
    left = [(slot.pk, slot.walk_in_places_left) for slot in _lock_day(port, day)]
    left.sort(key=lambda pair: pair[0] != first_slot)
    taken = spread_over_bands(left=left, people=people)
    if taken is None:
        raise NoWalkInPlaceLeft
    for slot_id, share in sorted(taken.items()):
        _take(slot_id, share)
    return taken


def give_back_walk_in_places(*, places: Mapping[int, int]) -> None:
    """Gives back what `take_walk_in_places` took (slot id → people), in the caller's transaction.

    Raises PlacesMiscounted.
    """
    for slot_id, people in sorted(places.items()):
        changed = AppointmentSlot.objects.filter(pk=slot_id, walk_ins_admitted__gte=people).update(
            walk_ins_admitted=F("walk_ins_admitted") - people
        )
        if changed != 1:
            raise PlacesMiscounted


def count_apart(*, slot_id: int) -> None:
    """Counts one child who came with a group though neither its band nor the reserve had a place left."""
    if AppointmentSlot.objects.filter(pk=slot_id).update(added=F("added") + 1) != 1:
        raise PlacesMiscounted


def _lock_day(port: str, day: date) -> list[AppointmentSlot]:
    # In the order of the ids, as everywhere; the order of the bands is the reader's.
    slots = AppointmentSlot.objects.select_for_update().filter(port_id=port, date=day).order_by("id")
    return sorted(slots, key=lambda slot: (slot.band_start, slot.pk))


def _take(slot_id: int, people: int) -> None:
    changed = AppointmentSlot.objects.filter(pk=slot_id, walk_ins_admitted__lte=F("walk_in_reserve") - people).update(
        walk_ins_admitted=F("walk_ins_admitted") + people
    )
    if changed != 1:
        raise NoWalkInPlaceLeft
