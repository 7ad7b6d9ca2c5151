from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from fairport.programmes.models import PolicyVersion


class DrawState(models.TextChoices):
    FROZEN = "frozen"
    RUN = "run"


class Draw(models.Model):
    """One draw of a programme: frozen, then run. What it published is in its files."""

    PERSONAL_DATA: ClassVar[dict[str, str]] = {}

    draw_id = models.CharField(max_length=64, primary_key=True)
    programme = models.CharField(max_length=64)
    sequence = models.PositiveIntegerField()
    previous = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="next")
    policy_version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=DrawState.choices, default=DrawState.FROZEN)
    frozen_at = models.DateTimeField()
    draw_time = models.DateTimeField()
    run_at = models.DateTimeField(null=True)
    beacon_kind = models.CharField(max_length=10)
    # The local beacon's secret until the run publishes it.
    sealed_secret = models.BinaryField(null=True)
    entries_count = models.PositiveIntegerField()
    people = models.PositiveIntegerField()
    # Groups that waited at the freeze, but whose file could not be opened.
    left_out_count = models.PositiveIntegerField(default=0)
    seniority_carry_next = models.PositiveIntegerField(null=True)
    # The pool provider's key of a cell → places reserved in it at the freeze.
    reserved = models.JSONField()

    class Meta:
        ordering = ["-frozen_at"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "sequence"], name="draws_one_a_sequence"),
            models.CheckConstraint(condition=Q(state="run") ^ Q(run_at__isnull=True), name="draws_run_has_time"),
            models.CheckConstraint(condition=Q(draw_time__gte=F("frozen_at")), name="draws_frozen_before_its_time"),
        ]

    def __str__(self) -> str:
        return self.draw_id


class DrawFile(models.Model):
    """A file of the draw's bundle, byte for byte (docs/draw.md, "The bundle")."""

    PERSONAL_DATA: ClassVar[dict[str, str]] = {}

    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="files")
    name = models.CharField(max_length=30)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["draw", "name"], name="draws_one_file_a_name")]

    def __str__(self) -> str:
        return f"{self.draw_id}/{self.name}"


class DrawEntry(models.Model):
    """A group in a draw: what the pool says of it, and what came out.

    `subject_id` is the pool provider's own key (for appointments, the registration's id).
    """

    PERSONAL_DATA: ClassVar[dict[str, str]] = {}

    class Outcome(models.TextChoices):
        OFFER = "offer"
        RAIN_CHECK = "rain_check"
        NOT_SELECTED = "not_selected"
        # Drawn, but the offer was void: withdrawn, placed or grown since the freeze.
        VOID = "void"

    # Without an index of its own: that of `draws_entry_once` begins with the draw.
    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="entries", db_index=False)
    entry_id = models.CharField(max_length=32)
    subject_id = models.UUIDField()
    size = models.PositiveSmallIntegerField()
    # Empty until the draw is run.
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True)
    step = models.CharField(max_length=1, blank=True)
    port = models.CharField(max_length=4, blank=True)
    date = models.DateField(null=True)
    band = models.CharField(max_length=5, blank=True)
    lottery_rank = models.PositiveIntegerField(null=True)
    # Order of the rain-checks of this draw (draw-spec, section 1), kept ones first; null without one.
    rain_check_order = models.PositiveIntegerField(null=True)
    # For a rain-check: the size that it is good for, that of the draw whose step L gave it.
    rain_check_size = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draw", "entry_id"], name="draws_entry_once"),
            # The subject stands first, so that its index finds all draws of one subject too.
            models.UniqueConstraint(fields=["subject_id", "draw"], name="draws_subject_once"),
        ]

    def __str__(self) -> str:
        return self.entry_id


class DrawPortCount(models.Model):
    """What a run came to at one port: who named it among others, and who was offered a place there.

    More can be offered than named it: a rain-check is for a port that may be in its group's list no more.
    """

    PERSONAL_DATA: ClassVar[dict[str, str]] = {}

    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="port_counts", db_index=False)
    port = models.CharField(max_length=4)
    groups = models.PositiveIntegerField()
    people = models.PositiveIntegerField()
    offered_groups = models.PositiveIntegerField()
    offered_people = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draw", "port"], name="draws_one_count_a_port"),
        ]

    def __str__(self) -> str:
        return f"{self.draw_id} {self.port}"
