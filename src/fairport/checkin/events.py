"""What is told about a group at the port; the subject is always the registration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fairport.audit.events import EventDetails


@dataclass(frozen=True)
class PassChecked(EventDetails):
    """Somebody scanned a pass or typed its number; `answer` is what they were told."""

    name: ClassVar[str] = "pass.checked"
    appointment: str
    answer: str
    role: str
    port: str


@dataclass(frozen=True)
class FileOpened(EventDetails):
    """Somebody opened the names and documents of a group; `appointment` is the one at hand, if any."""

    name: ClassVar[str] = "file.opened"
    appointment: str | None
    role: str
    port: str
    reason: str


@dataclass(frozen=True)
class ArrivalRecorded(EventDetails):
    """`travelers` are ids; `timing` is `in_band`, `early` or `late`."""

    name: ClassVar[str] = "arrival.recorded"
    appointment: str
    role: str
    port: str
    travelers: tuple[str, ...]
    timing: str


@dataclass(frozen=True)
class TravelerAdded(EventDetails):
    """A child joined the group at the gate; `place` is `band`, `walk_in` or `apart`, `traveler` an id.

    `document_contested`: another active file has the same document.
    """

    name: ClassVar[str] = "traveler.added"
    appointment: str
    role: str
    port: str
    traveler: str
    place: str
    document_contested: bool


@dataclass(frozen=True)
class ArrivalUndone(EventDetails):
    """An arrival that was recorded by mistake was taken back; `traveler` is an id."""

    name: ClassVar[str] = "arrival.undone"
    appointment: str
    role: str
    port: str
    traveler: str


@dataclass(frozen=True)
class InterpreterChanged(EventDetails):
    """Another interpreter is wished than before; which one rests in the file."""

    name: ClassVar[str] = "interpreter.changed"
    appointment: str
    role: str
    port: str


@dataclass(frozen=True)
class DeterminationRecorded(EventDetails):
    """What was found and why rests with the determination itself. `replaces` names the one that it corrects.

    With `needs_review` it is only proposed: it takes effect with a `determination.reviewed` that agrees.
    """

    name: ClassVar[str] = "determination.recorded"
    determination: str
    traveler: str
    outcome: str
    role: str
    port: str
    replaces: str | None
    needs_review: bool


@dataclass(frozen=True)
class DeterminationReviewed(EventDetails):
    """A second officer looked at a negative; `verdict` is `agreed` or `disagreed`."""

    name: ClassVar[str] = "determination.reviewed"
    determination: str
    traveler: str
    verdict: str
    role: str
    port: str


@dataclass(frozen=True)
class RegistrationDetermined(EventDetails):
    """Every arrived traveler has a determination that is in effect."""

    name: ClassVar[str] = "registration.determined"
    appointment: str
