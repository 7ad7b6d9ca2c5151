from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fairport.sealing.models import DataKey


class MessageState(models.TextChoices):
    QUEUED = "queued", _("Waiting to leave")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    # Given up: refused too often, or interrupted while sending, when nobody can know whether it left.
    DEAD = "dead", _("Not sent")
    # Overtaken before it left, so that it would contradict the record.
    DROPPED = "dropped", _("Not needed any more")


class OutboxMessage(models.Model):
    """A message written in the transaction that it tells of, and sent once after it, at most."""

    PERSONAL_DATA: ClassVar[dict[str, str]] = {
        "sealed": "address and what the text says; sealed under the key of the person's file"
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # For instance `offer.made:<offer id>`: the same step never writes twice.
    dedupe_key = models.CharField(max_length=120, unique=True)
    template = models.CharField(max_length=40)
    language = models.CharField(max_length=10)
    channel = models.CharField(max_length=10)
    data_key = models.ForeignKey(DataKey, on_delete=models.PROTECT, related_name="+")
    sealed = models.BinaryField()
    state = models.CharField(max_length=10, choices=MessageState.choices, default=MessageState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    # The kind of failure only: an SMTP answer may repeat the address.
    last_failure = models.CharField(max_length=60, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_attempt_at"], condition=Q(state__in=["queued", "sending"]), name="notifications_due"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="sent") ^ Q(sent_at__isnull=True), name="notifications_sent_has_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template} {self.pk}"

    @property
    def seal_context(self) -> str:
        """The place that the sealed content is bound to."""
        return f"message:{self.pk}"
