"""Public counts of verified facts and of placements outside the draw."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from fairport.accounts.access import public
from fairport.clock.queries import now
from fairport.facts.counts import facts_by_month
from fairport.placements.queries import count_by_week, weeks_counted

router = Router()


class FactCountOut(Schema):
    month: Annotated[str, Field(description="YYYY-MM, by UTC, of the approval", examples=["2026-10"])]
    criterion: str
    where: Annotated[str, Field(description="port, desk (a helper's) or video")]
    count: Annotated[int | None, Field(description="null where it is below ten, nought included")]


class PlacementWeekOut(Schema):
    """`week` is the Monday of the week in which the places are; `people` counts those placed, `cap` is the policy's."""

    programme: str
    port: str
    week: date
    people: int
    cap: int


class PlacementReasonOut(Schema):
    programme: str
    port: str
    week: date
    reason: Annotated[str, Field(description="medical, danger or large_group")]
    groups: Annotated[int, Field(description="registrations; a group of over twelve is several")]
    people: int


class PlacementsOut(Schema):
    weeks: list[PlacementWeekOut]
    reasons: Annotated[list[PlacementReasonOut], Field(description="of weeks that are over")]


@router.get("/verified-facts/counts", response=list[FactCountOut])
@public
def verified_fact_counts(request: HttpRequest) -> list[FactCountOut]:
    """How many facts two officials verified in each month that is over. There are no sums, on purpose."""
    return [
        FactCountOut(month=f"{row.month:%Y-%m}", criterion=row.criterion, where=row.where, count=row.count)
        for row in facts_by_month(at=now())
    ]


@router.get("/placements/counts", response=PlacementsOut)
@public
def placement_counts(request: HttpRequest) -> PlacementsOut:
    """Who was placed outside the draw: people by port and week, beside the cap, and by reason once the week is over."""
    return PlacementsOut(
        weeks=[
            PlacementWeekOut(programme=row.programme, port=row.port_id, week=row.week, people=row.people, cap=row.cap)
            for row in weeks_counted()
        ],
        reasons=[
            PlacementReasonOut(
                programme=row.programme,
                port=row.port,
                week=row.week,
                reason=row.reason,
                groups=row.groups,
                people=row.people,
            )
            for row in count_by_week(until=now().date())
        ],
    )
