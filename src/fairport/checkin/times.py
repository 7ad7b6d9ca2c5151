"""Days and times of a port as the office's pages write them, in the page's language."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from babel import Locale, dates
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from fairport.formkit.locales import babel_locale
from fairport.ports.models import AppointmentSlot


def write_day(day: date) -> str:
    """For example: Saturday, November 28, 2026."""
    return dates.format_date(day, "full", locale=_locale())


def write_date(day: date) -> str:
    """Without the day of the week: April 28, 1986."""
    return dates.format_date(day, "long", locale=_locale())


def write_band(start: time, end: time) -> str:
    """For example: 8:00 AM to 12:00 PM."""
    return _("{start} to {end}").format(
        start=dates.format_time(start, "short", locale=_locale()), end=dates.format_time(end, "short", locale=_locale())
    )


def write_slot(slot: AppointmentSlot) -> str:
    """Day and band of a slot in the port's time."""
    return _("{day}, {band}").format(day=write_day(slot.date), band=write_band(slot.band_start, slot.band_end))


def write_moment(moment: datetime, zone: str) -> str:
    """Short day and time in a zone: 11/28/26, 8:03 AM."""
    return dates.format_datetime(moment, "short", tzinfo=ZoneInfo(zone), locale=_locale())


def write_clock(moment: datetime, zone: str) -> str:
    """The time of day in a zone: 8:03 AM."""
    return dates.format_time(moment, "short", tzinfo=ZoneInfo(zone), locale=_locale())


def _locale() -> Locale:
    return babel_locale(get_language() or "en")
