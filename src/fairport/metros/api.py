"""The ranking in the JSON interface."""

from __future__ import annotations

from typing import Annotated, Any, Final

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from fairport.accounts.access import public
from fairport.applicant.api_errors import Refused
from fairport.applicant.api_schemas import ProblemOut
from fairport.metros import served
from fairport.metros.errors import MetrosError, NoDataHere, UnknownChoice, YearMissing
from fairport.metros.queries import part_of

router = Router()
REFUSALS: Final = {404: ProblemOut, 422: ProblemOut, 503: ProblemOut}
POINTS: Final = "percentage points at the 90 % level; null where it is not known"
PEOPLE: Final = "people at the 90 % level; null where it is not known"


class AreaOut(Schema):
    """An area; figures count people. The margins are those of the Census Bureau, and by its formulas."""

    rank: Annotated[int, Field(description="among all areas of the cohort")]
    cbsa_code: str
    name: str
    cohort: Annotated[str, Field(description="large, midsize, small or micro")]
    foreign_born: int
    population: int
    share_percent: Annotated[float, Field(description="foreign_born of population, rounded to one decimal")]
    most_common_country: str | None
    vintage: Annotated[str, Field(description="the five years of the estimates", examples=["2016-2020"])]
    foreign_born_moe: Annotated[int | None, Field(description=PEOPLE)]
    population_moe: Annotated[int | None, Field(description=PEOPLE)]
    share_moe: Annotated[float | None, Field(description=POINTS)]
    not_distinguishable: Annotated[
        bool | None, Field(description="from the next area of the cohort; null where that is not known")
    ]


@router.get("/metros", response={200: list[AreaOut], **REFUSALS})
@public
def metros(
    request: HttpRequest,
    year: Annotated[int | None, Query(ge=2000, le=2999, description="the last of the five years")] = None,
    cohort: Annotated[str | None, Query(pattern="^[a-z]{1,20}$", description="large, midsize, small or micro")] = None,
) -> Any:
    """Metropolitan areas by the share of people born abroad; micropolitan areas only when they are asked for."""
    try:
        part = part_of(served.served_ranking(year=year), cohort=cohort)
    except (NoDataHere, YearMissing):
        raise Refused(404, "no_data_here") from None
    except UnknownChoice:
        raise Refused(422, "invalid", [("cohort", "cohort_unknown")]) from None
    except MetrosError:
        raise Refused(503, "metros_unreadable") from None
    return [AreaOut(**area, vintage=part.vintage) for area in part.areas.to_dicts()]
