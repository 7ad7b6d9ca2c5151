from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Programme(models.Model):
    """A public service whose places are drawn, named by its slug."""

    PERSONAL_DATA: ClassVar[dict[str, str]] = {}

    slug = models.CharField(max_length=64, primary_key=True)

    def __str__(self) -> str:
        return self.slug


class PolicyVersion(models.Model):
    """The rules of a programme from a day on, as published: the file's own bytes and their hash. Never changed."""

    PERSONAL_DATA: ClassVar[dict[str, str]] = {}

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="policy_versions")
    version = models.CharField(max_length=40)
    effective_from = models.DateField()
    effective_until = models.DateField(null=True)
    sha256 = models.CharField(max_length=64, unique=True)
    source = models.BinaryField()
    loaded_at = models.DateTimeField()

    class Meta:
        ordering = ["programme_id", "effective_from"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "version"], name="programmes_policy_one_a_version"),
            models.CheckConstraint(
                condition=Q(effective_until__isnull=True) | Q(effective_until__gte=F("effective_from")),
                name="programmes_policy_dates_in_order",
            ),
        ]


class ClosureState(models.TextChoices):
    """Only a confirmed one closes the programme; until then, and with two people also after, it can be taken back."""

    ANNOUNCED = "announced", _("Announced")
    CONFIRMED = "confirmed", _("Confirmed")
    REVERSED = "reversed", _("Taken back")


class Closure(models.Model):
    """The announced end of a programme. The queue stays as it is: nobody's registration is changed by it."""

    PERSONAL_DATA: ClassVar[dict[str, str]] = {}

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="closures")
    # The last local day, at every port, on which appointments are kept.
    last_day = models.DateField()
    # When that day is over at every port.
    closed_from = models.DateTimeField()
    # Why, for the public: language → text, in each language of the programme.
    words = models.JSONField()
    state = models.CharField(max_length=10, choices=ClosureState.choices, default=ClosureState.ANNOUNCED)
    announced_at = models.DateTimeField()
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    reversed_at = models.DateTimeField(null=True)
    # What the queue was at the confirmation, so that a later queue can be compared with it (closing.queue_digest).
    queue_size = models.PositiveIntegerField(null=True)
    queue_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["announced_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme"],
                condition=Q(state__in=["announced", "confirmed"]),
                name="programmes_one_live_closure",
                violation_error_message=_("The end of this programme is announced already."),
            ),
            models.CheckConstraint(
                condition=~Q(state="confirmed")
                | (
                    Q(confirmed_at__isnull=False)
                    & Q(proposed_by__isnull=False)
                    & Q(confirmed_by__isnull=False)
                    & Q(queue_size__isnull=False)
                    & ~Q(confirmed_by=F("proposed_by"))
                ),
                name="programmes_closed_by_two_people",
            ),
            models.CheckConstraint(
                condition=Q(state="reversed") ^ Q(reversed_at__isnull=True), name="programmes_reversed_has_time"
            ),
            models.CheckConstraint(condition=Q(closed_from__gt=F("announced_at")), name="programmes_closes_later"),
        ]

    def __str__(self) -> str:
        return f"{self.programme_id} until {self.last_day}"
