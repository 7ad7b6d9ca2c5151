"""Groups that come to San Diego without an appointment."""

from __future__ import annotations

import uuid
from collections import Counter
from datetime import datetime
from typing import Any

from django.db.models import Sum

from fairport.accounts.models import User
from fairport.appointments.models import AddedPlace
from fairport.checkin.models import AddedTraveler
from fairport.ports.models import AppointmentSlot
from fairport.walkins.models import WalkIn, WalkInPlaces
from fairport.walkins.operations import NewWalkIn, register_walk_in
from tests.factories.programme import NOW

WORDS = "A woman in her ninth month is in pain."


def come(officer: User, people: int = 1, *, port: str = "SDG", at: datetime = NOW, **changes: Any) -> WalkIn:
    """A group that gets a number."""
    new = NewWalkIn(people=people, **changes)
    return register_walk_in(port=port, new=new, key=uuid.uuid4(), officer=officer, at=at)


def reserve(places: int, *, port: str = "SDG", at: datetime = NOW) -> AppointmentSlot:
    """Leaves so many walk-in places in the day's first band and none in the others; that band."""
    slots = AppointmentSlot.objects.filter(port_id=port, date=at.date()).order_by("band_start")
    slots.update(walk_in_reserve=0)
    first = slots[0]
    first.walk_in_reserve = places
    first.save()
    return first


def assert_walk_in_places_add_up() -> None:
    """For each slot: what was used of the reserve is what admitted groups and added children have of it."""
    groups = dict(WalkInPlaces.objects.values_list("slot").annotate(Sum("people")).values_list("slot", "people__sum"))
    children = Counter(AddedTraveler.objects.values_list("slot_id", "place"))
    for slot in AppointmentSlot.objects.all():
        assert slot.walk_ins_admitted == groups.get(slot.pk, 0) + children[slot.pk, AddedPlace.WALK_IN], str(slot)
        assert slot.walk_ins_admitted <= slot.walk_in_reserve
        assert slot.added == children[slot.pk, AddedPlace.APART], str(slot)
