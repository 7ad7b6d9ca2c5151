"""A group reads that its place was taken back, and chooses other ports while it waits."""

from __future__ import annotations

from typing import Any

import pytest

from fairport.appointments.suspending import Terms, suspend_port
from fairport.audit.events import OPERATOR, Subject
from fairport.audit.queries import list_events
from fairport.registrations.models import Registration
from tests.apps.applicant.conftest import Visit
from tests.apps.applicant.walking import main_text
from tests.factories.programme import open_programme

pytestmark = pytest.mark.django_db


def close_san_diego(visit: Visit, *honour_at: str) -> None:
    terms = Terms("SDG", None, None, "danger", "", honour_at)
    suspend_port(terms=terms, foreseen={}, proposal_id="", at=visit.clock.at, actor=OPERATOR)


def registration_of(visit: Visit) -> Registration:
    return Registration.objects.get(pk=visit.receipt.registration_id)


def test_whose_place_was_taken_back_reads_what_happens_next(visit: Visit) -> None:
    visit.draw()
    Registration.objects.update(ports=["SDG"])
    close_san_diego(visit)
    words = main_text(visit.client.get("/status"))
    assert "You come first in the next draw, for the places that go by lot" in words
    assert "Please do not travel there." in words
    assert "All your ports are closed." in words


def test_who_waits_for_a_closed_port_reads_that_too(visit: Visit) -> None:
    open_programme()
    close_san_diego(visit)
    words = main_text(visit.client.get("/status"))
    assert "You can wait until it opens, or choose other ports." in words
    assert "for the places that go by lot" not in words


def test_whose_place_was_moved_reads_that_too(visit: Visit) -> None:
    visit.draw()
    close_san_diego(visit, "CLX")
    assert "This place was moved" in main_text(visit.client.get("/status"))


def test_other_ports_in_the_groups_own_order(visit: Visit) -> None:
    page = visit.client.get("/status/ports")
    assert [page.context["form"][f"choice_{rank}"].value() for rank in (1, 2)] == registration_of(visit).ports
    answer = visit.client.post("/status/ports", {"choice_1": "NOG", "choice_2": "SDG"})
    assert answer.status_code == 303
    assert registration_of(visit).ports == ["NOG", "SDG"]
    events = list_events(subject=Subject("registration", str(visit.receipt.registration_id)))
    assert [event.name for event in events][-1] == "registration.ports_chosen"
    visit.client.post("/status/ports", {"choice_1": "NOG", "choice_2": "SDG"})
    assert len(list_events(subject=Subject("registration", str(visit.receipt.registration_id)))) == len(events)


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ({}, "ports_required"),
        ({"choice_1": "ZZZ"}, "port_unknown"),
        ({"choice_1": "SDG", "choice_2": "SDG"}, "port_repeated"),
    ],
)
def test_ports_that_do_not_fit_are_refused(visit: Visit, answers: dict[str, Any], code: str) -> None:
    before = registration_of(visit).ports
    page = visit.client.post("/status/ports", answers)
    assert (page.status_code, registration_of(visit).ports) == (422, before)
    assert code in page.context["problem_codes"]


def test_only_who_waits_chooses(visit: Visit) -> None:
    visit.draw()
    assert visit.client.get("/status/ports").status_code == 303
    assert visit.client.post("/status/ports", {"choice_1": "NOG"}).status_code == 303
    assert "NOG" not in registration_of(visit).ports


def test_without_the_code_nobody_chooses(visit: Visit) -> None:
    visit.client.logout()
    assert visit.client.post("/status/ports", {"choice_1": "NOG"})["Location"] == "/status"
