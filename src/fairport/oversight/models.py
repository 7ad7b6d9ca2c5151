from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fairport.checkin.models import Determination, Outcome
from fairport.ports.models import PortOfEntry
from fairport.registrations.models import IntegritySignal, Registration
from fairport.sealing.models import DataKey


class SharedIndex(models.Model):
    """An e-mail address, a phone number or a document of a registration, only to be compared with those of others."""

    PERSONAL_DATA: ClassVar[dict[str, str]] = {
        "index": "keyed hash of an e-mail address, a phone number or a document; removed once the file is erased",
    }

    registration = models.ForeignKey(Registration, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10)
    index = models.BinaryField(max_length=32)

    class Meta:
        indexes = [models.Index(fields=["kind", "index"], name="oversight_shared")]
        constraints = [
            models.UniqueConstraint(fields=["registration", "kind", "index"], name="oversight_shared_once_a_file"),
            models.CheckConstraint(
                condition=Q(kind__in=["email", "phone", "document"]), name="oversight_shared_known_kind"
            ),
        ]


class IndexedFile(models.Model):
    """Which state of a registration the index holds: another box of the contact, or another size, is read again."""

    PERSONAL_DATA: ClassVar[dict[str, str]] = {}

    registration = models.OneToOneField(
        Registration, on_delete=models.PROTECT, primary_key=True, related_name="watch_index"
    )
    contact_hash = models.BinaryField(max_length=32)
    size = models.PositiveSmallIntegerField()
    indexed_at = models.DateTimeField()


class CriterionCount(models.Model):
    """How many travelers a month, port and outcome had who claimed a criterion, or with whom it was found."""

    PERSONAL_DATA: ClassVar[dict[str, str]] = {}

    month = models.DateField()
    port = models.ForeignKey(PortOfEntry, on_delete=models.PROTECT, related_name="+")
    criterion = models.CharField(max_length=40)
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    claimed = models.PositiveIntegerField(default=0)
    found = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["month", "port", "criterion", "outcome"], name="oversight_one_count_a_criterion"
            ),
        ]


class CountedDetermination(models.Model):
    """A determination that is in the counts already."""

    PERSONAL_DATA: ClassVar[dict[str, str]] = {}

    determination = models.OneToOneField(
        Determination, on_delete=models.PROTECT, primary_key=True, related_name="watch_count"
    )
    counted_at = models.DateTimeField()


class ReviewOutcome(models.TextChoices):
    NOTHING = "nothing", _("Nothing is wrong")
    SAME_PEOPLE = "same_people", _("The same people: they were asked which registration they keep")
    CORRECTED = "corrected", _("Something was wrong and was put right")
    REFERRED = "referred", _("The ombuds office should look")
    UNCLEAR = "unclear", _("It could not be found out")


class SignalReview(models.Model):
    """What a person found who looked at a signal. Never changed; the latest one holds."""

    PERSONAL_DATA: ClassVar[dict[str, str]] = {
        "sealed": "what was found, in words; sealed under the review's own data key",
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    signal = models.ForeignKey(IntegritySignal, on_delete=models.PROTECT, related_name="reviews")
    position = models.PositiveSmallIntegerField()
    outcome = models.CharField(max_length=12, choices=ReviewOutcome.choices)
    data_key = models.OneToOneField(DataKey, on_delete=models.PROTECT, related_name="+")
    sealed = models.BinaryField()
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["signal", "position"], name="oversight_reviews_in_order"),
            models.CheckConstraint(condition=Q(outcome__in=ReviewOutcome.values), name="oversight_known_outcome"),
        ]
