from __future__ import annotations

import uuid
from datetime import date, datetime

from fairport.appointments.models import Appointment, AppointmentState, Offer, OfferState
from fairport.appointments.places import rules_of
from fairport.domain.codes import CodeKind, format_code, is_well_formed
from fairport.registrations.models import Registration, RegistrationStatus

# What the office and the applicant see as theirs; a cancelled appointment is history.
LIVE = (AppointmentState.BOOKED, AppointmentState.ARRIVED)


def current_offer(*, registration_id: uuid.UUID, at: datetime) -> Offer | None:
    """The offer that can be answered at `at`, with slot and port, or None."""
    return (
        Offer.objects.select_related("slot__port", "moved_from__port")
        .filter(
            registration_id=registration_id,
            registration__status=RegistrationStatus.OFFERED,
            state=OfferState.OPEN,
            expires_at__gt=at,
        )
        .first()
    )


def current_appointment(*, registration_id: uuid.UUID) -> Appointment | None:
    """The booked appointment, or the one at which somebody arrived, with slot and port; None if withdrawn."""
    return (
        Appointment.objects.select_related("slot__port", "moved_from__port")
        .filter(registration_id=registration_id, state__in=LIVE)
        .exclude(registration__status=RegistrationStatus.WITHDRAWN)
        .first()
    )


def latest_appointment(*, registration_id: uuid.UUID) -> Appointment | None:
    """The appointment confirmed last, whatever became of it, with slot and port."""
    appointments = Appointment.objects.select_related("slot__port").filter(registration_id=registration_id)
    return appointments.order_by("-confirmed_at").first()


def latest_offer(*, registration_id: uuid.UUID) -> Offer | None:
    """The offer made last, whatever became of it."""
    return Offer.objects.filter(registration_id=registration_id).order_by("-made_at").first()


def appointment_by_number(*, confirmation_number: str) -> Appointment | None:
    """An appointment of any state by its number, typed in any style, with registration, slot and port; or None."""
    if not is_well_formed(confirmation_number, CodeKind.CONFIRMATION_NUMBER):
        return None
    number = format_code(confirmation_number, CodeKind.CONFIRMATION_NUMBER)
    return (
        Appointment.objects.select_related("registration__data_key", "slot__port")
        .filter(confirmation_number=number)
        .first()
    )


def appointments_on(*, port: str, day: date) -> list[Appointment]:
    """The appointments of a port's local day, cancelled ones left out, by band and number."""
    return list(
        Appointment.objects.select_related("registration__data_key", "slot__port")
        .filter(slot__port_id=port, slot__date=day)
        .exclude(state=AppointmentState.CANCELLED)
        .exclude(registration__status=RegistrationStatus.WITHDRAWN)
        .order_by("slot__band_start", "confirmation_number")
    )


def open_offers(*, at: datetime) -> list[Offer]:
    """All offers that can be answered at `at`, oldest first."""
    offers = Offer.objects.filter(
        state=OfferState.OPEN, expires_at__gt=at, registration__status=RegistrationStatus.OFFERED
    )
    return list(offers.order_by("made_at", "pk"))


def next_expiry(*, after: datetime) -> datetime | None:
    """When the next open offer expires."""
    offers = Offer.objects.filter(state=OfferState.OPEN, expires_at__gt=after)
    return offers.order_by("expires_at").values_list("expires_at", flat=True).first()


def undo_until(*, registration: Registration, at: datetime) -> datetime | None:
    """Until when a withdrawal can be taken back; None if it is not withdrawn, or that is over at `at`."""
    if registration.withdrawn_at is None or registration.closed_at is not None:
        return None
    until = registration.withdrawn_at + rules_of(programme=registration.programme_id, at=at).withdrawal_undo
    return until if at < until else None
