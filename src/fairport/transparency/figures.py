"""What the public pages show: places by port and day, and draws with what they published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fairport.applicant.times import format_clock, format_day, format_moment
from fairport.domain.bundle import parse_result
from fairport.domain.draw import RESULT_FILE
from fairport.draws.models import Draw, DrawState
from fairport.draws.queries import (
    LATE_FILES,
    awaited_round,
    files_of_draw,
    late_files_public_from,
    outcomes_of_draw,
    public_file_names,
    read_file,
)
from fairport.ports.models import AppointmentSlot, CapacityException, PortOfEntry, PortSuspension, SuspensionReason
from fairport.ports.plans import closed_days
from fairport.ports.queries import list_ports, list_slots
from fairport.ports.suspensions import announced
from fairport.transparency.addresses import address_of
from fairport.transparency.verifier_texts import TEXTS
from fairport.walkins.queries import DayOfWalkIns, days_of_walk_ins

DAYS_SHOWN: Final = 15

STATES: Final[dict[str, tuple[str, Promise]]] = {
    DrawState.FROZEN: ("info", gettext_lazy("Fixed, not drawn yet")),
    DrawState.RUN: ("ok", gettext_lazy("Drawn")),
}
OUTCOMES: Final[dict[str, Promise]] = {
    "offer": gettext_lazy("Groups that were offered a place"),
    "rain_check": gettext_lazy("Groups that come first next time, since no place was large enough"),
    "not_selected": gettext_lazy("Groups without a place this time"),
    "void": gettext_lazy("Groups whose place could not be given: they had left, or the port was closed"),
}
FILES: Final[dict[str, Promise]] = {
    "params.json": gettext_lazy("The rules and the places of this draw"),
    "pool.txt": gettext_lazy("Every group in the draw, without names"),
    "manifest.json": gettext_lazy("What was fixed before the draw"),
    "beacon.json": gettext_lazy("The random number, and what it can be checked with"),
    "allocation.txt": gettext_lazy("What came out for every group"),
    "release.json": gettext_lazy("How many lines could point to a single family"),
    "result.json": gettext_lazy("The result, and the fingerprints of the other files"),
}


@dataclass(frozen=True, slots=True)
class DayOfPlaces:
    """One local day of a port; places are counted in people. What walk-ins were given is not `taken`.

    `closed` is why a day has no new places, else empty; `words` is more about it, as it was typed.
    """

    day: str
    bands: str
    capacity: int
    taken: int
    free: int
    walk_in_reserve: int
    closed: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class PortPlaces:
    """A port with its days."""

    port: PortOfEntry
    is_example: bool
    days: list[DayOfPlaces]
    walk_ins: DayOfWalkIns | None
    closed: dict[str, Any] | None


def places_by_port(*, programme: str, at: datetime) -> list[PortPlaces]:
    """The places of every port from today on, and its walk-ins of today; six queries whatever their number."""
    today = at.astimezone(UTC).date()
    last_day = today + timedelta(days=DAYS_SHOWN - 1)
    slots = list_slots(programme=programme, first_day=today, last_day=last_day)
    closed: dict[str, dict[date, CapacityException]] = {}
    for row in closed_days(programme=programme, first_day=today, last_day=last_day):
        closed.setdefault(row.port_id, {})[row.day] = row
    by_port: dict[str, list[AppointmentSlot]] = {}
    for slot in slots:
        by_port.setdefault(slot.port_id, []).append(slot)
    ports = list_ports()
    # Each port's own today is one of these two days of UTC.
    found = days_of_walk_ins(first_day=today - timedelta(days=1), last_day=today)
    walk_ins = {(day.port, day.day): day for day in found}
    suspensions = announced(at=at)
    return [
        PortPlaces(
            port,
            port.capacity_source == "demonstration",
            _days(by_port[port.code], closed.get(port.code, {})),
            walk_ins.get((port.code, at.astimezone(ZoneInfo(port.timezone)).date())),
            _closed(suspensions[port.code], port, at) if port.code in suspensions else None,
        )
        for port in ports
        if port.code in by_port
    ]


def _closed(suspension: PortSuspension, port: PortOfEntry, at: datetime) -> dict[str, Any]:
    """What a port's suspension says to everyone; `until` is empty while nobody knows."""
    return {
        "has_begun": suspension.starts_at <= at,
        "since": format_moment(suspension.starts_at, port.timezone),
        "until": "" if suspension.ends_at is None else format_moment(suspension.ends_at, port.timezone),
        "is_danger": suspension.reason == SuspensionReason.DANGER,
        "words": suspension.words,
    }


def draw_row(*, draw: Draw, at: datetime) -> dict[str, Any]:
    """A draw in the list."""
    label: str | Promise
    kind, label = STATES[DrawState(draw.state)]
    awaited = awaited_round(draw=draw, at=at)
    if awaited is not None:
        kind, label = "warn", _("Waiting for round {round} of the public random number").format(round=awaited)
    return {
        "draw": draw,
        "address": address_of(draw.draw_id),
        "time": utc_moment(draw.draw_time),
        "kind": kind,
        "label": label,
        "groups": number(draw.entries_count),
        "people": number(draw.people),
        "places": number(sum(draw.reserved.values())),
    }


def draw_details(*, draw: Draw, at: datetime) -> dict[str, Any]:
    """Everything that is public about a draw."""
    files = files_of_draw(draw_id=draw.draw_id)
    public = public_file_names(draw_id=draw.draw_id, at=at)
    outcomes = outcomes_of_draw(draw_id=draw.draw_id)
    seed = None
    if draw.state == DrawState.RUN:
        seed = parse_result(read_file(draw_id=draw.draw_id, name=RESULT_FILE))["seed"]
    return {
        **draw_row(draw=draw, at=at),
        "frozen": utc_moment(draw.frozen_at),
        "run": None if draw.run_at is None else utc_moment(draw.run_at),
        "is_run": draw.state == DrawState.RUN,
        "is_local": draw.beacon_kind == "local",
        "previous": None if draw.previous_id is None else address_of(draw.previous_id),
        "policy_version": draw.policy_version,
        "seed": seed,
        "outcomes": [(label, number(outcomes[code])) for code, label in OUTCOMES.items() if code in outcomes],
        "files": [
            {"name": file.name, "what": FILES[file.name], "sha256": file.sha256, "is_public": file.name in public}
            for file in files
        ],
        "all_public": all(file.name in public for file in files),
        "late_from": utc_moment(late_files_public_from(draw_id=draw.draw_id)),
        "late_names": ", ".join(LATE_FILES),
        "verifier_texts": TEXTS,
    }


def number(value: int) -> str:
    """For example: 84,212."""
    return number_format(value, force_grouping=True)


def utc_moment(moment: datetime) -> str:
    """For example: Wednesday, January 18, 2023, 6:00 PM UTC."""
    return _("{moment} UTC").format(moment=format_moment(moment, "UTC"))


def _days(slots: Iterable[AppointmentSlot], closed: Mapping[date, CapacityException]) -> list[DayOfPlaces]:
    by_day = {day: list(group) for day, group in groupby(slots, key=lambda slot: slot.date)}
    days = []
    for day in sorted(by_day.keys() | closed.keys()):
        # A band without places is one that was taken out of the plan, or whose day is closed.
        bands = [slot for slot in by_day.get(day, []) if slot.capacity]
        if not bands and day not in closed:
            continue
        days.append(
            DayOfPlaces(
                day=format_day(day),
                bands=", ".join(_band(slot) for slot in bands),
                capacity=sum(slot.capacity for slot in bands),
                taken=sum(slot.held_by_groups for slot in bands),
                free=sum(slot.free for slot in bands),
                walk_in_reserve=sum(slot.walk_in_reserve for slot in bands),
                closed=str(closed[day].get_reason_display()) if day in closed else "",
                words=closed[day].words if day in closed else "",
            )
        )
    return days


def _band(slot: AppointmentSlot) -> str:
    zone = slot.port.timezone
    start, end = format_clock(slot.starts_at, zone), format_clock(slot.ends_at, zone)
    return _("{start} to {end}: {free} free").format(start=start, end=end, free=slot.free)
