"""What is told about placements beside the appointment's own events; the subject is a registration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fairport.audit.events import EventDetails


@dataclass(frozen=True)
class PlacementOpened(EventDetails):
    """Somebody read why a group is to be placed."""

    name: ClassVar[str] = "placement.opened"
    proposal: str
    port: str
