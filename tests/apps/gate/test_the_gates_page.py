"""The gate's page with a network: the answer, who is here, and no more queries for many groups than for few."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fairport.appointments.passes import make_pass
from fairport.audit.queries import list_events
from fairport.checkin.days import follow_day
from fairport.checkin.models import CheckIn
from fairport.gate.models import GateConflict, GateScan
from fairport.registrations.filing import registration_subject
from fairport.registrations.models import Registration
from tests.apps.checkin.conftest import Group
from tests.cast import Cast, signed_in
from tests.factories.clock import StandingClock
from tests.factories.draws import DRAW_TIME, confirm, hold_draw, register_group


def look(browser: Client, text: str, **fields: str) -> str:
    return browser.post("/office/gate", {"code": text, "port": "SDG"} | fields).content.decode()


def hidden(html: str) -> dict[str, str]:
    """The hidden fields of the arrival form."""
    form = re.search(r"<form[^>]*data-gate-arrival>(.*?)</form>", html, re.S)
    assert form is not None
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form.group(1)))


def test_one_big_answer_with_who_is_expected(cast: Cast, group: Group, clock: StandingClock) -> None:
    clock.at = group.in_band
    html = look(signed_in(cast.officer), make_pass(appointment=group.appointment))

    assert 'data-answer="right"' in html
    assert '<dd data-fill="expected">3</dd>' in html
    assert f"/office/cases/{group.appointment.pk}" in html
    lead = GateScan.objects.get()
    assert (lead.answer, lead.action, lead.offline, lead.appointment_id) == (
        "right",
        "look",
        False,
        group.appointment.pk,
    )


def test_all_are_here_with_one_button(cast: Cast, group: Group, clock: StandingClock) -> None:
    clock.at = group.in_band
    browser = signed_in(cast.officer)
    fields = hidden(look(browser, group.appointment.confirmation_number))
    answered = browser.post("/office/gate/arrival", fields | {"whole": "yes"}, follow=True)

    assert answered.redirect_chain == [("/office/gate?port=SDG", 302)]
    assert "3 travelers have arrived." in answered.content.decode()
    assert CheckIn.objects.filter(arrived_at=group.in_band).count() == 3


def test_sending_the_form_twice_arrives_once(cast: Cast, group: Group, clock: StandingClock) -> None:
    clock.at = group.in_band
    browser = signed_in(cast.officer)
    fields = hidden(look(browser, group.appointment.confirmation_number)) | {"whole": "yes"}
    browser.post("/office/gate/arrival", fields)
    browser.post("/office/gate/arrival", fields)

    assert (CheckIn.objects.count(), GateConflict.objects.count()) == (3, 0)


def test_some_are_here_and_the_used_pass_tells_how_many_are_missing(
    cast: Cast, group: Group, clock: StandingClock
) -> None:
    clock.at = group.in_band
    browser = signed_in(cast.officer)
    number = group.appointment.confirmation_number
    fields = hidden(look(browser, number)) | {"travelers": [str(group.travelers[0].pk)]}
    browser.post("/office/gate/arrival", fields)
    html = look(browser, number)

    assert CheckIn.objects.get().traveler_id == group.travelers[0].pk
    assert 'data-answer="used"' in html
    assert '<dd data-fill="expected">2</dd>' in html
    assert f'value="{group.travelers[0].pk}"' not in html
    assert f'value="{group.travelers[1].pk}"' in html


def test_nobody_chosen_is_asked_again(cast: Cast, group: Group, clock: StandingClock) -> None:
    clock.at = group.in_band
    browser = signed_in(cast.officer)
    page = browser.post("/office/gate/arrival", hidden(look(browser, group.appointment.confirmation_number)))

    assert page.status_code == 400
    assert "<code>nobody_chosen</code>" in page.content.decode()
    assert hidden(page.content.decode())["text"] == group.appointment.confirmation_number
    assert not GateScan.objects.filter(action="arrival").exists()


def test_the_other_port_learns_where_and_when_and_no_more(cast: Cast, group: Group, clock: StandingClock) -> None:
    clock.at = group.in_band
    html = look(signed_in(cast.other_officer), make_pass(appointment=group.appointment), port="ELP")

    answer = html[html.index('id="gate-answer"') : html.index("data-gate-check")]
    assert 'data-answer="other_port"' in answer
    assert group.appointment.slot.port.name in answer
    assert group.appointment.confirmation_number not in answer
    assert "/office/cases/" not in answer
    assert "data-gate-arrival" not in answer


def test_yesterdays_missed_group_learns_that_it_costs_nothing(cast: Cast, group: Group, clock: StandingClock) -> None:
    from fairport.appointments.operations import tick

    clock.at = group.in_band + timedelta(days=1)
    tick(at=clock.at)
    html = look(signed_in(cast.officer), group.appointment.confirmation_number)

    assert 'data-answer="other_day"' in html
    assert "They can ask for a new place without penalty." in html


@pytest.mark.parametrize(("text", "answer"), [("FP1:AAAA", "truncated"), ("hello", "unreadable")])
def test_what_is_no_pass_is_kept_too(cast: Cast, clock: StandingClock, text: str, answer: str) -> None:
    assert f'data-answer="{answer}"' in look(signed_in(cast.officer), text)
    assert GateScan.objects.get().answer == answer


def test_an_empty_field_is_an_error_of_the_form(cast: Cast) -> None:
    page = signed_in(cast.officer).post("/office/gate", {"code": "", "port": "SDG"})

    assert page.status_code == 400
    assert "Scan a pass or type its number." in page.content.decode()


def test_an_arrival_that_is_no_form_of_ours_is_refused(cast: Cast) -> None:
    page = signed_in(cast.officer).post("/office/gate/arrival", {"port": "SDG", "scan": "x"})

    assert page.status_code == 400
    assert "<code>scan_malformed</code>" in page.content.decode()


@pytest.mark.parametrize(
    "path", ["/office/gate?port=ELP", "/office/gate/scans?port=ELP", "/office/gate/conflicts?port=ELP"]
)
def test_another_ports_gate_does_not_open(cast: Cast, path: str) -> None:
    page = signed_in(cast.officer).get(path)

    assert page.status_code == 403
    assert "<code>other_port</code>" in page.content.decode()


def test_nothing_is_posted_for_another_port(cast: Cast, group: Group, clock: StandingClock) -> None:
    clock.at = group.in_band
    browser = signed_in(cast.other_officer)
    fields: dict[str, Any] = {
        "scan": str(uuid.uuid4()),
        "text": group.appointment.confirmation_number,
        "answer": "right",
        "port": "SDG",
        "whole": "yes",
    }
    assert browser.post("/office/gate/arrival", fields).status_code == 403
    assert browser.post("/office/gate", {"code": fields["text"], "port": "SDG"}).status_code == 403
    assert (GateScan.objects.count(), CheckIn.objects.count()) == (0, 0)


def test_whoever_did_not_come_is_expected_then_late_then_missed(cast: Cast, group: Group) -> None:
    from fairport.appointments.operations import tick

    slot = group.appointment.slot

    def figures(at: Any) -> tuple[int, int, int]:
        bands = follow_day(port=slot.port_id, day=slot.date, at=at)
        return (
            sum(band.expected for band in bands),
            sum(band.late for band in bands),
            sum(band.missed for band in bands),
        )

    assert figures(group.in_band) == (3, 0, 0)
    assert figures(slot.ends_at + timedelta(minutes=1)) == (0, 3, 0)
    tick(at=slot.ends_at + timedelta(minutes=61))
    assert figures(slot.ends_at + timedelta(minutes=61)) == (0, 0, 3)


def test_many_groups_take_no_more_queries_than_few(cast: Cast, clock: StandingClock) -> None:
    ids = [register_group(size, ports=("SDG",)) for size in (1, 2, 3, 4)]
    hold_draw()
    appointments = [confirm(registration_id, at=DRAW_TIME + timedelta(hours=1)) for registration_id in ids]
    clock.at = appointments[0].slot.starts_at
    browser = signed_in(cast.officer)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert browser.get("/office/gate").status_code == 200
        return len(captured)

    many = queries()
    for registration_id in ids[1:]:
        Registration.objects.get(pk=registration_id)
    connection.cursor().execute("DELETE FROM appointments_appointment WHERE registration_id = ANY(%s)", [ids[1:]])
    assert queries() == many


def test_a_look_at_the_gate_is_told_once(cast: Cast, group: Group, clock: StandingClock) -> None:
    clock.at = group.in_band
    look(signed_in(cast.officer), group.appointment.confirmation_number)

    names = [event.name for event in list_events(subject=registration_subject(group.appointment.registration))]
    assert names.count("pass.checked") == 1
    assert "gate.scan_received" not in names
