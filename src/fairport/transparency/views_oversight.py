"""How those who watch over fairness do their work, in figures that point to nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fairport.accounts.access import public
from fairport.clock.queries import now
from fairport.complaints.models import ComplaintKind, ComplaintState
from fairport.complaints.queries import MonthOfComplaints, complaints_by_month
from fairport.domain.suppression import SMALLEST_PUBLISHED
from fairport.oversight.models import ReviewOutcome
from fairport.oversight.queries import OPEN, MonthOfSignals, signals_by_month
from fairport.registrations.models import SignalKind


@public
@require_safe
def oversight(request: HttpRequest) -> HttpResponse:
    """Complaints and signals by month, kind and state; a count below ten is not told."""
    signal_states = {OPEN: _("Nobody looked at it yet"), **dict(ReviewOutcome.choices)}
    context = {
        "smallest": SMALLEST_PUBLISHED,
        "complaint_states": ComplaintState.labels,
        "complaint_months": _months(
            complaints_by_month(at=now()), dict(ComplaintKind.choices), dict(ComplaintState.choices)
        ),
        "signal_states": list(signal_states.values()),
        "signal_months": _months(signals_by_month(at=now()), dict(SignalKind.choices), signal_states),
    }
    return render(request, "transparency/oversight.html", context)


def _months(
    rows: Sequence[MonthOfComplaints | MonthOfSignals], kinds_of: Mapping[str, Any], states_of: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """The rows of a table for each month; the counts of a kind stand in the order of the states."""
    months = []
    for month, of_month in groupby(rows, key=lambda row: row.month):
        kinds = [
            {
                "label": kinds_of[kind],
                "counts": [{"state": states_of[row.state], "number": row.count} for row in of_kind],
            }
            for kind, of_kind in groupby(of_month, key=lambda row: row.kind)
        ]
        months.append({"month": month, "kinds": kinds})
    return months
