from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncMonth

from fairport.complaints.filing import OwnComplaint, read_own_complaint
from fairport.complaints.models import Complaint, ComplaintKind, ComplaintState
from fairport.domain.suppression import published_count

__all__ = [
    "ORDERS",
    "MonthOfComplaints",
    "OwnComplaint",
    "complaints_by_month",
    "list_complaints",
    "read_own_complaint",
]

# The name of an order to the columns; a complaint of a flood always stands behind the others.
ORDERS: Final[dict[str, tuple[str, ...]]] = {
    "oldest": ("in_flood", "filed_at", "number"),
    "newest": ("in_flood", "-filed_at", "-number"),
    "changed": ("in_flood", "-changed_at", "-number"),
}


@dataclass(frozen=True, slots=True)
class MonthOfComplaints:
    """Complaints of a month (UTC) by kind and state; `count` is None where it is below ten."""

    month: date
    kind: str
    state: str
    count: int | None


def list_complaints(
    *, kind: str = "", port: str = "", states: Sequence[str] = (), order: str = "oldest"
) -> QuerySet[Complaint]:
    """Complaints without a word of what is in them: of a kind, about a port, in some states; empty means all."""
    rows = Complaint.objects.select_related("port").order_by(*ORDERS[order])
    if kind:
        rows = rows.filter(kind=kind)
    if port:
        rows = rows.filter(port_id=port)
    return rows.filter(state__in=states) if states else rows


def complaints_by_month(*, at: datetime) -> list[MonthOfComplaints]:
    """How many complaints came in each month that is over, the latest first; one query.

    Every kind and state of a month that had one is there, since a missing line would say that there was none.
    """
    this_month = at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    counted = (
        Complaint.objects.filter(filed_at__lt=this_month)
        .annotate(month=TruncMonth("filed_at", tzinfo=UTC))
        .values_list("month", "kind", "state")
        .annotate(count=Count("pk"))
        .order_by()
    )
    counts = {(month.date(), kind, state): count for month, kind, state, count in counted}
    months = sorted({month for month, _kind, _state in counts}, reverse=True)
    return [
        MonthOfComplaints(month, kind, state, published_count(counts.get((month, kind, state), 0)))
        for month in months
        for kind in ComplaintKind.values
        for state in ComplaintState.values
    ]
