"""Two answers to one offer, or an answer and the clock: exactly one of them counts."""

from __future__ import annotations

import threading
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from fairport.appointments import answers
from fairport.appointments.models import Appointment, Offer
from fairport.appointments.operations import confirm_offer, decline_offer, tick, withdraw
from fairport.audit.events import APPLICANT, Subject
from fairport.audit.queries import list_events
from fairport.ports.models import AppointmentSlot
from fairport.registrations.models import Registration
from tests.factories.draws import DRAW_TIME, hold_draw, offer_of, register_group
from tests.factories.invariants import assert_places_add_up
from tests.factories.programme import open_programme
from tests.factories.racing import kinds, race

pytestmark = pytest.mark.django_db(transaction=True)
CLICK = DRAW_TIME + timedelta(hours=1)


@pytest.fixture
def offer() -> Offer:
    """An open offer to a family of three."""
    open_programme()
    registration_id = register_group(3)
    hold_draw()
    return offer_of(registration_id)


def answering(answer: Any, offer: Offer, **changes: Any) -> Any:
    arguments = {"registration_id": offer.registration_id, "offer_id": offer.pk, "at": CLICK, "actor": APPLICANT}
    return lambda: answer(**arguments | changes)


def names_of(registration_id: uuid.UUID) -> list[str]:
    return [event.name for event in list_events(subject=Subject("registration", str(registration_id)))]


def test_confirming_twice_at_once_makes_one_appointment(offer: Offer) -> None:
    results = race(*[answering(confirm_offer, offer)] * 4)
    assert kinds(results) == ["Appointment", "OfferClosed", "OfferClosed", "OfferClosed"]
    assert Appointment.objects.count() == 1
    assert names_of(offer.registration_id).count("offer.confirmed") == 1
    assert_places_add_up()


def test_confirming_and_declining_at_once_does_one_of_them(offer: Offer) -> None:
    results = race(answering(confirm_offer, offer), answering(decline_offer, offer))
    assert sum(isinstance(result, Exception) for result in results) == 1
    status = Registration.objects.get(pk=offer.registration_id).status
    assert (status, Appointment.objects.count()) in {("confirmed", 1), ("waiting", 0)}
    assert_places_add_up()


def test_a_confirmation_in_the_last_moment_and_the_expiry_job_do_not_both_count(offer: Offer) -> None:
    in_time = offer.expires_at - timedelta(microseconds=1)
    results = race(answering(confirm_offer, offer, at=in_time), lambda: tick(at=offer.expires_at))
    assert not isinstance(results[1], Exception)
    status = Registration.objects.get(pk=offer.registration_id).status
    assert (status, Appointment.objects.count()) in {("confirmed", 1), ("lapsed", 0)}
    assert_places_add_up()


def test_two_workers_expire_an_offer_once(offer: Offer) -> None:
    results = race(*[lambda: tick(at=offer.expires_at)] * 3)
    assert sum(result.get("expired", 0) for result in results) == 1
    assert names_of(offer.registration_id).count("offer.expired") == 1
    assert_places_add_up()


def test_withdrawing_and_confirming_at_once_never_leaves_a_place_without_its_reason(offer: Offer) -> None:
    race(
        answering(confirm_offer, offer),
        lambda: withdraw(registration_id=offer.registration_id, at=CLICK, actor=APPLICANT),
    )
    registration = Registration.objects.get(pk=offer.registration_id)
    assert registration.status == "withdrawn"
    assert_places_add_up()


def test_without_the_lock_the_database_still_refuses_the_second_appointment(
    offer: Offer, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = threading.Barrier(2)

    def unlocked(registration_id: uuid.UUID, offer_id: uuid.UUID, at: object) -> Offer:
        found = Offer.objects.select_related("slot__port").get(pk=offer_id, state="open")
        both.wait(timeout=30)
        return found

    # The status is changed under a lock of its own; here both think that it fits.
    monkeypatch.setattr(answers, "_open_offer", unlocked)
    monkeypatch.setattr(
        answers, "change_status", lambda registration_id, **_names: Registration.objects.get(pk=registration_id)
    )
    results = race(*[answering(confirm_offer, offer)] * 2)
    assert kinds(results) == ["Appointment", "IntegrityError"]
    assert Appointment.objects.count() == 1


def test_without_lock_and_constraints_there_would_be_two_appointments(
    offer: Offer, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = threading.Barrier(2)

    def unlocked(registration_id: uuid.UUID, offer_id: uuid.UUID, at: object) -> Offer:
        found = Offer.objects.select_related("slot__port").get(pk=offer_id, state="open")
        both.wait(timeout=30)
        return found

    monkeypatch.setattr(answers, "_open_offer", unlocked)
    monkeypatch.setattr(
        answers, "change_status", lambda registration_id, **_names: Registration.objects.get(pk=registration_id)
    )
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX appointments_one_live_appointment")
        cursor.execute("ALTER TABLE appointments_appointment DROP CONSTRAINT appointments_appointment_offer_id_key")
    try:
        results = race(*[answering(confirm_offer, offer)] * 2)
        assert kinds(results) == ["Appointment", "Appointment"]
        assert Appointment.objects.count() == 2
    finally:
        Appointment.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE UNIQUE INDEX appointments_one_live_appointment ON appointments_appointment (registration_id)"
                " WHERE state IN ('booked', 'arrived')"
            )
            cursor.execute("ALTER TABLE appointments_appointment ADD UNIQUE (offer_id)")


def test_many_declining_at_once_give_back_every_place() -> None:
    open_programme()
    registrations = [register_group(size) for size in (1, 2, 3, 4)]
    hold_draw()
    offers = [offer_of(registration_id) for registration_id in registrations]
    results = race(*[answering(decline_offer, offer) for offer in offers])
    assert kinds(results) == ["Registration"] * 4
    assert not AppointmentSlot.objects.exclude(reserved=0).exists()
    assert_places_add_up()
