"""What becomes of a rain-check between two draws, and of the carry of the seniority share."""

from __future__ import annotations

import dataclasses
import json
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db.models import F

from fairport.appointments.operations import withdraw
from fairport.audit.events import APPLICANT
from fairport.domain.bundle import verify_bundles
from fairport.draws import operations
from fairport.draws.models import Draw, DrawEntry
from fairport.draws.queries import read_file
from fairport.ports.models import AppointmentSlot
from fairport.registrations.models import Registration
from tests.factories.draws import DRAW_TIME, hold_draw, register_group, write_bundle
from tests.factories.programme import open_programme
from tests.factories.suspensions import close_port, open_port

pytestmark = pytest.mark.django_db
CLICK = DRAW_TIME + timedelta(hours=2)


@pytest.fixture(autouse=True)
def programme() -> None:
    open_programme()


@pytest.fixture
def first() -> Draw:
    """A draw that left one family of five with a rain-check for El Paso."""
    bands = AppointmentSlot.objects.filter(port_id="ELP").order_by("starts_at")
    open_band = bands.filter(starts_at__gte=DRAW_TIME + timedelta(hours=72))[0]
    for slot in bands.exclude(pk=open_band.pk):
        slot.held = slot.passed_to_walk_in = slot.capacity
        slot.save()
    AppointmentSlot.objects.filter(pk=open_band.pk).update(capacity=14)
    for _ in range(3):
        register_group(5, ports=("ELP",))
    return hold_draw()


def holder_of(draw: Draw) -> DrawEntry:
    return DrawEntry.objects.get(draw=draw, outcome="rain_check")


def params_of(draw: Draw) -> Any:
    return json.loads(read_file(draw_id=draw.draw_id, name="params.json"))


def change_size(registration_id: uuid.UUID, size: int) -> None:
    Registration.objects.filter(pk=registration_id).update(size=size)


def test_who_gave_it_up_loses_it(first: Draw, tmp_path: Path) -> None:
    holder = holder_of(first)
    withdraw(registration_id=holder.subject_id, at=CLICK, actor=APPLICANT)
    second = hold_draw(day=1)
    assert params_of(second)["rain_checks"] == []
    assert params_of(second)["rain_checks_dropped"] == [[holder.entry_id, "withdrawn"]]
    verify_bundles([write_bundle(first, tmp_path), write_bundle(second, tmp_path)])


def test_a_group_that_grew_enters_as_any_other(first: Draw, tmp_path: Path) -> None:
    holder = holder_of(first)
    change_size(holder.subject_id, 6)
    second = hold_draw(day=1)
    assert params_of(second)["rain_checks_dropped"] == [[holder.entry_id, "grown"]]
    assert DrawEntry.objects.get(draw=second, subject_id=holder.subject_id).step in ("S", "L")
    verify_bundles([write_bundle(first, tmp_path), write_bundle(second, tmp_path)])


def test_a_group_that_shrank_keeps_it(first: Draw, tmp_path: Path) -> None:
    holder = holder_of(first)
    change_size(holder.subject_id, 4)
    second = hold_draw(day=1)
    entry = DrawEntry.objects.get(draw=second, subject_id=holder.subject_id)
    assert (entry.step, entry.size, entry.outcome) == ("R", 4, "offer")
    verify_bundles([write_bundle(first, tmp_path), write_bundle(second, tmp_path)])


def test_grown_is_measured_against_the_draw_that_gave_it(first: Draw, tmp_path: Path) -> None:
    holder = holder_of(first)
    change_size(holder.subject_id, 4)
    AppointmentSlot.objects.filter(port_id="ELP").update(capacity=0, held=0, passed_to_walk_in=0)
    AppointmentSlot.objects.filter(port_id="ELP", starts_at__gte=DRAW_TIME + timedelta(days=14)).delete()
    close_port("ELP", at=CLICK)
    second = hold_draw(day=1)
    assert DrawEntry.objects.get(draw=second, subject_id=holder.subject_id).rain_check_size == 5
    change_size(holder.subject_id, 5)
    open_port("ELP", at=CLICK)
    third = hold_draw(day=2)
    assert params_of(third)["rain_checks_dropped"] == []
    verify_bundles([write_bundle(draw, tmp_path) for draw in (first, second, third)])


@pytest.mark.parametrize(("share", "carry"), [((1, 2), 1), ((1, 3), 1), ((1, 4), 2), ((0, 1), 0)])
def test_the_carry_of_the_seniority_share_is_handed_on(
    share: tuple[int, int], carry: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # El Paso alone: 23 bands of 35 in reach, an odd number of places, so that half a place is carried over.
    AppointmentSlot.objects.exclude(port_id="ELP").update(held=F("capacity"), passed_to_walk_in=F("capacity"))
    register_group(ports=("ELP",))
    first = hold_draw()
    places = sum(cell[4] for cell in params_of(first)["cells"])
    assert (first.seniority_carry_next, places % 2) == (1, 1)

    in_force = operations.policy_in_force

    def changed(**arguments: Any) -> Any:
        loaded = in_force(**arguments)
        rules = dataclasses.replace(loaded.policy.draw, seniority_share=share)
        return dataclasses.replace(loaded, policy=dataclasses.replace(loaded.policy, draw=rules))

    monkeypatch.setattr(operations, "policy_in_force", changed)
    second = hold_draw(day=1)
    # One of two parts becomes carry * b' // b.
    assert params_of(second)["seniority_carry"] == 1 * share[1] // 2 == carry
    verify_bundles([write_bundle(first, tmp_path), write_bundle(second, tmp_path)])
