"""Who opened a group's file, as the group itself may know it: the role, the port and the day, nobody's name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fairport.audit.queries import count_events, latest_events
from fairport.checkin.events import FileOpened
from fairport.registrations.filing import registration_subject
from fairport.registrations.models import Registration


@dataclass(frozen=True, slots=True)
class Opening:
    """One look into a file. `role` is an `accounts.Role`, `port` a port's code."""

    at: datetime
    role: str
    port: str


@dataclass(frozen=True, slots=True)
class Openings:
    """All looks counted, and the latest of them, newest first. Each page that shows the file counts."""

    count: int
    latest: tuple[Opening, ...]


def openings_of(*, registration: Registration, limit: int) -> Openings:
    """How often a file was opened, and the `limit` latest times; two queries."""
    subject = registration_subject(registration)
    events = latest_events(subject=subject, name=FileOpened.name, limit=limit)
    latest = tuple(
        Opening(event.at, event.details["role"], event.details["port"]) for event in events if event.details is not None
    )
    return Openings(count_events(subject=subject, name=FileOpened.name), latest)
