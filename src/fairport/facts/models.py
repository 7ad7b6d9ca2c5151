from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fairport.approvals.models import Proposal
from fairport.domain.policy import CRITERIA
from fairport.ports.models import PortOfEntry
from fairport.registrations.models import Traveler


class Place(models.TextChoices):
    """Where an officer saw it."""

    PORT = "port", _("At the port")
    DESK = "desk", _("At a helper’s desk")
    VIDEO = "video", _("By video")


class VerifiedFact(models.Model):
    """A criterion that an officer confirmed for a traveler and a second person approved.

    Written once; withdrawing it, once, is the only change (a trigger refuses all others).
    """

    PERSONAL_DATA: ClassVar[dict[str, str]] = {
        "criterion": "what was verified, of a traveler who is known here by an id only; in clear for draws and counts",
        "sealed": "what the officer saw, in words; sealed under the file's data key",
        "sealed_withdrawal": "why it was withdrawn, in words; sealed under the file's data key",
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    traveler = models.ForeignKey(Traveler, on_delete=models.PROTECT, related_name="verified_facts")
    criterion = models.CharField(max_length=20)
    where = models.CharField(max_length=5, choices=Place.choices)
    # The port whose officer confirmed it.
    port = models.ForeignKey(PortOfEntry, on_delete=models.PROTECT, related_name="+")
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="+")
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField()
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField()
    # It holds before this moment.
    valid_until = models.DateTimeField()
    sealed = models.BinaryField()
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    sealed_withdrawal = models.BinaryField(null=True)

    class Meta:
        ordering = ["-approved_at", "criterion"]
        indexes = [
            models.Index(fields=["valid_until"], condition=Q(withdrawn_at__isnull=True), name="facts_that_hold"),
            models.Index(fields=["approved_at"], name="facts_by_approval"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(approved_by=F("confirmed_by")),
                name="facts_two_people",
                violation_error_message=_("Somebody else has to approve it."),
            ),
            models.CheckConstraint(condition=Q(criterion__in=CRITERIA), name="facts_known_criterion"),
            models.CheckConstraint(condition=Q(where__in=["port", "desk", "video"]), name="facts_known_place"),
            models.CheckConstraint(condition=Q(valid_until__gt=F("approved_at")), name="facts_valid_after_approval"),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True, sealed_withdrawal__isnull=True)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False, sealed_withdrawal__isnull=False),
                name="facts_withdrawn_by_somebody",
            ),
            models.UniqueConstraint(fields=["proposal", "criterion"], name="facts_one_of_a_proposal"),
        ]
