"""Interpreters: asked for at registration, seen in the day's list and on the case page, changed at the gate."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from fairport.audit.events import Subject
from fairport.audit.queries import list_events
from fairport.checkin.operations import InterpreterInvalid, OtherPort, change_interpreter
from fairport.registrations.interpreters import InterpreterWish
from fairport.registrations.models import Registration
from fairport.registrations.queries import get_registration, open_interpreter
from tests.apps.checkin.conftest import Group, make_group
from tests.cast import Cast, signed_in
from tests.factories.clock import StandingClock

MAM = InterpreterWish("mam", "")


@pytest.fixture
def mam_speakers(cast: Cast) -> Group:
    return make_group(2, interpreter=MAM)


def wish_of(group: Group) -> InterpreterWish | None:
    return open_interpreter(registration=get_registration(registration_id=group.appointment.registration_id))


def test_the_list_and_the_file_say_who_is_needed(cast: Cast, mam_speakers: Group, clock: StandingClock) -> None:
    clock.at = mam_speakers.in_band
    browser = signed_in(cast.officer)
    case = f"/office/cases/{mam_speakers.appointment.pk}"
    browser.post(case, {"reason": "check_in"})

    assert "<bdi>Mam</bdi>" in browser.get(f"/office/bands/{mam_speakers.appointment.slot_id}").content.decode()
    assert "<bdi>Mam</bdi>" in browser.get(case).content.decode()


def test_it_rests_sealed(cast: Cast, mam_speakers: Group) -> None:
    sealed = Registration.objects.get(pk=mam_speakers.appointment.registration_id).sealed_interpreter
    assert sealed is not None
    assert b"mam" not in bytes(sealed)


@pytest.mark.parametrize("wish", [InterpreterWish("mfs", "far from the window"), None])
def test_the_gate_changes_it_and_tells(cast: Cast, mam_speakers: Group, wish: InterpreterWish | None) -> None:
    args: dict[str, Any] = {"appointment_id": mam_speakers.appointment.pk, "officer": cast.officer}

    assert change_interpreter(wish=wish, at=mam_speakers.in_band, **args) is True
    assert change_interpreter(wish=wish, at=mam_speakers.in_band, **args) is False

    assert wish_of(mam_speakers) == wish
    subject = Subject("registration", str(mam_speakers.appointment.registration_id))
    events = [event for event in list_events(subject=subject) if event.name == "interpreter.changed"]
    assert len(events) == 1
    assert "mfs" not in str(events[0].details)


@pytest.mark.parametrize(
    ("wish", "problem"),
    [
        (InterpreterWish("klingon", ""), "interpreter_unknown"),
        (InterpreterWish("other", ""), "interpreter_words_required"),
        (InterpreterWish("", "x" * 201), "interpreter_words_too_long"),
        (InterpreterWish("", "a\x07b"), "interpreter_words_invalid"),
    ],
)
def test_what_is_unclear_is_named(cast: Cast, mam_speakers: Group, wish: InterpreterWish, problem: str) -> None:
    with pytest.raises(InterpreterInvalid) as refusal:
        change_interpreter(
            appointment_id=mam_speakers.appointment.pk, wish=wish, officer=cast.officer, at=mam_speakers.in_band
        )

    assert refusal.value.problem == problem
    assert wish_of(mam_speakers) == MAM


def test_the_page_keeps_what_was_typed_and_saves_what_is_right(
    cast: Cast, mam_speakers: Group, clock: StandingClock
) -> None:
    clock.at = mam_speakers.in_band
    browser = signed_in(cast.officer)
    where = f"/office/cases/{mam_speakers.appointment.pk}/interpreter"
    assert '<option value="mam" selected>Mam</option>' in browser.get(where).content.decode()

    refused = browser.post(where, {"language": "other", "words": ""})
    assert refused.status_code == 400
    assert "<code>interpreter_words_required</code>" in refused.content.decode()
    assert '<option value="other" selected>' in refused.content.decode()

    saved = browser.post(where, {"language": "other", "words": "Akateko"})
    assert saved["Location"] == f"/office/cases/{mam_speakers.appointment.pk}"
    assert wish_of(mam_speakers) == InterpreterWish("other", "Akateko")


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
def test_others_neither_see_nor_change_it(
    cast: Cast, mam_speakers: Group, clock: StandingClock, name: str, code: str
) -> None:
    where = f"/office/cases/{mam_speakers.appointment.pk}/interpreter"
    browser = signed_in(cast.everybody()[name])

    for answer in (browser.get(where), browser.post(where, {"language": "es"})):
        assert answer.status_code == 403
        assert f"<code>{code}</code>" in answer.content.decode()
    with pytest.raises(OtherPort):
        change_interpreter(
            appointment_id=mam_speakers.appointment.pk,
            wish=None,
            officer=cast.everybody()[name],
            at=mam_speakers.in_band,
        )
    assert Client().post(where, {"language": "es"}).status_code == 302
    assert wish_of(mam_speakers) == MAM
