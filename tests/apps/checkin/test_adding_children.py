"""A child who could not be added before joins the group at the gate, with a place if there is one; never refused."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db.models import F
from django.test import Client

from fairport.appointments.models import AddedPlace
from fairport.appointments.operations import AppointmentNotBooked, cancel_appointment, tick, undo_withdrawal, withdraw
from fairport.audit.events import APPLICANT, Subject
from fairport.audit.queries import list_events
from fairport.checkin.models import AddedTraveler, CheckIn, Outcome
from fairport.checkin.operations import (
    ChildInvalid,
    NewChild,
    OtherDay,
    OtherPort,
    add_child_at_gate,
    record_arrival,
    record_determination,
)
from fairport.ports.models import AppointmentSlot
from fairport.registrations.models import DocumentClaim, IntegritySignal, Registration, RegistrationStatus, SignalKind
from fairport.registrations.queries import open_travelers
from tests.apps.checkin.conftest import Group, make_group
from tests.cast import Cast, signed_in
from tests.factories.clock import StandingClock
from tests.factories.invariants import assert_places_add_up
from tests.factories.submissions import make_traveler, register
from tests.factories.walking_in import assert_walk_in_places_add_up

CHILD = NewChild("Luis", "Désir", date(2021, 3, 9), "HT", "child")


def add(group: Group, cast: Cast, *, name: str = "officer", **changes: Any) -> AddedTraveler:
    at = changes.pop("at", group.in_band)
    key = changes.pop("key", None) or uuid.uuid4()
    return add_child_at_gate(
        appointment_id=group.appointment.pk,
        child=replace(CHILD, **changes),
        key=key,
        officer=cast.everybody()[name],
        at=at,
    )


def slot_of(group: Group) -> AppointmentSlot:
    return AppointmentSlot.objects.get(pk=group.appointment.slot_id)


def fill_band(group: Group) -> None:
    """Gives what is free to the walk-ins, as the worker does when no draw reaches the band any more."""
    AppointmentSlot.objects.filter(pk=group.appointment.slot_id).update(
        passed_to_walk_in=F("passed_to_walk_in") + F("capacity") - F("held"),
        walk_in_reserve=F("walk_in_reserve") + F("capacity") - F("held"),
        held=F("capacity"),
    )


def use_up_the_reserve(group: Group) -> None:
    """No walk-in place is left on the day."""
    slot = slot_of(group)
    AppointmentSlot.objects.filter(port_id=slot.port_id, date=slot.date).update(walk_in_reserve=0, passed_to_walk_in=0)
    AppointmentSlot.objects.filter(pk=slot.pk).update(capacity=F("held"))


def test_a_free_place_of_the_band_is_taken_first(cast: Cast, group: Group) -> None:
    before = slot_of(group)

    added = add(group, cast)

    after = slot_of(group)
    group.appointment.refresh_from_db()
    assert added.place == AddedPlace.BAND
    assert (after.held, after.walk_ins_admitted, after.added) == (before.held + 1, 0, 0)
    assert (group.appointment.size, group.appointment.added, group.appointment.people) == (4, 0, 4)
    assert_places_add_up()
    assert_walk_in_places_add_up()


def test_then_a_walk_in_place_of_the_same_band(cast: Cast, group: Group) -> None:
    fill_band(group)

    added = add(group, cast)

    group.appointment.refresh_from_db()
    assert (added.place, added.slot_id) == (AddedPlace.WALK_IN, group.appointment.slot_id)
    assert slot_of(group).walk_ins_admitted == 1
    assert (group.appointment.size, group.appointment.added, group.appointment.people) == (3, 1, 4)
    assert_walk_in_places_add_up()


def test_else_the_child_is_counted_apart_and_published(cast: Cast, group: Group, clock: StandingClock) -> None:
    use_up_the_reserve(group)

    added = add(group, cast)

    assert added.place == AddedPlace.APART
    assert (slot_of(group).added, slot_of(group).walk_ins_admitted) == (1, 0)
    assert_places_add_up()
    assert_walk_in_places_add_up()
    clock.at = group.in_band
    assert "Children added at the gate without a place: 1." in Client().get("/ports").content.decode()
    day = group.appointment.slot.date.isoformat()
    rows = Client().get(f"/api/v1/ports/walk-ins?port=SDG&from={day}&to={day}").json()
    assert [row["added"] for row in rows] == [1]


def test_a_group_of_twelve_may_bring_a_thirteenth(cast: Cast) -> None:
    group = make_group(12)

    add(group, cast)

    registration = Registration.objects.get(pk=group.appointment.registration_id)
    group.appointment.refresh_from_db()
    assert (registration.size, len(open_travelers(registration=registration))) == (12, 13)
    assert group.appointment.people == 13
    assert_places_add_up()


def test_the_child_is_sealed_young_and_takes_no_seniority(cast: Cast, group: Group) -> None:
    before = Registration.objects.get(pk=group.appointment.registration_id)

    added = add(group, cast, document_number="hx 123")

    registration = Registration.objects.select_related("data_key").get(pk=before.pk)
    child = open_travelers(registration=registration)[-1]
    assert (registration.registered_at, registration.size) == (before.registered_at, before.size + 1)
    assert (child.id, child.adult, child.registered_at) == (added.traveler_id, False, group.in_band)
    assert (child.given_names, child.relation, child.criteria) == ("Luis", "child", ("under_21",))
    assert b"Luis" not in bytes(added.traveler.sealed)
    event = list_events(subject=Subject("registration", str(registration.pk)))[-1]
    assert (event.name, event.details is not None and event.details["place"]) == ("traveler.added", "band")
    assert "Luis" not in str(event.details)


def test_the_child_arrives_and_is_decided_about_like_the_others(cast: Cast) -> None:
    group = make_group(1)
    add(group, cast)
    ids = [traveler.pk for traveler in group.travelers]
    record_arrival(appointment_id=group.appointment.pk, traveler_ids=ids, officer=cast.officer, at=group.in_band)
    for number, check_in in enumerate(CheckIn.objects.order_by("pk"), start=1):
        status = Registration.objects.get(pk=group.appointment.registration_id).status
        assert status == RegistrationStatus.ARRIVED, number
        record_determination(
            check_in_id=check_in.pk,
            outcome=Outcome.EXEMPTED,
            criterion="under_21",
            reason="Seen and heard at the counter, and written down at once.",
            officer=cast.second_officer,
            at=group.in_band,
        )

    assert Registration.objects.get(pk=group.appointment.registration_id).status == RegistrationStatus.DETERMINED
    with pytest.raises(AppointmentNotBooked):
        add(group, cast)


def test_a_child_joins_also_once_the_others_are_here(cast: Cast, group: Group) -> None:
    ids = [traveler.pk for traveler in group.travelers]
    record_arrival(appointment_id=group.appointment.pk, traveler_ids=ids, officer=cast.officer, at=group.in_band)

    add(group, cast, name="supervisor")

    assert len(group.travelers) == 4


def test_a_form_sent_twice_adds_one_child(cast: Cast, group: Group) -> None:
    key = uuid.uuid4()

    first, second = add(group, cast, key=key), add(group, cast, key=key)

    assert first == second
    assert len(group.travelers) == 4


def test_a_document_of_another_file_is_told_as_a_signal_and_refuses_nobody(cast: Cast, group: Group) -> None:
    register(travelers=(make_traveler(document_number="AB-12345"),))
    claims = DocumentClaim.objects.count()

    add(group, cast, document_number="ab12345")

    assert DocumentClaim.objects.count() == claims
    event = list_events(subject=Subject("registration", str(group.appointment.registration_id)))[-1]
    assert event.details is not None
    assert event.details["document_contested"] is True
    signal = IntegritySignal.objects.get()
    assert (signal.kind, signal.size) == (SignalKind.DOCUMENT, 2)
    assert len(group.travelers) == 4


def test_a_free_document_is_claimed(cast: Cast, group: Group) -> None:
    claims = DocumentClaim.objects.count()

    add(group, cast, document_number="AB-12345")

    assert (DocumentClaim.objects.count(), IntegritySignal.objects.count()) == (claims + 1, 0)


def test_a_contested_document_never_stands_in_the_groups_way_later(cast: Cast, group: Group) -> None:
    register(travelers=(make_traveler(document_number="AB-12345"),))
    early = group.appointment.slot.starts_at - timedelta(hours=1)
    add(group, cast, document_number="AB-12345", at=early)
    registration_id = group.appointment.registration_id

    withdraw(registration_id=registration_id, at=early, actor=APPLICANT)
    undo_withdrawal(registration_id=registration_id, at=early + timedelta(minutes=5), actor=APPLICANT)

    assert Registration.objects.get(pk=registration_id).status == RegistrationStatus.CONFIRMED


def test_a_namesake_elsewhere_is_a_signal(cast: Cast, group: Group) -> None:
    namesake = make_traveler(
        given_names="Désir", family_names="LUIS", birth_date=CHILD.birth_date, document_number=None
    )
    register(travelers=(make_traveler(), namesake))

    add(group, cast)

    assert [signal.kind for signal in IntegritySignal.objects.all()] == [SignalKind.NAMESAKE]


@pytest.mark.parametrize(
    ("changes", "field", "problem"),
    [
        ({"given_names": "  "}, "given_names", "name_required"),
        ({"family_names": "x" * 101}, "family_names", "name_too_long"),
        ({"family_names": "\x00"}, "family_names", "name_invalid"),
        ({"birth_date": date(2005, 1, 1)}, "birth_date", "child_is_adult"),
        ({"birth_date": date(2030, 1, 1)}, "birth_date", "birth_date_in_future"),
        ({"birth_date": date(1880, 1, 1)}, "birth_date", "birth_date_impossible"),
        ({"nationality": "XX"}, "nationality", "nationality_unknown"),
        ({"document_number": "--"}, "document_number", "document_invalid"),
        ({"relation": "cousin"}, "relation", "relation_unknown"),
    ],
)
def test_what_is_wrong_is_named(cast: Cast, group: Group, changes: dict[str, Any], field: str, problem: str) -> None:
    with pytest.raises(ChildInvalid) as refusal:
        add(group, cast, **changes)

    assert (refusal.value.field, refusal.value.problem) == (field, problem)
    assert (AddedTraveler.objects.count(), len(group.travelers)) == (0, 3)


def test_eighteen_is_counted_in_the_ports_own_day(cast: Cast, group: Group) -> None:
    # 23:30 in San Diego, when UTC has the next day already: the eighteenth birthday is tomorrow.
    late = group.appointment.slot.starts_at.replace(hour=7, minute=30) + timedelta(days=1)
    birthday = group.appointment.slot.date + timedelta(days=1)

    add(group, cast, at=late, birth_date=birthday.replace(year=birthday.year - 18))

    with pytest.raises(ChildInvalid):
        add(group, cast, at=late, birth_date=group.appointment.slot.date.replace(year=birthday.year - 18))


def test_only_on_the_day_and_only_while_the_group_is_at_the_gate(cast: Cast, group: Group) -> None:
    for days in (-1, 1):
        with pytest.raises(OtherDay):
            add(group, cast, at=group.in_band + timedelta(days=days))
    early, registration_id = group.appointment.slot.starts_at - timedelta(hours=1), group.appointment.registration_id
    withdraw(registration_id=registration_id, at=early, actor=APPLICANT)
    with pytest.raises(AppointmentNotBooked):
        add(group, cast, at=early)
    undo_withdrawal(registration_id=registration_id, at=early, actor=APPLICANT)
    cancel_appointment(registration_id=registration_id, at=early, actor=APPLICANT)
    with pytest.raises(AppointmentNotBooked):
        add(group, cast, at=early)


def test_a_missed_group_is_drawn_again_with_the_child(cast: Cast, group: Group) -> None:
    add(group, cast)

    tick(at=group.in_band + timedelta(hours=8))

    registration = Registration.objects.get(pk=group.appointment.registration_id)
    assert (registration.status, registration.size) == (RegistrationStatus.NO_SHOW, 4)
    assert_places_add_up()


@pytest.mark.parametrize(
    "name", ["other_officer", "scheduler", "operator", "auditor", "ombuds", "vetting_officer", "nobody"]
)
def test_only_the_ports_own_staff(cast: Cast, group: Group, name: str) -> None:
    with pytest.raises(OtherPort):
        add(group, cast, name=name)


def form(**changes: str) -> dict[str, str]:
    return {
        "key": str(uuid.uuid4()),
        "given_names": "Luis",
        "family_names": "Désir",
        "birth_date_day": "9",
        "birth_date_month": "3",
        "birth_date_year": "2021",
        "nationality": "HT",
        "document_number": "",
        "relation": "sibling",
    } | changes


def test_the_page_adds_and_the_case_shows_it(cast: Cast, group: Group, clock: StandingClock) -> None:
    clock.at = group.in_band
    browser = signed_in(cast.officer)
    case = f"/office/cases/{group.appointment.pk}"
    browser.post(case, {"reason": "check_in"})
    assert f'href="{case}/child"' in browser.get(case).content.decode()

    done = browser.post(f"{case}/child", form())

    assert done["Location"] == case
    page = browser.get(case).content.decode()
    assert "has a place of this band" in page
    assert "Added at the gate: <bdi>Luis Désir</bdi> (Brother or sister)" in page
    assert page.count('name="travelers"') == 4


def test_what_was_typed_is_still_there_when_it_is_refused(cast: Cast, group: Group, clock: StandingClock) -> None:
    clock.at = group.in_band
    browser = signed_in(cast.officer)

    adult = browser.post(f"/office/cases/{group.appointment.pk}/child", form(birth_date_year="1999"))
    empty = browser.post(f"/office/cases/{group.appointment.pk}/child", form(given_names="", relation=""))
    clock.at = group.in_band + timedelta(days=1)
    late = browser.post(f"/office/cases/{group.appointment.pk}/child", form())

    assert [page.status_code for page in (adult, empty, late)] == [400, 400, 409]
    assert "<code>child_is_adult</code>" in adult.content.decode()
    assert 'value="1999"' in adult.content.decode()
    assert "Choose how the child belongs to the group." in empty.content.decode()
    assert "<code>other_day</code>" in late.content.decode()
    assert len(group.travelers) == 3


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
def test_the_page_refuses_others(cast: Cast, group: Group, clock: StandingClock, name: str, code: str) -> None:
    clock.at = group.in_band
    where = f"/office/cases/{group.appointment.pk}/child"
    browser = signed_in(cast.everybody()[name])

    for answer in (browser.get(where), browser.post(where, form())):
        assert answer.status_code == 403
        assert f"<code>{code}</code>" in answer.content.decode()
    assert Client().post(where, form()).status_code == 302
    assert len(group.travelers) == 3
