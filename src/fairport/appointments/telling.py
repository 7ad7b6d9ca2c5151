"""Events and messages about a registration, and what a message needs to be told."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from fairport.appointments.models import Appointment, AppointmentState, Offer, OfferState
from fairport.audit.events import Actor, EventDetails, Subject
from fairport.audit.operations import NewEvent, append_events
from fairport.notifications.operations import NewMessage, queue_messages
from fairport.ports.models import AppointmentSlot
from fairport.ports.queries import get_port
from fairport.registrations.models import Registration, RegistrationStatus
from fairport.registrations.queries import open_contact


def event_of(registration: Registration, event: EventDetails) -> NewEvent:
    """An event about a registration, sealed under its key."""
    return NewEvent(event, Subject("registration", str(registration.pk)), registration.data_key)


def message_to(
    registration: Registration, template: str, about: object, context: Mapping[str, Any] | None = None
) -> NewMessage:
    """A message to a registration's contact; `about` names the step that is told, so that it is told once."""
    return NewMessage(
        template=template,
        dedupe_key=f"{template}:{about}",
        language=registration.language,
        email=open_contact(registration=registration).email,
        context=context or {},
        data_key=registration.data_key,
    )


def tell(
    *,
    registration: Registration,
    event: EventDetails,
    actor: Actor,
    at: datetime,
    messages: Sequence[NewMessage] = (),
) -> None:
    """Appends one event and queues its messages, in the caller's transaction."""
    append_events(events=[event_of(registration, event)], actor=actor, at=at)
    queue_messages(messages=messages, at=at)


def offered_place(offer: Offer, slot: AppointmentSlot) -> dict[str, Any]:
    """What a message about an open offer says; `slot` with its port at hand."""
    return {**_place(slot, offer.size), "offer_id": str(offer.pk), "expires_at": offer.expires_at}


def booked_place(appointment: Appointment, slot: AppointmentSlot) -> dict[str, Any]:
    """What a message about an appointment says; `slot` with its port at hand."""
    return {
        **_place(slot, appointment.size),
        "appointment_id": str(appointment.pk),
        "confirmation_number": appointment.confirmation_number,
    }


def lost_place(held: Offer | Appointment, slot: AppointmentSlot) -> dict[str, Any]:
    """What a message about a place says that was taken back; `slot` with its port at hand."""
    return _place(slot, held.size)


def former_time(slot: AppointmentSlot) -> dict[str, Any]:
    """What a message about a place at a new time says of the band that it was in before."""
    return {"moved_from_starts_at": slot.starts_at, "moved_from_ends_at": slot.ends_at}


def home_timezone(registration: Registration) -> str:
    """The zone of the place where the group most likely waits: across the line from its first port."""
    return get_port(code=registration.ports[0]).traveler_timezone


def offer_still_open(context: Mapping[str, Any], at: datetime) -> bool:
    """Whether a message about an offer may still leave: it can be answered, and is for the place that is told."""
    return Offer.objects.filter(
        pk=uuid.UUID(context["offer_id"]),
        state=OfferState.OPEN,
        expires_at__gt=at,
        registration__status=RegistrationStatus.OFFERED,
        slot__starts_at=context["starts_at"],
        slot__port__name=context["port_name"],
    ).exists()


def appointment_still_booked(context: Mapping[str, Any], at: datetime) -> bool:
    """Whether a message about a coming appointment may still leave: it is booked, at the place that is told."""
    return Appointment.objects.filter(
        pk=uuid.UUID(context["appointment_id"]),
        state=AppointmentState.BOOKED,
        slot__ends_at__gt=at,
        registration__status=RegistrationStatus.CONFIRMED,
        slot__starts_at=context["starts_at"],
        slot__port__name=context["port_name"],
    ).exists()


def renewal_still_due(context: Mapping[str, Any], at: datetime) -> bool:
    """Whether a reminder to renew may still leave: there was no sign of life since, and it has not lapsed."""
    return Registration.objects.filter(
        pk=uuid.UUID(context["registration_id"]),
        status=RegistrationStatus.WAITING,
        renewal_reminded_at__lte=at,
    ).exists()


def _place(slot: AppointmentSlot, size: int) -> dict[str, Any]:
    return {
        "port_name": slot.port.name,
        "port_timezone": slot.port.timezone,
        "traveler_timezone": slot.port.traveler_timezone,
        "starts_at": slot.starts_at,
        "ends_at": slot.ends_at,
        "size": size,
    }
