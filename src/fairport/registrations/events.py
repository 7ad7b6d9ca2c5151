"""What is told about registrations.

Names, dates and documents of people are never part of an event, but for what a correction replaced: nothing else keeps
it, and the details are sealed under the file's key like everything about the person.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fairport.audit.events import EventDetails


@dataclass(frozen=True)
class RegistrationSubmitted(EventDetails):
    name: ClassVar[str] = "registration.submitted"
    number: str
    programme: str
    policy_version: int
    registered_at: str
    size: int
    ports: tuple[str, ...]
    language: str


@dataclass(frozen=True)
class SignalRaised(EventDetails):
    """`traveler` and `other` are ids of travelers."""

    name: ClassVar[str] = "integrity.signal_raised"
    kind: str
    traveler: str
    other: str


@dataclass(frozen=True)
class TravelerCorrected(EventDetails):
    """An officer corrected who somebody is; `before` has the old value of each field that changed."""

    name: ClassVar[str] = "traveler.corrected"
    traveler: str
    before: dict[str, str | None]
    reason: str
    role: str
    port: str


@dataclass(frozen=True)
class PatternFound(EventDetails):
    """A signal about many registrations or decisions; `size` says how many."""

    name: ClassVar[str] = "integrity.pattern_found"
    kind: str
    size: int


@dataclass(frozen=True)
class RegistrationLapsed(EventDetails):
    name: ClassVar[str] = "registration.lapsed"
    last_sign_of_life_at: str


@dataclass(frozen=True)
class PortsChosen(EventDetails):
    """A waiting group chose other ports, in its order."""

    name: ClassVar[str] = "registration.ports_chosen"
    ports: tuple[str, ...]


@dataclass(frozen=True)
class SafeguardingCaseOpened(EventDetails):
    name: ClassVar[str] = "safeguarding.opened"
    number: str


@dataclass(frozen=True)
class SafeguardingCaseRead(EventDetails):
    """A supervisor opened the case; `taken` says whether they took it by that."""

    name: ClassVar[str] = "safeguarding.read"
    number: str
    taken: bool
