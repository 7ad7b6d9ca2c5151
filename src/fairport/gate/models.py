from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fairport.appointments.models import Appointment
from fairport.ports.models import PortOfEntry


class ScanAction(models.TextChoices):
    """What an officer did: looked at a pass only, or said who of the group is here."""

    LOOK = "look", _("Checked")
    ARRIVAL = "arrival", _("Arrival")


class ScanOutcome(models.TextChoices):
    """What came of a scan. `already`: all of it was recorded before from the same device."""

    SEEN = "seen", _("Looked at")
    RECORDED = "recorded", _("Recorded")
    ALREADY = "already", _("Recorded before")
    CONFLICT = "conflict", _("Conflict")


class GateScan(models.Model):
    """One scan or typed number at a gate, whatever came of it. Written once, by the id that the device gave it."""

    PERSONAL_DATA: ClassVar[dict[str, str]] = {
        "sealed_text": "what was scanned, where no appointment was found; sealed under a key of the service"
    }

    id = models.UUIDField(primary_key=True, editable=False)
    # A random number that the browser keeps; none without JavaScript.
    device = models.UUIDField(null=True)
    port = models.ForeignKey(PortOfEntry, on_delete=models.PROTECT, related_name="+")
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, null=True, related_name="gate_scans")
    sealed_text = models.BinaryField(null=True)
    action = models.CharField(max_length=8, choices=ScanAction.choices)
    # Ids of travelers: who was said to be here, and whom this scan checked in. The whole group: whoever is in it.
    whole_group = models.BooleanField(default=False)
    travelers = ArrayField(models.UUIDField(), default=list)
    recorded = ArrayField(models.UUIDField(), default=list)
    # What the officer was told, which without a network is the device's own answer.
    answer = models.CharField(max_length=16)
    outcome = models.CharField(max_length=8, choices=ScanOutcome.choices)
    offline = models.BooleanField()
    # By the device's clock; then as it must have been (domain.gate.time_of_scan).
    device_time = models.DateTimeField()
    happened_at = models.DateTimeField()
    clock_doubtful = models.BooleanField(default=False)
    received_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["port", "happened_at"], name="gate_scan_port_time")]
        constraints = [
            models.CheckConstraint(
                condition=Q(happened_at__lte=F("received_at")), name="gate_scan_happens_before_it_arrives"
            ),
            models.CheckConstraint(
                condition=Q(appointment__isnull=True) ^ Q(sealed_text__isnull=True),
                name="gate_scan_has_appointment_or_text",
            ),
            models.CheckConstraint(
                condition=Q(action="arrival", outcome__in=["recorded", "already", "conflict"])
                | Q(action="look", outcome="seen", recorded=[], travelers=[], whole_group=False),
                name="gate_scan_outcome_fits_action",
            ),
        ]


class ConflictKind(models.TextChoices):
    """Why an arrival that an officer saw could not be recorded as it was told."""

    USED_TWICE = "used_twice", _("Used at two gates")
    CANCELLED = "cancelled", _("Cancelled meanwhile")
    MISSED = "missed", _("Counted as missed meanwhile")
    OTHER_DAY = "other_day", _("Not on the day of the appointment")
    OTHER_PORT = "other_port", _("Appointment at another port")
    NOT_IN_GROUP = "not_in_group", _("Traveler no longer in the group")
    NO_APPOINTMENT = "no_appointment", _("No appointment behind it")


class GateConflict(models.Model):
    """An arrival that contradicts the record, for a supervisor to close in words."""

    PERSONAL_DATA: ClassVar[dict[str, str]] = {
        "sealed_words": "what a supervisor found out; sealed under a key of the service"
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    scan = models.OneToOneField(GateScan, on_delete=models.PROTECT, related_name="conflict")
    # The scan that came first, where a pass was used twice; the first arrival may have been recorded without a scan.
    other_scan = models.ForeignKey(GateScan, on_delete=models.PROTECT, null=True, related_name="+")
    port = models.ForeignKey(PortOfEntry, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=ConflictKind.choices)
    found_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    sealed_words = models.BinaryField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["port"], condition=Q(closed_at__isnull=True), name="gate_conflict_open"),
            models.Index(fields=["port", "found_at"], name="gate_conflict_port_time"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by__isnull=True, sealed_words__isnull=True)
                | Q(closed_at__isnull=False, closed_by__isnull=False, sealed_words__isnull=False),
                name="gate_conflict_closed_by_somebody_in_words",
            ),
        ]
