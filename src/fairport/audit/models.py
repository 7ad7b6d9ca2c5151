from __future__ import annotations

from typing import ClassVar

from django.db import models

from fairport.sealing.models import DataKey


class Event(models.Model):
    """One step, told once. Rows are never changed or removed: triggers refuse it, and so do the privileges."""

    PERSONAL_DATA: ClassVar[dict[str, str]] = {}

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=30)
    subject_id = models.CharField(max_length=80)
    actor_kind = models.CharField(max_length=20)
    actor_id = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField()
    # SHA-256 of salt and payload (draw-spec, section 6): the details can be erased and the log still verifies.
    commitment = models.BinaryField(max_length=32)

    class Meta:
        indexes = [models.Index(fields=["subject_kind", "subject_id", "id"], name="audit_event_subject")]


class EventDetails(models.Model):
    """The salt and payload of an event, sealed under its subject's key."""

    PERSONAL_DATA: ClassVar[dict[str, str]] = {
        "sealed": "what happened to one person's file; sealed under the file's data key"
    }

    event = models.OneToOneField(Event, on_delete=models.PROTECT, primary_key=True, related_name="details")
    data_key = models.ForeignKey(DataKey, on_delete=models.PROTECT, null=True, related_name="+")
    sealed = models.BinaryField()
