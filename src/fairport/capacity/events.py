"""What is told about a port's places; the subject is the port."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fairport.audit.events import EventDetails


@dataclass(frozen=True)
class _CapacityChanged(EventDetails):
    """`bands` are how many bands of the horizon changed, `places` by how many places all together.

    `moved` and `kept` count groups that were over what is left. `bookings` is what was chosen for them.
    """

    programme: str
    bands: int
    places: int
    bookings: str
    moved: int
    kept: int


@dataclass(frozen=True)
class PlanChanged(_CapacityChanged):
    """`planned` has one text for each band: `08:00-12:00 60+6`, places and walk-in reserve. No band: closed."""

    name: ClassVar[str] = "capacity.plan_changed"
    weekdays: tuple[int, ...]
    planned: tuple[str, ...]
    first_day: str
    last_day: str | None


@dataclass(frozen=True)
class DaysChanged(_CapacityChanged):
    """Single days differ from their weekdays, or no more. `kind` is `closed`, `changed`, `unchanged` or `lifted`."""

    name: ClassVar[str] = "capacity.days_changed"
    first_day: str
    last_day: str
    kind: str
    band_start: str | None
    capacity: int | None
    walk_in_reserve: int | None
    reason: str
    words: str
    source: str
