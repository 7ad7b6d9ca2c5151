"""Public counts of what those who watch over fairness do."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from fairport.accounts.access import public
from fairport.clock.queries import now
from fairport.complaints.queries import MonthOfComplaints, complaints_by_month
from fairport.oversight.queries import signals_by_month

router = Router()
Count = Annotated[int | None, Field(description="null where it is below ten, nought included")]


class ComplaintCountOut(Schema):
    month: Annotated[str, Field(description="YYYY-MM, by UTC", examples=["2026-10"])]
    kind: Annotated[str, Field(description="money, treatment, misuse or other")]
    state: Annotated[str, Field(description="open, answered or closed, as it is now")]
    count: Count


class SignalCountOut(Schema):
    month: Annotated[str, Field(description="YYYY-MM, by UTC", examples=["2026-10"])]
    kind: Annotated[str, Field(description="namesake, email, phone, document, filer or outlier")]
    state: Annotated[
        str, Field(description="open, or what was found: nothing, same_people, corrected, referred or unclear")
    ]
    count: Count


@router.get("/complaints/counts", response=list[ComplaintCountOut])
@public
def complaint_counts(request: HttpRequest) -> list[ComplaintCountOut]:
    """How many complaints came in each month that is over, by kind and state. There are no sums, on purpose."""
    return [_counted(row) for row in complaints_by_month(at=now())]


@router.get("/signals/counts", response=list[SignalCountOut])
@public
def signal_counts(request: HttpRequest) -> list[SignalCountOut]:
    """How many signals each month that is over had, and what people found. There are no sums, on purpose."""
    return [
        SignalCountOut(month=f"{row.month:%Y-%m}", kind=row.kind, state=row.state, count=row.count)
        for row in signals_by_month(at=now())
    ]


def _counted(row: MonthOfComplaints) -> ComplaintCountOut:
    return ComplaintCountOut(month=f"{row.month:%Y-%m}", kind=row.kind, state=row.state, count=row.count)
