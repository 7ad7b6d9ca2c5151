from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fairport.ports.models import PortOfEntry
from fairport.sealing.models import DataKey


class ComplaintKind(models.TextChoices):
    MONEY = "money", _("Someone asked me for money")
    TREATMENT = "treatment", _("An officer or a helper treated me badly or asked for something")
    MISUSE = "misuse", _("My appointment or registration was taken or misused")
    OTHER = "other", _("Something else")


class ComplaintState(models.TextChoices):
    OPEN = "open", _("Waiting for the ombuds office")
    ANSWERED = "answered", _("Answered")
    CLOSED = "closed", _("Closed")


class ComplaintOutcome(models.TextChoices):
    CONFIRMED = "confirmed", _("It happened, and something was done about it")
    NOT_CONFIRMED = "not_confirmed", _("It could not be confirmed")
    REFERRED = "referred", _("Handed on, with the sender told to whom")
    NOT_OURS = "not_ours", _("The ombuds office cannot deal with this")


class Complaint(models.Model):
    """Something that somebody told the ombuds office. Who sent it is known only as far as they wrote it themselves."""

    PERSONAL_DATA: ClassVar[dict[str, str]] = {
        "sealed": "when, and how the sender may be reached, as they wrote it; sealed under the complaint's data key, "
        "which is erased some months after the closing",
        "code_index": "keyed hash of the code that the sender keeps",
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.PositiveIntegerField(unique=True)
    kind = models.CharField(max_length=12, choices=ComplaintKind.choices)
    port = models.ForeignKey(PortOfEntry, on_delete=models.PROTECT, null=True, related_name="+")
    language = models.CharField(max_length=10)
    state = models.CharField(max_length=10, choices=ComplaintState.choices, default=ComplaintState.OPEN)
    outcome = models.CharField(max_length=16, choices=ComplaintOutcome.choices, blank=True)
    # Arrived among very many at once: nothing is wrong with it, but it stands behind the others.
    in_flood = models.BooleanField(default=False)
    data_key = models.OneToOneField(DataKey, on_delete=models.PROTECT, related_name="+")
    code_index = models.BinaryField(max_length=32, unique=True)
    sealed = models.BinaryField()
    filed_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)
    # Counts the changes, so that two people who work on it see each other.
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["state", "filed_at"], name="complaints_by_state")]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ComplaintKind.values), name="complaints_known_kind"),
            models.CheckConstraint(condition=Q(state__in=ComplaintState.values), name="complaints_known_state"),
            models.CheckConstraint(
                condition=Q(state="closed") ^ Q(closed_at__isnull=True),
                name="complaints_closed_has_time",
                violation_error_message="A complaint is closed at a known time.",
            ),
            models.CheckConstraint(
                condition=(Q(state="closed") & Q(outcome__in=ComplaintOutcome.values))
                | (~Q(state="closed") & Q(outcome="")),
                name="complaints_closed_has_outcome",
                violation_error_message="A closed complaint has an outcome, and no other has.",
            ),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True) | Q(state="closed"),
                name="complaints_erased_once_closed",
                violation_error_message="Only a closed complaint is erased.",
            ),
        ]


class ComplaintWords(models.Model):
    """What the sender or the ombuds office wrote. Never changed; it becomes noise when the complaint is erased."""

    PERSONAL_DATA: ClassVar[dict[str, str]] = {
        "sealed": "what was written; sealed under the complaint's data key",
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="words")
    # Nobody's: the sender wrote it.
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    position = models.PositiveSmallIntegerField()
    sealed = models.BinaryField()
    written_at = models.DateTimeField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["complaint", "position"], name="complaints_words_in_order"),
        ]


class ComplaintWindow(models.Model):
    """How many complaints or wrong codes came within an hour, in all or from one network; gone with the hour."""

    PERSONAL_DATA: ClassVar[dict[str, str]] = {
        "bucket": "keyed hash of a network address, tied to no complaint and removed within two hours"
    }

    bucket = models.BinaryField(max_length=32)
    window_start = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bucket", "window_start"], name="complaints_one_window"),
        ]
