"""The freeze: who is in it, what it reserves, when it is refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError

from fairport.audit.events import OPERATOR, Subject
from fairport.audit.queries import list_events
from fairport.domain.draw import entry_id, parse_manifest, parse_params, parse_pool
from fairport.domain.policy import Policy
from fairport.draws.models import Draw, DrawEntry
from fairport.draws.operations import (
    BeaconUnknown,
    DrawExists,
    FreezeTooLate,
    PreviousDrawNotRun,
    freeze_draw,
    run_draw,
)
from fairport.draws.pool import ProgrammeNotDrawn
from fairport.draws.queries import read_file
from fairport.ports.models import AppointmentSlot
from fairport.registrations.queries import get_registration, open_entry_secret
from tests.factories.draws import DRAW_TIME, FREEZE_TIME, freeze, hold_draw, register_group
from tests.factories.programme import NOW, PROGRAMME, open_programme
from tests.factories.suspensions import close_port

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def policy() -> Policy:
    return open_programme()


def test_the_draw_is_named_after_its_programme_and_day_and_counts_from_one() -> None:
    register_group(3)
    draw = freeze()
    assert (draw.draw_id, draw.sequence, draw.entries_count, draw.people) == (f"{PROGRAMME}/2023-01-18", 1, 1, 3)
    manifest = parse_manifest(read_file(draw_id=draw.draw_id, name="manifest.json"))
    assert (manifest.frozen_at, manifest.draw_time) == (FREEZE_TIME, DRAW_TIME)
    assert manifest.previous_manifest_sha256 is None


def test_the_applicant_can_compute_the_line_in_the_pool() -> None:
    registration_id = register_group(2, ports=("CLX", "SDG"))
    draw = freeze()
    secret = open_entry_secret(registration=get_registration(registration_id=registration_id))
    identifier = entry_id(entry_secret=secret, draw_id=draw.draw_id)
    assert read_file(draw_id=draw.draw_id, name="pool.txt").decode() == f"{identifier},2,1,1,2023-01-16,CLX;SDG\n"
    assert DrawEntry.objects.get(draw=draw).subject_id == registration_id


def test_only_who_waits_at_the_freeze_takes_part() -> None:
    early = register_group()
    draw = freeze()
    register_group(at=FREEZE_TIME + timedelta(minutes=1))
    assert list(DrawEntry.objects.filter(draw=draw).values_list("subject_id", flat=True)) == [early]


def test_the_freeze_reserves_every_free_place_of_the_bands_in_reach(policy: Policy) -> None:
    draw = freeze()
    cells = parse_params(read_file(draw_id=draw.draw_id, name="params.json")).cells
    assert sum(cell.free for cell in cells) == sum(draw.reserved.values())
    assert {cell.port for cell in cells} == {port.code for port in policy.ports}
    for slot in AppointmentSlot.objects.select_related("port"):
        notice_kept = slot.starts_at >= DRAW_TIME + timedelta(hours=72)
        in_reach = notice_kept and slot.date <= (NOW + timedelta(days=14)).date()
        assert (str(slot.pk) in draw.reserved) == in_reach
        assert (slot.held, slot.reserved) == ((slot.capacity, slot.capacity) if in_reach else (0, 0))


def test_a_suspended_port_is_left_out() -> None:
    close_port("ELP", at=NOW)
    cells = parse_params(read_file(draw_id=freeze().draw_id, name="params.json")).cells
    assert "ELP" not in {cell.port for cell in cells}
    assert not AppointmentSlot.objects.filter(port_id="ELP", held__gt=0).exists()


def test_who_declined_three_times_has_the_week_of_the_freeze() -> None:
    from fairport.registrations.models import Registration

    registration_id = register_group()
    Registration.objects.filter(pk=registration_id).update(
        registered_at=NOW - timedelta(days=14), declines=3, last_sign_of_life_at=NOW
    )
    pool = parse_pool(read_file(draw_id=freeze().draw_id, name="pool.txt"))
    assert pool[0].registered.isoformat() == "2023-01-16"


def test_an_empty_pool_is_frozen_like_any_other() -> None:
    draw = freeze()
    assert (draw.entries_count, read_file(draw_id=draw.draw_id, name="pool.txt")) == (0, b"")


def test_one_draw_a_day() -> None:
    freeze()
    with pytest.raises(DrawExists) as refused:
        freeze(at=FREEZE_TIME + timedelta(minutes=5))
    assert refused.value.code == "draw_exists"
    assert Draw.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"sequence": 2}, "draws_draw_pkey"),
        ({"draw_id": f"{PROGRAMME}/another", "previous_id": None}, "draws_one_a_sequence"),
        ({"draw_id": f"{PROGRAMME}/another", "sequence": 0}, "draws_draw_previous_id_key"),
    ],
)
def test_the_database_refuses_a_second_draw_of_one_id_number_or_predecessor(
    changes: dict[str, Any], constraint: str
) -> None:
    hold_draw()
    draw = freeze(at=FREEZE_TIME + timedelta(days=1))
    copied = {field.attname: getattr(draw, field.attname) for field in Draw._meta.concrete_fields}
    with pytest.raises(IntegrityError, match=constraint):
        Draw(**{**copied, **changes}).save(force_insert=True)


def test_the_draw_before_must_be_run_first() -> None:
    first = freeze()
    with pytest.raises(PreviousDrawNotRun):
        freeze(at=FREEZE_TIME + timedelta(days=1))
    run_draw(draw_id=first.draw_id, at=FREEZE_TIME + timedelta(days=1), actor=OPERATOR)
    second = freeze(at=FREEZE_TIME + timedelta(days=1))
    assert (second.sequence, second.previous_id) == (2, first.draw_id)


@pytest.mark.parametrize("lead", [timedelta(seconds=599), timedelta(0), timedelta(seconds=-1)])
def test_less_than_ten_minutes_before_its_time_is_too_late(lead: timedelta) -> None:
    with pytest.raises(FreezeTooLate):
        freeze_draw(programme=PROGRAMME, at=DRAW_TIME - lead, actor=OPERATOR, draw_time=DRAW_TIME)
    assert not Draw.objects.exists()
    assert not AppointmentSlot.objects.filter(held__gt=0).exists()


def test_without_a_time_it_is_the_policys_next_draw_in_reach() -> None:
    draw = freeze_draw(programme=PROGRAMME, at=DRAW_TIME - timedelta(seconds=599), actor=OPERATOR)
    assert draw.draw_time == DRAW_TIME + timedelta(days=1)


def test_in_a_demonstration_the_draw_may_follow_at_once(settings: Any) -> None:
    settings.DEMO = True
    draw = freeze_draw(programme=PROGRAMME, at=NOW, actor=OPERATOR)
    assert draw.draw_time == draw.frozen_at == NOW


def test_other_beacons_and_programmes_are_refused() -> None:
    with pytest.raises(BeaconUnknown):
        freeze_draw(programme=PROGRAMME, at=NOW, actor=OPERATOR, beacon="dice")
    with pytest.raises(ProgrammeNotDrawn):
        freeze_draw(programme="no-such-programme", at=NOW, actor=OPERATOR)


def test_the_freeze_is_one_event_with_what_was_committed_to() -> None:
    register_group(4)
    draw = freeze()
    (event,) = list_events(subject=Subject("draw", draw.draw_id))
    assert event.name == "draw.frozen"
    assert event.details is not None
    assert (event.details["entries"], event.details["people"]) == (1, 4)
    assert event.details["manifest_sha256"] == draw.files.get(name="manifest.json").sha256


def test_the_secret_is_sealed_until_the_run_publishes_it() -> None:
    draw = hold_draw()
    assert draw.sealed_secret is None
    assert draw.files.filter(name="beacon.json").exists()
