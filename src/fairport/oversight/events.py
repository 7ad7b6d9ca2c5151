"""What is told about signals. Names and documents of people are never part of an event."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fairport.audit.events import EventDetails


@dataclass(frozen=True)
class SignalFilesOpened(EventDetails):
    """Somebody read a registration because of a signal; the subject is the registration."""

    name: ClassVar[str] = "integrity.file_opened"
    signal: int
    role: str
    reason: str


@dataclass(frozen=True)
class SignalReviewed(EventDetails):
    """The subject is the signal."""

    name: ClassVar[str] = "integrity.signal_reviewed"
    review: str
    outcome: str
    role: str
