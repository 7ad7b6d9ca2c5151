"""Two officers at the same gate, about the last walk-in place, the next number, one group."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError
from django.db.models import F

from fairport.accounts.models import User
from fairport.ports import walk_in_places
from fairport.ports.models import AppointmentSlot, PortOfEntry
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
