"""What is told about signals. Names and documents of people are never part of an event."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fairport.audit.events import EventDetails


@dataclass(frozen=True)
class SignalFilesOpened(EventDetails):
    """The same event as at a port: somebody read a registration, here because of a signal, and why they looked at it.

    `port` is empty for the ombuds office, which has none.
    """

    name: ClassVar[str] = "file.opened"
    signal: int
    role: str
    port: str
    because: str
    reason: str = "signal"


@dataclass(frozen=True)
class SignalReviewed(EventDetails):
    """The subject is the signal."""

    name: ClassVar[str] = "integrity.signal_reviewed"
    review: str
    outcome: str
    role: str
