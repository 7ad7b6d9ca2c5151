"""What is told about complaints; the subject is always the complaint. Nobody's words are part of an event."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fairport.audit.events import EventDetails


@dataclass(frozen=True)
class ComplaintFiled(EventDetails):
    name: ClassVar[str] = "complaint.filed"
    kind: str
    port: str | None


@dataclass(frozen=True)
class ComplaintWordsAdded(EventDetails):
    """The sender wrote more; `reopened` says whether it had been closed."""

    name: ClassVar[str] = "complaint.words_added"
    reopened: bool


@dataclass(frozen=True)
class ComplaintOpened(EventDetails):
    """Somebody of the ombuds office read it."""

    name: ClassVar[str] = "complaint.opened"


@dataclass(frozen=True)
class ComplaintAnswered(EventDetails):
    """`outcome` is empty unless the answer closed it."""

    name: ClassVar[str] = "complaint.answered"
    outcome: str


@dataclass(frozen=True)
class ComplaintReopened(EventDetails):
    name: ClassVar[str] = "complaint.reopened"


@dataclass(frozen=True)
class ComplaintErased(EventDetails):
    """Its key was erased, because it had been closed for long enough."""

    name: ClassVar[str] = "complaint.erased"
