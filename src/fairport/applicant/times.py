"""Moments as the pages write them, in the page's language."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel import Locale, dates
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from fairport.formkit.locales import babel_locale


def format_day(day: date) -> str:
    """For example: Saturday, November 28, 2026."""
    return dates.format_date(day, "full", locale=_locale())


def format_day_of(moment: datetime, zone: str) -> str:
    """The calendar day of a moment in a zone: Saturday, November 28, 2026."""
    return format_day(moment.astimezone(ZoneInfo(zone)).date())


def format_birth_date(day: date) -> str:
    """Without the day of the week: April 28, 1986."""
    return dates.format_date(day, "long", locale=_locale())


def format_clock(moment: datetime, zone: str) -> str:
    """The time of day in a zone: 8:00 AM."""
    return dates.format_time(moment, "short", tzinfo=ZoneInfo(zone), locale=_locale())


def format_moment(moment: datetime, zone: str) -> str:
    """Day and time in a zone: Saturday, November 28, 2026, 8:00 AM."""
    day = format_day_of(moment, zone)
    return _("{day}, {time}").format(day=day, time=format_clock(moment, zone))


def format_band(start: datetime, end: datetime, zone: str) -> str:
    """A band of time in a zone: Saturday, November 28, 2026, 8:00 AM to 12:00 PM."""
    day = format_day_of(start, zone)
    return _("{day}, {start} to {end}").format(day=day, start=format_clock(start, zone), end=format_clock(end, zone))


def zone_city(zone: str) -> str:
    """The city that a zone is named after, for instance Tijuana."""
    return dates.get_timezone_location(ZoneInfo(zone), locale=_locale(), return_city=True)


def _locale() -> Locale:
    return babel_locale(get_language() or "en")
