"""Signals about many registrations, or about somebody who works with them: raised once, for a person to look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from fairport.audit.events import WORKER, Subject
from fairport.audit.operations import NewEvent, append_events
from fairport.registrations.events import PatternFound
from fairport.registrations.models import IntegritySignal


@dataclass(frozen=True, slots=True)
class NewPattern:
    """A pattern that was found. `kind` is a SignalKind; either `index` or `about` is given.

    The same pattern is raised once for each `level`.
    """

    kind: str
    level: int
    size: int
    index: bytes | None = None
    about: str = ""
    ports: tuple[str, ...] = ()


@transaction.atomic
def raise_patterns(*, patterns: Sequence[NewPattern], at: datetime) -> int:
    """Raises those that were not raised before, each with an event. Returns how many. Nothing else changes."""
    rows = [
        IntegritySignal(
            kind=pattern.kind,
            index=pattern.index,
            about=pattern.about,
            level=pattern.level,
            size=pattern.size,
            ports=sorted(pattern.ports),
            raised_at=at,
        )
        for pattern in patterns
    ]
    newest = IntegritySignal.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    IntegritySignal.objects.bulk_create(rows, ignore_conflicts=True)
    raised = IntegritySignal.objects.filter(pk__gt=newest, raised_at=at, traveler__isnull=True)
    events = [
        NewEvent(PatternFound(kind=signal.kind, size=signal.size), Subject("signal", str(signal.pk)))
        for signal in raised
    ]
    append_events(events=events, actor=WORKER, at=at)
    return len(events)
