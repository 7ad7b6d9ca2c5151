from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fairport.audit.events import EventDetails


@dataclass(frozen=True)
class DrawFrozen(EventDetails):
    """The pool and the places of a draw stand; `manifest_sha256` is what was committed to.

    `left_out` counts the groups that waited but whose file could not be opened; each has an event of its own.
    """

    name: ClassVar[str] = "draw.frozen"

    sequence: int
    entries: int
    people: int
    places: int
    draw_time: str
    beacon: str
    manifest_sha256: str
    left_out: int


@dataclass(frozen=True)
class DrawBeaconReceived(EventDetails):
    """The promised round of the public beacon came and its signature was checked; `source` is `relay` or `pasted`."""

    name: ClassVar[str] = "draw.beacon_received"

    round: int
    signature: str
    source: str


@dataclass(frozen=True)
class DrawRun(EventDetails):
    """The order was drawn and the places given out; counts are entries."""

    name: ClassVar[str] = "draw.run"

    offers: int
    rain_checks: int
    void: int
    seed: str
    result_sha256: str


@dataclass(frozen=True)
class DrawMissed(EventDetails):
    """Nobody froze the draw of this day in time, so there was none; the next day's draw takes over."""

    name: ClassVar[str] = "draw.missed"

    draw_time: str


@dataclass(frozen=True)
class DrawFilesOpened(EventDetails):
    """An auditor took all files of a draw, also those that were not public yet."""

    name: ClassVar[str] = "draw.files_opened"
