"""Two people who decide about one proposal at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError

from fairport.approvals import operations
from fairport.approvals.models import Proposal, ProposalState
from fairport.approvals.operations import AlreadyProposed, ProposalClosed, approve, decline
from tests.apps.approvals.conftest import REASON, Tower, propose_bell, tower
from tests.cast import Cast
from tests.factories.programme import NOW
from tests.factories.racing import kinds, race

__all__ = ["tower"]
pytestmark = pytest.mark.django_db(transaction=True)


def approving(proposal: Proposal, user: Any) -> Callable[[], Any]:
    return lambda: approve(proposal_id=proposal.pk, approver=user, at=NOW)


def test_it_is_carried_out_once(tower: Tower, cast: Cast) -> None:
    proposal = propose_bell(cast.officer)
    results = race(approving(proposal, cast.supervisor), approving(proposal, cast.scheduler))

    assert kinds(results) == [Proposal.__name__, ProposalClosed.__name__]
    assert len(tower.rung) == 1


def test_approved_or_declined_never_both(tower: Tower, cast: Cast) -> None:
    proposal = propose_bell(cast.officer)
    results = race(
        approving(proposal, cast.supervisor),
        lambda: decline(proposal_id=proposal.pk, decider=cast.scheduler, reason=REASON, at=NOW),
    )

    assert kinds(results) == [Proposal.__name__, ProposalClosed.__name__]
    assert len(tower.rung) == Proposal.objects.filter(state=ProposalState.APPROVED).count()


def test_without_the_lock_both_begin_and_only_the_trigger_stops_the_second(
    tower: Tower, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposal = propose_bell(cast.officer)
    both_have_looked = threading.Barrier(2)

    def look_without_lock(proposal_id: Any, at: Any) -> Proposal:
        found = Proposal.objects.select_related("proposed_by").get(pk=proposal_id)
        both_have_looked.wait(timeout=30)
        return found

    monkeypatch.setattr(operations, "_lock_open", look_without_lock)
    results = race(approving(proposal, cast.supervisor), approving(proposal, cast.scheduler))

    assert kinds(results) == [IntegrityError.__name__, Proposal.__name__], "neither found the other's decision"


def test_the_same_is_proposed_once_by_two_at_once(tower: Tower, cast: Cast) -> None:
    results = race(lambda: propose_bell(cast.officer), lambda: propose_bell(cast.second_officer))

    assert kinds(results) == [AlreadyProposed.__name__, Proposal.__name__]
    assert Proposal.objects.count() == 1
