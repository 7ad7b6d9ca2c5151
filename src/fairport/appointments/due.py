"""What happens by itself once its time has come: offers expire, appointments are missed, people are reminded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from fairport.appointments.batches import batch, due_ids, lock_those_free
from fairport.appointments.events import AppointmentMissed, OfferExpired
from fairport.appointments.models import Appointment, AppointmentState, Offer, OfferState
from fairport.appointments.telling import booked_place, home_timezone, message_to, offered_place
from fairport.audit.events import Actor
from fairport.domain.policy import Policy
from fairport.domain.transitions import Event
from fairport.draws.queries import frozen_draws
from fairport.notifications.operations import queue_messages
from fairport.programmes.closing import is_ending
from fairport.registrations.models import Registration, RegistrationStatus
from fairport.registrations.operations import change_status, lapse_overdue, mark_renewal_reminded
from fairport.registrations.queries import due_for_renewal_reminder

OFFER_REMINDER = timedelta(hours=6)
APPOINTMENT_REMINDER = timedelta(hours=48)


def expire_offers(*, policy: Policy, at: datetime, actor: Actor) -> int:
    """Closes the offers that nobody answered in time and frees their places; the registrations lapse.

    Returns how many.
    """
    due = Offer.objects.filter(
        state=OfferState.OPEN,
        expires_at__lte=at,
        registration__programme_id=policy.programme,
        registration__status=RegistrationStatus.OFFERED,
    )
    expired = 0
    for ids in due_ids(due.values_list("registration_id", flat=True)):
        with batch(policy=policy, at=at, actor=actor) as collected:
            for offer in list(due.filter(registration_id__in=lock_those_free(ids))):
                registration = change_status(registration_id=offer.registration_id, event=Event.EXPIRED, at=at)
                offer.state = OfferState.EXPIRED
                offer.closed_at = at
                offer.save(update_fields=["state", "closed_at"])
                collected.freed[offer.slot_id] += offer.size
                collected.add_event(registration, OfferExpired(offer=str(offer.pk)))
                collected.add_message(message_to(registration, "expiry", offer.pk))
                expired += 1
    return expired


def mark_no_shows(*, policy: Policy, at: datetime, actor: Actor) -> int:
    """Marks the appointments to which nobody came by the end of the band plus grace. Returns how many.

    Their places stay held: they were used up, and nobody else can have them any more.
    """
    due = Appointment.objects.filter(
        state=AppointmentState.BOOKED,
        slot__ends_at__lte=at - policy.arrival_grace,
        registration__programme_id=policy.programme,
        registration__status=RegistrationStatus.CONFIRMED,
    )
    missed = 0
    for ids in due_ids(due.values_list("registration_id", flat=True)):
        with batch(policy=policy, at=at, actor=actor) as collected:
            for appointment in list(due.filter(registration_id__in=lock_those_free(ids))):
                registration = change_status(registration_id=appointment.registration_id, event=Event.MISSED, at=at)
                appointment.state = AppointmentState.NO_SHOW
                appointment.closed_at = at
                appointment.save(update_fields=["state", "closed_at"])
                collected.add_event(registration, AppointmentMissed(appointment=str(appointment.pk)))
                collected.add_message(message_to(registration, "no_show", appointment.pk))
                missed += 1
    return missed


def lapse_registrations(*, policy: Policy, at: datetime) -> int:
    """Lets registrations lapse that gave no sign of life for the policy's period. Returns how many.

    Nobody lapses between a freeze and its run: whoever is in the pool keeps the chance to be drawn. And nobody lapses
    while the programme ends: the queue stays as it is.
    """
    if frozen_draws(programme=policy.programme) or is_ending(programme=policy.programme):
        return 0

    def tell_them(lapsed: Sequence[Registration]) -> None:
        messages = [message_to(one, "lapsed", f"{one.pk}:{at.isoformat()}") for one in lapsed]
        queue_messages(messages=messages, at=at)

    return lapse_overdue(policy=policy, at=at, and_then=tell_them)


def send_reminders(*, policy: Policy, at: datetime) -> int:
    """Reminds of offers that expire soon, of appointments that come soon, and to renew. Returns how many messages."""
    return _remind_of_offers(policy, at) + _remind_of_appointments(policy, at) + _remind_to_renew(policy, at)


def _remind_of_offers(policy: Policy, at: datetime) -> int:
    due = Offer.objects.filter(
        state=OfferState.OPEN,
        reminded_at__isnull=True,
        expires_at__gt=at,
        expires_at__lte=at + OFFER_REMINDER,
        registration__programme_id=policy.programme,
        registration__status=RegistrationStatus.OFFERED,
    ).select_related("slot__port")
    reminded = 0
    for ids in due_ids(due.values_list("registration_id", flat=True)):
        with transaction.atomic():
            locked = lock_those_free(ids)
            offers = list(due.filter(registration_id__in=locked))
            messages = [
                message_to(locked[offer.registration_id], "reminder_offer", offer.pk, offered_place(offer, offer.slot))
                for offer in offers
            ]
            queue_messages(messages=messages, at=at)
            Offer.objects.filter(pk__in=[offer.pk for offer in offers]).update(reminded_at=at)
            reminded += len(offers)
    return reminded


def _remind_of_appointments(policy: Policy, at: datetime) -> int:
    due = Appointment.objects.filter(
        state=AppointmentState.BOOKED,
        reminded_at__isnull=True,
        slot__starts_at__gt=at,
        slot__starts_at__lte=at + APPOINTMENT_REMINDER,
        registration__programme_id=policy.programme,
        registration__status=RegistrationStatus.CONFIRMED,
    ).select_related("slot__port")
    reminded = 0
    for ids in due_ids(due.values_list("registration_id", flat=True)):
        with transaction.atomic():
            locked = lock_those_free(ids)
            appointments = list(due.filter(registration_id__in=locked))
            messages = [
                message_to(
                    locked[appointment.registration_id],
                    "reminder_appointment",
                    appointment.pk,
                    booked_place(appointment, appointment.slot),
                )
                for appointment in appointments
            ]
            queue_messages(messages=messages, at=at)
            Appointment.objects.filter(pk__in=[one.pk for one in appointments]).update(reminded_at=at)
            reminded += len(appointments)
    return reminded


def _remind_to_renew(policy: Policy, at: datetime) -> int:
    if is_ending(programme=policy.programme):
        return 0
    due = {registration.pk for registration in due_for_renewal_reminder(policy=policy, at=at)}
    reminded = 0
    for ids in due_ids(due):
        with transaction.atomic():
            locked = lock_those_free(ids)
            still_due = [
                registration
                for registration in locked.values()
                if registration.status == RegistrationStatus.WAITING and registration.renewal_reminded_at is None
            ]
            messages = [
                message_to(one, "renewal_reminder", _renewal_step(one), _renewal(one, policy)) for one in still_due
            ]
            queue_messages(messages=messages, at=at)
            mark_renewal_reminded(registration_ids=[one.pk for one in still_due], at=at)
            reminded += len(still_due)
    return reminded


def _renewal_step(registration: Registration) -> str:
    return f"{registration.pk}:{registration.last_sign_of_life_at.isoformat()}"


def _renewal(registration: Registration, policy: Policy) -> dict[str, object]:
    return {
        "registration_id": str(registration.pk),
        "renew_by": registration.last_sign_of_life_at + policy.renewal_period,
        "timezone": home_timezone(registration),
    }
