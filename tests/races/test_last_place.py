"""Two threads want the last place of a band: one gets it. With the guard and the constraint away, both would."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import IntegrityError, connection, transaction

from fairport.ports.models import AppointmentSlot
from fairport.ports.operations import NoPlaceLeft, hold_places
from tests.factories.programme import open_programme
from tests.factories.racing import kinds, race

pytestmark = pytest.mark.django_db(transaction=True)
CONSTRAINT = "ports_slot_never_oversold"


@pytest.fixture
def slot() -> AppointmentSlot:
    """A band with one place left."""
    open_programme()
    slot = AppointmentSlot.objects.first()
    assert slot is not None
    AppointmentSlot.objects.filter(pk=slot.pk).update(held=slot.capacity - 1)
    slot.refresh_from_db()
    return slot


def taking(slot: AppointmentSlot) -> Callable[[], str]:
    def take() -> str:
        with transaction.atomic():
            hold_places(slot_id=slot.pk, people=1)
        return "held"

    return take


def taking_naively(slot: AppointmentSlot, both_have_read: threading.Barrier) -> Callable[[], str]:
    """What the guard replaces: read, look, write."""

    def take() -> str:
        with transaction.atomic():
            seen = AppointmentSlot.objects.get(pk=slot.pk)
            both_have_read.wait(timeout=30)
            if seen.free < 1:
                raise NoPlaceLeft
            # Each adds its own person to what is there by then, as two rows of bookings would.
            with connection.cursor() as cursor:
                cursor.execute("UPDATE ports_appointmentslot SET held = held + 1 WHERE id = %s", [slot.pk])
        return "held"

    return take


@contextmanager
def without_the_constraint() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE ports_appointmentslot DROP CONSTRAINT {CONSTRAINT}")
    try:
        yield
    finally:
        AppointmentSlot.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE ports_appointmentslot ADD CONSTRAINT {CONSTRAINT} CHECK (held <= capacity)")


def test_one_of_two_gets_the_last_place(slot: AppointmentSlot) -> None:
    results = race(taking(slot), taking(slot))
    assert kinds(results) == ["NoPlaceLeft", "str"]
    slot.refresh_from_db()
    assert slot.held == slot.capacity


def test_the_guard_alone_is_enough(slot: AppointmentSlot) -> None:
    with without_the_constraint():
        results = race(*[taking(slot)] * 4)
        slot.refresh_from_db()
        assert (kinds(results).count("str"), slot.held) == (1, slot.capacity)


def test_the_constraint_alone_is_enough(slot: AppointmentSlot) -> None:
    barrier = threading.Barrier(2)
    results = race(taking_naively(slot, barrier), taking_naively(slot, barrier))
    assert kinds(results) == ["IntegrityError", "str"]
    assert any(isinstance(result, IntegrityError) and CONSTRAINT in str(result) for result in results)
    slot.refresh_from_db()
    assert slot.held == slot.capacity


def test_without_guard_and_constraint_the_band_is_oversold(slot: AppointmentSlot) -> None:
    barrier = threading.Barrier(2)
    with without_the_constraint():
        results = race(taking_naively(slot, barrier), taking_naively(slot, barrier))
        slot.refresh_from_db()
        assert (results, slot.held) == (["held", "held"], slot.capacity + 1)
