"""One proposes, another decides; nobody is two people."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from fairport.accounts.models import Role, RoleGrant, User
from fairport.accounts.operations import grant_role
from fairport.accounts.queries import get_staff_member
from fairport.approvals.models import Proposal, ProposalState
from fairport.approvals.operations import (
    AlreadyProposed,
    CannotBeCarriedOut,
    ProposalClosed,
    ProposalNotAllowed,
    ProposerLeft,
    ReasonUnfit,
    SamePerson,
    approve,
    decline,
    open_reason,
    withdraw,
)
from fairport.approvals.queries import count_waiting_for, in_state, open_proposals, proposals_for
from fairport.audit.events import OPERATOR, Subject
from fairport.audit.queries import list_events
from tests.apps.approvals.conftest import BELL, LASTS, REASON, Tower, propose_bell
from tests.cast import Cast
from tests.factories.programme import NOW

LATER = NOW + timedelta(hours=1)
PROPOSERS = {"officer", "second_officer", "supervisor", "second_supervisor", "scheduler", "second_scheduler"}
APPROVERS = {"supervisor", "second_supervisor", "scheduler", "second_scheduler"}


def test_an_approved_proposal_is_carried_out_and_told(tower: Tower, cast: Cast) -> None:
    proposal = propose_bell(cast.officer)

    approve(proposal_id=proposal.pk, approver=cast.supervisor, at=LATER)

    (approval,) = tower.rung
    assert (approval.proposed_by, approval.approved_by, approval.at) == (cast.officer, cast.supervisor, LATER)
    assert approval.payload == {"times": 3, "port": "SDG"}
    assert approval.subject == Subject("bell", "north")
    proposal.refresh_from_db()
    assert proposal.state == ProposalState.APPROVED
    events = list_events(subject=Subject("bell", "north"))
    assert [event.name for event in events] == ["proposal.made", "proposal.decided"]
    assert events[1].details is not None
    assert (events[1].details["decision"], events[1].details["role"]) == ("approved", "supervisor")


def test_who_may_propose(tower: Tower, cast: Cast) -> None:
    allowed = set()
    for name, user in cast.everybody().items():
        try:
            propose_bell(user, bell=name)
            allowed.add(name)
        except ProposalNotAllowed:
            assert not Proposal.objects.filter(subject_id=name).exists()
    assert allowed == PROPOSERS


def test_who_may_decide(tower: Tower, cast: Cast) -> None:
    third = propose_bell(cast.officer)
    allowed = set()
    for name, user in cast.everybody().items():
        if name == "officer":
            continue
        try:
            with transaction.atomic():
                approve(proposal_id=third.pk, approver=user, at=LATER)
                allowed.add(name)
                transaction.set_rollback(True)
        except ProposalNotAllowed:
            with pytest.raises(ProposalNotAllowed):
                decline(proposal_id=third.pk, decider=user, reason=REASON, at=LATER)
    assert allowed == APPROVERS


def test_one_person_with_two_roles_is_one_person(tower: Tower, cast: Cast) -> None:
    grant_role(user=cast.supervisor, role=Role.SCHEDULER, port=None, at=NOW, actor=OPERATOR)
    proposal = propose_bell(cast.supervisor)

    with pytest.raises(SamePerson):
        approve(proposal_id=proposal.pk, approver=cast.supervisor, at=LATER)
    with pytest.raises(SamePerson):
        decline(proposal_id=proposal.pk, decider=cast.supervisor, reason=REASON, at=LATER)

    assert not tower.rung
    assert count_waiting_for(member=get_staff_member(user=cast.supervisor), at=LATER) == 0
    assert count_waiting_for(member=get_staff_member(user=cast.scheduler), at=LATER) == 1


@pytest.mark.parametrize("state", ["approved", "declined"])
def test_the_database_refuses_one_person_too(tower: Tower, cast: Cast, state: str) -> None:
    proposal = propose_bell(cast.supervisor)
    with pytest.raises(IntegrityError, match="approvals_two_people"), transaction.atomic():
        Proposal.objects.filter(pk=proposal.pk).update(state=state, decided_by=cast.supervisor, decided_at=LATER)


def test_without_the_constraint_nothing_in_the_database_would_stop_it(tower: Tower, cast: Cast) -> None:
    proposal = propose_bell(cast.supervisor)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE approvals_proposal DROP CONSTRAINT approvals_two_people")
    assert Proposal.objects.filter(pk=proposal.pk).update(
        state="approved", decided_by=cast.supervisor, decided_at=LATER
    )


def test_a_decided_proposal_never_changes(tower: Tower, cast: Cast) -> None:
    proposal = propose_bell(cast.officer)
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        Proposal.objects.filter(pk=proposal.pk).update(payload={"times": 300})
    decline(proposal_id=proposal.pk, decider=cast.supervisor, reason="People sleep next door.", at=LATER)
    for values in ({"state": "open"}, {"decided_by": cast.scheduler}, {"expires_at": NOW + timedelta(days=99)}):
        with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
            Proposal.objects.filter(pk=proposal.pk).update(**values)
    with pytest.raises(IntegrityError, match="removed"), transaction.atomic():
        Proposal.objects.filter(pk=proposal.pk).delete()


def test_what_refuses_to_be_done_is_not_approved_and_leaves_nothing(tower: Tower, cast: Cast) -> None:
    proposal = propose_bell(cast.officer)
    tower.broken = True

    with pytest.raises(CannotBeCarriedOut) as refused:
        approve(proposal_id=proposal.pk, approver=cast.supervisor, at=LATER)

    assert (refused.value.code, str(refused.value.text)) == ("bell_broken", "The bell is broken.")
    proposal.refresh_from_db()
    assert proposal.state == ProposalState.OPEN
    assert User.objects.get(pk=cast.supervisor.pk).full_name == "Sue Supervisor"
    assert [event.name for event in list_events(subject=Subject("bell", "north"))] == ["proposal.made"]


def test_a_proposal_runs_out(tower: Tower, cast: Cast) -> None:
    proposal = propose_bell(cast.officer)
    over = NOW + LASTS
    with pytest.raises(ProposalClosed):
        approve(proposal_id=proposal.pk, approver=cast.supervisor, at=over)

    assert not open_proposals(at=over)
    rows = proposals_for(member=get_staff_member(user=cast.auditor))
    assert list(in_state(rows, state=ProposalState.EXPIRED, at=over)) == [proposal]
    again = propose_bell(cast.officer, at=over)
    assert again.pk != proposal.pk
    proposal.refresh_from_db()
    assert (proposal.state, proposal.decided_at) == (ProposalState.EXPIRED, over)


def test_the_same_is_proposed_once(tower: Tower, cast: Cast) -> None:
    first = propose_bell(cast.officer)
    with pytest.raises(AlreadyProposed):
        propose_bell(cast.second_officer)
    propose_bell(cast.officer, bell="south")
    withdraw(proposal_id=first.pk, proposer=cast.officer, at=LATER)
    propose_bell(cast.second_officer, at=LATER)
    assert len(open_proposals(at=LATER, kind=BELL)) == 2
    assert len(open_proposals(at=LATER, subject=Subject("bell", "south"))) == 1


def test_only_the_proposer_takes_it_back_and_only_once(tower: Tower, cast: Cast) -> None:
    proposal = propose_bell(cast.officer)
    with pytest.raises(ProposalNotAllowed):
        withdraw(proposal_id=proposal.pk, proposer=cast.supervisor, at=LATER)
    withdraw(proposal_id=proposal.pk, proposer=cast.officer, at=LATER)
    with pytest.raises(ProposalClosed):
        approve(proposal_id=proposal.pk, approver=cast.supervisor, at=LATER)


@pytest.mark.parametrize("reason", ["", "  short  ", "x" * 1001])
def test_a_reason_is_needed(tower: Tower, cast: Cast, reason: str) -> None:
    with pytest.raises(ReasonUnfit):
        propose_bell(cast.officer, reason=reason)
    proposal = propose_bell(cast.officer)
    with pytest.raises(ReasonUnfit):
        decline(proposal_id=proposal.pk, decider=cast.supervisor, reason=reason, at=LATER)


def test_the_reason_is_sealed_and_reading_it_is_told(tower: Tower, cast: Cast) -> None:
    proposal = propose_bell(cast.officer)
    decline(proposal_id=proposal.pk, decider=cast.supervisor, reason="People sleep next door.", at=LATER)
    proposal.refresh_from_db()

    assert REASON.encode() not in bytes(proposal.sealed_reason)
    assert open_reason(proposal=proposal, reader=cast.auditor, at=LATER) == (REASON, "People sleep next door.")
    assert list_events(subject=Subject("bell", "north"))[-1].name == "proposal.opened"


def test_who_reads_what(tower: Tower, cast: Cast) -> None:
    proposal = propose_bell(cast.officer)
    readers = {
        name
        for name, user in cast.everybody().items()
        if proposals_for(member=get_staff_member(user=user)).filter(pk=proposal.pk).exists()
    }
    assert readers == PROPOSERS | {"auditor", "ombuds"}


def test_what_somebody_proposed_who_has_left_is_not_approved(tower: Tower, cast: Cast) -> None:
    proposal = propose_bell(cast.officer)
    RoleGrant.objects.filter(user=cast.officer).update(revoked_at=NOW, revoked_by=cast.operator)
    with pytest.raises(ProposerLeft):
        approve(proposal_id=proposal.pk, approver=cast.supervisor, at=LATER)
    assert not tower.rung
    proposal.refresh_from_db()
    assert proposal.state == ProposalState.OPEN
