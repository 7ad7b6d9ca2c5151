from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fairport.audit.events import EventDetails


@dataclass(frozen=True)
class MessageRetried(EventDetails):
    """An operator sent a dead message on its way again."""

    name: ClassVar[str] = "message.retried"

    template: str
    last_failure: str
