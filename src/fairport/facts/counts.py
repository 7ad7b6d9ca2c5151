"""How many facts were verified, as the public reads it: by month, criterion and place, small counts left out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.db.models import Count
from django.db.models.functions import TruncMonth

from fairport.domain.policy import CRITERIA
from fairport.domain.suppression import published_count
from fairport.facts.models import Place, VerifiedFact


@dataclass(frozen=True, slots=True)
class MonthOfFacts:
    """Facts approved in a month (its first day, by UTC), of one criterion, seen in one place; None: below ten."""

    month: date
    criterion: str
    where: str
    count: int | None


def facts_by_month(*, at: datetime) -> list[MonthOfFacts]:
    """How many facts were verified in each month that is over, the latest first; one query.

    Those that ended or were withdrawn since count too, so that a published number never changes. Every criterion and
    place of a month that had one is there, since a missing line would say that there was none.
    """
    this_month = at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    counted = (
        VerifiedFact.objects.filter(approved_at__lt=this_month)
        .annotate(month=TruncMonth("approved_at", tzinfo=UTC))
        .values_list("month", "criterion", "where")
        .annotate(count=Count("pk"))
        .order_by()
    )
    counts = {(month.date(), criterion, where): count for month, criterion, where, count in counted}
    months = sorted({month for month, _criterion, _where in counts}, reverse=True)
    return [
        MonthOfFacts(month, criterion, where, published_count(counts.get((month, criterion, where), 0)))
        for month in months
        for criterion in CRITERIA
        for where in Place.values
    ]
