"""Two officers at the same gate, at the same moment, about the same family."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError

from fairport.appointments.models import Appointment
from fairport.checkin import arrival, deciding
from fairport.checkin.models import CheckIn, Determination, Outcome
from fairport.checkin.operations import AlreadyArrived, AlreadyDetermined, record_arrival, record_determination
from fairport.notifications.models import OutboxMessage
from fairport.registrations.models import Registration, RegistrationStatus, Traveler
from tests.cast import Cast
from tests.factories.draws import DRAW_TIME, confirm, hold_draw, register_group
from tests.factories.racing import kinds, race

pytestmark = pytest.mark.django_db(transaction=True)
REASON = "Seen and heard at the counter, and written down at once."


@pytest.fixture
def appointment(cast: Cast) -> Appointment:
    """A couple's, at San Diego."""
    registration_id = register_group(2, ports=("SDG",))
    hold_draw()
    return confirm(registration_id, at=DRAW_TIME + timedelta(hours=1))


def arriving(appointment: Appointment, cast: Cast) -> Callable[[], Any]:
    travelers = list(Traveler.objects.order_by("position").values_list("pk", flat=True))
    return lambda: record_arrival(
        appointment_id=appointment.pk,
        traveler_ids=travelers,
        officer=cast.officer,
        at=appointment.slot.starts_at + timedelta(minutes=5),
    )


def deciding_about(check_in: CheckIn, cast: Cast) -> Callable[[], Any]:
    return lambda: record_determination(
        check_in_id=check_in.pk,
        outcome=Outcome.REFERRED,
        criterion=None,
        reason=REASON,
        officer=cast.officer,
        at=check_in.arrived_at + timedelta(minutes=5),
    )


def test_an_arrival_is_recorded_once(cast: Cast, appointment: Appointment) -> None:
    results = race(arriving(appointment, cast), arriving(appointment, cast))

    assert kinds(results) == [AlreadyArrived.__name__, "list"]
    assert CheckIn.objects.count() == 2


def test_without_the_lock_only_the_constraint_stops_the_second_arrival(
    cast: Cast, appointment: Appointment, monkeypatch: pytest.MonkeyPatch
) -> None:
    both_have_looked = threading.Barrier(2)
    monkeypatch.setattr(arrival, "lock_group", lambda **_arguments: None)
    monkeypatch.setattr(arrival, "mark_arrived", lambda **_arguments: None)
    monkeypatch.setattr(CheckIn.objects, "bulk_create", meeting(CheckIn.objects.bulk_create, both_have_looked))

    results = race(arriving(appointment, cast), arriving(appointment, cast))

    assert kinds(results) == [IntegrityError.__name__, "list"], "neither found the other's check-in"


def meeting(call: Callable[..., Any], barrier: threading.Barrier) -> Callable[..., Any]:
    """The call, once both threads have come to it."""

    def wait_and_call(*arguments: Any, **options: Any) -> Any:
        barrier.wait(timeout=30)
        return call(*arguments, **options)

    return wait_and_call


def test_a_traveler_is_decided_about_once(cast: Cast, appointment: Appointment) -> None:
    check_in = arriving(appointment, cast)()[0]

    results = race(deciding_about(check_in, cast), deciding_about(check_in, cast))

    assert kinds(results) == [AlreadyDetermined.__name__, Determination.__name__]


def test_the_last_two_decisions_complete_the_registration_once(cast: Cast, appointment: Appointment) -> None:
    first, second = arriving(appointment, cast)()

    results = race(deciding_about(first, cast), deciding_about(second, cast))

    assert kinds(results) == [Determination.__name__, Determination.__name__]
    assert Registration.objects.get().status == RegistrationStatus.DETERMINED
    assert OutboxMessage.objects.filter(template="determination").count() == 1


def test_without_the_lock_each_of_them_would_wait_for_the_other(
    cast: Cast, appointment: Appointment, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = arriving(appointment, cast)()
    monkeypatch.setattr(
        deciding,
        "lock_group",
        lambda registration_id: Registration.objects.select_related("data_key").get(pk=registration_id),
    )
    # Both have written before either counts, and both have counted before either commits.
    monkeypatch.setattr(deciding, "_tell", meeting(deciding._tell, threading.Barrier(2)))
    monkeypatch.setattr(deciding, "append_events", meeting(deciding.append_events, threading.Barrier(2)))

    results = race(deciding_about(first, cast), deciding_about(second, cast))

    assert kinds(results) == [Determination.__name__, Determination.__name__]
    assert Registration.objects.get().status == RegistrationStatus.ARRIVED, "the race that the lock is there for"
