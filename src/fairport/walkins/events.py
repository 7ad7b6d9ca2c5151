"""What is told about a group that came without an appointment; the subject is the walk-in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fairport.audit.events import EventDetails


@dataclass(frozen=True)
class WalkInRegistered(EventDetails):
    """`registration` is the id of the registration that they said they have."""

    name: ClassVar[str] = "walk_in.registered"
    port: str
    role: str
    day: str
    queue_number: int
    people: int
    urgency: str
    registration: str | None


@dataclass(frozen=True)
class WalkInAdmitted(EventDetails):
    """`places` is band (slot id, as text) → people, as taken from the walk-in reserves."""

    name: ClassVar[str] = "walk_in.admitted"
    port: str
    role: str
    people: int
    places: dict[str, int]


@dataclass(frozen=True)
class WalkInClosed(EventDetails):
    """They left, or were not admitted on this day; `outcome` says which."""

    name: ClassVar[str] = "walk_in.closed"
    port: str
    role: str
    outcome: str


@dataclass(frozen=True)
class WalkInReopened(EventDetails):
    """An outcome that was recorded by mistake was taken back; the places of an admission with it."""

    name: ClassVar[str] = "walk_in.reopened"
    port: str
    role: str
    outcome: str


@dataclass(frozen=True)
class WalkInRead(EventDetails):
    """Somebody opened the words of a walk-in."""

    name: ClassVar[str] = "walk_in.read"
    port: str
    role: str
