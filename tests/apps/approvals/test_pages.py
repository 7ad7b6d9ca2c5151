"""The pages on which a second person decides."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fairport.approvals.models import ProposalState
from tests.apps.approvals.conftest import REASON, Tower, propose_bell
from tests.cast import Cast, signed_in

pytestmark = pytest.mark.usefixtures("plain_static", "clock")
LIST = "/office/approvals"
# Who may read a proposal of San Diego that an officer made, and what becomes of their approval.
ANSWERS = {
    "officer": 403,
    "second_officer": 403,
    "supervisor": 302,
    "second_supervisor": 302,
    "scheduler": 302,
    "second_scheduler": 302,
    "auditor": 403,
    "ombuds": 403,
    "other_officer": 404,
    "operator": 404,
    "second_operator": 404,
    "vetting_officer": 403,
    "nobody": 403,
}


@pytest.mark.parametrize("name", ANSWERS)
def test_who_can_approve(name: str, tower: Tower, cast: Cast) -> None:
    proposal = propose_bell(cast.officer)
    response = signed_in(cast.everybody()[name]).post(f"{LIST}/{proposal.pk}/approve")

    assert response.status_code == ANSWERS[name]
    assert bool(tower.rung) == (ANSWERS[name] == 302)


@pytest.mark.parametrize("name", ANSWERS)
def test_who_can_decline(name: str, tower: Tower, cast: Cast) -> None:
    proposal = propose_bell(cast.officer)
    response = signed_in(cast.everybody()[name]).post(f"{LIST}/{proposal.pk}/decline", {"reason": REASON})

    assert response.status_code == ANSWERS[name]
    proposal.refresh_from_db()
    assert (proposal.state == ProposalState.DECLINED) == (ANSWERS[name] == 302)


@pytest.mark.parametrize("name", ANSWERS)
def test_only_the_proposer_can_take_it_back(name: str, tower: Tower, cast: Cast) -> None:
    proposal = propose_bell(cast.officer)
    response = signed_in(cast.everybody()[name]).post(f"{LIST}/{proposal.pk}/withdraw")

    proposal.refresh_from_db()
    assert (proposal.state == ProposalState.WITHDRAWN) == (name == "officer")
    assert (response.status_code == 302) == (name == "officer")


def test_the_list_shows_what_waits_and_filters(tower: Tower, cast: Cast) -> None:
    propose_bell(cast.officer)
    browser = signed_in(cast.scheduler)
    assert "Ring it 3 times." in browser.get(LIST).content.decode()
    assert "Ring it 3 times." not in browser.get(f"{LIST}?state=approved").content.decode()
    assert "Ring it 3 times." in browser.get(f"{LIST}?state=all&kind=bell_rung").content.decode()
    assert browser.get(f"{LIST}?state=lost").status_code == 400


def test_a_page_says_what_and_why_and_whom_it_waits_for(tower: Tower, cast: Cast) -> None:
    proposal = propose_bell(cast.officer)
    own = signed_in(cast.officer).get(f"{LIST}/{proposal.pk}").content.decode()
    other = signed_in(cast.scheduler).get(f"{LIST}/{proposal.pk}").content.decode()

    assert REASON in own
    assert "somebody else decides" in own
    assert "/approve" not in own
    assert "/approve" in other
    assert "/withdraw" not in other


def test_a_refusal_is_told_in_the_rooms_words(tower: Tower, cast: Cast) -> None:
    proposal = propose_bell(cast.officer)
    tower.broken = True
    response = signed_in(cast.scheduler).post(f"{LIST}/{proposal.pk}/approve")

    assert response.status_code == 409
    assert "The bell is broken." in response.content.decode()
    assert "<code>bell_broken</code>" in response.content.decode()


def test_a_reason_that_is_too_short_stays_in_the_form(tower: Tower, cast: Cast) -> None:
    proposal = propose_bell(cast.officer)
    response = signed_in(cast.scheduler).post(f"{LIST}/{proposal.pk}/decline", {"reason": "No way"})

    assert response.status_code == 400
    assert "No way" in response.content.decode()
    proposal.refresh_from_db()
    assert proposal.state == ProposalState.OPEN


def test_a_decided_one_is_not_decided_again(tower: Tower, cast: Cast) -> None:
    proposal = propose_bell(cast.officer)
    signed_in(cast.scheduler).post(f"{LIST}/{proposal.pk}/approve")
    again = signed_in(cast.supervisor).post(f"{LIST}/{proposal.pk}/approve")

    assert again.status_code == 409
    assert "<code>proposal_closed</code>" in again.content.decode()
    assert len(tower.rung) == 1


def test_the_number_of_queries_does_not_grow(tower: Tower, cast: Cast) -> None:
    def queries_of(browser: Any) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(LIST).status_code == 200
        return len(captured)

    propose_bell(cast.officer)
    browser = signed_in(cast.scheduler)
    few = queries_of(browser)
    for number in range(9):
        propose_bell(cast.officer, bell=str(number))
    assert queries_of(browser) == few
