"""The public part of the JSON interface: programmes, policies, ports, places and draws."""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from ninja import Query, Router, Schema
from pydantic import Field

from fairport.accounts.access import public
from fairport.applicant.api_errors import Refused
from fairport.applicant.api_schemas import LocalTime, ProblemOut
from fairport.clock.queries import now
from fairport.draws.models import Draw
from fairport.draws.queries import (
    files_of_draw,
    find_draw,
    late_files_public_from,
    list_draws,
    outcomes_of_draw,
    public_file_names,
)
from fairport.ports.queries import list_ports, list_slots, ports_open_on
from fairport.ports.suspensions import suspended_ports
from fairport.programmes.queries import (
    NoPolicyInForce,
    list_programmes,
    policy_in_force,
    source_of_version,
)
from fairport.programmes.titles import title_of
from fairport.transparency.addresses import draw_id_of
from fairport.transparency.bundles import pack_public_files

router = Router()
LONGEST_RANGE: Final = timedelta(days=60)
DEFAULT_RANGE: Final = timedelta(days=14)
DRAWS_SHOWN: Final = 100
_WORD: Final = r"^[A-Za-z0-9-]{1,64}$"
NOT_FOUND: Final = {404: ProblemOut, 422: ProblemOut}

ARCHIVE_TYPE: Final = "application/gzip"
ARCHIVE: Final = {"responses": {200: {"content": {ARCHIVE_TYPE: {"schema": {"type": "string", "format": "binary"}}}}}}


class ProgrammeOut(Schema):
    slug: str
    title: str
    languages: list[str]
    policy_version: str
    policy_sha256: str


class PolicyOut(Schema):
    """The rules in force today. `sha256` is that of `source`, byte for byte in UTF-8; `rules` is the same, read."""

    programme: str
    version: str
    sha256: str
    effective_from: date
    effective_until: date | None
    rules: dict[str, Any]
    source: str


class PortOut(Schema):
    code: str
    name: str
    address: str
    timezone: str
    traveler_timezone: str
    latitude: float
    longitude: float
    suspended: bool
    capacity_source: Annotated[str, Field(description="reported, or demonstration: an example value")]


class SlotOut(Schema):
    """Places are counted in people; days and times are those of the port."""

    port: str
    date: date
    band_start: LocalTime
    band_end: LocalTime
    starts_at: datetime
    capacity: int
    held: int
    free: int


class SlotsIn(Schema):
    programme: Annotated[str | None, Field(pattern=_WORD)] = None
    port: Annotated[str | None, Field(pattern=_WORD)] = None
    first_day: Annotated[date | None, Field(alias="from")] = None
    last_day: Annotated[date | None, Field(alias="to")] = None


class DrawOut(Schema):
    draw_id: str
    programme: str
    sequence: int
    previous: str | None
    policy_sha256: str
    state: Annotated[str, Field(description="frozen or run")]
    frozen_at: datetime
    draw_time: datetime
    run_at: datetime | None
    beacon: str
    binds_operator: Annotated[bool, Field(description="false for the local beacon: the operator knew the seed")]
    entries: int
    people: int


class DrawFileOut(Schema):
    name: str
    sha256: str
    public: bool


class DrawDetailsOut(DrawOut):
    places: Annotated[int, Field(description="people for whom there were places")]
    outcomes: dict[str, int]
    files: list[DrawFileOut]
    all_files_public_from: datetime


@router.get("/programmes", response=list[ProgrammeOut])
@public
def programmes(request: HttpRequest) -> Any:
    """The programmes that take registrations today."""
    today = now().date()
    language = get_language() or "en"
    answers = []
    for programme in list_programmes():
        try:
            policy = policy_in_force(programme=programme.slug, on=today).policy
        except NoPolicyInForce:
            continue
        answers.append(
            ProgrammeOut(
                slug=policy.programme,
                title=title_of(policy, language=language).text,
                languages=list(policy.languages),
                policy_version=policy.version,
                policy_sha256=policy.sha256,
            )
        )
    return answers


@router.get("/programmes/{slug}/policy", response={200: PolicyOut, **NOT_FOUND})
@public
def policy(request: HttpRequest, slug: str) -> Any:
    """The policy in force today, as published."""
    loaded = policy_in_force(programme=_word(slug), on=now().date())
    source = source_of_version(version_id=loaded.version_id).decode()
    return PolicyOut(
        programme=loaded.policy.programme,
        version=loaded.policy.version,
        sha256=loaded.policy.sha256,
        effective_from=loaded.policy.effective_from,
        effective_until=loaded.policy.effective_until,
        rules=tomllib.loads(source),
        source=source,
    )


@router.get("/ports", response=list[PortOut])
@public
def ports(request: HttpRequest) -> Any:
    """The ports of entry in effect today."""
    at = now()
    suspended = suspended_ports(at=at)
    return [
        PortOut(
            code=port.code,
            name=port.name,
            address=port.address,
            timezone=port.timezone,
            traveler_timezone=port.traveler_timezone,
            latitude=port.latitude,
            longitude=port.longitude,
            suspended=port.code in suspended,
            capacity_source=port.capacity_source,
        )
        for port in ports_open_on(day=at.date())
    ]


@router.get("/slots", response={200: list[SlotOut], **NOT_FOUND})
@public
def slots(request: HttpRequest, asked: Query[SlotsIn]) -> Any:
    """Places by port, day and band, from today for 14 days unless asked otherwise; at most 60 days at once."""
    first_day = asked.first_day or now().astimezone(UTC).date()
    last_day = asked.last_day or min(first_day, date.max - DEFAULT_RANGE) + DEFAULT_RANGE
    if last_day - first_day > LONGEST_RANGE:
        raise Refused(422, "invalid", [("to", "range_too_long")])
    known = [programme.slug for programme in list_programmes()]
    programme = asked.programme or next(iter(known), "")
    if programme not in known:
        raise Refused(404, "programme_unknown")
    codes = {port.code for port in list_ports()}
    if asked.port is not None and asked.port not in codes:
        raise Refused(422, "invalid", [("port", "port_unknown")])
    found = list_slots(
        programme=programme,
        ports=None if asked.port is None else [asked.port],
        first_day=first_day,
        last_day=last_day,
    )
    return [
        SlotOut(
            port=slot.port_id,
            date=slot.date,
            band_start=slot.band_start.strftime("%H:%M"),
            band_end=slot.band_end.strftime("%H:%M"),
            starts_at=slot.starts_at,
            capacity=slot.capacity,
            held=slot.held,
            free=slot.free,
        )
        for slot in found
    ]


@router.get("/draws", response={200: list[DrawOut], **NOT_FOUND})
@public
def draws(request: HttpRequest, programme: Annotated[str | None, Query(pattern=_WORD)] = None) -> Any:
    """The last hundred draws, the latest first."""
    return [DrawOut(**_draw(draw)) for draw in list_draws(programme=programme, limit=DRAWS_SHOWN)]


@router.get("/draws/{draw_id}", response={200: DrawDetailsOut, **NOT_FOUND})
@public
def draw(request: HttpRequest, draw_id: str) -> Any:
    """One draw and its files. In the address the `/` of its id is a `_`; the files are in `bundle.tar.gz`."""
    found = find_draw(draw_id=draw_id_of(draw_id))
    if found is None:
        raise Refused(404, "draw_not_found")
    public_names = public_file_names(draw_id=found.draw_id, at=now())
    return DrawDetailsOut(
        **_draw(found),
        places=sum(found.reserved.values()),
        outcomes=outcomes_of_draw(draw_id=found.draw_id),
        files=[
            DrawFileOut(name=file.name, sha256=file.sha256, public=file.name in public_names)
            for file in files_of_draw(draw_id=found.draw_id)
        ],
        all_files_public_from=late_files_public_from(draw_id=found.draw_id),
    )


@router.get("/draws/{draw_id}/bundle.tar.gz", response={200: None, **NOT_FOUND}, openapi_extra=ARCHIVE)
@public
def draw_archive(request: HttpRequest, draw_id: str) -> Any:
    """The public files of a draw in one archive; all of them once `all_files_public_from` is over."""
    found = find_draw(draw_id=draw_id_of(draw_id))
    if found is None:
        raise Refused(404, "draw_not_found")
    return HttpResponse(pack_public_files(draw=found, at=now()), content_type=ARCHIVE_TYPE)


def _draw(draw: Draw) -> dict[str, Any]:
    return {
        "draw_id": draw.draw_id,
        "programme": draw.programme,
        "sequence": draw.sequence,
        "previous": draw.previous_id,
        "policy_sha256": draw.policy_version.sha256,
        "state": draw.state,
        "frozen_at": draw.frozen_at,
        "draw_time": draw.draw_time,
        "run_at": draw.run_at,
        "beacon": draw.beacon_kind,
        "binds_operator": draw.beacon_kind != "local",
        "entries": draw.entries_count,
        "people": draw.people,
    }


def _word(slug: str) -> str:
    if not re.fullmatch(_WORD, slug):
        raise NoPolicyInForce
    return slug
