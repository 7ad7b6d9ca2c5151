"""How those who watch over fairness do their work, in figures that point to nobody."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from fairport.accounts.access import public
from fairport.clock.queries import now
from fairport.complaints.models import ComplaintKind, ComplaintState
from fairport.complaints.queries import complaints_by_month
from fairport.domain.suppression import SMALLEST_PUBLISHED


@public
@require_safe
def oversight(request: HttpRequest) -> HttpResponse:
    """Complaints by month, kind and state; a count below ten is not told."""
    context = {
        "smallest": SMALLEST_PUBLISHED,
        "complaint_states": [state.label for state in ComplaintState],
        "complaint_months": _complaint_months(),
    }
    return render(request, "transparency/oversight.html", context)


def _complaint_months() -> list[dict[str, Any]]:
    months = []
    for month, rows in groupby(complaints_by_month(at=now()), key=lambda row: row.month):
        kinds = [
            {"label": ComplaintKind(kind).label, "counts": [row.count for row in of_kind]}
            for kind, of_kind in groupby(rows, key=lambda row: row.kind)
        ]
        months.append({"month": month, "kinds": kinds})
    return months
