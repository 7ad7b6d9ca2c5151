from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fairport.programmes.models import PolicyVersion, Programme
from fairport.sealing.models import DataKey


class RegistrationStatus(models.TextChoices):
    """The states of `domain/transitions.py`, in the words of the screen."""

    WAITING = "waiting", _("Waiting")
    OFFERED = "offered", _("A place is offered")
    CONFIRMED = "confirmed", _("Appointment confirmed")
    LAPSED = "lapsed", _("Not renewed")
    NO_SHOW = "no_show", _("Missed")
    ARRIVED = "arrived", _("Arrived at the port")
    DETERMINED = "determined", _("Decided")
    WITHDRAWN = "withdrawn", _("Withdrawn")


# A document claimed by one of these files cannot enter a second one.
ACTIVE_STATUSES = ("waiting", "offered", "confirmed", "no_show", "arrived")


class Registration(models.Model):
    """A group's standing request: its travelers get one place together, or none."""

    PERSONAL_DATA: ClassVar[dict[str, str]] = {
        "sealed_contact": "e-mail, phone and declared location; sealed under the file's data key",
        "sealed_interpreter": "the interpreter that the group wishes; sealed under the file's data key",
        "sealed_entry_secret": "the secret behind the draw's entry ids; sealed under the file's data key",
        "access_code_index": "keyed hash of the access code",
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(max_length=20, unique=True)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    policy_version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="+")
    language = models.CharField(max_length=10)
    status = models.CharField(max_length=12, choices=RegistrationStatus.choices, default=RegistrationStatus.WAITING)
    # Seniority: the latest `registered_at` among the adults; children take none away.
    registered_at = models.DateTimeField()
    size = models.PositiveSmallIntegerField()
    ports = ArrayField(models.CharField(max_length=4), size=8)
    data_key = models.OneToOneField(DataKey, on_delete=models.PROTECT, related_name="+")
    access_code_index = models.BinaryField(max_length=32, unique=True)
    sealed_contact = models.BinaryField()
    # Null where nobody asked for an interpreter.
    sealed_interpreter = models.BinaryField(null=True)
    sealed_entry_secret = models.BinaryField()
    last_sign_of_life_at = models.DateTimeField()
    renewal_reminded_at = models.DateTimeField(null=True)
    declines = models.PositiveSmallIntegerField(default=0)
    has_rain_check = models.BooleanField(default=False)
    # Since when the group is owed a place that we took back; null once it has another, or gave up (decision 0051).
    displaced_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_from = models.CharField(max_length=12, blank=True)
    # Set once the undo of a withdrawal ran out and its place was given back.
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["programme", "status", "last_sign_of_life_at"], name="registrations_by_status"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(size__gte=1) & Q(size__lte=12),
                name="registrations_size_1_to_12",
                violation_error_message=_("A registration has 1 to 12 travelers."),
            ),
            models.CheckConstraint(condition=Q(ports__len__gte=1), name="registrations_at_least_one_port"),
            models.CheckConstraint(
                condition=Q(status__in=RegistrationStatus.values), name="registrations_known_status"
            ),
            models.CheckConstraint(
                condition=Q(status="withdrawn") ^ Q(withdrawn_at__isnull=True),
                name="registrations_withdrawn_has_time",
            ),
            models.CheckConstraint(
                condition=Q(has_rain_check=False) | Q(status="waiting"), name="registrations_rain_check_while_waiting"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Traveler(models.Model):
    """One person of a registration. Who they are is one sealed blob, fixed at submission."""

    PERSONAL_DATA: ClassVar[dict[str, str]] = {
        "sealed": "names, birth date, nationality, document, claimed criteria; sealed under the file's data key",
        "name_index": "keyed hash of normalised name, birth date and nationality, to find namesakes",
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    registration = models.ForeignKey(Registration, on_delete=models.PROTECT, related_name="travelers")
    position = models.PositiveSmallIntegerField()
    registered_at = models.DateTimeField()
    # On the day they joined: growing up while waiting costs nobody seniority.
    adult = models.BooleanField()
    sealed = models.BinaryField()
    name_index = models.BinaryField(max_length=32)
    left_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["position"]
        indexes = [models.Index(fields=["name_index"], name="registrations_namesakes")]
        constraints = [
            models.UniqueConstraint(fields=["registration", "position"], name="registrations_traveler_position"),
        ]


class DocumentClaim(models.Model):
    """A document in an active registration: one a programme. The row goes when the file is no longer active."""

    PERSONAL_DATA: ClassVar[dict[str, str]] = {"document_index": "keyed hash of issuing country and number"}

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    document_index = models.BinaryField(max_length=32)
    traveler = models.OneToOneField(Traveler, on_delete=models.PROTECT, related_name="document_claim")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "document_index"],
                name="registrations_one_active_document",
                violation_error_message=_("This document is already in an active registration."),
            ),
        ]


class Draft(models.Model):
    """What was typed so far, sealed; it dies after 48 hours."""

    PERSONAL_DATA: ClassVar[dict[str, str]] = {
        "sealed": "everything typed into the form; sealed under the draft's own data key"
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # The token itself is in a cookie only.
    token_index = models.BinaryField(max_length=32, unique=True)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    data_key = models.OneToOneField(DataKey, on_delete=models.PROTECT, related_name="+")
    sealed = models.BinaryField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()


class IdempotentAnswer(models.Model):
    """The first answer to a write, kept 24 hours so that a repeat gets the same one."""

    PERSONAL_DATA: ClassVar[dict[str, str]] = {
        "sealed": "the answer with its codes; sealed under a key derived from the caller's own Idempotency-Key"
    }

    key_index = models.BinaryField(max_length=32, unique=True)
    request_index = models.BinaryField(max_length=32)
    sealed = models.BinaryField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()


class CodeFailure(models.Model):
    """Tries counted by window, for one address, one beginning of a code or one number, all as keyed hashes."""

    PERSONAL_DATA: ClassVar[dict[str, str]] = {
        "bucket": "keyed hash of a network address, the first group of a code, or an appointment's number, for a day"
    }

    bucket = models.BinaryField(max_length=32)
    window_start = models.DateTimeField()
    failures = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bucket", "window_start"], name="registrations_one_failure_window"),
        ]


class SignalKind(models.TextChoices):
    NAMESAKE = "namesake", _("Same name, birth date and nationality in another registration")
    EMAIL = "email", _("One e-mail address in many registrations")
    PHONE = "phone", _("One phone number in many registrations")
    DOCUMENT = "document", _("One document in several registrations")
    FILER = "filer", _("One helper, partner or member of staff filed many registrations")
    OUTLIER = "outlier", _("An officer’s decisions differ from those of the others")


class IntegritySignal(models.Model):
    """Something for a person to look at; never a verdict, and nothing refuses anyone because of it.

    It is about two travelers (namesakes), about something that many registrations share (`index`, the keyed hash of an
    address, number or document), or about somebody who works with them (`about`, an actor such as `staff:12`).
    """

    PERSONAL_DATA: ClassVar[dict[str, str]] = {
        "index": "keyed hash of an e-mail address, a phone number or a document that many registrations share",
    }

    kind = models.CharField(max_length=20, choices=SignalKind.choices)
    traveler = models.ForeignKey(Traveler, on_delete=models.PROTECT, null=True, related_name="signals")
    other = models.ForeignKey(Traveler, on_delete=models.PROTECT, null=True, related_name="+")
    index = models.BinaryField(max_length=32, null=True)
    about = models.CharField(max_length=60, blank=True)
    # What may be raised once more later: each doubling of what is shared, each month of what somebody does.
    level = models.PositiveIntegerField(default=0)
    # Registrations or decisions when it was raised.
    size = models.PositiveIntegerField(default=2)
    # Ports that the registrations of an `index` name; of namesakes their registrations say it.
    ports = ArrayField(models.CharField(max_length=4), default=list, blank=True)
    raised_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["kind", "raised_at"], name="registrations_signals_by_kind")]
        constraints = [
            models.UniqueConstraint(fields=["kind", "traveler", "other"], name="registrations_signal_once"),
            models.UniqueConstraint(
                fields=["kind", "index", "level"],
                condition=Q(index__isnull=False),
                name="registrations_shared_signal_once",
            ),
            models.UniqueConstraint(
                fields=["kind", "about", "level"], condition=~Q(about=""), name="registrations_actor_signal_once"
            ),
            models.CheckConstraint(condition=~Q(traveler=F("other")), name="registrations_signal_of_two"),
            models.CheckConstraint(
                condition=Q(kind="namesake", traveler__isnull=False, other__isnull=False, index__isnull=True, about="")
                | Q(
                    kind__in=["email", "phone", "document"],
                    traveler__isnull=True,
                    other__isnull=True,
                    index__isnull=False,
                    about="",
                )
                | (
                    Q(kind__in=["filer", "outlier"], traveler__isnull=True, other__isnull=True, index__isnull=True)
                    & ~Q(about="")
                ),
                name="registrations_signal_is_about_one_thing",
                violation_error_message="A signal is about two travelers, something shared, or one actor.",
            ),
        ]


class SafeguardingCase(models.Model):
    """A child who came alone: for people trained to help, not for the draw."""

    PERSONAL_DATA: ClassVar[dict[str, str]] = {
        "sealed": "what the child or who is with them wrote; sealed under the case's data key"
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(max_length=20, unique=True)
    data_key = models.OneToOneField(DataKey, on_delete=models.PROTECT, related_name="+")
    language = models.CharField(max_length=10)
    sealed = models.BinaryField()
    opened_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    taken_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
