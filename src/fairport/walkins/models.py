from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fairport.ports.models import AppointmentSlot, PortOfEntry
from fairport.registrations.models import Registration
from fairport.sealing.models import DataKey


class Urgency(models.TextChoices):
    """Why a group is called before the others."""

    NONE = "none", _("Not urgent")
    MEDICAL = "medical", _("Medical need")
    DANGER = "danger", _("Danger")
    CHILD_ALONE = "child_alone", _("Child who came alone")


class Outcome(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    ADMITTED = "admitted", _("Admitted")
    NOT_ADMITTED = "not_admitted", _("Not admitted today")
    LEFT = "left", _("Left")


class WalkIn(models.Model):
    """A group that came without an appointment, on one local day of a port."""

    PERSONAL_DATA: ClassVar[dict[str, str]] = {
        "sealed": "why they are urgent, in words, and the interpreter they wish; sealed under the walk-in's data key"
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    port = models.ForeignKey(PortOfEntry, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    queue_number = models.PositiveSmallIntegerField()
    people = models.PositiveSmallIntegerField()
    urgency = models.CharField(max_length=12, choices=Urgency.choices, default=Urgency.NONE)
    data_key = models.OneToOneField(DataKey, on_delete=models.PROTECT, related_name="+")
    sealed = models.BinaryField()
    registration = models.ForeignKey(Registration, on_delete=models.PROTECT, null=True, related_name="walk_ins")
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    registered_at = models.DateTimeField()
    outcome = models.CharField(max_length=12, choices=Outcome.choices, default=Outcome.WAITING)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["day", "port"], name="walkins_by_day")]
        constraints = [
            models.UniqueConstraint(
                fields=["port", "day", "queue_number"],
                name="walkins_queue_number_once",
                violation_error_message=_("Two groups of a day never have one number."),
            ),
            models.CheckConstraint(condition=Q(queue_number__gte=1), name="walkins_queue_number_from_1"),
            models.CheckConstraint(condition=Q(people__gte=1), name="walkins_at_least_one_person"),
            models.CheckConstraint(
                condition=Q(urgency__in=["none", "medical", "danger", "child_alone"]), name="walkins_known_urgency"
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=["waiting", "admitted", "not_admitted", "left"]), name="walkins_known_outcome"
            ),
            models.CheckConstraint(
                condition=Q(outcome="waiting", closed_by__isnull=True, closed_at__isnull=True)
                | Q(~Q(outcome="waiting"), closed_by__isnull=False, closed_at__isnull=False),
                name="walkins_closed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.port_id} {self.day} {self.queue_number}"

    @property
    def is_urgent(self) -> bool:
        """Whether the group is called before the others."""
        return self.urgency != Urgency.NONE


class WalkInPlaces(models.Model):
    """From which band's reserve an admitted group has how many of its places."""

    PERSONAL_DATA: ClassVar[dict[str, str]] = {}

    walk_in = models.ForeignKey(WalkIn, on_delete=models.CASCADE, related_name="places")
    slot = models.ForeignKey(AppointmentSlot, on_delete=models.PROTECT, related_name="walk_in_places")
    people = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["walk_in", "slot"], name="walkins_places_once_a_band"),
            models.CheckConstraint(condition=Q(people__gte=1), name="walkins_places_at_least_one"),
        ]
