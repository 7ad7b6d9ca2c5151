"""The one clock of the product. Rules never read it: they are given `at`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.conf import settings

from fairport.clock.models import DemoClock


def now() -> datetime:
    """The present moment in UTC; in a demonstration, moved by the offset kept in the database."""
    real = datetime.now(UTC)
    return real + demo_offset() if settings.DEMO else real


def demo_offset() -> timedelta:
    """How far the demonstration's clock is ahead."""
    return DemoClock.objects.filter(pk=1).values_list("offset", flat=True).first() or timedelta(0)


def is_demonstration() -> bool:
    """True where the database was begun by a demonstration, whatever this process was started for."""
    return DemoClock.objects.filter(pk=1).exists()
