"""What the applicant does with an offer or an appointment, and the sign of life that keeps a registration in the draw.

Each is one transaction: the registration's row is locked first, then what hangs on it, then the band's places.
"""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime

from django.db import transaction

from fairport.appointments.events import (
    AppointmentCancelled,
    OfferConfirmed,
    OfferDeclined,
    RegistrationRenewed,
)
from fairport.appointments.models import Appointment, AppointmentState, Offer, OfferState
from fairport.appointments.places import give_back, rules_of
from fairport.appointments.telling import booked_place, message_to, tell
from fairport.audit.events import Actor
from fairport.domain.codes import CONFIRMATION_NUMBER_BYTES, confirmation_number_from
from fairport.domain.transitions import Event, Status
from fairport.registrations.models import Registration
from fairport.registrations.operations import change_status


class OfferNotFound(Exception):
    """The registration has no such offer; it may be somebody else's."""

    code = "offer_not_found"


class OfferExpired(Exception):
    """The time to answer is over, whether or not the place was already given back."""

    code = "offer_expired"


class OfferClosed(Exception):
    """The offer was answered before; `state` says how (`confirmed`, `declined` or `withdrawn`).

    For `displaced` see OfferTakenBack.
    """

    code = "offer_closed"

    def __init__(self, state: str) -> None:
        super().__init__(f"This offer is {state} already.")
        self.state = state


class OfferTakenBack(OfferClosed):
    """The offer's port was suspended; the group goes first in the next draw."""

    code = "offer_taken_back"


class NothingToCancel(Exception):
    """There is no appointment that could still be cancelled."""

    code = "nothing_to_cancel"


@transaction.atomic
def confirm_offer(*, registration_id: uuid.UUID, offer_id: uuid.UUID, at: datetime, actor: Actor) -> Appointment:
    """Turns an open offer into an appointment with its confirmation number; its places stay held.

    Raises OfferNotFound, OfferClosed, OfferExpired, TransitionRefused; then nothing is changed.
    """
    offer = _open_offer(registration_id, offer_id, at)
    registration = change_status(registration_id=registration_id, event=Event.CONFIRMED, at=at)
    _close_offer(offer, OfferState.CONFIRMED, at)
    appointment = Appointment.objects.create(
        registration=registration,
        offer=offer,
        slot=offer.slot,
        confirmation_number=new_confirmation_number(),
        size=offer.size,
        confirmed_at=at,
    )
    tell(
        registration=registration,
        event=OfferConfirmed(
            offer=str(offer.pk),
            appointment=str(appointment.pk),
            confirmation_number=appointment.confirmation_number,
        ),
        actor=actor,
        at=at,
        messages=[message_to(registration, "confirmation", appointment.pk, booked_place(appointment, offer.slot))],
    )
    return appointment


@transaction.atomic
def decline_offer(*, registration_id: uuid.UUID, offer_id: uuid.UUID, at: datetime, actor: Actor) -> Registration:
    """Gives an offered place back; the registration waits again, from the next freeze on.

    No to a place that the port moved is not counted as a no. Raises OfferNotFound, OfferClosed, OfferExpired,
    TransitionRefused; then nothing is changed.
    """
    offer = _open_offer(registration_id, offer_id, at)
    answer = Event.DECLINED if offer.moved_at is None else Event.DISPLACED
    registration = change_status(registration_id=registration_id, event=answer, at=at)
    _close_offer(offer, OfferState.DECLINED, at)
    policy = rules_of(programme=registration.programme_id, at=at)
    tell(
        registration=registration,
        event=OfferDeclined(offer=str(offer.pk), declines=registration.declines),
        actor=actor,
        at=at,
        messages=[message_to(registration, "declined", offer.pk)],
    )
    give_back(policy=policy, people_by_slot={offer.slot_id: offer.size}, at=at)
    return registration


@transaction.atomic
def cancel_appointment(*, registration_id: uuid.UUID, at: datetime, actor: Actor) -> Registration:
    """Gives a confirmed place back; the registration waits again, from the next freeze on.

    Raises NothingToCancel, also once the appointment counts as missed, and TransitionRefused.
    """
    lock_registration(registration_id)
    appointment = (
        Appointment.objects.select_for_update(of=("self",))
        .select_related("slot")
        .filter(registration_id=registration_id, state=AppointmentState.BOOKED)
        .first()
    )
    if appointment is None:
        raise NothingToCancel("There is no appointment to cancel.")
    registration = change_status(registration_id=registration_id, event=Event.CANCELLED, at=at)
    policy = rules_of(programme=registration.programme_id, at=at)
    if at >= appointment.slot.ends_at + policy.arrival_grace:
        raise NothingToCancel("The appointment is over.")
    appointment.state = AppointmentState.CANCELLED
    appointment.closed_at = at
    appointment.save(update_fields=["state", "closed_at"])
    tell(
        registration=registration,
        event=AppointmentCancelled(appointment=str(appointment.pk)),
        actor=actor,
        at=at,
        messages=[message_to(registration, "cancellation", appointment.pk)],
    )
    give_back(policy=policy, people_by_slot={appointment.slot_id: appointment.size}, at=at)
    return registration


@transaction.atomic
def renew(*, registration_id: uuid.UUID, at: datetime, actor: Actor) -> Registration:
    """A sign of life: keeps a waiting registration waiting, and brings a lapsed or missed one back with its seniority.

    Raises TransitionRefused where there is nothing to renew, and DocumentInUse if a document of the group is in another
    active registration by now.
    """
    before = lock_registration(registration_id).status
    event = Event.REINSTATED if before == Status.NO_SHOW else Event.RENEWED
    registration = change_status(registration_id=registration_id, event=event, at=at)
    tell(registration=registration, event=RegistrationRenewed(renewed_from=before), actor=actor, at=at)
    return registration


def lock_registration(registration_id: uuid.UUID) -> Registration:
    """The registration, locked until the transaction ends. Raises Registration.DoesNotExist."""
    return Registration.objects.select_for_update(of=("self",)).select_related("data_key").get(pk=registration_id)


def _open_offer(registration_id: uuid.UUID, offer_id: uuid.UUID, at: datetime) -> Offer:
    lock_registration(registration_id)
    offer = (
        Offer.objects.select_for_update(of=("self",))
        .select_related("slot__port")
        .filter(pk=offer_id, registration_id=registration_id)
        .first()
    )
    if offer is None:
        raise OfferNotFound("There is no such offer.")
    if offer.state == OfferState.EXPIRED or (offer.state == OfferState.OPEN and at >= offer.expires_at):
        raise OfferExpired("The time to answer this offer is over.")
    if offer.state == OfferState.DISPLACED:
        raise OfferTakenBack(offer.state)
    if offer.state != OfferState.OPEN:
        raise OfferClosed(offer.state)
    return offer


def _close_offer(offer: Offer, state: OfferState, at: datetime) -> None:
    offer.state = state
    offer.closed_at = at
    offer.save(update_fields=["state", "closed_at"])


def new_confirmation_number() -> str:
    """A number that no appointment has."""
    # The unique constraint has the last word; with 45 random bits a taken number is rare.
    while True:
        number = confirmation_number_from(secrets.token_bytes(CONFIRMATION_NUMBER_BYTES))
        if not Appointment.objects.filter(confirmation_number=number).exists():
            return number
