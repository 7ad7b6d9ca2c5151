"""The pages that close a port: a preview, a proposal by one person, an approval by another."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test import Client

from fairport.approvals.models import Proposal
from fairport.approvals.operations import CannotBeCarriedOut, SamePerson, approve
from fairport.notifications.models import OutboxMessage
from fairport.ports.models import PortSuspension
from fairport.registrations.models import Registration
from tests.cast import Cast, signed_in
from tests.factories.clock import StandingClock
from tests.factories.draws import DRAW_TIME, confirm, hold_draw, register_group
from tests.factories.suspensions import close_port

PAGE = "/office/ports/SDG/suspend"
WHY = "Shots were heard at the gate this morning."
ANSWERS = {"reason": "danger", "words": "", "first_day": "", "last_day": "", "honour_at": ["CLX"], "why": WHY}
MAY = {"supervisor", "second_supervisor", "scheduler", "second_scheduler"}


@pytest.fixture
def booked(cast: Cast, clock: StandingClock) -> uuid.UUID:
    """A family of three with an appointment at San Diego."""
    registration_id = register_group(3, ports=("SDG",))
    hold_draw()
    confirm(registration_id, at=DRAW_TIME.replace(hour=19))
    return registration_id


def propose(user: Any, **changes: Any) -> Proposal:
    response = signed_in(user).post(PAGE, ANSWERS | {"propose": "yes"} | changes)
    assert response.status_code == 302, response.content.decode()
    return Proposal.objects.latest("proposed_at")


@pytest.mark.parametrize("method", ["get", "post"])
def test_who_can_close_a_port(booked: uuid.UUID, cast: Cast, method: str) -> None:
    for name, user in cast.everybody().items():
        answers = ANSWERS if method == "post" else {}
        response = getattr(signed_in(user), method)(PAGE, answers)
        assert response.status_code == (200 if name in MAY else 403), name
    assert getattr(Client(), method)(PAGE).status_code == 302
    assert not Proposal.objects.exists()


def test_a_supervisor_of_another_port_cannot(booked: uuid.UUID, cast: Cast) -> None:
    browser = signed_in(cast.supervisor)
    for address in ("/office/ports/ELP/suspend", "/office/ports/ELP/reopen"):
        response = browser.post(address, ANSWERS | {"propose": "yes", "reason": WHY})
        assert (response.status_code, "<code>other_port</code>" in response.content.decode()) == (403, True)
    assert not Proposal.objects.exists()


def test_everyone_concerned_reads_the_list(cast: Cast, clock: StandingClock) -> None:
    close_port("LAR", at=clock.at)
    for name in (*MAY, "auditor"):
        page = signed_in(cast.everybody()[name]).get("/office/ports").content.decode()
        assert page.count("The port is closed. From") == 1
        assert ("/office/ports/SDG/suspend" in page) is (name != "auditor")
        assert ("/office/ports/ELP/suspend" in page) is (name in ("scheduler", "second_scheduler"))


def test_the_preview_changes_nothing(booked: uuid.UUID, cast: Cast) -> None:
    page = signed_in(cast.supervisor).post(PAGE, ANSWERS)
    shown = {row["label"]: row["first"] for row in page.context["preview"]}
    assert shown["Groups with an appointment"] == shown["Groups moved to another port"] == 1
    assert page.context["moved_to"] == [("CLX", 1)]
    assert WHY in page.content.decode()
    assert not Proposal.objects.exists()


def test_two_people_close_a_port_and_everything_is_done_at_the_approval(
    booked: uuid.UUID, cast: Cast, clock: StandingClock
) -> None:
    proposal = propose(cast.supervisor)
    assert not PortSuspension.objects.exists()
    browser = signed_in(cast.scheduler)
    page = browser.get(PAGE)
    assert [row["differs"] for row in page.context["closing"]["counts"]] == [False] * 9
    assert "San Diego" in page.content.decode()
    assert browser.post(f"/office/approvals/{proposal.pk}/approve").status_code == 302
    suspension = PortSuspension.objects.get()
    assert (suspension.proposal_id, suspension.foreseen) == (str(proposal.pk), suspension.done)
    assert Registration.objects.get(pk=booked).status == "confirmed"
    assert OutboxMessage.objects.filter(template="appointment_moved").count() == 1
    closed = browser.get(PAGE).content.decode()
    assert "What the closing did" in closed


def test_what_changed_since_the_proposal_is_said_and_kept(booked: uuid.UUID, cast: Cast, clock: StandingClock) -> None:
    proposal = propose(cast.supervisor, honour_at=[])
    other = register_group(2, ports=("SDG",))
    clock.at = hold_draw(day=1).draw_time.replace(hour=20)
    page = signed_in(cast.scheduler).get(PAGE)
    differing = {row["label"] for row in page.context["closing"]["counts"] if row["differs"]}
    assert "Groups with an open offer" in differing
    approve(proposal_id=proposal.pk, approver=cast.scheduler, at=clock.at)
    suspension = PortSuspension.objects.get()
    assert (suspension.foreseen["displaced"], suspension.done["displaced"]) == (1, 2)
    assert Registration.objects.get(pk=other).displaced_at == clock.at


def test_one_person_cannot_be_both(booked: uuid.UUID, cast: Cast, clock: StandingClock) -> None:
    proposal = propose(cast.scheduler)
    with pytest.raises(SamePerson):
        approve(proposal_id=proposal.pk, approver=cast.scheduler, at=clock.at)
    assert not PortSuspension.objects.exists()


def test_a_port_that_was_closed_meanwhile_refuses_the_approval(
    booked: uuid.UUID, cast: Cast, clock: StandingClock
) -> None:
    proposal = propose(cast.supervisor)
    close_port("SDG", at=clock.at)
    with pytest.raises(CannotBeCarriedOut) as caught:
        approve(proposal_id=proposal.pk, approver=cast.scheduler, at=clock.at)
    assert caught.value.code == "port_suspended"
    assert Registration.objects.get(pk=booked).displaced_at is None


def test_the_same_is_not_proposed_twice(booked: uuid.UUID, cast: Cast) -> None:
    propose(cast.supervisor)
    response = signed_in(cast.scheduler).post(PAGE, ANSWERS | {"propose": "yes"})
    assert (response.status_code, Proposal.objects.count()) == (409, 1)
    assert "<code>already_proposed</code>" in response.content.decode()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"reason": ""}, "reason"),
        ({"reason": "other"}, "words"),
        ({"words": "x" * 301}, "words"),
        ({"first_day": "yesterday"}, "first_day"),
        ({"first_day": "2023-01-17"}, "first_day"),
        ({"first_day": "2023-01-25", "last_day": "2023-01-24"}, "last_day"),
        ({"last_day": "2023-01-17"}, "last_day"),
        ({"honour_at": ["SDG"]}, "honour_at"),
        ({"honour_at": ["ZZZ"]}, "honour_at"),
        ({"why": "short"}, "why"),
    ],
)
def test_bad_answers_are_marked_and_stay_typed(
    booked: uuid.UUID, cast: Cast, changes: dict[str, Any], field: str
) -> None:
    response = signed_in(cast.supervisor).post(PAGE, ANSWERS | {"propose": "yes"} | changes)
    assert response.status_code == 400
    assert list(response.context["form"].errors) == [field]
    for value in changes.values():
        assert str(value[0] if isinstance(value, list) else value) in response.content.decode() or field == "honour_at"
    assert not Proposal.objects.exists()


def test_opening_a_port_again_takes_two_people_too(booked: uuid.UUID, cast: Cast, clock: StandingClock) -> None:
    close_port("SDG", at=clock.at)
    reason = "The way to the gate is free again."
    browser = signed_in(cast.supervisor)
    assert browser.post("/office/ports/SDG/reopen", {"reason": "short"}).status_code == 400
    assert browser.post("/office/ports/SDG/reopen", {"reason": reason}).status_code == 302
    assert browser.post("/office/ports/SDG/reopen", {"reason": reason}).status_code == 409
    assert "proposed to open it again" in browser.get(PAGE).content.decode()
    approve(proposal_id=Proposal.objects.get().pk, approver=cast.second_supervisor, at=clock.at)
    assert PortSuspension.objects.get().reopened_at == clock.at


def test_the_list_needs_as_many_queries_for_many_closed_ports(
    cast: Cast, clock: StandingClock, django_assert_num_queries: Any
) -> None:
    browser = signed_in(cast.scheduler)
    browser.get("/office/ports")
    with django_assert_num_queries(10):
        browser.get("/office/ports")
    for code in ("SDG", "LAR", "ELP", "NOG"):
        close_port(code, at=clock.at)
    with django_assert_num_queries(10):
        browser.get("/office/ports")


def test_in_spanish(booked: uuid.UUID, cast: Cast) -> None:
    browser = signed_in(cast.scheduler)
    page = browser.post(PAGE, ANSWERS, headers={"Accept-Language": "es"}).content.decode()
    assert "What would happen now" not in page
    assert "Lo que pasaría ahora" in page
