"""The whole table of the process, step by step, as the operations walk it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from fairport.appointments.models import Appointment
from fairport.appointments.operations import (
    NothingToCancel,
    UndoTooLate,
    cancel_appointment,
    decline_offer,
    mark_arrived,
    renew,
    tick,
    undo_withdrawal,
    withdraw,
)
from fairport.audit.events import APPLICANT, Subject
from fairport.audit.queries import list_events
from fairport.domain.transitions import Event, TransitionRefused
from fairport.notifications.models import OutboxMessage
from fairport.registrations.models import Registration
from fairport.registrations.operations import change_status
from tests.factories.draws import DRAW_TIME, confirm, hold_draw, offer_of, offered_group, register_group
from tests.factories.programme import NOW

CLICK = DRAW_TIME + timedelta(hours=2)
AFTER_EXPIRY = DRAW_TIME + timedelta(hours=23, minutes=1)


def status_of(registration_id: uuid.UUID) -> str:
    return Registration.objects.get(pk=registration_id).status


def waiting() -> uuid.UUID:
    return register_group(2)


def confirmed() -> uuid.UUID:
    registration_id = offered_group(2)
    confirm(registration_id, at=CLICK)
    return registration_id


def lapsed() -> uuid.UUID:
    registration_id = offered_group(2)
    tick(at=AFTER_EXPIRY)
    return registration_id


def missed() -> uuid.UUID:
    registration_id = confirmed()
    tick(at=end_of_grace(registration_id))
    return registration_id


def withdrawn() -> uuid.UUID:
    registration_id = waiting()
    withdraw(registration_id=registration_id, at=CLICK, actor=APPLICANT)
    return registration_id


def arrived() -> uuid.UUID:
    registration_id = confirmed()
    appointment = Appointment.objects.select_related("slot").get(registration_id=registration_id)
    mark_arrived(appointment_id=appointment.pk, at=appointment.slot.starts_at)
    return registration_id


def determined() -> uuid.UUID:
    registration_id = arrived()
    change_status(registration_id=registration_id, event=Event.DETERMINED, at=CLICK)
    return registration_id


def end_of_grace(registration_id: uuid.UUID) -> datetime:
    slot = Appointment.objects.select_related("slot").get(registration_id=registration_id).slot
    return slot.ends_at + timedelta(hours=1)


STATES: dict[str, Callable[[], uuid.UUID]] = {
    "waiting": waiting,
    "offered": lambda: offered_group(2),
    "confirmed": confirmed,
    "lapsed": lapsed,
    "no_show": missed,
    "withdrawn": withdrawn,
    "arrived": arrived,
    "determined": determined,
}


@pytest.mark.parametrize("state", STATES)
def test_every_state_is_reached_by_what_people_do(state: str) -> None:
    assert status_of(STATES[state]()) == state


@pytest.mark.parametrize(
    ("state", "after"),
    [("lapsed", "waiting"), ("no_show", "waiting"), ("waiting", "waiting")],
)
def test_a_sign_of_life_brings_back_with_seniority_kept(state: str, after: str) -> None:
    registration_id = STATES[state]()
    at = end_of_grace(registration_id) + timedelta(hours=1) if state == "no_show" else AFTER_EXPIRY
    registration = renew(registration_id=registration_id, at=at, actor=APPLICANT)
    assert (registration.status, registration.registered_at, registration.last_sign_of_life_at) == (after, NOW, at)


@pytest.mark.parametrize("state", ["offered", "confirmed", "withdrawn", "arrived", "determined"])
def test_nothing_to_renew(state: str) -> None:
    registration_id = STATES[state]()
    with pytest.raises(TransitionRefused):
        renew(registration_id=registration_id, at=AFTER_EXPIRY, actor=APPLICANT)
    assert status_of(registration_id) == state


@pytest.mark.parametrize("state", ["waiting", "offered", "confirmed", "lapsed", "no_show"])
def test_before_arrival_a_registration_can_be_withdrawn_and_that_undone(state: str) -> None:
    registration_id = STATES[state]()
    at = end_of_grace(registration_id) if state == "no_show" else CLICK
    withdraw(registration_id=registration_id, at=at, actor=APPLICANT)
    assert status_of(registration_id) == "withdrawn"
    undo_withdrawal(registration_id=registration_id, at=at + timedelta(hours=1), actor=APPLICANT)
    assert status_of(registration_id) == state


@pytest.mark.parametrize("state", ["withdrawn", "arrived", "determined"])
def test_after_that_it_cannot_be_withdrawn(state: str) -> None:
    registration_id = STATES[state]()
    with pytest.raises(TransitionRefused):
        withdraw(registration_id=registration_id, at=AFTER_EXPIRY, actor=APPLICANT)
    assert status_of(registration_id) == state


@pytest.mark.parametrize("state", [state for state in STATES if state != "withdrawn"])
def test_only_a_withdrawal_can_be_undone(state: str) -> None:
    registration_id = STATES[state]()
    with pytest.raises(TransitionRefused):
        undo_withdrawal(registration_id=registration_id, at=AFTER_EXPIRY, actor=APPLICANT)


def test_a_withdrawal_can_be_undone_for_24_hours() -> None:
    registration_id = withdrawn()
    too_late = CLICK + timedelta(hours=24)
    with pytest.raises(UndoTooLate):
        undo_withdrawal(registration_id=registration_id, at=too_late, actor=APPLICANT)
    tick(at=too_late)
    assert Registration.objects.get(pk=registration_id).closed_at == too_late
    names = [event.name for event in list_events(subject=Subject("registration", str(registration_id)))]
    assert names[-2:] == ["registration.withdrawn", "registration.withdrawal_closed"]


def test_a_cancelled_appointment_is_given_back_and_the_group_waits_again() -> None:
    registration_id = confirmed()
    assert cancel_appointment(registration_id=registration_id, at=CLICK, actor=APPLICANT).status == "waiting"
    assert OutboxMessage.objects.filter(template="cancellation").count() == 1
    hold_draw(day=1)
    assert status_of(registration_id) == "offered"


@pytest.mark.parametrize("state", ["waiting", "offered", "lapsed", "no_show", "withdrawn", "arrived"])
def test_without_a_booked_appointment_there_is_nothing_to_cancel(state: str) -> None:
    registration_id = STATES[state]()
    with pytest.raises(NothingToCancel):
        cancel_appointment(registration_id=registration_id, at=CLICK, actor=APPLICANT)


def test_a_missed_appointment_cannot_be_cancelled_before_the_job_has_marked_it() -> None:
    registration_id = confirmed()
    with pytest.raises(NothingToCancel):
        cancel_appointment(registration_id=registration_id, at=end_of_grace(registration_id), actor=APPLICANT)
    assert status_of(registration_id) == "confirmed"


def test_after_three_declines_a_group_is_drawn_by_lot_only() -> None:
    registration_id = register_group()
    for day in range(3):
        hold_draw(day=day)
        decline_offer(
            registration_id=registration_id,
            offer_id=offer_of(registration_id).pk,
            at=CLICK + timedelta(days=day),
            actor=APPLICANT,
        )
    assert Registration.objects.get(pk=registration_id).declines == 3
    hold_draw(day=3)
    assert status_of(registration_id) == "offered"


def test_whoever_comes_second_finds_the_group_arrived() -> None:
    registration_id = arrived()
    appointment = Appointment.objects.get(registration_id=registration_id)
    assert mark_arrived(appointment_id=appointment.pk, at=CLICK).state == "arrived"
