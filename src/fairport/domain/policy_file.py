"""From a parsed TOML document to a :class:`~fairport.domain.policy.Policy`, with every rule a policy must keep.

The rules come from design, section 2 (windows, bands, ports), and from the draw's specification, section 1 (group
size, share). The ages of both age criteria are named by the criteria's codes and are therefore optional in the file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, time, timedelta
from functools import cache
from itertools import combinations
from math import gcd
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

from fairport.domain.policy_facts import read_exceptional, read_facts, read_tiers
from fairport.domain.policy_reader import Table
from fairport.domain.policy_values import (
    ALL_WEEKDAYS,
    CRITERIA,
    DrawRules,
    LocationRule,
    Policy,
    PolicyBand,
    PolicyError,
    PolicyPort,
    PolicyProblem,
)

_SLUG: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_VERSION: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,31}")
_PORT_CODE: Final = re.compile(r"[A-Z0-9]{2,4}")
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_STATE: Final = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_DAY: Final = timedelta(days=1)
# A draw id is the slug, a slash and a date, in 64 characters.
_LONGEST_SLUG: Final = 64 - len("/2023-01-18")


def read_policy(document: Mapping[str, Any], *, sha256: str) -> Policy:
    """Return the policy that a document describes.

    Raises :class:`~fairport.domain.policy.PolicyError` with all problems.
    """
    problems: list[PolicyProblem] = []
    root = Table(document, "", problems)
    programme = _matching(root, "programme", _SLUG, "lower-case words joined by dashes, such as title-42-exemption")
    if len(programme) > _LONGEST_SLUG:
        root.problem("programme", "too_long", f"This must have at most {_LONGEST_SLUG} characters.")
    version = _matching(root, "version", _VERSION, "up to 32 letters, digits, dots and dashes")
    effective_from = root.day("effective_from")
    effective_until = root.optional_day("effective_until")
    if effective_until is not None and effective_until < effective_from:
        root.problem("effective_until", "dates_reversed", "The policy ends before it takes effect.")
    languages = _languages(root)
    title = _title(root, languages)
    criteria = _criteria(root)
    draw = _draw(root.table("draw"))
    location = _location(root.table("location"))
    registration = root.table("registration")
    renewal_period = timedelta(days=registration.integer("renewal_period_days", low=1, high=366))
    renewal_reminder = timedelta(days=registration.integer("renewal_reminder_days", low=0, high=365))
    if renewal_reminder >= renewal_period:
        message = "The reminder must come after the last sign of life: make it shorter than the renewal period."
        registration.problem("renewal_reminder_days", "reminder_too_early", message)
    withdrawal_undo = timedelta(hours=registration.integer("withdrawal_undo_hours", low=0, high=24 * 30))
    registration.done()
    arrival = root.table("arrival")
    arrival_grace = timedelta(minutes=arrival.integer("grace_minutes", low=0, high=24 * 60))
    arrival.done()
    ages = root.table("ages") if root.has("ages") else None
    under_age = ages.integer("under", low=1, high=125) if ages else 21
    over_age = ages.integer("over", low=1, high=125) if ages else 70
    if ages:
        ages.done()
    tiers = read_tiers(root, criteria)
    facts = read_facts(root, criteria)
    exceptional = read_exceptional(root)
    ports = _ports(root, largest_group=draw.largest_group)
    root.done()
    if problems:
        raise PolicyError(problems)
    return Policy(
        programme=programme,
        version=version,
        title=MappingProxyType(title),
        effective_from=effective_from,
        effective_until=effective_until,
        criteria=criteria,
        under_age=under_age,
        over_age=over_age,
        location=location,
        ports=ports,
        draw=draw,
        renewal_period=renewal_period,
        renewal_reminder=renewal_reminder,
        arrival_grace=arrival_grace,
        withdrawal_undo=withdrawal_undo,
        languages=languages,
        tiers=tiers,
        facts=facts,
        exceptional=exceptional,
        sha256=sha256,
    )


def _matching(table: Table, key: str, pattern: re.Pattern[str], wanted: str) -> str:
    value = table.text(key)
    if value.strip() and not pattern.fullmatch(value):
        table.problem(key, "bad_format", f"{value!r} is not allowed here; use {wanted}.")
    return value


def _languages(root: Table) -> tuple[str, ...]:
    languages = root.texts("languages")
    if not languages and root.has("languages"):
        root.problem("languages", "empty", "A programme must be offered in at least one language.")
    for language in languages:
        if not _LANGUAGE.fullmatch(language):
            root.problem("languages", "bad_format", f"{language!r} is not a language code such as en or es.")
    return languages


def _title(root: Table, languages: Sequence[str]) -> dict[str, str]:
    table = root.table("title")
    titles = {language: table.text(language) for language in languages}
    table.done()
    return titles


def _criteria(root: Table) -> tuple[str, ...]:
    criteria = root.texts("criteria")
    if not criteria and root.has("criteria"):
        root.problem("criteria", "empty", "A programme needs at least one criterion, or nobody can qualify.")
    for criterion in criteria:
        if criterion not in CRITERIA:
            message = f"{criterion!r} is not a known criterion; known are {', '.join(CRITERIA)}."
            root.problem("criteria", "unknown_criterion", message)
    return criteria


def _location(table: Table) -> LocationRule:
    enabled = table.boolean("enabled")
    country = _matching(table, "country", _COUNTRY, "a country code of two capital letters, such as MX")
    states = table.texts("states")
    if enabled and table.has("states") and not states:
        table.problem("states", "empty", "The location rule is on but accepts no state: nobody could apply.")
    for state in states:
        if not _STATE.fullmatch(state) or not state.startswith(f"{country}-"):
            message = f"{state!r} is not a state code of {country}, such as {country}-SON."
            table.problem("states", "bad_state_code", message)
    table.done()
    return LocationRule(enabled=enabled, country=country, states=states)


def _draw(table: Table) -> DrawRules:
    time_utc = table.clock("time_utc")
    freeze_lead = timedelta(minutes=table.integer("freeze_lead_minutes", low=0, high=24 * 60))
    if freeze_lead < timedelta(minutes=10):
        message = "The freeze must come at least 10 minutes before the draw, or its randomness may be known already."
        table.problem("freeze_lead_minutes", "freeze_lead_too_short", message)
    window = timedelta(hours=table.integer("confirmation_window_hours", low=1, high=24 * 7))
    if window + freeze_lead > _DAY:
        message = (
            "The confirmation window and the freeze lead together are over 24 hours: a place that expires would "
            "miss the next draw."
        )
        table.problem("confirmation_window_hours", "window_and_lead_over_a_day", message)
    notice = timedelta(hours=table.integer("minimum_notice_hours", low=0, high=24 * 60))
    horizon_days = table.integer("horizon_days", low=1, high=90)
    if timedelta(days=horizon_days) <= notice:
        message = "The horizon must be longer than the minimum notice, or no place can ever be drawn."
        table.problem("horizon_days", "horizon_within_notice", message)
    largest_group = table.integer("largest_group", low=1, high=12)
    declines = table.integer("declines_before_lottery_only", low=1, high=100)
    share = _share(table)
    table.done()
    return DrawRules(
        time_utc=time_utc,
        freeze_lead=freeze_lead,
        confirmation_window=window,
        minimum_notice=notice,
        horizon_days=horizon_days,
        seniority_share=share,
        largest_group=largest_group,
        declines_before_lottery_only=declines,
    )


def _share(table: Table) -> tuple[int, int]:
    key = "seniority_share"
    values = table.integers(key)
    if not values:
        return (0, 1)
    if len(values) != 2 or values[1] < 1 or not 0 <= values[0] <= values[1]:
        message = "The share is a fraction [a, b] of whole numbers with 0 <= a <= b and b at least 1."
        table.problem(key, "bad_share", message)
        return (0, 1)
    if gcd(*values) != 1:
        table.problem(key, "share_not_lowest_terms", "The share must be in lowest terms: [1, 2], not [2, 4].")
    return (values[0], values[1])


def _ports(root: Table, *, largest_group: int) -> tuple[PolicyPort, ...]:
    tables = root.tables("ports")
    ports = [_port(table, largest_group) for table in tables]
    for (_, first), (table, second) in combinations(zip(tables, ports, strict=True), 2):
        if first.code != second.code or not first.code:
            continue
        if first.opens_on <= (second.closes_on or date.max) and second.opens_on <= (first.closes_on or date.max):
            code = "duplicate_port" if first.opens_on == second.opens_on else "port_dates_overlap"
            table.problem("opens_on", code, f"Port {second.code} is listed twice with dates that overlap.")
        if (first.timezone, first.traveler_timezone) != (second.timezone, second.traveler_timezone):
            table.problem("timezone", "port_moved", f"Port {second.code} is listed twice with different time zones.")
    return tuple(ports)


def _port(table: Table, largest_group: int) -> PolicyPort:
    code = _matching(table, "code", _PORT_CODE, "two to four capital letters or digits")
    opens_on = table.day("opens_on")
    closes_on = table.optional_day("closes_on")
    if closes_on is not None and closes_on < opens_on:
        table.problem("closes_on", "dates_reversed", f"Port {code} closes before it opens.")
    source = table.text("capacity_source")
    if source and source not in ("reported", "demonstration"):
        message = f"{source!r} is not allowed here; capacity is either reported or demonstration."
        table.problem("capacity_source", "bad_capacity_source", message)
    port = PolicyPort(
        code=code,
        name=table.text("name"),
        timezone=_zone(table, "timezone"),
        traveler_timezone=_zone(table, "traveler_timezone"),
        latitude=table.number("latitude", low=-90.0, high=90.0),
        longitude=table.number("longitude", low=-180.0, high=180.0),
        address=table.text("address"),
        opens_on=opens_on,
        closes_on=closes_on,
        capacity_source=source,
        bands=_bands(table),
    )
    if port.bands and max(band.capacity for band in port.bands) < largest_group:
        message = (
            f"Port {code} has no band with at least {largest_group} places, so the largest group could never be drawn."
        )
        table.problem("bands", "no_band_for_largest_group", message)
    table.done()
    return port


def _bands(port: Table) -> tuple[PolicyBand, ...]:
    tables = port.tables("bands")
    bands = [_band(table) for table in tables]
    for (_, first), (table, second) in combinations(zip(tables, bands, strict=True), 2):
        shared = set(first.weekdays) & set(second.weekdays)
        if shared and first.start < second.end and second.start < first.end:
            message = f"This band overlaps the one of {first.start:%H:%M} to {first.end:%H:%M} on the same day."
            table.problem("start", "bands_overlap", message)
    return tuple(bands)


def _band(table: Table) -> PolicyBand:
    start = table.clock("start")
    end = table.clock("end")
    if table.has("start") and table.has("end") and end <= start and (start, end) != (time.min, time.min):
        table.problem("end", "band_reversed", "The band must end after it starts, on the same day.")
    capacity = table.integer("capacity", low=0, high=100_000)
    reserve = table.integer("walk_in_reserve", low=0, high=100_000)
    weekdays = table.integers("weekdays") if table.has("weekdays") else ALL_WEEKDAYS
    if table.has("weekdays") and (not weekdays or sorted(set(weekdays)) != list(weekdays) or weekdays[0] < 1):
        table.problem("weekdays", "bad_weekdays", "Weekdays are ascending numbers, none twice, at least one.")
    elif weekdays and weekdays[-1] > 7:
        table.problem("weekdays", "bad_weekdays", "Weekdays are numbers from 1 (Monday) to 7 (Sunday).")
    table.done()
    return PolicyBand(start=start, end=end, capacity=capacity, walk_in_reserve=reserve, weekdays=weekdays)


def _zone(table: Table, key: str) -> str:
    name = table.text(key)
    if name.strip() and not _is_zone(name):
        message = f"{name!r} is not a time zone this system knows; use a name such as America/Denver."
        table.problem(key, "unknown_zone", message)
    return name


@cache
def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        # zoneinfo: an unknown name is a KeyError, one that leaves its folder a ValueError, a folder an OSError.
        return False
    return True
