"""What is told about the gate. The subject is the registration where one is known, else the port."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fairport.audit.events import EventDetails


@dataclass(frozen=True)
class DayListLoaded(EventDetails):
    """A device took a port's day along; `groups` is how many were on it."""

    name: ClassVar[str] = "gate.day_list_loaded"
    port: str
    day: str
    role: str
    device: str
    groups: int


@dataclass(frozen=True)
class ScanReceived(EventDetails):
    """A scan came from a device; `offline` says that it was judged there, `answer` is what the officer saw."""

    name: ClassVar[str] = "gate.scan_received"
    scan: str
    port: str
    role: str
    action: str
    answer: str
    outcome: str
    offline: bool


@dataclass(frozen=True)
class ConflictFound(EventDetails):
    """An arrival contradicts the record; `other_scan` is the one that came first, where it is known."""

    name: ClassVar[str] = "gate.conflict_found"
    conflict: str
    scan: str
    port: str
    kind: str
    other_scan: str | None


@dataclass(frozen=True)
class ConflictClosed(EventDetails):
    """A supervisor closed it; the words rest with the conflict itself."""

    name: ClassVar[str] = "gate.conflict_closed"
    conflict: str
    port: str
    kind: str


@dataclass(frozen=True)
class ConflictRead(EventDetails):
    """Somebody read what a supervisor had written about it."""

    name: ClassVar[str] = "gate.conflict_read"
    conflict: str
    role: str
    port: str
