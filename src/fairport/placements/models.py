from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fairport.appointments.models import Appointment
from fairport.approvals.models import Proposal
from fairport.ports.models import PortOfEntry


class PlacementReason(models.TextChoices):
    MEDICAL = "medical", _("Urgent medical care")
    DANGER = "danger", _("Danger where they wait")
    LARGE_GROUP = "large_group", _("Group too large for the draw")


class PlacementWeek(models.Model):
    """How many people were placed outside the draw in one port and week, and how many may be: the policy's public cap.

    `week` is the Monday (local) of the ISO week in which the places are. A trigger counts each placement here, so the
    constraint holds whoever writes, and however many at once.
    """

    PERSONAL_DATA: ClassVar[dict[str, str]] = {}

    programme = models.CharField(max_length=64)
    port = models.ForeignKey(PortOfEntry, on_delete=models.PROTECT, related_name="+")
    week = models.DateField()
    cap = models.PositiveIntegerField()
    people = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-week", "port_id"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "port", "week"], name="placements_week_once"),
            models.CheckConstraint(
                condition=Q(people__lte=F("cap")),
                name="placements_week_within_cap",
                violation_error_message=_("No more people are placed outside the draw than the policy allows."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.port_id} {self.week}"

    @property
    def left(self) -> int:
        """How many people can still be placed."""
        return self.cap - self.people


class ExceptionalPlacement(models.Model):
    """One registration placed by two officials; written once. A group of over twelve has several rows of a proposal."""

    PERSONAL_DATA: ClassVar[dict[str, str]] = {
        "sealed": "why they were placed, in words; sealed under the file's data key"
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="+")
    # Whose slot, port and registration it is; the week is that of the slot's local day.
    appointment = models.OneToOneField(Appointment, on_delete=models.PROTECT, related_name="placement")
    programme = models.CharField(max_length=64)
    port = models.ForeignKey(PortOfEntry, on_delete=models.PROTECT, related_name="+")
    week = models.DateField()
    people = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=12, choices=PlacementReason.choices)
    sealed = models.BinaryField()
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField()

    class Meta:
        ordering = ["-approved_at", "id"]
        indexes = [models.Index(fields=["week", "port"], name="placements_by_week")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(approved_by=F("proposed_by")),
                name="placements_two_people",
                violation_error_message=_("Somebody else has to approve it."),
            ),
            models.CheckConstraint(condition=Q(people__gte=1), name="placements_at_least_one_person"),
            models.CheckConstraint(
                condition=Q(reason__in=["medical", "danger", "large_group"]), name="placements_known_reason"
            ),
        ]
