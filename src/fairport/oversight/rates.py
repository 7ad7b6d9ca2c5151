"""Shares of decisions by officer, port and criterion: only effective determinations count, each once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Count, Q, QuerySet, Sum

from fairport.checkin.effect import effective_determinations
from fairport.checkin.models import Determination
from fairport.domain.funnel import Unit
from fairport.oversight.models import CriterionCount


@dataclass(frozen=True, slots=True)
class NamedUnit:
    """A unit with its name; `found` counts exemptions for a criterion, and is None for other units."""

    unit: Unit
    name: str
    found: int | None = None


def units_by_officer(
    *, outcome: str, since: datetime, until: datetime, ports: Sequence[str] | None = None
) -> list[NamedUnit]:
    """Officers with how many of their determinations had an outcome; one query."""
    rows = (
        _effective(since, until, ports)
        .values_list("officer_id", "officer__full_name")
        .annotate(total=Count("pk"), hits=Count("pk", filter=Q(outcome=outcome)))
        .order_by("officer__full_name", "officer_id")
    )
    return [NamedUnit(Unit(str(pk), total, hits), name) for pk, name, total, hits in rows]


def units_by_port(*, outcome: str, since: datetime, until: datetime) -> list[NamedUnit]:
    """Ports with how many determinations there had an outcome; one query."""
    rows = (
        _effective(since, until, None)
        .values_list("check_in__port_id", "check_in__port__name")
        .annotate(total=Count("pk"), hits=Count("pk", filter=Q(outcome=outcome)))
        .order_by("check_in__port_id")
    )
    return [NamedUnit(Unit(code, total, hits), name) for code, name, total, hits in rows]


def units_by_criterion(
    *, outcome: str, since: datetime, until: datetime, ports: Sequence[str] | None = None
) -> list[NamedUnit]:
    """Criteria with how many of the travelers who claimed them had an outcome; whole months; one query."""
    first, last = since.astimezone(UTC).date().replace(day=1), until.astimezone(UTC).date()
    rows = CriterionCount.objects.filter(month__gte=first, month__lte=last)
    if ports is not None:
        rows = rows.filter(port__in=ports)
    sums = (
        rows.values_list("criterion")
        .annotate(
            total=Sum("claimed"),
            hits=Sum("claimed", filter=Q(outcome=outcome), default=0),
            reasons=Sum("found", filter=Q(outcome="exempted"), default=0),
        )
        .order_by("criterion")
    )
    return [NamedUnit(Unit(name, total, hits), name, reasons) for name, total, hits, reasons in sums]


def _effective(since: datetime, until: datetime, ports: Sequence[str] | None) -> QuerySet[Determination]:
    rows = effective_determinations().filter(decided_at__gte=since, decided_at__lt=until)
    return rows if ports is None else rows.filter(check_in__port__in=ports)
