"""The case page: everything that happened in one list, claims beside findings, and cases that are not of today."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fairport.audit.events import Subject
from fairport.audit.queries import list_events
from fairport.checkin.operations import record_arrival, record_determination, review_determination
from fairport.checkin.timeline import TimelineKind, read_timeline
from fairport.registrations.models import Registration
from fairport.registrations.operations import sign_in_with_code
from tests.apps.checkin.conftest import Group, make_group
from tests.cast import Cast, signed_in
from tests.factories.clock import StandingClock
from tests.factories.programme import NOW
from tests.factories.submissions import make_traveler, register

# Signing in, the grants, the opening with its event, and one query for each kind of thing on the page.
QUERIES_OF_A_CASE = 23


def browser_of(user: object, group: Group) -> Client:
    browser = signed_in(user)  # type: ignore[arg-type]
    browser.post(f"/office/cases/{group.appointment.pk}", {"reason": "supervision"})
    return browser


def text_of(html: str) -> str:
    """What a reader sees of a page, with single spaces."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


@pytest.fixture
def decided(cast: Cast, group: Group, clock: StandingClock) -> Group:
    """The lead arrived, was not exempted, and a second officer agreed."""
    clock.at = group.in_band
    check_in = record_arrival(
        appointment_id=group.appointment.pk,
        traveler_ids=[group.travelers[0].pk],
        officer=cast.officer,
        at=group.in_band,
    )[0]
    negative = record_determination(
        check_in_id=check_in.pk,
        outcome="not_exempted",
        criterion=None,
        reason="The shelter says that they have a room there.",
        officer=cast.officer,
        at=group.in_band + timedelta(minutes=5),
    )
    review_determination(
        determination_id=negative.pk,
        verdict="agreed",
        reason="I asked the shelter too.",
        reviewer=cast.second_officer,
        at=group.in_band + timedelta(minutes=9),
    )
    clock.at = group.in_band + timedelta(minutes=20)
    return group


def test_everything_that_happened_is_in_one_list(cast: Cast, decided: Group) -> None:
    html = browser_of(cast.supervisor, decided).get(f"/office/cases/{decided.appointment.pk}").content.decode()

    text = text_of(html[html.index('id="timeline"') :])
    expected = [
        "Registered: 3 travelers",
        "drawn, a place was offered",
        "E-mail: A place is offered to you: please answer",
        "The place was confirmed",
        "E-mail: Your appointment is confirmed",
        "Travelers arrived: 1 traveler",
        "An officer decided about a traveler: Not exempted, waits for a second look",
        "A second officer looked at a decision: Agrees",
        "Every arrived traveler has a decision",
        "E-mail: An officer wrote down a decision",
        "The file was opened: I supervise the port, San Diego – San Ysidro",
    ]
    places = [text.find(words) for words in expected]
    assert -1 not in places, dict(zip(expected, places, strict=True))
    assert places.index(min(places)) == 0
    assert text.index("Travelers arrived") < text.index("An officer decided") < text.index("A second officer looked")
    assert "Waiting to leave" in text
    assert text.index("Applicant") < text.index("Port officer") < text.index("Supervisor")
    assert "room there" not in text, "reasons stand beside the traveler only"


def test_claims_stand_beside_findings(cast: Cast, decided: Group) -> None:
    html = browser_of(cast.officer, decided).get(f"/office/cases/{decided.appointment.pk}").content.decode()
    claimed, found = html.index("<h4>Claimed</h4>"), html.index("<h4>Found</h4>")
    assert claimed < html.index("No housing") < found < html.index("The shelter says") < html.index("I asked the")


@pytest.mark.parametrize(
    ("show", "there", "not_there"),
    [
        (TimelineKind.DRAW, "drawn, a place was offered", "Registered"),
        (TimelineKind.MESSAGE, "Your appointment is confirmed", "Travelers arrived"),
        (TimelineKind.PORT, "Travelers arrived", "An officer decided"),
        (TimelineKind.DECISION, "An officer decided", "Travelers arrived"),
        (TimelineKind.OPENING, "The file was opened", "Registered<"),
        (TimelineKind.STEP, "The place was confirmed", "The file was opened"),
    ],
)
def test_the_list_is_filtered(cast: Cast, decided: Group, show: TimelineKind, there: str, not_there: str) -> None:
    browser = browser_of(cast.officer, decided)
    html = browser.get(f"/office/cases/{decided.appointment.pk}?show={show}").content.decode()
    table = html[html.index("<ol") :]
    assert there in table
    assert not_there not in table


def test_the_list_is_sorted_and_has_pages(cast: Cast, decided: Group) -> None:
    browser, case = browser_of(cast.officer, decided), f"/office/cases/{decided.appointment.pk}"
    newest = browser.get(f"{case}?order=newest").content.decode()
    assert newest.index("An officer decided") < newest.index("Travelers arrived")
    assert browser.get(f"{case}?order=newest&page=99").status_code == 200
    assert browser.get(f"{case}?order=up&show=nothing").status_code == 200


def test_a_longer_story_costs_no_more_queries(cast: Cast, decided: Group) -> None:
    registration = Registration.objects.select_related("data_key").get()
    counts = []
    for _turn in range(2):
        with CaptureQueriesContext(connection) as queries:
            entries = read_timeline(registration=registration, zone="America/Los_Angeles", ports={})
        counts.append((len(queries), len(entries)))
        browser_of(cast.officer, decided).get(f"/office/cases/{decided.appointment.pk}")
    assert counts[0][0] == counts[1][0]
    assert counts[0][1] < counts[1][1]


@pytest.mark.parametrize("size", [1, 5])
def test_a_larger_group_costs_no_more_queries(cast: Cast, clock: StandingClock, size: int) -> None:
    group = make_group(size)
    clock.at = group.in_band
    record_arrival(
        appointment_id=group.appointment.pk,
        traveler_ids=[traveler.pk for traveler in group.travelers],
        officer=cast.officer,
        at=group.in_band,
    )
    browser = browser_of(cast.officer, group)
    browser.get(f"/office/cases/{group.appointment.pk}")
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(f"/office/cases/{group.appointment.pk}").status_code == 200
    assert len(queries) == QUERIES_OF_A_CASE


# ---- a case that is not of today


@pytest.mark.parametrize("spelling", [str, str.lower, lambda number: number.replace("-", " ")])
def test_a_confirmation_number_leads_to_the_case(cast: Cast, group: Group, spelling: object) -> None:
    browser = signed_in(cast.officer)
    number = spelling(group.appointment.confirmation_number)  # type: ignore[operator]
    found = browser.post("/office/find", {"number": number})
    assert found["Location"] == f"/office/cases/{group.appointment.pk}"


def test_a_registration_number_leads_to_the_case_or_to_the_group(cast: Cast, group: Group) -> None:
    browser = signed_in(cast.officer)
    found = browser.post("/office/find", {"number": group.appointment.registration.number})
    assert found["Location"] == f"/office/cases/{group.appointment.pk}"
    waiting = register(travelers=(make_traveler(),), ports=("ELP", "SDG"))
    found = browser.post("/office/find", {"number": waiting.registration_number.lower()})
    assert found["Location"] == f"/office/groups/{waiting.registration_id}"


def test_the_file_of_a_waiting_group_opens_for_a_reason_and_tells_it(cast: Cast) -> None:
    waiting = register(travelers=(make_traveler(family_names="Toussaint"),), ports=("ELP", "SDG"))
    address = f"/office/groups/{waiting.registration_id}"
    browser = signed_in(cast.officer)
    subject = Subject("registration", str(waiting.registration_id))

    assert "Toussaint" not in browser.get(address).content.decode()
    assert browser.post(address, {"reason": ""}).status_code == 400
    assert [event.name for event in list_events(subject=subject)] == ["registration.submitted"]
    assert browser.post(address, {"reason": "question"})["Location"] == address
    page = browser.get(address).content.decode()

    assert "Toussaint" in page
    assert waiting.registration_number in page
    assert "This group has had no appointment yet." in page
    told = list_events(subject=subject)[-1]
    assert told.details == {"appointment": None, "role": "port_officer", "port": "SDG", "reason": "question"}


def test_the_group_page_leads_to_the_case(cast: Cast, group: Group) -> None:
    browser = browser_of(cast.officer, group)
    page = browser.get(f"/office/groups/{group.appointment.registration_id}").content.decode()
    assert f"/office/cases/{group.appointment.pk}" in page


@pytest.mark.parametrize("number", ["7K2M9-QX4TA", "FP-7K2M-9QX4T", "Désir", "x", "📄", "0" * 40])
def test_an_unknown_number_and_another_ports_group_read_the_same(cast: Cast, group: Group, number: str) -> None:
    elsewhere = signed_in(cast.other_officer)
    unknown = elsewhere.post("/office/find", {"number": number})
    foreign = elsewhere.post("/office/find", {"number": group.appointment.confirmation_number})
    for page in (unknown, foreign):
        assert page.status_code == 404
        assert "<code>group_not_found</code>" in page.content.decode()
    assert f'value="{group.appointment.confirmation_number}"' in foreign.content.decode(), "what was typed is there"


@pytest.mark.parametrize("number", ["", " ", "1" * 41])
def test_what_cannot_be_a_number_is_said(cast: Cast, number: str) -> None:
    assert signed_in(cast.officer).post("/office/find", {"number": number}).status_code == 400


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
def test_nobody_else_opens_a_groups_file(cast: Cast, group: Group, name: str, code: str) -> None:
    address = f"/office/groups/{group.appointment.registration_id}"
    browser = signed_in(cast.everybody()[name])
    browser.post(address, {"reason": "question"})
    page = browser.get(address)
    assert page.status_code == 403
    assert f"<code>{code}</code>" in page.content.decode()
    assert "Désir" not in page.content.decode()
    events = list_events(subject=Subject("registration", str(group.appointment.registration_id)))
    assert "file.opened" not in [event.name for event in events]


@pytest.mark.parametrize("name", ["second_officer", "supervisor", "second_supervisor"])
def test_the_ports_other_staff_open_it(cast: Cast, group: Group, name: str) -> None:
    address = f"/office/groups/{group.appointment.registration_id}"
    browser = signed_in(cast.everybody()[name])
    browser.post(address, {"reason": "question"})
    assert "Désir" in browser.get(address).content.decode()


def test_an_applicants_session_and_nobodys_open_nothing(cast: Cast, client: Client) -> None:
    receipt = register(ports=("SDG",))
    assert sign_in_with_code(code=receipt.access_code, address="192.0.2.1", at=NOW).pk == receipt.registration_id
    client.post("/status", {"code": receipt.access_code})
    for address in (f"/office/groups/{receipt.registration_id}", "/office/find", "/office/second-looks"):
        assert client.get(address)["Location"].startswith("/office/sign-in")
        assert Client().get(address)["Location"].startswith("/office/sign-in")


def test_a_group_that_does_not_exist(cast: Cast, group: Group) -> None:
    assert browser_of(cast.officer, group).get(f"/office/groups/{uuid.uuid4()}").status_code == 404
