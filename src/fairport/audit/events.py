"""What an event is made of. Each room defines its own events as frozen dataclasses deriving `EventDetails`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it: `applicant`, `staff` with the user's id, `worker`, `operator` at the command line, or `partner`."""

    kind: str
    id: str = ""


APPLICANT = Actor("applicant")
WORKER = Actor("worker")
OPERATOR = Actor("operator")


def staff(user_id: int) -> Actor:
    """A member of staff, by the number of their account."""
    return Actor("staff", str(user_id))


@dataclass(frozen=True, slots=True)
class Subject:
    """What the event is about: a kind (`registration`, `draw`, `port` …) and its id."""

    kind: str
    id: str


@dataclass(frozen=True)
class EventDetails:
    """Base of all events: `name` is stable for ever; the fields are JSON values."""

    name: ClassVar[str]

    def as_json(self) -> dict[str, Any]:
        """The details as they are sealed beside the event."""
        return asdict(self)
