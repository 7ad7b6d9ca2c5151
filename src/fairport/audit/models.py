from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length

from fairport.sealing.models import DataKey

# For the constraints on lengths below.
models.BinaryField.register_lookup(Length)


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


class LogName(models.TextChoices):
    """The two logs: every event as a commitment, and every draw's manifest and result in full."""

    EVENTS = "events"
    DRAWS = "draws"


class UnsequencedEvent(models.Model):
    """An event without a leaf yet: put here by a trigger, in the event's own transaction, taken by the sequencer.

    So the sequencer sees an event exactly when it is committed, however late that is, and never looks at the old ones.
    """

    PERSONAL_DATA: ClassVar[dict[str, str]] = {}

    event_id = models.BigIntegerField(primary_key=True)


class DrawLogEntry(models.Model):
    """A manifest or result as it was published, for the draw log (draw-spec, sections 1 and 6)."""

    PERSONAL_DATA: ClassVar[dict[str, str]] = {}

    class Kind(models.TextChoices):
        MANIFEST = "manifest"
        RESULT = "result"

    id = models.BigAutoField(primary_key=True)
    draw_id = models.CharField(max_length=64)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    content = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["draw_id", "kind"],
                name="audit_one_manifest_one_result_a_draw",
                violation_error_message="The draw log holds one manifest and one result of a draw.",
            ),
            models.CheckConstraint(
                # The length of an entry in the published bundles has two bytes (C2SP tlog-tiles).
                condition=Q(content__length__lte=65_535),
                name="audit_draw_log_entry_fits",
                violation_error_message="An entry of the draw log has at most 65,535 bytes.",
            ),
        ]


class LogLeaf(models.Model):
    """The place of an event or entry in its log: dense from 0, given once, for ever."""

    PERSONAL_DATA: ClassVar[dict[str, str]] = {}

    id = models.BigAutoField(primary_key=True)
    log = models.CharField(max_length=10, choices=LogName.choices)
    index = models.BigIntegerField()
    leaf_hash = models.BinaryField(max_length=32)
    event = models.OneToOneField(Event, on_delete=models.PROTECT, null=True, related_name="leaf")
    entry = models.OneToOneField(DrawLogEntry, on_delete=models.PROTECT, null=True, related_name="leaf")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["log", "index"], name="audit_leaf_place_once"),
            models.CheckConstraint(condition=Q(index__gte=0), name="audit_leaf_from_zero"),
            models.CheckConstraint(condition=Q(leaf_hash__length=32), name="audit_leaf_hash_length"),
            models.CheckConstraint(
                condition=Q(log="events", event__isnull=False, entry__isnull=True)
                | Q(log="draws", event__isnull=True, entry__isnull=False),
                name="audit_leaf_of_its_log",
                violation_error_message="A leaf of the event log is an event, one of the draw log is an entry.",
            ),
        ]


class LogTile(models.Model):
    """A full tile of 256 hashes with its root. Tiles that are not full are computed from what is below them."""

    PERSONAL_DATA: ClassVar[dict[str, str]] = {}

    id = models.BigAutoField(primary_key=True)
    log = models.CharField(max_length=10, choices=LogName.choices)
    level = models.PositiveSmallIntegerField()
    number = models.BigIntegerField()
    hashes = models.BinaryField(max_length=8192)
    root = models.BinaryField(max_length=32)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["log", "level", "number"], name="audit_tile_once"),
            models.CheckConstraint(condition=Q(hashes__length=8192) & Q(root__length=32), name="audit_tile_is_full"),
        ]


class LogCheckpoint(models.Model):
    """A signed statement of a log's size and root. A trigger refuses one that is not larger than those before it."""

    PERSONAL_DATA: ClassVar[dict[str, str]] = {}

    id = models.BigAutoField(primary_key=True)
    log = models.CharField(max_length=10, choices=LogName.choices)
    size = models.BigIntegerField()
    root = models.BinaryField(max_length=32)
    # The whole signed note (C2SP tlog-checkpoint), without cosignatures.
    note = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["log", "size"], name="audit_checkpoint_size_once"),
            models.CheckConstraint(condition=Q(size__gt=0), name="audit_checkpoint_not_empty"),
        ]


class LogCosignature(models.Model):
    """A witness's signed statement that it saw a checkpoint."""

    PERSONAL_DATA: ClassVar[dict[str, str]] = {}

    id = models.BigAutoField(primary_key=True)
    checkpoint = models.ForeignKey(LogCheckpoint, on_delete=models.PROTECT, related_name="cosignatures")
    # The witness's public key with its name (C2SP vkey), for whoever reads this after the settings changed.
    witness = models.CharField(max_length=160)
    # The witness's own clock.
    signed_at = models.DateTimeField()
    line = models.TextField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["checkpoint", "witness"], name="audit_one_cosignature_a_witness"),
        ]
