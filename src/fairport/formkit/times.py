"""Days and times as the office's pages write them, in the page's language."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from babel import Locale, dates
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from fairport.formkit.locales import babel_locale


def write_day(day: date) -> str:
    """For example: Saturday, November 28, 2026."""
    return dates.format_date(day, "full", locale=page_locale())


def write_date(day: date) -> str:
    """Without the day of the week: April 28, 1986."""
    return dates.format_date(day, "long", locale=page_locale())


def write_month(day: date) -> str:
    """The month of a day: November 2026."""
    return dates.format_skeleton("yMMMM", day, locale=page_locale())


def write_weekday(weekday: int, *, short: bool = False) -> str:
    """The name of an ISO weekday: Monday, or Mon."""
    names = dates.get_day_names("abbreviated" if short else "wide", "stand-alone", locale=page_locale())
    return names[weekday - 1]


def write_band(start: time, end: time) -> str:
    """For example: 8:00 AM to 12:00 PM."""
    return _("{start} to {end}").format(
        start=dates.format_time(start, "short", locale=page_locale()),
        end=dates.format_time(end, "short", locale=page_locale()),
    )


def write_moment(moment: datetime, zone: str) -> str:
    """Short day and time in a zone: 11/28/26, 8:03 AM."""
    return dates.format_datetime(moment, "short", tzinfo=ZoneInfo(zone), locale=page_locale())


def write_clock(moment: datetime, zone: str) -> str:
    """The time of day in a zone: 8:03 AM."""
    return dates.format_time(moment, "short", tzinfo=ZoneInfo(zone), locale=page_locale())


def page_locale() -> Locale:
    """CLDR's locale of the page's language."""
    return babel_locale(get_language() or "en")
