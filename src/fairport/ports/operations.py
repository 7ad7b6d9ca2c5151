"""The only writers of a slot's `held`, `reserved` and walk-in columns: conditional UPDATEs, in the order of the ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Least

from fairport.domain.capacity import slots_for_horizon
from fairport.domain.policy import Policy
from fairport.ports.models import AppointmentSlot, PortOfEntry
from fairport.ports.plans import (
    ChangedMeanwhile,
    claim_port,
    derive_plans,
    read_book,
    replace_plan,
    set_day_rules,
)
from fairport.ports.reshaping import BandInUse, HeldByDraw, lock_slots, lower_as_places_come_free, reshape_slots

__all__ = [
    "BandInUse",
    "ChangedMeanwhile",
    "HeldByDraw",
    "NoPlaceLeft",
    "PlacesMiscounted",
    "claim_port",
    "derive_plans",
    "ensure_slots",
    "hold_places",
    "lock_slots",
    "lower_as_places_come_free",
    "pass_undrawable_to_walk_ins",
    "release_places",
    "replace_plan",
    "reserve_for_draw",
    "reshape_slots",
    "set_day_rules",
    "settle_draw_cells",
    "sync_ports",
    "take_out_places",
]


class NoPlaceLeft(Exception):
    """The band has fewer free places than people to hold them for."""

    code = "no_place_left"


class PlacesMiscounted(Exception):
    """More places were to be given back than are held: a defect of ours, never a user's doing."""

    code = "places_miscounted"


def sync_ports(*, policy: Policy, at: datetime) -> None:
    """Makes the ports of a policy known, or brings their names, addresses and dates up to date, and their plans."""
    for port in policy.ports:
        PortOfEntry.objects.update_or_create(
            code=port.code,
            defaults={
                "name": port.name,
                "timezone": port.timezone,
                "traveler_timezone": port.traveler_timezone,
                "latitude": port.latitude,
                "longitude": port.longitude,
                "address": port.address,
                "opens_on": port.opens_on,
                "closes_on": port.closes_on,
                "capacity_source": port.capacity_source,
            },
        )
    derive_plans(policy=policy, at=at)


def ensure_slots(*, policy: Policy, at: datetime) -> int:
    """Creates the slots of the policy's horizon that are not there yet, as the ports' plans and exceptions have them.

    Existing ones are left alone. Returns how many were created.
    """
    # A database from before there were plans gets them here.
    derive_plans(policy=policy, at=at)
    book = read_book(programme=policy.programme, first_day=at.date() - timedelta(days=1))
    planned = slots_for_horizon(policy=policy, at=at, bands_on=book.bands_on)
    if not planned:
        return 0
    days = [plan.day for plan in planned]
    existing = set(
        AppointmentSlot.objects.filter(
            programme=policy.programme, date__gte=min(days), date__lte=max(days)
        ).values_list("port_id", "date", "band_start")
    )
    missing = [plan for plan in planned if (plan.port, plan.day, plan.band_start) not in existing]
    AppointmentSlot.objects.bulk_create(
        [
            AppointmentSlot(
                programme=policy.programme,
                port_id=plan.port,
                date=plan.day,
                band_start=plan.band_start,
                band_end=plan.band_end,
                starts_at=plan.starts_at,
                ends_at=plan.ends_at,
                capacity=plan.capacity,
                walk_in_reserve=plan.walk_in_reserve,
            )
            for plan in missing
        ],
        # Two workers may generate the same day; the unique constraint keeps one.
        ignore_conflicts=True,
    )
    return len(missing)


def hold_places(*, slot_id: int, people: int) -> None:
    """Takes places for `people`. Raises NoPlaceLeft, changing nothing."""
    changed = AppointmentSlot.objects.filter(pk=slot_id, held__lte=F("capacity") - people).update(
        held=F("held") + people
    )
    if changed != 1:
        raise NoPlaceLeft


def take_out_places(*, slot_id: int, people: int) -> None:
    """Takes `people` out of a band that they were moved from, for whoever then lowers it. Raises PlacesMiscounted."""
    changed = AppointmentSlot.objects.filter(
        pk=slot_id, held__gte=F("reserved") + F("passed_to_walk_in") + people
    ).update(held=F("held") - people)
    if changed != 1:
        raise PlacesMiscounted


def take_outside_draw(*, slot_id: int, people: int) -> None:
    """Holds places for `people` whom officials placed: of the walk-in reserve as far as it goes, else free ones.

    What is taken of the reserve becomes a part of the band's `capacity`, so that it is held, counted and given back
    like every other place. Raises NoPlaceLeft, changing nothing.
    """
    left_in_reserve = F("walk_in_reserve") - F("walk_ins_admitted")
    from_reserve = Least(Value(people), left_in_reserve)
    # What walk-ins were given because no draw could reach it is held already.
    passed_on = Least(from_reserve, F("passed_to_walk_in"))
    changed = AppointmentSlot.objects.filter(pk=slot_id, held__lte=F("capacity") + left_in_reserve - people).update(
        walk_in_reserve=F("walk_in_reserve") - from_reserve,
        passed_to_walk_in=F("passed_to_walk_in") - passed_on,
        capacity=F("capacity") + from_reserve - passed_on,
        held=F("held") + people - passed_on,
    )
    if changed != 1:
        raise NoPlaceLeft


def release_places(*, slot_id: int, people: int, next_draw_at: datetime, minimum_notice: timedelta) -> None:
    """Gives back the places of `people`.

    They are free for the next draw if the band starts at least `minimum_notice` after it; else they go to the port's
    walk-in reserve, so that nobody can grab a place by being quick. Raises PlacesMiscounted.
    """
    slots = AppointmentSlot.objects.filter(pk=slot_id, held__gte=F("reserved") + F("passed_to_walk_in") + people)
    drawable_from = next_draw_at + minimum_notice
    changed = slots.filter(starts_at__gte=drawable_from).update(held=F("held") - people)
    if not changed:
        changed = slots.filter(starts_at__lt=drawable_from).update(
            passed_to_walk_in=F("passed_to_walk_in") + people, walk_in_reserve=F("walk_in_reserve") + people
        )
    if changed != 1:
        raise PlacesMiscounted


def reserve_for_draw(*, slots: Iterable[AppointmentSlot]) -> dict[int, int]:
    """Moves each slot's free places into `held`, as reserved by the draw being frozen.

    The slots were read and locked (`FOR UPDATE`, in the order of their ids) by the caller. Returns slot id → places
    reserved. Raises PlacesMiscounted if a slot is still reserved by another draw.
    """
    reserved = {slot.pk: slot.free for slot in slots}
    changed = AppointmentSlot.objects.filter(pk__in=reserved, reserved=0).update(
        reserved=F("capacity") - F("held"), held=F("capacity")
    )
    if changed != len(reserved):
        raise PlacesMiscounted
    return reserved


def settle_draw_cells(*, offered: Mapping[int, int], reserved: Mapping[int, int]) -> None:
    """Frees what a draw reserved and holds what it offered, by the same guard as for everyone.

    `reserved` is slot id → places reserved at the freeze, `offered` slot id → people offered. Raises PlacesMiscounted,
    and NoPlaceLeft if more was offered than was free.
    """
    slots = AppointmentSlot.objects.filter(pk__in=reserved)
    # Locked in the order of the ids, as everywhere: an UPDATE alone takes them in any order.
    if dict(slots.select_for_update().order_by("id").values_list("id", "reserved")) != dict(reserved):
        raise PlacesMiscounted
    slots.update(held=F("held") - F("reserved"), reserved=0)
    for slot_id, people in sorted(offered.items()):
        hold_places(slot_id=slot_id, people=people)


@transaction.atomic
def pass_undrawable_to_walk_ins(*, programme: str, next_draw_at: datetime, minimum_notice: timedelta) -> int:
    """Gives what is still free in bands too near for the next draw to the ports' walk-in reserves.

    Bands that a frozen draw reserved are left alone: its run settles them. Returns how many slots changed.
    """
    too_near = AppointmentSlot.objects.filter(
        programme=programme, starts_at__lt=next_draw_at + minimum_notice, reserved=0, held__lt=F("capacity")
    )
    # Locked in the order of the ids, as everywhere: an UPDATE alone takes them in any order.
    ids = list(too_near.select_for_update().order_by("id").values_list("id", flat=True))
    return AppointmentSlot.objects.filter(pk__in=ids).update(
        passed_to_walk_in=F("passed_to_walk_in") + F("capacity") - F("held"),
        walk_in_reserve=F("walk_in_reserve") + F("capacity") - F("held"),
        held=F("capacity"),
    )
