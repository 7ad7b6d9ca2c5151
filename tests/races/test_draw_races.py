"""Two operators or workers at one draw: it is frozen once and run once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from fairport.appointments.models import Offer
from fairport.appointments.operations import decline_offer, tick
from fairport.audit.events import APPLICANT, OPERATOR, WORKER, Subject
from fairport.audit.queries import list_events
from fairport.draws import operations
from fairport.draws.models import Draw, DrawEntry, DrawFile
from fairport.draws.operations import accept_beacon, run_draw
from fairport.draws.storage import write_file
from fairport.ports.models import AppointmentSlot
from tests.factories.beacons import REAL_BEACON, REAL_TIME, freeze_for_round
from tests.factories.draws import DRAW_TIME, FREEZE_TIME, freeze, hold_draw, register_group
from tests.factories.invariants import assert_places_add_up
from tests.factories.programme import open_programme
from tests.factories.racing import kinds, race

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def groups(db: None) -> None:
    open_programme()
    for size in (1, 2, 3, 5, 12):
        register_group(size)


def running(draw: Draw) -> Callable[[], Any]:
    return lambda: run_draw(draw_id=draw.draw_id, at=DRAW_TIME, actor=WORKER)


def test_two_freeze_at_once_and_there_is_one_draw() -> None:
    results = race(freeze, freeze, freeze)
    assert kinds(results) == ["Draw", "DrawExists", "DrawExists"]
    draw = Draw.objects.get()
    assert DrawEntry.objects.filter(draw=draw).count() == draw.entries_count == 5
    assert sum(AppointmentSlot.objects.values_list("reserved", flat=True)) == sum(draw.reserved.values())
    assert_places_add_up()


def test_two_run_it_at_once_and_it_is_run_once() -> None:
    draw = freeze()
    results = race(running(draw), running(draw), running(draw))
    assert kinds(results) == ["AlreadyRun", "AlreadyRun", "Draw"]
    assert Offer.objects.count() == 5
    names = [event.name for event in list_events(subject=Subject("draw", draw.draw_id))]
    assert names == ["draw.frozen", "draw.run"]
    assert_places_add_up()


def test_without_the_lock_a_second_run_is_refused_by_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    from contextlib import contextmanager

    from django.db import transaction

    @contextmanager
    def unlocked(_programme: str) -> Any:
        with transaction.atomic():
            yield

    monkeypatch.setattr(operations, "programme_locked", unlocked)
    # The lock of the draw's row, taken away as well.
    monkeypatch.setattr(operations.Draw.objects, "select_for_update", lambda **_names: operations.Draw.objects.all())
    draw = freeze()
    results = race(running(draw), running(draw))
    assert sum(isinstance(result, Draw) for result in results) == 1
    assert Offer.objects.count() == 5
    assert_places_add_up()


def test_two_workers_tick_and_the_day_has_one_draw() -> None:
    for moment in (FREEZE_TIME, DRAW_TIME):
        results = race(*[lambda moment=moment: tick(at=moment)] * 3)
        assert not [result for result in results if isinstance(result, Exception)]
    assert Draw.objects.get().state == "run"
    assert Offer.objects.count() == 5
    assert_places_add_up()


def test_places_declined_while_the_next_draw_is_frozen_are_in_it_or_left_for_the_one_after() -> None:
    hold_draw()
    offers = list(Offer.objects.all())
    at = FREEZE_TIME + timedelta(days=1) - timedelta(minutes=30)
    calls = [
        lambda offer=offer: decline_offer(
            registration_id=offer.registration_id, offer_id=offer.pk, at=at, actor=APPLICANT
        )
        for offer in offers
    ]
    results = race(*calls, lambda: freeze(at=FREEZE_TIME + timedelta(days=1)))
    assert not [result for result in results if isinstance(result, Exception)]
    assert_places_add_up()
    run_draw(draw_id=Draw.objects.order_by("-sequence")[0].draw_id, at=DRAW_TIME + timedelta(days=1), actor=WORKER)
    assert_places_add_up()


def test_workers_and_an_operator_bring_the_round_at_once_and_it_is_kept_and_told_once() -> None:
    draw = freeze_for_round()

    def paste() -> None:
        accept_beacon(draw_id=draw.draw_id, beacon=REAL_BEACON, at=REAL_TIME, actor=OPERATOR)

    results = race(paste, paste, paste)
    assert kinds(results) == ["NoneType"] * 3
    names = [event.name for event in list_events(subject=Subject("draw", draw.draw_id))]
    assert names == ["draw.frozen", "draw.beacon_received"]
    assert kinds(race(*[lambda: run_draw(draw_id=draw.draw_id, at=REAL_TIME, actor=WORKER)] * 2)) == [
        "AlreadyRun",
        "Draw",
    ]
    assert Offer.objects.count() == 5
    assert_places_add_up()


def test_without_the_lock_the_second_round_is_refused_by_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    from contextlib import contextmanager

    from django.db import transaction

    from fairport.draws import beacons

    barrier = threading.Barrier(2)

    @contextmanager
    def unlocked(_programme: str) -> Any:
        with transaction.atomic():
            yield

    def write_together(**file: Any) -> str:
        # Both have seen by now that there is none.
        barrier.wait(timeout=30)
        return write_file(**file)

    monkeypatch.setattr(beacons, "programme_locked", unlocked)
    monkeypatch.setattr(beacons, "write_file", write_together)
    draw = freeze_for_round()

    def paste() -> None:
        accept_beacon(draw_id=draw.draw_id, beacon=REAL_BEACON, at=REAL_TIME, actor=OPERATOR)

    assert kinds(race(paste, paste)) == ["IntegrityError", "NoneType"]
    assert DrawFile.objects.filter(draw=draw, name="beacon.json").count() == 1
