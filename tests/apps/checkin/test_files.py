"""A group's file: opened for a reason, with a trace, at its own port only."""

from __future__ import annotations

import uuid

import pytest

from fairport.audit.events import Subject
from fairport.audit.queries import list_events
from fairport.registrations.models import Registration
from fairport.sealing.operations import erase_data_key
from tests.apps.checkin.conftest import Group
from tests.cast import Cast, signed_in
from tests.factories.clock import StandingClock
from tests.factories.programme import NOW


def opened(group: Group) -> list[dict[str, object]]:
    events = list_events(subject=Subject("registration", str(group.appointment.registration_id)))
    return [event.details for event in events if event.name == "file.opened" and event.details is not None]


def test_a_file_opens_once_a_reason_was_given_and_each_opening_is_told(
    cast: Cast, group: Group, clock: StandingClock
) -> None:
    case = f"/office/cases/{group.appointment.pk}"
    browser = signed_in(cast.supervisor)

    asked = browser.get(case)
    assert "Désir" not in asked.content.decode()
    assert opened(group) == []
    assert browser.post(case, {"reason": ""}).status_code == 400
    assert browser.post(case, {"reason": "curiosity"}).status_code == 400
    assert browser.post(case, {"reason": "supervision"})["Location"] == case
    page = browser.get(case).content.decode()

    assert page.count("Désir") >= 3
    assert "No housing" in page
    assert "Haiti" in page
    assert "Registered" in page
    assert opened(group) == [
        {"appointment": str(group.appointment.pk), "role": "supervisor", "port": "SDG", "reason": "supervision"}
    ]
    browser.get(case)
    assert len(opened(group)) == 2


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
def test_nobody_else_opens_it(cast: Cast, group: Group, name: str, code: str) -> None:
    browser = signed_in(cast.everybody()[name])
    for page in (
        browser.get(f"/office/cases/{group.appointment.pk}"),
        browser.post(f"/office/cases/{group.appointment.pk}", {"reason": "check_in"}),
        browser.get(f"/office/bands/{group.appointment.slot_id}"),
    ):
        assert page.status_code == 403
        assert f"<code>{code}</code>" in page.content.decode()
        assert group.appointment.confirmation_number not in page.content.decode()
    assert opened(group) == []


def test_what_does_not_exist_is_not_found(cast: Cast) -> None:
    browser = signed_in(cast.officer)
    assert browser.get(f"/office/cases/{uuid.uuid4()}").status_code == 404
    assert browser.get("/office/bands/999999").status_code == 404


def test_an_erased_file_says_so(cast: Cast, group: Group) -> None:
    case = f"/office/cases/{group.appointment.pk}"
    browser = signed_in(cast.officer)
    browser.post(case, {"reason": "check_in"})
    registration = Registration.objects.get()
    erase_data_key(data_key_id=registration.data_key_id, at=NOW)

    page = browser.get(case)

    assert page.status_code == 410
    assert "<code>seal_broken</code>" in page.content.decode()
