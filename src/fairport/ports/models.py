from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class PortOfEntry(models.Model):
    """A crossing where appointments are kept. Dates of effect are local days: ports come and go."""

    PERSONAL_DATA: ClassVar[dict[str, str]] = {}

    code = models.CharField(max_length=4, primary_key=True)
    name = models.CharField(max_length=120)
    timezone = models.CharField(max_length=40)
    # The zone on the other side of the line, where people wait.
    traveler_timezone = models.CharField(max_length=40)
    latitude = models.FloatField()
    longitude = models.FloatField()
    address = models.CharField(max_length=200)
    opens_on = models.DateField()
    closes_on = models.DateField(null=True)
    # `reported`: the capacity was published; `demonstration`: an example value, and pages say so.
    capacity_source = models.CharField(max_length=20)
    # Counts the changes of plans and exceptions, so that two schedulers cannot overwrite each other unseen.
    capacity_version = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_on__isnull=True) | Q(closes_on__gte=F("opens_on")),
                name="ports_port_closes_after_opens",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class AppointmentSlot(models.Model):
    """The places of one port, local day and time band, counted in people.

    `held` is everything that is not free: what a frozen draw reserved (`reserved`), offers, appointments, and what was
    passed on to the walk-in reserve because it was freed too late for any draw (`passed_to_walk_in`).
    """

    PERSONAL_DATA: ClassVar[dict[str, str]] = {}

    programme = models.CharField(max_length=64)
    port = models.ForeignKey(PortOfEntry, on_delete=models.PROTECT, related_name="slots")
    date = models.DateField()
    band_start = models.TimeField()
    band_end = models.TimeField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    capacity = models.PositiveIntegerField()
    held = models.PositiveIntegerField(default=0)
    reserved = models.PositiveIntegerField(default=0)
    passed_to_walk_in = models.PositiveIntegerField(default=0)
    # Places for people who come without an appointment; a column of its own, beside `capacity`.
    walk_in_reserve = models.PositiveIntegerField(default=0)
    # How many of these were given to walk-ins, and to children who were added at the gate.
    walk_ins_admitted = models.PositiveIntegerField(default=0)
    # Children added at the gate beyond every place: nobody refuses them, and the figures show them.
    added = models.PositiveIntegerField(default=0)
    # A band that was lowered below what is held in it keeps that, and shrinks to this as places are given back.
    lower_to = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ["date", "port_id", "band_start"]
        indexes = [
            models.Index(fields=["programme", "starts_at"], name="ports_slot_programme_start"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["programme", "port", "date", "band_start"], name="ports_slot_one_a_band"),
            models.CheckConstraint(
                condition=Q(held__lte=F("capacity")),
                name="ports_slot_never_oversold",
                violation_error_message="A band never holds more people than it has places.",
            ),
            models.CheckConstraint(
                condition=Q(held__gte=F("reserved") + F("passed_to_walk_in")),
                name="ports_slot_held_covers_reserved",
                violation_error_message="What a draw reserved and what walk-ins were given is part of what is held.",
            ),
            models.CheckConstraint(
                condition=Q(walk_ins_admitted__lte=F("walk_in_reserve")),
                name="ports_slot_walk_ins_within_reserve",
                violation_error_message="Walk-ins never get more places than were reserved for them.",
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="ports_slot_ends_after_start"),
            models.CheckConstraint(
                condition=Q(lower_to__isnull=True) | Q(lower_to__lt=F("capacity")),
                name="ports_slot_lowers_only",
                violation_error_message="A band that waits to be lowered has more places than it is lowered to.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.port_id} {self.date} {self.band_start:%H:%M}"

    @property
    def free(self) -> int:
        """Places that the next draw can give out."""
        return self.capacity - self.held

    @property
    def held_by_groups(self) -> int:
        """Places that a draw reserved, that were offered or booked: what is held but for what walk-ins were given."""
        return self.held - self.passed_to_walk_in

    @property
    def walk_in_places_left(self) -> int:
        """Places for people without an appointment that nobody has used yet."""
        return self.walk_in_reserve - self.walk_ins_admitted


class SuspensionReason(models.TextChoices):
    DANGER = "danger", _("Danger")
    CLOSURE = "closure", _("The port is closed")
    OTHER = "other", _("Another reason")


class PortSuspension(models.Model):
    """A time in which no appointments are kept at a port; bands that touch it take part in no draw.

    `foreseen` are the counts of the preview that one person proposed, `done` those of what the approval did.
    """

    PERSONAL_DATA: ClassVar[dict[str, str]] = {}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    port = models.ForeignKey(PortOfEntry, on_delete=models.PROTECT, related_name="suspensions")
    starts_at = models.DateTimeField()
    # Null: nobody knows yet.
    ends_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=10, choices=SuspensionReason.choices)
    # What the public reads beside the reason, as it was written.
    words = models.CharField(max_length=300, blank=True)
    foreseen = models.JSONField()
    done = models.JSONField()
    # The approved proposal; this room is below the one of proposals and only names it.
    proposal_id = models.CharField(max_length=40)
    approved_at = models.DateTimeField()
    reopened_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["port"],
                condition=Q(reopened_at__isnull=True),
                name="ports_one_open_suspension",
                violation_error_message="A port has one suspension at a time.",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="ports_suspension_ends_after_start",
            ),
            models.CheckConstraint(
                condition=~Q(reason="other") | ~Q(words=""), name="ports_suspension_other_reason_has_words"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.port_id} {self.starts_at:%Y-%m-%d %H:%M}"


class CapacityPlan(models.Model):
    """A band of a weekday of a port, with its dates of effect (local days, both included).

    A plan that never took effect, because another one did, has `superseded_at`. That no two plans of a port, weekday
    and time hold on the same day is the exclusion constraint `ports_plan_one_at_a_time` of the migration: it needs a
    range over text, which Django's own constraint cannot express without an extension.
    """

    PERSONAL_DATA: ClassVar[dict[str, str]] = {}

    programme = models.CharField(max_length=64)
    port = models.ForeignKey(PortOfEntry, on_delete=models.PROTECT, related_name="plans")
    # ISO: Monday is 1.
    weekday = models.PositiveSmallIntegerField()
    band_start = models.TimeField()
    band_end = models.TimeField()
    capacity = models.PositiveIntegerField()
    walk_in_reserve = models.PositiveIntegerField(default=0)
    effective_from = models.DateField()
    effective_until = models.DateField(null=True)
    # The policy version whose band this was at first; empty for a scheduler's.
    policy_version = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["weekday", "effective_from", "band_start", "id"]
        indexes = [models.Index(fields=["programme", "port", "effective_from"], name="ports_plan_of_a_port")]
        constraints = [
            models.CheckConstraint(condition=Q(weekday__gte=1, weekday__lte=7), name="ports_plan_weekday"),
            models.CheckConstraint(condition=Q(band_end__gt=F("band_start")), name="ports_plan_ends_after_start"),
            models.CheckConstraint(
                condition=Q(effective_until__isnull=True) | Q(effective_until__gte=F("effective_from")),
                name="ports_plan_until_after_from",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.port_id} {self.weekday} {self.band_start:%H:%M}"


class ExceptionKind(models.TextChoices):
    CLOSED = "closed", _("Closed")
    CHANGED = "changed", _("Other places")
    UNCHANGED = "unchanged", _("Open as planned")


class ExceptionReason(models.TextChoices):
    """The reasons that the public pages can tell in every language."""

    HOLIDAY = "holiday", _("Public holiday")
    STAFF = "staff", _("Fewer officers")
    WORKS = "works", _("Works at the port")
    WEATHER = "weather", _("Weather")
    SAFETY = "safety", _("Safety")
    DEMAND = "demand", _("More places for those who wait")
    OTHER = "other", _("Other reason")


class ExceptionSource(models.TextChoices):
    OFFICER = "officer", _("Decided by a scheduler")
    HOLIDAY = "holiday", _("Proposed by the calendar of holidays")


class CapacityException(models.Model):
    """A day of a port that is not as its weekday is planned. One holds at a time; `lifted_at` ends it.

    `words` are public, as typed; nobody is named in them.
    """

    PERSONAL_DATA: ClassVar[dict[str, str]] = {}

    programme = models.CharField(max_length=64)
    port = models.ForeignKey(PortOfEntry, on_delete=models.PROTECT, related_name="exceptions")
    day = models.DateField()
    kind = models.CharField(max_length=10, choices=ExceptionKind.choices)
    source = models.CharField(max_length=10, choices=ExceptionSource.choices, default=ExceptionSource.OFFICER)
    reason = models.CharField(max_length=10, choices=ExceptionReason.choices)
    words = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["day", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "port", "day"],
                condition=Q(lifted_at__isnull=True),
                name="ports_one_exception_a_day",
                violation_error_message="A day has one exception at a time.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.port_id} {self.day} {self.kind}"


class ExceptionBand(models.Model):
    """What one band is like on an exception's day."""

    PERSONAL_DATA: ClassVar[dict[str, str]] = {}

    exception = models.ForeignKey(CapacityException, on_delete=models.PROTECT, related_name="bands")
    band_start = models.TimeField()
    band_end = models.TimeField()
    capacity = models.PositiveIntegerField()
    walk_in_reserve = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["band_start"]
        constraints = [
            models.UniqueConstraint(fields=["exception", "band_start"], name="ports_exception_one_a_band"),
            models.CheckConstraint(condition=Q(band_end__gt=F("band_start")), name="ports_exception_band_ends_later"),
        ]
