from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from fairport.appointments.models import Appointment
from fairport.ports.models import PortOfEntry
from fairport.registrations.models import Traveler


class CheckIn(models.Model):
    """One traveler's arrival at the port."""

    PERSONAL_DATA: ClassVar[dict[str, str]] = {}

    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="check_ins")
    traveler = models.ForeignKey(Traveler, on_delete=models.PROTECT, related_name="check_ins")
    port = models.ForeignKey(PortOfEntry, on_delete=models.PROTECT, related_name="+")
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    arrived_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["appointment", "traveler"],
                name="checkin_arrives_once",
                violation_error_message=_("This traveler has already been checked in."),
            ),
        ]


class Outcome(models.TextChoices):
    EXEMPTED = "exempted", _("Exempted")
    NOT_EXEMPTED = "not_exempted", _("Not exempted")
    REFERRED = "referred", _("Referred")


class Determination(models.Model):
    """An officer's decision about one traveler. A correction is a new row that names the one it replaces."""

    PERSONAL_DATA: ClassVar[dict[str, str]] = {
        "sealed": "criterion found and the reason in words; sealed under the file's data key"
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    check_in = models.ForeignKey(CheckIn, on_delete=models.PROTECT, related_name="determinations")
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    sealed = models.BinaryField()
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="replaced_by")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["check_in"],
                condition=models.Q(replaces__isnull=True),
                name="checkin_one_first_determination",
            ),
            models.CheckConstraint(
                condition=models.Q(outcome__in=["exempted", "not_exempted", "referred"]), name="checkin_known_outcome"
            ),
        ]
