from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.db import models


class DemoClock(models.Model):
    """How far the demonstration's clock runs ahead of the real one; one row, and none outside a demonstration."""

    PERSONAL_DATA: ClassVar[dict[str, str]] = {}

    id = models.SmallIntegerField(primary_key=True, default=1)
    offset = models.DurationField(default=timedelta(0))

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="clock_one_row"),
            models.CheckConstraint(
                condition=models.Q(offset__gte=timedelta(0)),
                name="clock_never_runs_back",
                violation_error_message="The demonstration's clock only moves forward.",
            ),
        ]
