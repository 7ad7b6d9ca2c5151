"""An arrival that was recorded by mistake: who takes it back, until when, and what is as before."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.test import Client

from fairport.appointments.models import AppointmentState
from fairport.appointments.operations import AppointmentNotBooked, tick
from fairport.audit.events import Subject
from fairport.audit.queries import list_events
from fairport.checkin.models import CheckIn, Outcome
from fairport.checkin.operations import (
    ArrivalDecided,
    ArrivalUndoTooLate,
    NotArrived,
    OtherPort,
    record_arrival,
    record_determination,
    undo_arrival,
)
from fairport.registrations.models import Registration, RegistrationStatus
from tests.apps.checkin.conftest import Group
from tests.cast import Cast, signed_in
from tests.factories.clock import StandingClock
from tests.factories.invariants import assert_places_add_up


@pytest.fixture
def arrived(cast: Cast, group: Group) -> Group:
    """All three of a family, recorded by San Diego's officer."""
    ids = [traveler.pk for traveler in group.travelers]
    record_arrival(appointment_id=group.appointment.pk, traveler_ids=ids, officer=cast.officer, at=group.in_band)
    return group


def states(group: Group) -> tuple[str, str, int]:
    group.appointment.refresh_from_db()
    registration = Registration.objects.get(pk=group.appointment.registration_id)
    return group.appointment.state, registration.status, CheckIn.objects.count()


def take_back(group: Group, cast: Cast, *, name: str = "officer", place: int = 0, minutes: int = 5) -> None:
    undo_arrival(
        appointment_id=group.appointment.pk,
        traveler_id=group.travelers[place].pk,
        officer=cast.everybody()[name],
        at=group.in_band + timedelta(minutes=minutes),
    )


def test_one_arrival_taken_back_leaves_the_others(cast: Cast, arrived: Group) -> None:
    take_back(arrived, cast, place=1)

    assert states(arrived) == (AppointmentState.ARRIVED, RegistrationStatus.ARRIVED, 2)
    event = list_events(subject=Subject("registration", str(arrived.appointment.registration_id)))[-1]
    assert event.name == "arrival.undone"
    assert event.details is not None
    assert event.details["traveler"] == str(arrived.travelers[1].pk)


def test_with_the_last_one_the_group_is_expected_again(cast: Cast, arrived: Group) -> None:
    for place in range(3):
        take_back(arrived, cast, place=place)

    assert states(arrived) == (AppointmentState.BOOKED, RegistrationStatus.CONFIRMED, 0)
    assert_places_add_up()
    ids = [traveler.pk for traveler in arrived.travelers]
    again = arrived.in_band + timedelta(minutes=20)
    record_arrival(appointment_id=arrived.appointment.pk, traveler_ids=ids, officer=cast.officer, at=again)
    assert states(arrived) == (AppointmentState.ARRIVED, RegistrationStatus.ARRIVED, 3)


def test_who_then_does_not_come_has_missed_it(cast: Cast, arrived: Group) -> None:
    for place in range(3):
        take_back(arrived, cast, place=place)

    tick(at=arrived.in_band + timedelta(hours=8))

    assert states(arrived) == (AppointmentState.NO_SHOW, RegistrationStatus.NO_SHOW, 0)


@pytest.mark.parametrize(
    ("name", "minutes", "allowed"),
    [
        ("officer", 30, True),
        ("officer", 31, False),
        ("second_officer", 1, False),
        ("supervisor", 30, True),
        ("supervisor", 31, False),
    ],
)
def test_who_and_until_when(cast: Cast, arrived: Group, name: str, minutes: int, allowed: bool) -> None:
    if allowed:
        take_back(arrived, cast, name=name, minutes=minutes)
    else:
        with pytest.raises(ArrivalUndoTooLate):
            take_back(arrived, cast, name=name, minutes=minutes)

    assert CheckIn.objects.count() == (2 if allowed else 3)


def test_once_somebody_is_decided_about_the_arrivals_stay(cast: Cast, arrived: Group) -> None:
    record_determination(
        check_in_id=CheckIn.objects.get(traveler=arrived.travelers[2]).pk,
        outcome=Outcome.REFERRED,
        criterion=None,
        reason="A doctor has to see this child before anybody decides.",
        officer=cast.second_officer,
        at=arrived.in_band + timedelta(minutes=3),
    )

    with pytest.raises(ArrivalDecided):
        take_back(arrived, cast)

    assert CheckIn.objects.count() == 3


def test_who_did_not_arrive_has_nothing_to_take_back(cast: Cast, group: Group) -> None:
    with pytest.raises(AppointmentNotBooked):
        take_back(group, cast)
    record_arrival(
        appointment_id=group.appointment.pk,
        traveler_ids=[group.travelers[0].pk],
        officer=cast.officer,
        at=group.in_band,
    )
    with pytest.raises(NotArrived):
        take_back(group, cast, place=1)
    with pytest.raises(NotArrived):
        undo_arrival(
            appointment_id=group.appointment.pk, traveler_id=uuid.uuid4(), officer=cast.officer, at=group.in_band
        )


@pytest.mark.parametrize(
    "name", ["other_officer", "scheduler", "operator", "auditor", "ombuds", "vetting_officer", "nobody"]
)
def test_only_the_ports_own_staff(cast: Cast, arrived: Group, name: str) -> None:
    with pytest.raises(OtherPort):
        take_back(arrived, cast, name=name)


def address(group: Group, place: int = 0) -> str:
    return f"/office/cases/{group.appointment.pk}/travelers/{group.travelers[place].pk}/undo-arrival"


def test_the_case_page_offers_it_while_it_can_be_done(cast: Cast, arrived: Group, clock: StandingClock) -> None:
    clock.at = arrived.in_band + timedelta(minutes=10)
    case = f"/office/cases/{arrived.appointment.pk}"
    browser, other = signed_in(cast.officer), signed_in(cast.second_officer)
    for each in (browser, other):
        each.post(case, {"reason": "check_in"})

    assert browser.get(case).content.decode().count("/undo-arrival") == 3
    assert "/undo-arrival" not in other.get(case).content.decode()
    done = browser.post(address(arrived))
    assert (done.status_code, done["Location"]) == (302, case)
    assert "The arrival was taken back." in browser.get(case).content.decode()
    assert "An arrival was taken back: it was a mistake" in browser.get(case).content.decode()

    clock.at = arrived.in_band + timedelta(minutes=31)
    assert "/undo-arrival" not in browser.get(case).content.decode()
    late = browser.post(address(arrived, 1))
    assert late.status_code == 409
    assert "<code>arrival_undo_too_late</code>" in late.content.decode()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("other_officer", "other_port"),
        ("scheduler", "role_missing"),
        ("operator", "role_missing"),
        ("auditor", "role_missing"),
        ("ombuds", "role_missing"),
        ("vetting_officer", "role_missing"),
        ("nobody", "role_missing"),
    ],
)
def test_the_page_refuses_others(cast: Cast, arrived: Group, clock: StandingClock, name: str, code: str) -> None:
    clock.at = arrived.in_band

    page = signed_in(cast.everybody()[name]).post(address(arrived))

    assert page.status_code == 403
    assert f"<code>{code}</code>" in page.content.decode()
    assert Client().post(address(arrived)).status_code == 302
    assert CheckIn.objects.count() == 3


def test_nobody_is_marked_as_arrived_beforehand(cast: Cast, group: Group, clock: StandingClock) -> None:
    clock.at = group.in_band
    browser = signed_in(cast.officer)
    case = f"/office/cases/{group.appointment.pk}"
    browser.post(case, {"reason": "check_in"})

    page = browser.get(case).content.decode()
    assert page.count('name="travelers"') == 3
    assert "checked" not in page

    nobody = browser.post(f"{case}/arrival")
    assert nobody.status_code == 409
    assert "<code>nobody_chosen</code>" in nobody.content.decode()
