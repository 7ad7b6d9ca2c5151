from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q


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
