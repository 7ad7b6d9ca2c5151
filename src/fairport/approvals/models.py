from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class ProposalState(models.TextChoices):
    OPEN = "open", _("Open")
    APPROVED = "approved", _("Approved")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Taken back")
    EXPIRED = "expired", _("Expired")


class Proposal(models.Model):
    """What one person wants done and another must approve; once decided it never changes."""

    PERSONAL_DATA: ClassVar[dict[str, str]] = {
        "sealed_reason": "why it was proposed, in words that may tell of a person; sealed for the service",
        "sealed_answer": "why it was declined, in words that may tell of a person; sealed for the service",
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # The name of a ProposalKind.
    kind = models.CharField(max_length=40)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=80)
    # What the kind needs to carry it out: ids, days and numbers, never anything about a person.
    payload = models.JSONField()
    # The port whose roles count, where the kind belongs to one.
    port = models.ForeignKey("ports.PortOfEntry", on_delete=models.PROTECT, null=True, related_name="+")
    sealed_reason = models.BinaryField()
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=ProposalState.choices, default=ProposalState.OPEN)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    sealed_answer = models.BinaryField(null=True)

    class Meta:
        indexes = [models.Index(fields=["state", "-proposed_at"], name="approvals_by_state")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "declined"]) | ~Q(decided_by=F("proposed_by")),
                name="approvals_two_people",
                violation_error_message=_("Somebody else has to decide about this."),
            ),
            models.CheckConstraint(
                condition=(Q(state="open") & Q(decided_at__isnull=True) & Q(decided_by__isnull=True))
                | (Q(state="expired") & Q(decided_at__isnull=False) & Q(decided_by__isnull=True))
                | (
                    Q(state__in=["approved", "declined", "withdrawn"])
                    & Q(decided_at__isnull=False)
                    & Q(decided_by__isnull=False)
                ),
                name="approvals_decided_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["kind", "subject_kind", "subject_id"],
                condition=Q(state="open"),
                name="approvals_one_open",
                violation_error_message=_("The same thing is proposed already."),
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("proposed_at")), name="approvals_expires_later"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_kind} {self.subject_id}"
