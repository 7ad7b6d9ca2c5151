"""Who of a group is at the port: the rules of recording it, and who may."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from fairport.appointments.models import AppointmentState
from fairport.appointments.operations import AppointmentNotBooked, cancel_appointment, tick, withdraw
from fairport.audit.events import APPLICANT, Subject
from fairport.audit.models import Event
from fairport.audit.queries import list_events
from fairport.checkin.models import CheckIn
from fairport.checkin.operations import (
    AlreadyArrived,
    NobodyArrived,
    NotInGroup,
    OtherDay,
    OtherPort,
    record_arrival,
)
from fairport.domain.transitions import TransitionRefused
from fairport.registrations.models import Registration, RegistrationStatus
from tests.apps.checkin.conftest import Group, make_group
from tests.cast import Cast, signed_in
from tests.factories.clock import StandingClock


def state_of(group: Group) -> tuple[str, str, int, int]:
    """Everything that an arrival could change."""
    group.appointment.refresh_from_db()
    registration = Registration.objects.get(pk=group.appointment.registration_id)
    return group.appointment.state, registration.status, CheckIn.objects.count(), Event.objects.count()


def test_the_first_traveler_makes_the_group_arrived(cast: Cast, group: Group) -> None:
    first, *_others = group.travelers

    record_arrival(appointment_id=group.appointment.pk, traveler_ids=[first.pk], officer=cast.officer, at=group.in_band)

    appointment_state, status, check_ins, _events = state_of(group)
    assert (appointment_state, status, check_ins) == (AppointmentState.ARRIVED, RegistrationStatus.ARRIVED, 1)
    event = list_events(subject=Subject("registration", str(group.appointment.registration_id)))[-1]
    assert event.name == "arrival.recorded"
    assert event.details is not None
    assert event.details["travelers"] == [str(first.pk)]


def test_who_comes_later_is_recorded_beside_the_first(cast: Cast, group: Group) -> None:
    first, *others = group.travelers
    for travelers in ([first], others):
        record_arrival(
            appointment_id=group.appointment.pk,
            traveler_ids=[traveler.pk for traveler in travelers],
            officer=cast.supervisor,
            at=group.in_band,
        )

    assert state_of(group)[:3] == (AppointmentState.ARRIVED, RegistrationStatus.ARRIVED, 3)


@pytest.mark.parametrize("moved", [timedelta(hours=-3), timedelta(hours=6)])
def test_early_and_late_on_the_day_are_let_in(cast: Cast, group: Group, moved: timedelta) -> None:
    at = group.in_band + moved

    record_arrival(
        appointment_id=group.appointment.pk, traveler_ids=[group.travelers[0].pk], officer=cast.officer, at=at
    )

    details = list_events(subject=Subject("registration", str(group.appointment.registration_id)))[-1].details
    assert details is not None
    assert details["timing"] == ("early" if moved < timedelta(0) else "late")


def test_recording_twice_changes_nothing(cast: Cast, group: Group) -> None:
    ids = [traveler.pk for traveler in group.travelers]
    record_arrival(appointment_id=group.appointment.pk, traveler_ids=ids, officer=cast.officer, at=group.in_band)
    before = state_of(group)

    with pytest.raises(AlreadyArrived):
        record_arrival(
            appointment_id=group.appointment.pk, traveler_ids=ids[:1], officer=cast.officer, at=group.in_band
        )

    assert state_of(group) == before


def test_the_database_refuses_a_second_check_in_by_itself(cast: Cast, group: Group) -> None:
    traveler = group.travelers[0]
    record_arrival(
        appointment_id=group.appointment.pk, traveler_ids=[traveler.pk], officer=cast.officer, at=group.in_band
    )

    with pytest.raises(IntegrityError, match="checkin_arrives_once"), transaction.atomic():
        CheckIn.objects.create(
            appointment=group.appointment,
            traveler=traveler,
            port_id="SDG",
            officer=cast.officer,
            arrived_at=group.in_band,
            recorded_at=group.in_band,
        )


@pytest.mark.parametrize("days", [-1, 1])
def test_another_day_is_refused(cast: Cast, group: Group, days: int) -> None:
    before = state_of(group)

    with pytest.raises(OtherDay):
        record_arrival(
            appointment_id=group.appointment.pk,
            traveler_ids=[group.travelers[0].pk],
            officer=cast.officer,
            at=group.in_band + timedelta(days=days),
        )

    assert state_of(group) == before


def test_the_day_is_the_ports_own(cast: Cast, group: Group) -> None:
    # 23:30 in San Diego, when UTC and Texas have the next day already.
    late = group.appointment.slot.starts_at.replace(hour=7, minute=30) + timedelta(days=1)

    check_ins = record_arrival(
        appointment_id=group.appointment.pk, traveler_ids=[group.travelers[0].pk], officer=cast.officer, at=late
    )

    assert len(check_ins) == 1


def test_nobody_is_refused(cast: Cast, group: Group) -> None:
    with pytest.raises(NobodyArrived):
        record_arrival(appointment_id=group.appointment.pk, traveler_ids=[], officer=cast.officer, at=group.in_band)


def test_a_stranger_is_refused_together_with_the_others(cast: Cast, group: Group) -> None:
    before = state_of(group)

    with pytest.raises(NotInGroup):
        record_arrival(
            appointment_id=group.appointment.pk,
            traveler_ids=[group.travelers[0].pk, uuid.uuid4()],
            officer=cast.officer,
            at=group.in_band,
        )

    assert state_of(group) == before


def test_a_cancelled_appointment_is_refused(cast: Cast, group: Group) -> None:
    registration_id = group.appointment.registration_id
    cancel_appointment(registration_id=registration_id, at=group.in_band - timedelta(hours=20), actor=APPLICANT)
    before = state_of(group)

    with pytest.raises(AppointmentNotBooked):
        record_arrival(
            appointment_id=group.appointment.pk,
            traveler_ids=[group.travelers[0].pk],
            officer=cast.officer,
            at=group.in_band,
        )

    assert state_of(group) == before


def test_a_withdrawn_registration_is_refused(cast: Cast, group: Group) -> None:
    withdraw(registration_id=group.appointment.registration_id, at=group.in_band - timedelta(hours=2), actor=APPLICANT)
    before = state_of(group)

    with pytest.raises(TransitionRefused):
        record_arrival(
            appointment_id=group.appointment.pk,
            traveler_ids=[group.travelers[0].pk],
            officer=cast.officer,
            at=group.in_band,
        )

    assert state_of(group) == before


def test_a_missed_appointment_is_refused(cast: Cast, group: Group) -> None:
    late = group.in_band + timedelta(hours=8)
    tick(at=late)

    with pytest.raises(AppointmentNotBooked):
        record_arrival(
            appointment_id=group.appointment.pk, traveler_ids=[group.travelers[0].pk], officer=cast.officer, at=late
        )


@pytest.mark.parametrize("name", ["other_officer", "scheduler", "operator", "auditor", "nobody"])
def test_only_the_ports_own_officers_record(cast: Cast, group: Group, name: str) -> None:
    before = state_of(group)

    with pytest.raises(OtherPort):
        record_arrival(
            appointment_id=group.appointment.pk,
            traveler_ids=[group.travelers[0].pk],
            officer=cast.everybody()[name],
            at=group.in_band,
        )

    assert state_of(group) == before


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("other_officer", "other_port"),
        ("scheduler", "role_missing"),
        ("operator", "role_missing"),
        ("auditor", "role_missing"),
        ("nobody", "role_missing"),
    ],
)
def test_the_page_refuses_others_with_a_stable_code(
    cast: Cast, group: Group, clock: StandingClock, name: str, code: str
) -> None:
    clock.at = group.in_band
    before = state_of(group)
    browser = signed_in(cast.everybody()[name])

    page = browser.post(f"/office/cases/{group.appointment.pk}/arrival", {"travelers": [str(group.travelers[0].pk)]})

    assert page.status_code == 403
    assert f"<code>{code}</code>" in page.content.decode()
    assert state_of(group) == before


def test_the_page_records_whom_it_names_and_refuses_a_second_time(
    cast: Cast, group: Group, clock: StandingClock
) -> None:
    clock.at = group.in_band
    browser = signed_in(cast.officer)
    case = f"/office/cases/{group.appointment.pk}"
    browser.post(case, {"reason": "check_in"})
    form = {"travelers": [str(traveler.pk) for traveler in group.travelers]}
    assert browser.get(case).content.decode().count('name="travelers"') == 3

    first = browser.post(f"{case}/arrival", form)
    assert (first.status_code, first["Location"]) == (302, case)
    assert "3 travelers have arrived." in browser.get(case).content.decode()

    second = browser.post(f"{case}/arrival", form)
    assert second.status_code == 409
    assert "<code>already_arrived</code>" in second.content.decode()
    assert CheckIn.objects.count() == 3


def test_a_broken_form_is_refused(cast: Cast, clock: StandingClock) -> None:
    group = make_group(1)
    clock.at = group.in_band
    browser = signed_in(cast.officer)

    page = browser.post(f"/office/cases/{group.appointment.pk}/arrival", {"travelers": ["not an id"]})

    assert page.status_code == 409
    assert "<code>not_in_group</code>" in page.content.decode()
