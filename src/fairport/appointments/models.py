from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from fairport.draws.models import DrawEntry
from fairport.ports.models import AppointmentSlot
from fairport.registrations.models import Registration


class OfferState(models.TextChoices):
    OPEN = "open"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    EXPIRED = "expired"
    # Given up by withdrawing the registration.
    WITHDRAWN = "withdrawn"
    # Taken back by us, since its port was suspended.
    DISPLACED = "displaced"


class Offer(models.Model):
    """A drawn place, held for the group until it is confirmed, declined or expired."""

    PERSONAL_DATA: ClassVar[dict[str, str]] = {}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    registration = models.ForeignKey(Registration, on_delete=models.PROTECT, related_name="offers")
    draw_entry = models.OneToOneField(DrawEntry, on_delete=models.PROTECT, related_name="+")
    slot = models.ForeignKey(AppointmentSlot, on_delete=models.PROTECT, related_name="offers")
    # People for whom the slot's places are held while the offer is open.
    size = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=OfferState.choices, default=OfferState.OPEN)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    # The port moved it (decision 0056): where it was before, and when; saying no to it then counts for nothing.
    moved_from = models.ForeignKey(AppointmentSlot, on_delete=models.PROTECT, null=True, related_name="+")
    moved_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["expires_at"], condition=Q(state="open"), name="appointments_open_offers")]
        constraints = [
            models.UniqueConstraint(
                fields=["registration"],
                condition=Q(state="open"),
                name="appointments_one_open_offer",
                violation_error_message="A registration has one open offer at most.",
            ),
            models.CheckConstraint(
                condition=Q(state="open") ^ Q(closed_at__isnull=False), name="appointments_offer_closed_has_time"
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="appointments_offer_expires_later"),
            models.CheckConstraint(
                condition=Q(moved_from__isnull=True) ^ Q(moved_at__isnull=False), name="appointments_offer_moved_whole"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class AppointmentState(models.TextChoices):
    BOOKED = "booked"
    ARRIVED = "arrived"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"


class AddedPlace(models.TextChoices):
    """Where a child who was added at the gate found a place."""

    BAND = "band"
    WALK_IN = "walk_in"
    APART = "apart"


class Appointment(models.Model):
    """A confirmed place, with the number that the pass carries."""

    PERSONAL_DATA: ClassVar[dict[str, str]] = {}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    registration = models.ForeignKey(Registration, on_delete=models.PROTECT, related_name="appointments")
    # None where officials placed the group outside the draw.
    offer = models.OneToOneField(Offer, on_delete=models.PROTECT, null=True, related_name="appointment")
    slot = models.ForeignKey(AppointmentSlot, on_delete=models.PROTECT, related_name="appointments")
    confirmation_number = models.CharField(max_length=16, unique=True)
    # People for whom places of the band are held.
    size = models.PositiveSmallIntegerField()
    # Children added at the gate who have a walk-in place, or none: they are of the group, but hold nothing here.
    added = models.PositiveSmallIntegerField(default=0)
    # A booked, attended or missed appointment holds its places; a cancelled one has given them back.
    state = models.CharField(max_length=10, choices=AppointmentState.choices, default=AppointmentState.BOOKED)
    confirmed_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    # The port moved it (decision 0056): where it was before, and when.
    moved_from = models.ForeignKey(AppointmentSlot, on_delete=models.PROTECT, null=True, related_name="+")
    moved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(moved_from__isnull=True) ^ Q(moved_at__isnull=False), name="appointments_moved_whole"
            ),
            models.UniqueConstraint(
                fields=["registration"],
                condition=Q(state__in=["booked", "arrived"]),
                name="appointments_one_live_appointment",
                violation_error_message="A registration has one appointment at a time.",
            ),
        ]

    def __str__(self) -> str:
        return self.confirmation_number

    @property
    def people(self) -> int:
        """Everybody of the group, with or without a place of the band."""
        return self.size + self.added
