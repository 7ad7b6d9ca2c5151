"""Who may place groups outside the draw on the office's pages, and what these show."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from fairport.approvals.models import Proposal
from fairport.audit.models import Event
from fairport.placements.models import ExceptionalPlacement, PlacementReason
from fairport.ports.models import AppointmentSlot
from fairport.registrations.models import Registration
from tests.apps.placements.conftest import WORDS, band, place, propose, waiting
from tests.cast import Cast, signed_in

pytestmark = pytest.mark.usefixtures("clock")
LIST, NEW = "/office/placements", "/office/placements/new"
AT_PORT = ("officer", "second_officer", "supervisor", "second_supervisor")


def form_for(registration_id: uuid.UUID, **changes: Any) -> dict[str, Any]:
    number = Registration.objects.get(pk=registration_id).number
    return {"numbers": number, "slot": band().pk, "reason": "medical", "words": WORDS} | changes


def test_from_proposing_to_approving_by_the_pages(capped: Cast) -> None:
    registration_id = waiting(3)
    officer = signed_in(capped.officer)
    assert "of the walk-in reserve" in officer.get(NEW).content.decode()
    response = officer.post(NEW, form_for(registration_id), follow=True)
    assert "A supervisor or a scheduler decides" in response.content.decode()
    proposal = Proposal.objects.get()
    approve = reverse("office_proposal_approve", args=[proposal.pk])
    assert officer.post(approve).status_code == 403

    scheduler = signed_in(capped.scheduler)
    page = scheduler.get(reverse("office_proposal", args=[proposal.pk])).content.decode()
    assert "Urgent medical care: 3 people at SDG on 2023-03-20 08:00" in page
    details = reverse("office_placement", args=[registration_id])
    assert details in page
    page = scheduler.get(details).content.decode()
    assert WORDS in page
    assert Event.objects.filter(name="placement.opened", subject_id=str(registration_id)).count() == 1
    assert scheduler.post(approve).status_code == 302

    listed = officer.get(LIST).content.decode()
    assert Registration.objects.get(pk=registration_id).number in listed
    assert "Sky Scheduler" in listed
    assert officer.get(details).status_code == 404


@pytest.mark.parametrize("part", AT_PORT)
def test_who_has_a_role_at_the_port_may_propose(capped: Cast, part: str) -> None:
    assert signed_in(capped.everybody()[part]).post(NEW, form_for(waiting())).status_code == 302
    assert Proposal.objects.count() == 1


@pytest.mark.parametrize(
    "part", ["other_officer", "scheduler", "operator", "auditor", "ombuds", "vetting_officer", "nobody"]
)
def test_nobody_else_may_propose_there(capped: Cast, part: str) -> None:
    browser = signed_in(capped.everybody()[part])
    response = browser.post(f"{NEW}?port=SDG", form_for(waiting()))
    assert response.status_code == 403
    assert not Proposal.objects.exists()


@pytest.mark.parametrize("part", ["other_officer", "operator", "auditor", "ombuds", "nobody"])
def test_the_words_are_for_those_who_propose_or_decide(capped: Cast, part: str) -> None:
    registration_id = waiting()
    propose(capped.officer, registration_id)
    response = signed_in(capped.everybody()[part]).get(reverse("office_placement", args=[registration_id]))
    assert response.status_code == 403
    assert WORDS not in response.content.decode()
    assert not Event.objects.filter(name="placement.opened").exists()


def test_an_applicant_and_a_stranger_are_sent_to_sign_in(capped: Cast, client: Client) -> None:
    for address in (LIST, NEW, reverse("office_placement", args=[waiting()])):
        assert client.get(address).status_code == 302


@pytest.mark.parametrize(("part", "sees"), [("officer", True), ("other_officer", False), ("auditor", True)])
def test_who_sees_which_placements(capped: Cast, part: str, sees: bool) -> None:
    place(capped, [waiting()])
    page = signed_in(capped.everybody()[part]).get(LIST).content.decode()
    assert ("Ona Officer</bdi></td>" in page) is sees
    assert WORDS not in page


@pytest.mark.parametrize(
    ("changes", "status", "text"),
    [
        ({"numbers": ""}, 400, "Type one to four registration numbers"),
        ({"numbers": "FP-0000-00000"}, 400, "Not every number is that of a registration"),
        ({"slot": "7777777"}, 400, "Choose another"),
        ({"slot": "x"}, 400, "Choose another"),
        ({"reason": "friend"}, 400, "Choose a reason from the list"),
        ({"words": "urgent"}, 400, "20 to 1,000 characters"),
        ({"reason": "large_group"}, 409, "<code>placement_size_unfit</code>"),
    ],
)
def test_bad_input_is_explained_and_what_was_typed_stays(
    capped: Cast, changes: dict[str, Any], status: int, text: str
) -> None:
    typed = form_for(waiting(), **changes)
    response = signed_in(capped.officer).post(NEW, typed)
    page = response.content.decode()
    assert response.status_code == status
    assert text in page
    assert typed["words"] in page
    assert typed["numbers"] in page
    assert not Proposal.objects.exists()


def test_a_number_twice_and_one_of_nobody(capped: Cast) -> None:
    number = Registration.objects.get(pk=waiting()).number
    browser = signed_in(capped.officer)
    response = browser.post(NEW, form_for(waiting(), numbers=f"{number}\n{number.lower()}"))
    assert "Type one to four" in response.content.decode()


def test_another_port_is_refused(capped: Cast) -> None:
    assert signed_in(capped.officer).get(f"{NEW}?port=ELP").status_code == 403
    assert signed_in(capped.officer).get(f"{LIST}?port=ELP").status_code == 400


def test_the_list_filters_and_pages_and_needs_as_many_queries_for_many(capped: Cast) -> None:
    place(capped, [waiting()])
    browser = signed_in(capped.auditor)
    browser.get(LIST)
    with CaptureQueriesContext(connection) as few:
        assert browser.get(LIST).status_code == 200
    for _ in range(6):
        place(capped, [waiting()], reason=PlacementReason.DANGER)
    with CaptureQueriesContext(connection) as many:
        page = browser.get(LIST).content.decode()
    assert len(few) == len(many)
    number = ExceptionalPlacement.objects.get(reason="medical").appointment.registration.number
    assert number in page
    assert number not in browser.get(f"{LIST}?reason=danger").content.decode()
    assert number not in browser.get(f"{LIST}?port=ELP").content.decode()
    assert browser.get(f"{LIST}?reason=friend").status_code == 400


def test_the_form_needs_as_many_queries_for_many_bands(capped: Cast) -> None:
    browser = signed_in(capped.officer)
    browser.get(NEW)
    counts = []
    for change in (0, 1):
        if change:
            AppointmentSlot.objects.filter(port_id="SDG").exclude(pk=band().pk).update(
                held=F("capacity"), walk_in_reserve=0
            )
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(NEW).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
