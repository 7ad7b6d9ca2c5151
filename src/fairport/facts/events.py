"""What is told about verified facts; the subject is always the registration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fairport.audit.events import EventDetails


@dataclass(frozen=True)
class FileOpenedToVerify(EventDetails):
    """The same event as at the port, without an appointment: somebody opened the names and claims of a group."""

    name: ClassVar[str] = "file.opened"
    role: str
    port: str
    reason: str


@dataclass(frozen=True)
class FactsConfirmed(EventDetails):
    """An officer saw what a traveler claims, and asked a second person to approve it."""

    name: ClassVar[str] = "facts.confirmed"
    proposal: str
    traveler: str
    criteria: tuple[str, ...]
    where: str
    role: str
    port: str


@dataclass(frozen=True)
class FactsVerified(EventDetails):
    """A second person approved it: from the next freeze on it counts."""

    name: ClassVar[str] = "facts.verified"
    proposal: str
    traveler: str
    criteria: tuple[str, ...]
    where: str
    port: str
    valid_until: tuple[str, ...]


@dataclass(frozen=True)
class FactWithdrawn(EventDetails):
    """A verified fact was taken back; why rests with the fact itself."""

    name: ClassVar[str] = "facts.withdrawn"
    fact: str
    traveler: str
    criterion: str
    role: str
    port: str
