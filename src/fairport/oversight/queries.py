from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, TruncMonth

from fairport.accounts.models import User
from fairport.domain.suppression import published_count
from fairport.oversight.models import ReviewOutcome, SignalReview
from fairport.oversight.rates import NamedUnit, units_by_criterion, units_by_officer, units_by_port
from fairport.oversight.reviewing import get_signal, ports_of_signal, reviewing_role
from fairport.registrations.models import IntegritySignal, SignalKind

__all__ = [
    "OPEN",
    "ORDERS",
    "MonthOfSignals",
    "NamedUnit",
    "get_signal",
    "list_signals",
    "names_of_actors",
    "outcomes_of_signal",
    "ports_of_signal",
    "reviewing_role",
    "signals_by_month",
    "units_by_criterion",
    "units_by_officer",
    "units_by_port",
]

OPEN: Final = "open"
"""The state of a signal that nobody has reviewed; else it is the latest outcome."""
ORDERS: Final[dict[str, tuple[str, ...]]] = {
    "newest": ("-raised_at", "-pk"),
    "oldest": ("raised_at", "pk"),
    "largest": ("-size", "-pk"),
}


@dataclass(frozen=True, slots=True)
class MonthOfSignals:
    """Signals raised in a month (UTC) by kind and what became of them; `count` is None where it is below ten."""

    month: date
    kind: str
    state: str
    count: int | None


def list_signals(
    *, kind: str = "", states: Sequence[str] = (), ports: Sequence[str] | None = None, order: str = "newest"
) -> QuerySet[IntegritySignal]:
    """Signals with their latest outcome as `state`: of a kind, in some states (all if empty), about some ports.

    With `ports` given, signals about somebody are left out: they concern no port.
    """
    rows = _with_state().select_related("traveler__registration", "other__registration").order_by(*ORDERS[order])
    if kind:
        rows = rows.filter(kind=kind)
    if states:
        rows = rows.filter(state__in=states)
    if ports is not None:
        wanted = list(ports)
        rows = rows.filter(
            Q(ports__overlap=wanted)
            | Q(traveler__registration__ports__overlap=wanted)
            | Q(other__registration__ports__overlap=wanted)
        )
    return rows


def outcomes_of_signal(*, signal: IntegritySignal) -> list[tuple[str, str, datetime]]:
    """(outcome, who reviewed it, when) of each review, without its words; one query."""
    rows = SignalReview.objects.filter(signal=signal)
    return list(rows.values_list("outcome", "reviewer__full_name", "reviewed_at"))


def names_of_actors(*, abouts: Sequence[str]) -> dict[str, str]:
    """What signals are about (`staff:12`) to a name, for members of staff; others have none here; one query."""
    numbers = [about.partition(":")[2] for about in abouts if about.startswith("staff:")]
    staff = User.objects.filter(pk__in=[int(number) for number in numbers if number.isdecimal()])
    return {f"staff:{pk}": name for pk, name in staff.values_list("pk", "full_name")}


def signals_by_month(*, at: datetime) -> list[MonthOfSignals]:
    """Signals of each month that is over, the latest first; every kind and state of a month that had one; one query."""
    this_month = at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    counted = (
        _with_state()
        .filter(raised_at__lt=this_month)
        .annotate(month=TruncMonth("raised_at", tzinfo=UTC))
        .values_list("month", "kind", "state")
        .annotate(count=Count("pk"))
        .order_by()
    )
    counts = {(month.date(), kind, state): count for month, kind, state, count in counted}
    months = sorted({month for month, _kind, _state in counts}, reverse=True)
    return [
        MonthOfSignals(month, kind, state, published_count(counts.get((month, kind, state), 0)))
        for month in months
        for kind in SignalKind.values
        for state in (OPEN, *ReviewOutcome.values)
    ]


def _with_state() -> QuerySet[Any]:
    latest = SignalReview.objects.filter(signal=OuterRef("pk")).order_by("-position").values("outcome")[:1]
    return IntegritySignal.objects.annotate(state=Coalesce(Subquery(latest), Value(OPEN)))
