"""The public figures of people who come to a port without an appointment."""

from __future__ import annotations

from datetime import UTC, date, timedelta
from typing import Annotated, Any, Final

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from fairport.accounts.access import public
from fairport.applicant.api_errors import Refused
from fairport.applicant.api_schemas import ProblemOut
from fairport.clock.queries import now
from fairport.ports.queries import list_ports
from fairport.walkins.queries import days_of_walk_ins

router = Router()
LONGEST_RANGE: Final = timedelta(days=60)
DEFAULT_RANGE: Final = timedelta(days=14)
_WORD: Final = r"^[A-Za-z0-9-]{1,64}$"


class WalkInsIn(Schema):
    port: Annotated[str | None, Field(pattern=_WORD)] = None
    first_day: Annotated[date | None, Field(alias="from")] = None
    last_day: Annotated[date | None, Field(alias="to")] = None


class WalkInDayOut(Schema):
    """One local day of a port; all numbers but `groups` are people."""

    port: str
    date: date
    places: Annotated[int, Field(description="places for people without an appointment")]
    used: Annotated[int, Field(description="of these, given to walk-ins and to children added at the gate")]
    added: Annotated[int, Field(description="children added at the gate for whom no place of any kind was left")]
    groups: int
    people: int
    urgent: int
    admitted: int
    urgent_admitted: int
    not_admitted: int
    left: int
    waiting: Annotated[
        int, Field(description="of a day that is over: who was not called and did not say that they left")
    ]


@router.get("/ports/walk-ins", response={200: list[WalkInDayOut], 422: ProblemOut})
@public
def walk_ins(request: HttpRequest, asked: Query[WalkInsIn]) -> Any:
    """Walk-ins by port and day, for the 14 days until today unless asked otherwise; at most 60 days at once."""
    until = asked.last_day or now().astimezone(UTC).date()
    first_day = asked.first_day or max(until, date.min + DEFAULT_RANGE) - DEFAULT_RANGE
    last_day = asked.last_day or min(first_day, date.max - DEFAULT_RANGE) + DEFAULT_RANGE
    if last_day - first_day > LONGEST_RANGE:
        raise Refused(422, "invalid", [("to", "range_too_long")])
    if asked.port is not None and asked.port not in {port.code for port in list_ports()}:
        raise Refused(422, "invalid", [("port", "port_unknown")])
    return [
        WalkInDayOut(
            port=day.port,
            date=day.day,
            places=day.places,
            used=day.used,
            added=day.added,
            groups=day.groups,
            people=day.people,
            urgent=day.urgent,
            admitted=day.admitted,
            urgent_admitted=day.urgent_admitted,
            not_admitted=day.not_admitted,
            left=day.left,
            waiting=day.waiting,
        )
        for day in days_of_walk_ins(first_day=first_day, last_day=last_day, port=asked.port)
    ]
