"""A port is suspended in the moment in which somebody confirms, cancels or arrives: either counts whole."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from fairport.appointments import suspending
from fairport.appointments.models import Appointment, AppointmentState, Offer
from fairport.appointments.operations import cancel_appointment, confirm_offer, decline_offer, mark_arrived
from fairport.appointments.suspending import Terms, suspend_port
from fairport.appointments.suspension_plan import read_plan
from fairport.audit.events import APPLICANT, OPERATOR, WORKER
from fairport.draws.operations import run_draw
from fairport.notifications.models import OutboxMessage
from fairport.ports.models import PortSuspension
from fairport.registrations.models import Registration
from tests.factories.draws import DRAW_TIME, confirm, freeze, hold_draw, offer_of, register_group
from tests.factories.invariants import assert_places_add_up
from tests.factories.programme import open_programme
from tests.factories.racing import kinds, race

pytestmark = pytest.mark.django_db(transaction=True)
CLICK = DRAW_TIME + timedelta(hours=1)
TERMS = Terms(port="SDG", first_day=None, last_day=None, reason="danger", words="", honour_at=())


@pytest.fixture
def offer() -> Offer:
    """An open offer at San Diego to a family of three."""
    open_programme()
    registration_id = register_group(3, ports=("SDG",))
    hold_draw()
    return offer_of(registration_id)


def suspend(at: datetime = CLICK) -> PortSuspension:
    return suspend_port(terms=TERMS, foreseen={}, proposal_id="", at=at, actor=OPERATOR)


def confirming(offer: Offer) -> Callable[[], Any]:
    return partial(confirm_offer, registration_id=offer.registration_id, offer_id=offer.pk, at=CLICK, actor=APPLICANT)


def assert_nobody_fell_between() -> None:
    """Everyone waits, first in line and told once; no place is kept for them."""
    registration = Registration.objects.get()
    assert (registration.status, registration.displaced_at is not None) == ("waiting", True)
    assert OutboxMessage.objects.filter(template="displaced").count() == 1
    assert not Appointment.objects.filter(state=AppointmentState.BOOKED).exists()
    assert_places_add_up()


@pytest.mark.parametrize("_attempt", range(5))
def test_confirming_at_the_moment(offer: Offer, _attempt: int) -> None:
    suspended, confirmed = race(suspend, confirming(offer))
    assert isinstance(suspended, PortSuspension)
    assert kinds([confirmed])[0] in {"Appointment", "OfferTakenBack"}
    assert_nobody_fell_between()


def test_declining_at_the_moment(offer: Offer) -> None:
    suspended, _declined = race(
        suspend,
        partial(decline_offer, registration_id=offer.registration_id, offer_id=offer.pk, at=CLICK, actor=APPLICANT),
    )
    assert isinstance(suspended, PortSuspension)
    assert Registration.objects.get().status == "waiting"
    assert_places_add_up()


def test_cancelling_at_the_moment(offer: Offer) -> None:
    confirm(offer.registration_id, at=CLICK)
    suspended, _cancelled = race(
        suspend, partial(cancel_appointment, registration_id=offer.registration_id, at=CLICK, actor=APPLICANT)
    )
    assert isinstance(suspended, PortSuspension)
    assert Registration.objects.get().status == "waiting"
    assert_places_add_up()


def test_arriving_at_the_moment(offer: Offer) -> None:
    appointment = confirm(offer.registration_id, at=CLICK)
    begins = offer.slot.starts_at
    suspended, arrived = race(partial(suspend, begins), partial(mark_arrived, appointment_id=appointment.pk, at=begins))
    assert isinstance(suspended, PortSuspension)
    status = Registration.objects.get().status
    assert (status, kinds([arrived])[0]) in {("arrived", "Appointment"), ("waiting", "AppointmentNotBooked")}
    assert_places_add_up()


def test_two_suspensions_at_once_are_one(offer: Offer) -> None:
    assert kinds(race(suspend, suspend, suspend)) == ["PortSuspended", "PortSuspended", "PortSuspension"]
    assert_nobody_fell_between()


def test_a_draw_that_is_run_at_the_moment_offers_nothing_there_or_has_it_taken_back() -> None:
    open_programme()
    register_group(3, ports=("SDG",))
    draw = freeze()
    suspended, ran = race(
        partial(suspend, DRAW_TIME), partial(run_draw, draw_id=draw.draw_id, at=DRAW_TIME, actor=WORKER)
    )
    assert (kinds([suspended]), kinds([ran])) == (["PortSuspension"], ["Draw"])
    registration = Registration.objects.get()
    assert (registration.status, registration.displaced_at) == ("waiting", DRAW_TIME)
    told = OutboxMessage.objects.filter(template__in=["displaced", "offer_voided"])
    assert told.count() == 1
    assert_places_add_up()


def in_between(monkeypatch: pytest.MonkeyPatch, act: Callable[[], Any], *, lock: bool) -> tuple[Any, Any]:
    """Suspends, and lets somebody act after the plan was read and before it is carried out."""
    read, acted = threading.Event(), threading.Event()

    def slow(**arguments: Any) -> Any:
        plan = read_plan(**arguments | {"lock": lock})
        read.set()
        # Under the lock the other one can only wait for us.
        assert acted.wait(timeout=1 if lock else 30) is not lock
        return plan

    def acting() -> Any:
        assert read.wait(timeout=30)
        try:
            return act()
        finally:
            acted.set()

    monkeypatch.setattr(suspending, "read_plan", slow)
    suspended, other = race(suspend, acting)
    return suspended, other


def test_under_the_lock_a_confirmation_waits_and_finds_the_offer_gone(
    offer: Offer, monkeypatch: pytest.MonkeyPatch
) -> None:
    suspended, confirmed = in_between(monkeypatch, confirming(offer), lock=True)
    assert (kinds([suspended]), kinds([confirmed])) == (["PortSuspension"], ["OfferTakenBack"])
    assert_nobody_fell_between()


def test_without_the_lock_a_confirmed_place_would_be_given_away(offer: Offer, monkeypatch: pytest.MonkeyPatch) -> None:
    suspended, confirmed = in_between(monkeypatch, confirming(offer), lock=False)
    assert (kinds([suspended]), kinds([confirmed])) == (["PortSuspension"], ["Appointment"])
    with pytest.raises(AssertionError):
        assert_nobody_fell_between()
