from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F

from fairport.clock.models import DemoClock


class ClockRefused(Exception):
    """The clock can be moved in a demonstration only, and only forward."""

    code = "clock_refused"


def begin_demonstration() -> None:
    """Marks the database as a demonstration's for good, with its clock at the real time."""
    DemoClock.objects.get_or_create(pk=1)


def advance_clock(*, by: timedelta) -> None:
    """Moves the demonstration's clock forward for server, worker and jobs alike.

    Raises ClockRefused outside a demonstration or for a step that is not forward.
    """
    if not settings.DEMO:
        raise ClockRefused("The clock can only be moved in a demonstration (--demo).")
    if by <= timedelta(0):
        raise ClockRefused("The clock only moves forward.")
    with transaction.atomic():
        DemoClock.objects.get_or_create(pk=1)
        DemoClock.objects.filter(pk=1).update(offset=F("offset") + by)
