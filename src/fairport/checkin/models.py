from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from fairport.appointments.models import AddedPlace, Appointment
from fairport.ports.models import AppointmentSlot, PortOfEntry
from fairport.registrations.models import Traveler


class CheckIn(models.Model):
    """One traveler's arrival at the port."""

    PERSONAL_DATA: ClassVar[dict[str, str]] = {}

    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="check_ins")
    traveler = models.ForeignKey(Traveler, on_delete=models.PROTECT, related_name="check_ins")
    port = models.ForeignKey(PortOfEntry, on_delete=models.PROTECT, related_name="+")
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    arrived_at = models.DateTimeField()
    # Later than the arrival where a gate had no network.
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(recorded_at__gte=models.F("arrived_at")), name="checkin_recorded_after_arrival"
            ),
            models.UniqueConstraint(
                fields=["appointment", "traveler"],
                name="checkin_arrives_once",
                violation_error_message=_("This traveler has already been checked in."),
            ),
        ]


class AddedTraveler(models.Model):
    """A child who could not be added before and joined the group at the gate; who they are rests in the file."""

    PERSONAL_DATA: ClassVar[dict[str, str]] = {}

    traveler = models.OneToOneField(Traveler, on_delete=models.PROTECT, related_name="added_at_gate")
    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="added_travelers")
    # The band whose place they have, or that counts them apart.
    slot = models.ForeignKey(AppointmentSlot, on_delete=models.PROTECT, related_name="+")
    place = models.CharField(max_length=10, choices=AddedPlace.choices)
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(place__in=["band", "walk_in", "apart"]), name="checkin_added_known_place"
            ),
        ]


class Outcome(models.TextChoices):
    EXEMPTED = "exempted", _("Exempted")
    NOT_EXEMPTED = "not_exempted", _("Not exempted")
    REFERRED = "referred", _("Referred")


class Determination(models.Model):
    """An officer's decision about one traveler. A correction is a new row that names the one it replaces.

    A negative takes effect only with an agreeing review by somebody else (`chain.py` says which one holds).
    """

    PERSONAL_DATA: ClassVar[dict[str, str]] = {
        "sealed": "criterion found and the reason in words; sealed under the file's data key"
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    check_in = models.ForeignKey(CheckIn, on_delete=models.PROTECT, related_name="determinations")
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    sealed = models.BinaryField()
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="replaced_by")
    # Its place among all that was decided about the traveler at this arrival, from 1: two can carry the same moment.
    sequence = models.PositiveSmallIntegerField(default=1)
    # True for every negative since that rule; those before it were told to their people long ago and stay in effect.
    needs_review = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["check_in", "sequence"], name="checkin_one_determination_at_a_time"),
            models.CheckConstraint(
                condition=models.Q(sequence=1) ^ models.Q(replaces__isnull=False),
                name="checkin_only_a_correction_comes_later",
            ),
            models.CheckConstraint(
                condition=models.Q(needs_review=False) | models.Q(outcome="not_exempted"),
                name="checkin_only_negatives_are_reviewed",
            ),
            models.UniqueConstraint(
                fields=["check_in"],
                condition=models.Q(replaces__isnull=True),
                name="checkin_one_first_determination",
            ),
            models.CheckConstraint(
                condition=models.Q(outcome__in=["exempted", "not_exempted", "referred"]), name="checkin_known_outcome"
            ),
        ]


class Verdict(models.TextChoices):
    AGREED = "agreed", _("Agrees")
    DISAGREED = "disagreed", _("Does not agree")


class DeterminationReview(models.Model):
    """A second officer's look at a negative: it takes effect, or the case goes back. Never changed, one for each.

    A trigger refuses (by the names of constraints): `checkin_review_by_another_person`, `checkin_review_of_a_negative`,
    `checkin_review_before_a_correction`.
    """

    PERSONAL_DATA: ClassVar[dict[str, str]] = {
        "sealed": "the second officer's reason in words; sealed under the file's data key"
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    determination = models.OneToOneField(Determination, on_delete=models.PROTECT, related_name="review")
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    sealed = models.BinaryField()
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["reviewer", "reviewed_at"], name="checkin_reviews_of_somebody")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(verdict__in=["agreed", "disagreed"]), name="checkin_known_verdict"
            ),
        ]
