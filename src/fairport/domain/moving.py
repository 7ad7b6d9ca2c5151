"""Which bookings of a closed port fit where there is room, and which other ports are near.

Decision record 0051: bookings are looked at by their local day, then by seniority; each takes the first place that fits
the whole group, so that nobody who would fit is passed. A group's own ports come first, in its order.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Booking:
    """A place that is lost: its local day, when it starts, for how many people, and whose. ``key`` is the caller's."""

    key: str
    day: date
    starts_at: datetime
    size: int
    registered_at: datetime
    ports: tuple[str, ...]

    @property
    def turn(self) -> tuple[date, datetime, str]:
        """What decides when it is looked at."""
        return self.day, self.registered_at, self.key


@dataclass(frozen=True, slots=True)
class Room:
    """A band elsewhere with ``free`` places, in people. ``rank`` is the place of its port among those to use."""

    key: int
    port: str
    rank: int
    starts_at: datetime
    free: int


def place_bookings(bookings: Iterable[Booking], rooms: Iterable[Room], *, not_before: datetime) -> dict[str, int]:
    """Return the key of the room for each booking that fits.

    No room starts before ``not_before``, nor before the place that was lost: nobody has to come sooner than they said
    that they could.
    """
    in_order = sorted(rooms, key=lambda room: (room.rank, room.starts_at, room.key))
    free = {room.key: room.free for room in in_order}
    placed: dict[str, int] = {}
    for booking in sorted(bookings, key=lambda booking: booking.turn):
        earliest = max(booking.starts_at, not_before)
        fitting = [room for room in in_order if free[room.key] >= booking.size and room.starts_at >= earliest]
        if fitting:
            room = min(fitting, key=lambda room: _wish(booking.ports, room.port))
            free[room.key] -= booking.size
            placed[booking.key] = room.key
    return placed


def _wish(ports: Sequence[str], port: str) -> int:
    return ports.index(port) if port in ports else len(ports)


def nearest_first(places: Mapping[str, tuple[float, float]], *, origin: str) -> list[str]:
    """Return the names of the places but ``origin``, by their distance from it.

    ``places`` are name → latitude and longitude in degrees; the earth is a sphere.
    """
    here = places[origin]
    others = [name for name in places if name != origin]
    return sorted(others, key=lambda name: (_angle(here, places[name]), name))


def _angle(first: tuple[float, float], second: tuple[float, float]) -> float:
    (lat_a, lon_a), (lat_b, lon_b) = (tuple(map(math.radians, point)) for point in (first, second))
    haversine = (
        math.sin((lat_b - lat_a) / 2) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    )
    return 2 * math.asin(min(1.0, math.sqrt(haversine)))
