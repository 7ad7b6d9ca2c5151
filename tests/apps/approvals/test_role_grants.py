"""A role is proposed by one operator and approved by another, and neither of them gets it."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from fairport.accounts.models import Role, RoleGrant
from fairport.accounts.operations import (
    AccountClosed,
    LastOperator,
    NotClosed,
    OwnAccount,
    OwnRole,
    RoleHeld,
    RoleUnfit,
    close_account,
    grant_role,
    reopen_account,
    revoke_role,
    temporary_password,
)
from fairport.accounts.queries import Grant, grants_of, has_role
from fairport.approvals.models import Proposal, ProposalState
from fairport.approvals.operations import (
    AlreadyProposed,
    CannotBeCarriedOut,
    ProposalNotAllowed,
    ProposerLeft,
    SamePerson,
    approve,
)
from fairport.approvals.role_grants import propose_role
from fairport.audit.events import OPERATOR, Subject
from fairport.audit.queries import list_events
from tests.cast import PASSWORD, Cast, make_staff, signed_in
from tests.factories.programme import NOW

pytestmark = pytest.mark.usefixtures("plain_static")
REASON = "She starts at the gate on Monday."


def proposed(cast: Cast, role: Role = Role.PORT_OFFICER, port: str | None = "ELP") -> Proposal:
    return propose_role(user=cast.nobody, role=role, port=port, reason=REASON, proposer=cast.operator, at=NOW)


def test_two_operators_give_a_role(cast: Cast) -> None:
    proposal = proposed(cast)
    assert grants_of(user=cast.nobody) == ()

    approve(proposal_id=proposal.pk, approver=cast.second_operator, at=NOW)

    assert grants_of(user=cast.nobody) == (Grant(Role.PORT_OFFICER, "ELP"),)
    grant = RoleGrant.objects.get(user=cast.nobody)
    assert (grant.proposed_by, grant.granted_by) == (cast.operator, cast.second_operator)
    event = list_events(subject=Subject("staff", str(cast.nobody.pk)))[-1]
    assert (event.name, event.actor_id) == ("staff.role_granted", str(cast.second_operator.pk))


def test_the_proposer_cannot_approve_even_with_a_second_role(cast: Cast) -> None:
    grant_role(user=cast.operator, role=Role.AUDITOR, port=None, at=NOW, actor=OPERATOR)
    proposal = proposed(cast)
    with pytest.raises(SamePerson):
        approve(proposal_id=proposal.pk, approver=cast.operator, at=NOW)
    assert grants_of(user=cast.nobody) == ()


def test_nobody_has_a_part_in_a_role_of_their_own(cast: Cast) -> None:
    with pytest.raises(OwnRole):
        propose_role(user=cast.operator, role=Role.AUDITOR, port=None, reason=REASON, proposer=cast.operator, at=NOW)
    proposal = propose_role(
        user=cast.second_operator, role=Role.AUDITOR, port=None, reason=REASON, proposer=cast.operator, at=NOW
    )
    with pytest.raises(CannotBeCarriedOut) as refused:
        approve(proposal_id=proposal.pk, approver=cast.second_operator, at=NOW)

    assert refused.value.code == "own_role"
    assert not has_role(user=cast.second_operator, role=Role.AUDITOR)
    proposal.refresh_from_db()
    assert proposal.state == ProposalState.OPEN, "a third operator can still decide"


@pytest.mark.parametrize("both", ["nobody", "operator", "second_operator"])
def test_the_database_refuses_fewer_than_two_others(cast: Cast, both: str) -> None:
    people = cast.everybody()
    for proposer, granter in ((both, both), ("nobody", both), (both, "nobody"), (None, both), (both, None)):
        if {proposer, granter} == {"operator", "second_operator"}:
            continue
        with pytest.raises(IntegrityError, match="accounts_grant_by_two_others"), transaction.atomic():
            RoleGrant.objects.create(
                user=cast.nobody,
                role=Role.AUDITOR,
                port_id=None,
                granted_at=NOW,
                proposed_by=people[proposer] if proposer else None,
                granted_by=people[granter] if granter else None,
            )


@pytest.mark.parametrize(
    "name",
    ["officer", "supervisor", "scheduler", "auditor", "ombuds", "vetting_officer", "nobody", "other_officer"],
)
def test_only_operators_propose_and_approve(cast: Cast, name: str) -> None:
    stranger = cast.everybody()[name]
    with pytest.raises(ProposalNotAllowed):
        propose_role(user=cast.second_officer, role=Role.AUDITOR, port=None, reason=REASON, proposer=stranger, at=NOW)
    with pytest.raises(ProposalNotAllowed):
        approve(proposal_id=proposed(cast).pk, approver=stranger, at=NOW)


def test_what_does_not_fit_is_refused_when_proposed(cast: Cast) -> None:
    with pytest.raises(RoleUnfit):
        proposed(cast, Role.PORT_OFFICER, None)
    with pytest.raises(RoleHeld):
        propose_role(
            user=cast.officer, role=Role.PORT_OFFICER, port="SDG", reason=REASON, proposer=cast.operator, at=NOW
        )
    proposed(cast)
    with pytest.raises(AlreadyProposed):
        proposed(cast)
    proposed(cast, Role.AUDITOR, None)
    assert Proposal.objects.count() == 2


def test_what_no_longer_fits_is_refused_when_approved(cast: Cast) -> None:
    held, closed = proposed(cast), proposed(cast, Role.AUDITOR, None)
    grant_role(user=cast.nobody, role=Role.PORT_OFFICER, port="ELP", at=NOW, actor=OPERATOR)
    with pytest.raises(CannotBeCarriedOut) as refused:
        approve(proposal_id=held.pk, approver=cast.second_operator, at=NOW)
    assert refused.value.code == "role_held"

    close_account(user=cast.nobody, reason="She left.", closed_by=cast.operator, at=NOW)
    with pytest.raises(CannotBeCarriedOut) as refused:
        approve(proposal_id=closed.pk, approver=cast.second_operator, at=NOW)
    assert refused.value.code == "account_closed"
    cast.nobody.refresh_from_db()
    with pytest.raises(AccountClosed):
        proposed(cast, Role.SCHEDULER, None)


def test_a_proposal_of_who_is_no_operator_any_more_is_refused(cast: Cast) -> None:
    proposal = proposed(cast)
    third = make_staff("Ty Third", (Role.OPERATOR, None))
    grant = RoleGrant.objects.get(user=cast.operator)
    revoke_role(grant_id=grant.pk, reason="He left.", revoked_by=third, at=NOW)

    with pytest.raises(ProposerLeft):
        approve(proposal_id=proposal.pk, approver=cast.second_operator, at=NOW)

    assert grants_of(user=cast.nobody) == ()


def test_a_closed_account_opens_nothing_and_holds_nothing(cast: Cast) -> None:
    browser = signed_in(cast.officer)
    close_account(user=cast.officer, reason="She left.", closed_by=cast.operator, at=NOW)
    close_account(user=cast.officer, reason="She left.", closed_by=cast.operator, at=NOW)

    assert browser.get("/office/check").status_code == 302
    assert not RoleGrant.objects.filter(user=cast.officer, revoked_at__isnull=True).exists()
    names = [event.name for event in list_events(subject=Subject("staff", str(cast.officer.pk)))]
    assert names[-2:] == ["staff.role_revoked", "staff.closed"]


def test_an_account_that_is_opened_again_has_no_role_and_a_temporary_password(cast: Cast) -> None:
    with pytest.raises(NotClosed):
        reopen_account(user=cast.officer, password="x", reason="She is back.", reopened_by=cast.operator, at=NOW)
    close_account(user=cast.officer, reason="She left.", closed_by=cast.operator, at=NOW)
    password = temporary_password()
    reopen_account(user=cast.officer, password=password, reason="She is back.", reopened_by=cast.operator, at=NOW)

    cast.officer.refresh_from_db()
    assert grants_of(user=cast.officer) == ()
    assert cast.officer.check_password(password)
    assert not cast.officer.check_password(PASSWORD)
    assert cast.officer.password_is_temporary


def test_an_operator_stays(cast: Cast) -> None:
    def taken(user: object) -> None:
        grant = RoleGrant.objects.get(user=user, role=Role.OPERATOR)
        revoke_role(grant_id=grant.pk, reason="She left.", revoked_by=cast.operator, at=NOW)

    with pytest.raises(OwnAccount):
        close_account(user=cast.operator, reason="I left.", closed_by=cast.operator, at=NOW)
    taken(cast.second_operator)
    with pytest.raises(LastOperator):
        taken(cast.operator)
    with pytest.raises(LastOperator):
        close_account(user=cast.operator, reason="She left.", closed_by=cast.second_operator, at=NOW)
    assert has_role(user=cast.operator, role=Role.OPERATOR)
