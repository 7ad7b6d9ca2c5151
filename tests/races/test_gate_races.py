"""Two devices send what they saw of the same pass at the same moment, and one device sends the same scan twice."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError

from fairport.appointments.models import Appointment
from fairport.checkin import arrival
from fairport.checkin.models import CheckIn
from fairport.gate import scanning
from fairport.gate.conflicts import ConflictAlreadyClosed, close_conflict
from fairport.gate.models import GateConflict, GateScan, ScanAction
from fairport.gate.operations import IncomingScan, receive_scan
from fairport.registrations.models import Traveler
from tests.cast import Cast
from tests.factories.draws import DRAW_TIME, confirm, hold_draw, register_group
from tests.factories.racing import kinds, race

pytestmark = pytest.mark.django_db(transaction=True)
WORDS = "The second group showed a photo of the pass and was sent away."


@pytest.fixture
def appointment(cast: Cast) -> Appointment:
    """A couple's, at San Diego."""
    registration_id = register_group(2, ports=("SDG",))
    hold_draw()
    return confirm(registration_id, at=DRAW_TIME + timedelta(hours=1))


def sending(appointment: Appointment, cast: Cast, *, device: int, scan_id: int) -> Callable[[], Any]:
    """The whole couple, seen at a device."""
    seen = appointment.slot.starts_at + timedelta(minutes=5)
    scan = IncomingScan(
        id=uuid.UUID(int=scan_id),
        device=uuid.UUID(int=device),
        port="SDG",
        officer_id=cast.officer.pk,
        text=appointment.confirmation_number,
        action=ScanAction.ARRIVAL,
        answer="right",
        device_time=seen,
        travelers=tuple(Traveler.objects.values_list("pk", flat=True)),
        offline=True,
    )
    return lambda: receive_scan(scan=scan, officer=cast.officer, at=seen + timedelta(minutes=10))


def test_two_devices_record_once_and_the_other_is_a_conflict(cast: Cast, appointment: Appointment) -> None:
    results = race(sending(appointment, cast, device=1, scan_id=11), sending(appointment, cast, device=2, scan_id=12))

    assert sorted(result.outcome.value for result in results) == ["conflict", "recorded"]
    assert (CheckIn.objects.count(), GateScan.objects.count()) == (2, 2)
    conflict = GateConflict.objects.get()
    assert (conflict.kind, conflict.scan.outcome) == ("used_twice", "conflict")
    assert conflict.other_scan is not None
    assert conflict.other_scan.outcome == "recorded"


def test_without_the_lock_the_second_device_would_be_lost(
    cast: Cast, appointment: Appointment, monkeypatch: pytest.MonkeyPatch
) -> None:
    both_have_looked = threading.Barrier(2)
    monkeypatch.setattr(arrival, "lock_group", lambda **_arguments: None)
    monkeypatch.setattr(arrival, "mark_arrived", lambda **_arguments: None)
    monkeypatch.setattr(CheckIn.objects, "bulk_create", meeting(CheckIn.objects.bulk_create, both_have_looked))

    results = race(sending(appointment, cast, device=1, scan_id=11), sending(appointment, cast, device=2, scan_id=12))

    assert kinds(results) == [IntegrityError.__name__, "ScanResult"], "neither found the other's check-in"
    assert GateScan.objects.count() == 1


def test_the_same_scan_twice_at_once_is_one(cast: Cast, appointment: Appointment) -> None:
    send = sending(appointment, cast, device=1, scan_id=11)
    results = race(send, send)

    assert sorted(result.repeated for result in results) == [False, True]
    assert {result.recorded for result in results} == {2}
    assert (GateScan.objects.count(), GateConflict.objects.count()) == (1, 0)


def test_without_waiting_only_the_key_stops_the_same_scan(
    cast: Cast, appointment: Appointment, monkeypatch: pytest.MonkeyPatch
) -> None:
    both_have_looked = threading.Barrier(2)
    monkeypatch.setattr(scanning, "_wait_for_the_same", lambda _scan_id: None)
    monkeypatch.setattr(scanning, "identify", meeting(scanning.identify, both_have_looked))
    send = sending(appointment, cast, device=1, scan_id=11)

    assert kinds(race(send, send)) == [IntegrityError.__name__, "ScanResult"], "both thought it was new"


def test_two_supervisors_close_it_once(cast: Cast, appointment: Appointment) -> None:
    for device in (1, 2):
        sending(appointment, cast, device=device, scan_id=device)()
    conflict = GateConflict.objects.get()

    def closing(supervisor: Any) -> Callable[[], Any]:
        at = conflict.found_at + timedelta(minutes=1)
        return lambda: close_conflict(conflict_id=conflict.pk, words=WORDS, supervisor=supervisor, at=at)

    results = race(closing(cast.supervisor), closing(cast.second_supervisor))
    assert kinds(results) == [ConflictAlreadyClosed.__name__, GateConflict.__name__]


def meeting(call: Callable[..., Any], barrier: threading.Barrier) -> Callable[..., Any]:
    """The call, once both threads have come to it."""

    def wait_and_call(*arguments: Any, **options: Any) -> Any:
        barrier.wait(timeout=30)
        return call(*arguments, **options)

    return wait_and_call
