"""Confirming and declining: once, in time, one's own."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from fairport.appointments.models import Appointment, Offer
from fairport.appointments.operations import (
    OfferClosed,
    OfferExpired,
    OfferNotFound,
    confirm_offer,
    decline_offer,
    withdraw,
)
from fairport.appointments.queries import appointment_by_number, current_appointment, current_offer
from fairport.audit.events import APPLICANT, Subject
from fairport.audit.models import Event
from fairport.audit.queries import list_events
from fairport.domain.transitions import TransitionRefused
from fairport.notifications.models import OutboxMessage
from fairport.ports.models import AppointmentSlot
from fairport.registrations.models import Registration
from tests.factories.draws import DRAW_TIME, fill_bands_before, hold_draw, offer_of, offered_group, register_group

CLICK = DRAW_TIME + timedelta(hours=2)
LAST_MOMENT = DRAW_TIME + timedelta(hours=23) - timedelta(microseconds=1)


def snapshot() -> list[Any]:
    """All that an answer could change."""
    models = (Registration, Offer, Appointment, AppointmentSlot, Event, OutboxMessage)
    return [sorted(map(str, model.objects.values_list())) for model in models]


def test_a_confirmed_offer_is_an_appointment_and_its_places_stay_held() -> None:
    registration_id = offered_group(3)
    offer = offer_of(registration_id)
    held = offer.slot.held
    appointment = confirm_offer(registration_id=registration_id, offer_id=offer.pk, at=LAST_MOMENT, actor=APPLICANT)
    assert (appointment.slot_id, appointment.size, appointment.state) == (offer.slot_id, 3, "booked")
    assert Registration.objects.get(pk=registration_id).status == "confirmed"
    assert AppointmentSlot.objects.get(pk=offer.slot_id).held == held
    assert current_offer(registration_id=registration_id, at=LAST_MOMENT) is None
    assert current_appointment(registration_id=registration_id) == appointment
    assert appointment_by_number(confirmation_number=appointment.confirmation_number.lower()) == appointment


def test_a_confirmation_is_told_and_an_event() -> None:
    registration_id = offered_group()
    confirm_offer(registration_id=registration_id, offer_id=offer_of(registration_id).pk, at=CLICK, actor=APPLICANT)
    assert list_events(subject=Subject("registration", str(registration_id)))[-1].name == "offer.confirmed"
    assert sorted(OutboxMessage.objects.values_list("template", flat=True))[0] == "confirmation"


def test_a_declined_place_is_free_for_the_next_draw_and_the_group_waits_again() -> None:
    fill_bands_before(DRAW_TIME + timedelta(days=5))
    registration_id = offered_group(4)
    offer = offer_of(registration_id)
    held = offer.slot.held
    registration = decline_offer(registration_id=registration_id, offer_id=offer.pk, at=CLICK, actor=APPLICANT)
    assert (registration.status, registration.declines) == ("waiting", 1)
    assert AppointmentSlot.objects.get(pk=offer.slot_id).held == held - 4
    assert OutboxMessage.objects.filter(template="declined").count() == 1
    hold_draw(day=1)
    assert offer_of(registration_id).pk != offer.pk


def test_a_declined_place_goes_to_nobody_before_the_next_draw() -> None:
    registration_id = offered_group(4)
    late = register_group(at=DRAW_TIME + timedelta(hours=1))
    decline_offer(registration_id=registration_id, offer_id=offer_of(registration_id).pk, at=CLICK, actor=APPLICANT)
    assert not Offer.objects.filter(registration_id=late).exists()


@pytest.mark.parametrize("answer", [confirm_offer, decline_offer])
class TestRefused:
    """Nothing changes when an answer is refused."""

    def refuse(self, answer: Callable[..., Any], error: type[Exception], **arguments: Any) -> Any:
        before = snapshot()
        with pytest.raises(error) as refused:
            answer(actor=APPLICANT, **arguments)
        assert snapshot() == before
        return refused.value

    def test_twice(self, answer: Callable[..., Any]) -> None:
        registration_id = offered_group()
        offer = offer_of(registration_id)
        confirm_offer(registration_id=registration_id, offer_id=offer.pk, at=CLICK, actor=APPLICANT)
        error = self.refuse(answer, OfferClosed, registration_id=registration_id, offer_id=offer.pk, at=CLICK)
        assert (error.code, error.state) == ("offer_closed", "confirmed")

    def test_after_it_expired_though_no_job_has_closed_it(self, answer: Callable[..., Any]) -> None:
        registration_id = offered_group()
        offer = offer_of(registration_id)
        error = self.refuse(
            answer, OfferExpired, registration_id=registration_id, offer_id=offer.pk, at=offer.expires_at
        )
        assert error.code == "offer_expired"

    def test_somebody_elses(self, answer: Callable[..., Any]) -> None:
        mine, other = register_group(), register_group()
        hold_draw()
        error = self.refuse(answer, OfferNotFound, registration_id=mine, offer_id=offer_of(other).pk, at=CLICK)
        assert error.code == "offer_not_found"

    def test_unknown(self, answer: Callable[..., Any]) -> None:
        self.refuse(answer, OfferNotFound, registration_id=offered_group(), offer_id=uuid.uuid4(), at=CLICK)

    def test_while_withdrawn(self, answer: Callable[..., Any]) -> None:
        registration_id = offered_group()
        offer = offer_of(registration_id)
        withdraw(registration_id=registration_id, at=CLICK, actor=APPLICANT)
        self.refuse(answer, TransitionRefused, registration_id=registration_id, offer_id=offer.pk, at=CLICK)
