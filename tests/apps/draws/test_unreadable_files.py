"""One file that cannot be opened keeps nobody else from being drawn, and is told."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable

import pytest
from structlog.testing import capture_logs

from fairport.audit.events import WORKER, Subject
from fairport.audit.models import Event
from fairport.audit.queries import list_events
from fairport.domain.policy import Policy
from fairport.draws.models import DrawEntry
from fairport.draws.operations import run_draw
from fairport.draws.queries import read_file
from fairport.registrations.models import Registration
from fairport.sealing.models import DataKey
from fairport.sealing.operations import erase_data_key
from tests.apps.draws.conftest import Run
from tests.factories.clock import StandingClock
from tests.factories.draws import DRAW_TIME, FREEZE_TIME, freeze, hold_draw, register_group
from tests.factories.invariants import assert_places_add_up
from tests.factories.programme import NOW, PROGRAMME, open_programme

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def policy() -> Policy:
    return open_programme()


def erase(registration_id: uuid.UUID) -> None:
    erase_data_key(data_key_id=Registration.objects.get(pk=registration_id).data_key_id, at=NOW)


def damage(registration_id: uuid.UUID) -> None:
    secret = bytes(Registration.objects.get(pk=registration_id).sealed_entry_secret)
    Registration.objects.filter(pk=registration_id).update(sealed_entry_secret=secret[:-1] + bytes([secret[-1] ^ 1]))


def swap(registration_id: uuid.UUID) -> None:
    """The box of another file."""
    other = Registration.objects.exclude(pk=registration_id).get()
    Registration.objects.filter(pk=registration_id).update(sealed_entry_secret=other.sealed_entry_secret)


def cut_off(registration_id: uuid.UUID) -> None:
    Registration.objects.filter(pk=registration_id).update(sealed_entry_secret=b"\x01")


def take_the_master_key(registration_id: uuid.UUID) -> None:
    data_key_id = Registration.objects.get(pk=registration_id).data_key_id
    DataKey.objects.filter(pk=data_key_id).update(master_id="m-gone")


BREAKS = (erase, damage, swap, cut_off, take_the_master_key)


def told(registration_id: uuid.UUID) -> list[str]:
    return list(Event.objects.filter(subject_id=str(registration_id)).order_by("id").values_list("name", flat=True))


@pytest.mark.parametrize("break_it", BREAKS)
def test_a_draw_is_frozen_and_run_without_it(break_it: Callable[[uuid.UUID], None]) -> None:
    good, bad = register_group(), register_group(2)
    break_it(bad)
    with capture_logs() as logs:
        draw = hold_draw()
    assert (draw.entries_count, draw.people, draw.left_out_count) == (1, 1, 1)
    assert Registration.objects.get(pk=good).status == "offered"
    assert Registration.objects.get(pk=bad).status == "waiting"
    assert told(bad).count("registration.unreadable") == 1
    warnings = [line for line in logs if line["event"] == "registration_unreadable"]
    assert [(line["log_level"], line["registration"]) for line in warnings] == [("warning", str(bad))]
    (frozen,) = [event for event in list_events(subject=Subject("draw", draw.draw_id)) if event.name == "draw.frozen"]
    assert frozen.details["left_out"] == 1


def test_it_is_told_once_a_draw_and_takes_part_again_once_mended() -> None:
    good, bad = register_group(), register_group(2)
    box = Registration.objects.get(pk=bad).sealed_entry_secret
    damage(bad)
    hold_draw()
    hold_draw(day=1)
    assert told(bad).count("registration.unreadable") == 2
    Registration.objects.filter(pk=bad).update(sealed_entry_secret=box)
    assert hold_draw(day=2).left_out_count == 0
    assert Registration.objects.get(pk=bad).status == "offered"
    assert Registration.objects.get(pk=good).status == "offered"


def test_a_rain_check_of_a_file_that_does_not_open_ends() -> None:
    register_group()
    bad = register_group(2)
    first = hold_draw()
    Registration.objects.filter(pk=bad).update(status="lapsed")
    Registration.objects.filter(pk=bad).update(status="waiting", has_rain_check=True)
    DrawEntry.objects.filter(draw=first, subject_id=bad).update(
        outcome="rain_check", rain_check_order=0, rain_check_size=2, port="ELP"
    )
    damage(bad)
    draw = freeze(at=FREEZE_TIME.replace(day=19))
    assert draw.left_out_count == 1
    dropped = json.loads(read_file(draw_id=draw.draw_id, name="params.json"))["rain_checks_dropped"]
    assert [reason for _id, reason in dropped] == ["withdrawn"]


@pytest.mark.parametrize("break_it", [erase, take_the_master_key])
def test_what_breaks_between_the_freeze_and_the_run_voids_its_own_offer_only(
    break_it: Callable[[uuid.UUID], None],
) -> None:
    good, bad = register_group(), register_group(2)
    draw = freeze()
    break_it(bad)
    run_draw(draw_id=draw.draw_id, at=DRAW_TIME, actor=WORKER)
    assert Registration.objects.get(pk=good).status == "offered"
    assert Registration.objects.get(pk=bad).status == "waiting"
    assert DrawEntry.objects.get(subject_id=bad).outcome == "void"
    assert told(bad)[-1] == "offer.voided"
    assert_places_add_up()


def test_a_freeze_by_hand_says_how_many_were_left_out(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    register_group()
    damage(register_group(2))
    StandingClock(monkeypatch, FREEZE_TIME)
    status, printed, complaint = run("draw", "freeze", PROGRAMME, "--beacon", "local")
    assert (status, printed) == (0, f"{PROGRAMME}/2023-01-18\n")
    assert complaint == "Left out, as their files cannot be opened: 1 groups\n"
