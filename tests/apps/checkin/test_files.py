"""A group's file: opened for a reason, with a trace, at its own port only."""

from __future__ import annotations

import uuid

import pytest

from fairport.audit.events import Subject
from fairport.audit.models import Event
from fairport.audit.queries import list_events
from fairport.checkin.models import CheckIn, Determination, DeterminationReview
from fairport.checkin.operations import record_arrival, record_determination
from fairport.registrations.models import Registration, Traveler
from fairport.sealing.operations import erase_data_key
from tests.apps.checkin.conftest import Group
from tests.cast import Cast, signed_in
from tests.factories.clock import StandingClock
from tests.factories.draws import DRAW_TIME, confirm, hold_draw, register_group
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


def decided_group(group: Group, cast: Cast) -> tuple[CheckIn, Determination]:
    """The lead is here, and an officer exempted them."""
    arrived = record_arrival(
        appointment_id=group.appointment.pk,
        traveler_ids=[group.travelers[0].pk],
        officer=cast.officer,
        at=group.in_band,
    )
    determination = record_determination(
        check_in_id=arrived[0].pk,
        outcome="exempted",
        criterion="no_housing",
        reason="They slept in the street since January.",
        officer=cast.officer,
        at=group.in_band,
    )
    return arrived[0], determination


def test_an_erased_file_says_so_and_still_tells_what_happened(cast: Cast, group: Group, clock: StandingClock) -> None:
    clock.at = group.in_band
    decided_group(group, cast)
    case = f"/office/cases/{group.appointment.pk}"
    browser = signed_in(cast.supervisor)
    browser.post(case, {"reason": "supervision"})
    registration = Registration.objects.get()
    erase_data_key(data_key_id=registration.data_key_id, at=NOW)
    before = Event.objects.count()

    page = browser.get(case)

    html = page.content.decode()
    assert page.status_code == 200
    assert "<code>seal_broken</code>" in html
    assert "Traveler 1" in html
    assert "Exempted" in html, "the outcome itself is not sealed"
    assert "slept in the street" not in html
    assert "The reason cannot be read any more." in html
    assert "The details cannot be read any more." in html
    assert "An officer decided about a traveler" in html
    assert "Decide<" not in html
    assert Event.objects.count() == before + 1, "this opening is told too"


@pytest.mark.parametrize("action", ["arrival", "determination", "review"])
def test_nothing_is_recorded_in_an_erased_file(cast: Cast, group: Group, clock: StandingClock, action: str) -> None:
    clock.at = group.in_band
    check_in, first = decided_group(group, cast)
    negative = record_determination(
        check_in_id=check_in.pk,
        outcome="not_exempted",
        criterion=None,
        reason="The papers were somebody else's.",
        officer=cast.supervisor,
        at=group.in_band,
        replaces=first.pk,
    )
    case = f"/office/cases/{group.appointment.pk}"
    browser = signed_in(cast.second_supervisor)
    browser.post(case, {"reason": "supervision"})
    erase_data_key(data_key_id=Registration.objects.get().data_key_id, at=NOW)
    address, data = {
        "arrival": (f"{case}/arrival", {"travelers": [str(group.travelers[1].pk)]}),
        "determination": (
            f"{case}/travelers/{check_in.traveler_id}/determination",
            {
                "outcome": "referred",
                "criterion": "",
                "reason": "Another look is needed here.",
                "replaces": str(negative.pk),
            },
        ),
        "review": (f"/office/second-looks/{negative.pk}", {"verdict": "agreed", "reason": ""}),
    }[action]

    page = browser.post(address, data)

    assert page.status_code == 409
    assert "<code>seal_broken</code>" in page.content.decode()
    assert (CheckIn.objects.count(), Determination.objects.count(), DeterminationReview.objects.count()) == (1, 2, 0)


def test_a_damaged_box_hides_one_person_only(cast: Cast, group: Group) -> None:
    damaged = group.travelers[1]
    Traveler.objects.filter(pk=damaged.pk).update(sealed=b"\x01" + bytes(40))
    case = f"/office/cases/{group.appointment.pk}"
    browser = signed_in(cast.officer)
    browser.post(case, {"reason": "check_in"})

    html = browser.get(case).content.decode()

    assert "Traveler 2" in html
    assert "<code>seal_broken</code>" in html
    assert html.count("Désir") >= 2


def test_an_erased_file_does_not_close_its_whole_band(cast: Cast) -> None:
    registered = [register_group(1, ports=("SDG",)) for _group in range(2)]
    hold_draw()
    erased, other = (confirm(registration_id, at=DRAW_TIME) for registration_id in registered)
    erase_data_key(data_key_id=erased.registration.data_key_id, at=NOW)
    browser = signed_in(cast.officer)
    for appointment in (erased, other):
        html = browser.get(f"/office/bands/{appointment.slot_id}").content.decode()
        assert appointment.confirmation_number in html
