"""Two officers at the same gate, about the last walk-in place, the next number, one group."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError
from django.db.models import F

from fairport.accounts.models import User
from fairport.appointments.models import AddedPlace, Appointment
from fairport.checkin import adding
from fairport.checkin.models import AddedTraveler, CheckIn
from fairport.checkin.models import Outcome as Decision
from fairport.checkin.operations import (
    ArrivalDecided,
    NewChild,
    NotArrived,
    add_child_at_gate,
    record_arrival,
    record_determination,
    undo_arrival,
)
from fairport.ports import walk_in_places
from fairport.ports.models import AppointmentSlot, PortOfEntry
from fairport.registrations import joining
from fairport.registrations.models import Registration, RegistrationStatus, Traveler
from fairport.walkins import registering
from fairport.walkins.models import Outcome, WalkIn
from fairport.walkins.operations import (
    NewWalkIn,
    NoWalkInPlaceLeft,
    WalkInNotWaiting,
    admit_walk_in,
    register_walk_in,
)
from tests.cast import Cast
from tests.factories.draws import DRAW_TIME, confirm, hold_draw, register_group
from tests.factories.invariants import assert_places_add_up
from tests.factories.programme import NOW
from tests.factories.racing import kinds, race
from tests.factories.walking_in import assert_walk_in_places_add_up, come, reserve

pytestmark = pytest.mark.django_db(transaction=True)


def admitting(walk_in: WalkIn, officer: User) -> Callable[[], Any]:
    return lambda: admit_walk_in(walk_in_id=walk_in.pk, officer=officer, at=NOW)


def giving_a_number(officer: User, key: uuid.UUID | None = None) -> Callable[[], Any]:
    return lambda: register_walk_in(
        port="SDG", new=NewWalkIn(people=1), key=key or uuid.uuid4(), officer=officer, at=NOW
    )


def meeting(call: Callable[..., Any], barrier: threading.Barrier) -> Callable[..., Any]:
    """The call, after which both threads wait for each other."""

    def call_and_wait(*arguments: Any, **options: Any) -> Any:
        result = call(*arguments, **options)
        barrier.wait(timeout=30)
        return result

    return call_and_wait


def test_the_last_place_is_given_once(cast: Cast) -> None:
    slot = reserve(1)
    first, second = come(cast.officer), come(cast.officer)

    results = race(admitting(first, cast.officer), admitting(second, cast.second_officer))

    assert kinds(results) == [NoWalkInPlaceLeft.__name__, WalkIn.__name__]
    slot.refresh_from_db()
    assert slot.walk_ins_admitted == 1
    assert_walk_in_places_add_up()


def read_without_lock(port: str, day: Any) -> list[AppointmentSlot]:
    return list(AppointmentSlot.objects.filter(port_id=port, date=day).order_by("band_start"))


def test_without_the_lock_the_conditional_update_still_gives_it_once(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    reserve(1)
    first, second = come(cast.officer), come(cast.officer)
    monkeypatch.setattr(walk_in_places, "_lock_day", meeting(read_without_lock, threading.Barrier(2)))

    results = race(admitting(first, cast.officer), admitting(second, cast.second_officer))

    assert kinds(results) == [NoWalkInPlaceLeft.__name__, WalkIn.__name__]
    assert_walk_in_places_add_up()


def test_without_either_only_the_constraint_stops_the_second(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    reserve(1)
    first, second = come(cast.officer), come(cast.officer)
    monkeypatch.setattr(walk_in_places, "_lock_day", meeting(read_without_lock, threading.Barrier(2)))
    monkeypatch.setattr(
        walk_in_places,
        "_take",
        lambda slot_id, people: AppointmentSlot.objects.filter(pk=slot_id).update(
            walk_ins_admitted=F("walk_ins_admitted") + people
        ),
    )

    results = race(admitting(first, cast.officer), admitting(second, cast.second_officer))

    assert kinds(results) == [IntegrityError.__name__, WalkIn.__name__], "both saw the last place as free"


def test_two_taps_admit_a_group_once(cast: Cast) -> None:
    walk_in = come(cast.officer, 2)

    results = race(admitting(walk_in, cast.officer), admitting(walk_in, cast.second_officer))

    assert kinds(results) == [WalkIn.__name__, WalkInNotWaiting.__name__]
    assert WalkIn.objects.get().outcome == Outcome.ADMITTED
    assert_walk_in_places_add_up()


def test_numbers_given_at_once_are_different(cast: Cast) -> None:
    results = race(*(giving_a_number(officer) for officer in (cast.officer, cast.second_officer, cast.supervisor)))

    assert sorted(walk_in.queue_number for walk_in in results) == [1, 2, 3]


def test_without_the_lock_only_the_constraint_keeps_numbers_apart(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registering, "lock_port", lambda *, code: PortOfEntry.objects.get(pk=code))
    last_number = meeting(registering._last_number, threading.Barrier(2))
    monkeypatch.setattr(registering, "_last_number", last_number)

    results = race(giving_a_number(cast.officer), giving_a_number(cast.second_officer))

    assert kinds(results) == [IntegrityError.__name__, WalkIn.__name__], "both took the same number"


def test_one_form_sent_twice_at_once_counts_one_group(cast: Cast) -> None:
    key = uuid.uuid4()

    first, second = race(giving_a_number(cast.officer, key), giving_a_number(cast.officer, key))

    assert first == second
    assert WalkIn.objects.count() == 1


@pytest.fixture
def appointment(cast: Cast) -> Appointment:
    """A couple's, at San Diego."""
    registration_id = register_group(2, ports=("SDG",))
    hold_draw()
    return confirm(registration_id, at=DRAW_TIME + timedelta(hours=1))


def in_band(appointment: Appointment) -> datetime:
    return appointment.slot.starts_at + timedelta(minutes=5)


def adding_a_child(
    appointment: Appointment, officer: User, key: uuid.UUID | None = None, *, name: str = "Luis"
) -> Callable[[], Any]:
    return lambda: add_child_at_gate(
        appointment_id=appointment.pk,
        child=NewChild(name, "Désir", date(2021, 3, 9), "HT", "child"),
        key=key or uuid.uuid4(),
        officer=officer,
        at=in_band(appointment),
    )


def test_a_child_and_a_group_share_the_last_walk_in_place(cast: Cast, appointment: Appointment) -> None:
    slot = appointment.slot
    AppointmentSlot.objects.filter(port="SDG", date=slot.date).update(capacity=F("held"), walk_in_reserve=0)
    AppointmentSlot.objects.filter(pk=slot.pk).update(walk_in_reserve=1)
    walk_in = come(cast.officer, at=in_band(appointment))

    child, group = race(
        adding_a_child(appointment, cast.officer),
        lambda: admit_walk_in(walk_in_id=walk_in.pk, officer=cast.second_officer, at=in_band(appointment)),
    )

    # The child is added either way: with the place, or counted apart.
    assert child.place == (AddedPlace.APART if isinstance(group, WalkIn) else AddedPlace.WALK_IN)
    assert_walk_in_places_add_up()
    assert_places_add_up()


def test_two_children_added_at_once_are_both_of_the_group(cast: Cast, appointment: Appointment) -> None:
    results = race(adding_a_child(appointment, cast.officer), adding_a_child(appointment, cast.second_officer))

    assert kinds(results) == [AddedTraveler.__name__, AddedTraveler.__name__]
    appointment.refresh_from_db()
    assert (appointment.people, Registration.objects.get().size) == (4, 4)
    assert_places_add_up()


def test_without_the_lock_only_the_constraint_keeps_their_positions_apart(
    cast: Cast, appointment: Appointment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(*, appointment_id: uuid.UUID) -> Appointment:
        found = Appointment.objects.select_related("slot__port", "registration__data_key")
        return found.get(pk=appointment_id)

    monkeypatch.setattr(adding, "lock_at_gate", read)
    # Other names, so that nothing else makes them take turns; both have come to their positions before either writes.
    monkeypatch.setattr(joining, "seal_json", meeting(joining.seal_json, threading.Barrier(2)))

    results = race(
        adding_a_child(appointment, cast.officer, name="Luis"),
        adding_a_child(appointment, cast.second_officer, name="Ana"),
    )

    assert kinds(results) == [AddedTraveler.__name__, IntegrityError.__name__], "both took the same position"


def test_one_child_sent_twice_at_once_is_added_once(cast: Cast, appointment: Appointment) -> None:
    key = uuid.uuid4()

    first, second = race(adding_a_child(appointment, cast.officer, key), adding_a_child(appointment, cast.officer, key))

    assert first == second
    assert Traveler.objects.count() == 3


def test_an_arrival_is_taken_back_or_decided_about_never_both(cast: Cast, appointment: Appointment) -> None:
    traveler = Traveler.objects.order_by("position")[0]
    (check_in,) = record_arrival(
        appointment_id=appointment.pk, traveler_ids=[traveler.pk], officer=cast.officer, at=in_band(appointment)
    )

    undone, decided = race(
        lambda: undo_arrival(
            appointment_id=appointment.pk, traveler_id=traveler.pk, officer=cast.officer, at=in_band(appointment)
        ),
        lambda: record_determination(
            check_in_id=check_in.pk,
            outcome=Decision.REFERRED,
            criterion=None,
            reason="Seen and heard at the counter, and written down at once.",
            officer=cast.second_officer,
            at=in_band(appointment),
        ),
    )

    if undone is None:
        assert isinstance(decided, NotArrived)
        assert Registration.objects.get().status == RegistrationStatus.CONFIRMED
    else:
        assert isinstance(undone, ArrivalDecided)
        assert CheckIn.objects.count() == 1
