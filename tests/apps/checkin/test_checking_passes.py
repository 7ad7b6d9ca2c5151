"""What an officer is told about a pass or a number."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fairport.appointments.models import Appointment
from fairport.appointments.operations import cancel_appointment, tick, withdraw
from fairport.appointments.passes import make_pass, read_pass, sign_pass
from fairport.audit.events import APPLICANT, Subject
from fairport.audit.models import Event
from fairport.audit.queries import list_events
from fairport.checkin.operations import OtherPort, PassAnswer, check_pass, record_arrival
from fairport.domain.codes import confirmation_number_from
from fairport.sealing.keyring import SigningKey, signing_key
from tests.apps.checkin.conftest import Group
from tests.cast import Cast, signed_in
from tests.factories.clock import StandingClock

STRANGER = confirmation_number_from(b"nobody")


def pass_of(group: Group) -> str:
    return make_pass(appointment=Appointment.objects.select_related("registration__data_key", "slot").get())


@pytest.mark.parametrize(
    ("moved", "answer"),
    [
        (timedelta(0), PassAnswer.RIGHT),
        (timedelta(hours=-3), PassAnswer.EARLY),
        (timedelta(hours=5), PassAnswer.LATE),
        (timedelta(days=-1), PassAnswer.OTHER_DAY),
        (timedelta(days=1), PassAnswer.OTHER_DAY),
    ],
)
def test_the_answer_depends_on_day_and_band(cast: Cast, group: Group, moved: timedelta, answer: PassAnswer) -> None:
    judgement = check_pass(text=pass_of(group), officer=cast.officer, at=group.in_band + moved)

    assert judgement.answer == answer
    assert judgement.appointment == group.appointment


def test_the_number_alone_is_as_good_in_any_typing(cast: Cast, group: Group) -> None:
    typed = group.appointment.confirmation_number.lower().replace("-", " ")

    assert check_pass(text=typed, officer=cast.officer, at=group.in_band).answer == PassAnswer.RIGHT


def test_another_port_is_told_so(cast: Cast, group: Group) -> None:
    assert check_pass(text=pass_of(group), officer=cast.other_officer, at=group.in_band).answer == PassAnswer.OTHER_PORT


def test_a_used_pass_is_told_so(cast: Cast, group: Group) -> None:
    record_arrival(
        appointment_id=group.appointment.pk,
        traveler_ids=[group.travelers[0].pk],
        officer=cast.officer,
        at=group.in_band,
    )

    judgement = check_pass(text=pass_of(group), officer=cast.officer, at=group.in_band)
    assert (judgement.answer, judgement.expected) == (PassAnswer.USED, 2)


def test_yesterdays_used_pass_is_one_of_another_day(cast: Cast, group: Group) -> None:
    everybody = [traveler.pk for traveler in group.travelers]
    record_arrival(appointment_id=group.appointment.pk, traveler_ids=everybody, officer=cast.officer, at=group.in_band)

    tomorrow = group.in_band + timedelta(days=1)
    assert check_pass(text=pass_of(group), officer=cast.officer, at=tomorrow).answer == PassAnswer.OTHER_DAY


def test_a_gate_of_one_programme_sends_others_to_theirs(cast: Cast, group: Group) -> None:
    def answer(programme: str | None) -> str:
        text = group.appointment.confirmation_number
        return check_pass(text=text, officer=cast.officer, at=group.in_band, port="SDG", programme=programme).answer

    assert answer(group.appointment.slot.programme) == PassAnswer.RIGHT
    assert answer("another-programme") == PassAnswer.OTHER_PROGRAMME


def test_a_gate_is_of_a_port_of_the_officer(cast: Cast, group: Group) -> None:
    with pytest.raises(OtherPort):
        check_pass(text=pass_of(group), officer=cast.officer, at=group.in_band, port="ELP")


def test_a_cancelled_appointment_is_told_so(cast: Cast, group: Group) -> None:
    text = pass_of(group)
    before = group.in_band - timedelta(days=1)
    cancel_appointment(registration_id=group.appointment.registration_id, at=before, actor=APPLICANT)

    assert check_pass(text=text, officer=cast.officer, at=group.in_band).answer == PassAnswer.CANCELLED


def test_a_withdrawn_registration_is_not_expected_although_it_keeps_its_place(cast: Cast, group: Group) -> None:
    withdraw(registration_id=group.appointment.registration_id, at=group.in_band - timedelta(hours=2), actor=APPLICANT)

    assert check_pass(text=pass_of(group), officer=cast.officer, at=group.in_band).answer == PassAnswer.CANCELLED


def test_a_missed_appointment_is_told_so(cast: Cast, group: Group) -> None:
    late = group.in_band + timedelta(hours=8)
    tick(at=late)

    assert check_pass(text=pass_of(group), officer=cast.officer, at=late).answer == PassAnswer.MISSED


def test_a_well_signed_pass_without_an_appointment_is_unknown(cast: Cast, group: Group) -> None:
    from dataclasses import replace

    claims = replace(read_pass(pass_of(group)), confirmation_number=STRANGER)

    text = sign_pass(claims=claims, key=signing_key("pass"))
    assert check_pass(text=text, officer=cast.officer, at=group.in_band).answer == PassAnswer.UNKNOWN
    assert check_pass(text=STRANGER, officer=cast.officer, at=group.in_band).answer == PassAnswer.UNKNOWN


def test_a_pass_signed_by_somebody_else_is_forged(cast: Cast, group: Group) -> None:
    key = SigningKey(signing_key("pass").id, Ed25519PrivateKey.generate())
    text = sign_pass(claims=read_pass(pass_of(group)), key=key)

    assert check_pass(text=text, officer=cast.officer, at=group.in_band).answer == PassAnswer.FORGED


@pytest.mark.parametrize("length", [4, 8, 40, 140])
def test_the_beginning_of_a_pass_is_not_whole(cast: Cast, group: Group, length: int) -> None:
    assert check_pass(text=pass_of(group)[:length], officer=cast.officer, at=group.in_band).answer == "truncated"


@pytest.mark.parametrize("text", ["", "hello", "https://example.org/", "FP2:" + "A" * 150, "FP1:" + "A" * 200, "\0"])
def test_anything_else_is_no_pass(cast: Cast, group: Group, text: str) -> None:
    assert check_pass(text=text, officer=cast.officer, at=group.in_band).answer == PassAnswer.UNREADABLE


def test_each_look_is_told_as_an_event_about_the_group(cast: Cast, group: Group) -> None:
    check_pass(text=pass_of(group), officer=cast.other_officer, at=group.in_band)

    event = list_events(subject=Subject("registration", str(group.appointment.registration_id)))[-1]
    assert (event.name, event.actor_id) == ("pass.checked", str(cast.other_officer.pk))
    assert event.details is not None
    assert event.details["answer"] == "other_port"
    assert event.details["port"] == "ELP"


@pytest.mark.parametrize("name", ["scheduler", "operator", "auditor", "nobody"])
def test_only_officers_and_supervisors_check(cast: Cast, group: Group, name: str) -> None:
    before = Event.objects.count()
    with pytest.raises(OtherPort):
        check_pass(text=pass_of(group), officer=cast.everybody()[name], at=group.in_band)
    assert Event.objects.count() == before


def test_the_page_gives_one_big_answer_and_leads_to_the_file(cast: Cast, group: Group, clock: StandingClock) -> None:
    clock.at = group.in_band
    page = signed_in(cast.officer).post("/office/check", {"code": pass_of(group)})

    html = page.content.decode()
    assert 'data-answer="right"' in html
    assert f"/office/cases/{group.appointment.pk}" in html
    assert "'wasm-unsafe-eval'" in page["Content-Security-Policy"]


def test_another_ports_officer_learns_where_and_when_and_no_more(
    cast: Cast, group: Group, clock: StandingClock
) -> None:
    clock.at = group.in_band
    html = signed_in(cast.other_officer).post("/office/check", {"code": pass_of(group)}).content.decode()

    assert 'data-answer="other_port"' in html
    assert "/office/cases/" not in html
    assert group.appointment.slot.port.name in html


def test_a_cancelled_pass_is_called_valid_at_no_port(cast: Cast, group: Group, clock: StandingClock) -> None:
    clock.at = group.in_band
    text = pass_of(group)
    before = group.in_band - timedelta(days=1)
    cancel_appointment(registration_id=group.appointment.registration_id, at=before, actor=APPLICANT)
    html = signed_in(cast.other_officer).post("/office/check", {"code": text}).content.decode()

    assert 'data-answer="cancelled"' in html
    assert "/office/cases/" not in html
    assert group.appointment.confirmation_number not in html


def test_an_empty_field_is_an_error_of_the_form(cast: Cast) -> None:
    page = signed_in(cast.officer).post("/office/check", {"code": ""})

    assert page.status_code == 400
    assert "Scan a pass or type its number." in page.content.decode()
