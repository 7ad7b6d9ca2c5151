"""Groups that are owed a place go first in the draws, until they have one (decision 0051)."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import transaction

from fairport.appointments.operations import cancel_appointment, decline_offer, tick, undo_withdrawal, withdraw
from fairport.audit.events import APPLICANT
from fairport.domain.draw import POOL_FILE
from fairport.domain.transitions import TransitionRefused
from fairport.draws.models import Draw
from fairport.draws.queries import read_file
from fairport.registrations.models import Registration
from fairport.registrations.operations import mark_displaced, mark_owed
from tests.factories.draws import DRAW_TIME, confirm, freeze, hold_draw, offer_of, offered_group, register_group

CLICK = DRAW_TIME + timedelta(hours=2)


def owe_a_place(registration_id: uuid.UUID) -> Registration:
    with transaction.atomic():
        registration = Registration.objects.select_for_update().get(pk=registration_id)
        mark_owed(registrations=[registration], at=CLICK)
    return registration


def tiers(draw: Draw) -> list[str]:
    return sorted(line.split(",")[2] for line in read_file(draw_id=draw.draw_id, name=POOL_FILE).decode().splitlines())


def test_who_is_owed_a_place_is_in_tier_0_and_all_others_are_in_tier_1() -> None:
    owe_a_place(register_group(2))
    register_group(2)
    assert tiers(freeze()) == ["0", "1"]


@pytest.mark.parametrize("state", ["offered", "confirmed"])
def test_a_place_taken_back_lets_the_group_wait_with_everything_it_had(state: str) -> None:
    registration_id = offered_group(2)
    if state == "confirmed":
        confirm(registration_id, at=CLICK)
    before = Registration.objects.get(pk=registration_id)
    Registration.objects.filter(pk=registration_id).update(declines=2)
    with transaction.atomic():
        mark_displaced(registrations=[Registration.objects.get(pk=registration_id)], at=CLICK)
    after = Registration.objects.get(pk=registration_id)
    assert (after.status, after.declines, after.displaced_at) == ("waiting", 0, CLICK)
    assert (after.registered_at, after.ports) == (before.registered_at, before.ports)


@pytest.mark.parametrize("state", ["waiting", "lapsed"])
def test_nobody_is_displaced_who_had_no_place(state: str) -> None:
    registration_id = register_group() if state == "waiting" else offered_group()
    if state == "lapsed":
        tick(at=DRAW_TIME + timedelta(hours=24))
    with pytest.raises(TransitionRefused):
        mark_displaced(registrations=[Registration.objects.get(pk=registration_id)], at=CLICK)


def test_it_ends_with_a_confirmed_place() -> None:
    registration_id = register_group(2)
    owe_a_place(registration_id)
    hold_draw()
    assert Registration.objects.get(pk=registration_id).displaced_at is not None
    confirm(registration_id, at=CLICK)
    assert Registration.objects.get(pk=registration_id).displaced_at is None
    cancel_appointment(registration_id=registration_id, at=CLICK, actor=APPLICANT)
    assert tiers(freeze(at=CLICK + timedelta(hours=21, minutes=15))) == ["1"]


def test_first_in_the_draw_is_not_any_day_one_likes() -> None:
    registration_id = register_group(2)
    owe_a_place(registration_id)
    seen = []
    for day in range(4):
        seen += tiers(hold_draw(day=day))
        decline_offer(
            registration_id=registration_id,
            offer_id=offer_of(registration_id).pk,
            at=CLICK + timedelta(days=day),
            actor=APPLICANT,
        )
    assert seen == ["0", "0", "0", "1"]


def test_a_withdrawal_ends_it_once_it_cannot_be_undone() -> None:
    registration_id = register_group(2)
    owe_a_place(registration_id)
    withdraw(registration_id=registration_id, at=CLICK, actor=APPLICANT)
    undo_withdrawal(registration_id=registration_id, at=CLICK, actor=APPLICANT)
    assert Registration.objects.get(pk=registration_id).displaced_at is not None
    withdraw(registration_id=registration_id, at=CLICK, actor=APPLICANT)
    tick(at=CLICK + timedelta(hours=25))
    assert Registration.objects.get(pk=registration_id).displaced_at is None
