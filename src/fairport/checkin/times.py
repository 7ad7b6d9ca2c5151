"""Days and times of a port as the office's pages write them, in the page's language."""

from __future__ import annotations

from django.utils.translation import gettext as _

from fairport.formkit.times import write_band, write_clock, write_date, write_day, write_moment
from fairport.ports.models import AppointmentSlot

__all__ = ["write_band", "write_clock", "write_date", "write_day", "write_moment", "write_slot"]


def write_slot(slot: AppointmentSlot) -> str:
    """Day and band of a slot in the port's time."""
    return _("{day}, {band}").format(day=write_day(slot.date), band=write_band(slot.band_start, slot.band_end))
