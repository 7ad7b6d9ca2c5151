from __future__ import annotations

from typing import ClassVar

from django.db import models

from fairport.programmes.models import Closure, ClosureState


class ClosureNotice(models.Model):
    """How far everybody who has a registration was told of one step of a closure."""

    PERSONAL_DATA: ClassVar[dict[str, str]] = {}

    closure = models.ForeignKey(Closure, on_delete=models.PROTECT, related_name="notices")
    step = models.CharField(max_length=10, choices=ClosureState.choices)
    # The registrations were told in the order of their ids; the last one so far.
    told_until = models.UUIDField(null=True)
    told = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["closure", "step"], name="closing_one_notice_a_step")]
