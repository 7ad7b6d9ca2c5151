from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models


class DataKey(models.Model):
    """The key of one person's file, wrapped by a master key. Without it everything sealed under it is noise."""

    PERSONAL_DATA: ClassVar[dict[str, str]] = {}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    master_id = models.CharField(max_length=20)
    wrapped = models.BinaryField(null=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(wrapped__isnull=True) ^ models.Q(erased_at__isnull=True),
                name="sealing_key_or_erased",
                violation_error_message="A data key is there, or it was erased at a known time.",
            ),
        ]
