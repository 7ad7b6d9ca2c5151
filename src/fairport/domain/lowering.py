"""Who is moved when a band is lowered below what is held in it, and where to: a rule, never a choice of persons.

Source: decision 0056. Whoever got the place last is moved first: offers that wait for an answer before confirmed
appointments, each by the time they were made, the latest first; among those made at the same moment, by the order that
the draw or chance gave them. Nobody is moved whom the lowered band still holds. A group goes whole, to the nearest day
of the same port with room for it, the later one of two equally near, and there to the band nearest in the day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time


@dataclass(frozen=True, slots=True)
class HeldGroup:
    """A group with a place. ``tie`` orders what was made at the same moment; the greater one is moved first."""

    key: str
    slot_id: int
    size: int
    confirmed: bool
    since: datetime
    tie: tuple[int, str]


@dataclass(frozen=True, slots=True)
class Room:
    """A band that can take groups; ``free`` counts people."""

    slot_id: int
    day: date
    start: time
    free: int


@dataclass(frozen=True, slots=True)
class Moves:
    """Who goes where (group's key to slot id), and who would have to go but finds no room."""

    to: Mapping[str, int]
    stay: tuple[str, ...]


def choose_groups(groups: Iterable[HeldGroup], *, excess: int) -> tuple[HeldGroup, ...]:
    """Return the groups of one band that must go for ``excess`` people fewer, in the order in which they are chosen.

    The last of them may be larger than what is still needed: groups are never split.
    """
    chosen: list[HeldGroup] = []
    for group in sorted(groups, key=_latest_first):
        if excess <= 0:
            break
        chosen.append(group)
        excess -= group.size
    return tuple(chosen)


def plan_moves(
    groups: Iterable[HeldGroup], *, excess: Mapping[int, int], places: Mapping[int, Room], rooms: Iterable[Room]
) -> Moves:
    """Return where the groups of lowered bands go.

    ``excess`` is slot id to people too many, ``places`` describes those bands, and ``rooms`` are all bands of the port
    that may take somebody. Whoever is longest in a place finds a new one first.
    """
    by_slot: dict[int, list[HeldGroup]] = {}
    for group in groups:
        by_slot.setdefault(group.slot_id, []).append(group)
    chosen = [
        group for slot_id, people in excess.items() for group in choose_groups(by_slot.get(slot_id, ()), excess=people)
    ]
    described = {room.slot_id: room for room in rooms}
    free = {slot_id: room.free for slot_id, room in described.items()}
    to: dict[str, int] = {}
    stay: list[str] = []
    for group in sorted(chosen, key=_latest_first, reverse=True):
        here = places[group.slot_id]
        fitting = [room for room in described.values() if free[room.slot_id] >= group.size]
        if not fitting:
            stay.append(group.key)
            continue
        nearest = min(fitting, key=lambda room: _distance(here, room))
        free[nearest.slot_id] -= group.size
        to[group.key] = nearest.slot_id
    return Moves(to, tuple(stay))


def _latest_first(group: HeldGroup) -> tuple[bool, float, int, str]:
    rank, text = group.tie
    return (group.confirmed, -group.since.timestamp(), -rank, text)


def _distance(here: Room, there: Room) -> tuple[int, bool, int, int]:
    days = (there.day - here.day).days
    return (abs(days), days < 0, abs(_minutes(there.start) - _minutes(here.start)), there.slot_id)


def _minutes(moment: time) -> int:
    return moment.hour * 60 + moment.minute
