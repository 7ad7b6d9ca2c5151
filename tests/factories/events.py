"""Events that mean nothing, for tests of the log itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from fairport.audit.events import WORKER, EventDetails, Subject
from fairport.audit.operations import NewEvent, append_events, sequence_log
from fairport.sealing.models import DataKey

AT = datetime(2023, 1, 18, 12, tzinfo=UTC)


@dataclass(frozen=True)
class SomethingHappened(EventDetails):
    name = "something_happened"
    number: int


def append(count: int = 1, *, first: int = 0, data_key: DataKey | None = None, at: datetime = AT) -> list[int]:
    """Appends events numbered from `first` on; their ids."""
    numbers = range(first, first + count)
    new = [NewEvent(SomethingHappened(number), Subject("thing", str(number)), data_key) for number in numbers]
    return append_events(events=new, actor=WORKER, at=at)


def log_events(counts: Sequence[int], *, at: datetime = AT) -> list[int]:
    """Appends so many events and sequences them, checkpoint by checkpoint; their ids."""
    ids: list[int] = []
    for count in counts:
        ids += append(count, first=len(ids), at=at)
        sequence_log(at=at)
    return ids
