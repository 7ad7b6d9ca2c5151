"""A role is given by two operators: one proposes it, another approves it, and neither is who gets it."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fairport.accounts.models import Role, User
from fairport.accounts.operations import AccountClosed, OwnRole, RoleHeld, RoleUnfit, check_role, grant_role
from fairport.accounts.problems import TEXTS
from fairport.accounts.queries import get_person, has_role
from fairport.approvals.kinds import Approval, Payload, ProposalKind
from fairport.approvals.models import Proposal
from fairport.approvals.operations import propose
from fairport.audit.events import Subject, staff

KIND: Final = "role_granted"


def propose_role(*, user: User, role: str, port: str | None, reason: str, proposer: User, at: datetime) -> Proposal:
    """Asks another operator to give somebody a role.

    Raises OwnRole, AccountClosed, RoleUnfit, RoleHeld and what `approvals.operations.propose` raises.
    """
    if user == proposer:
        raise OwnRole("Nobody proposes a role for themselves.")
    if not user.is_active:
        raise AccountClosed("This account is closed.")
    check_role(role=role, port=port)
    if has_role(user=user, role=role, port=port):
        raise RoleHeld("This role is held already.")
    return propose(
        kind=KIND,
        subject=Subject("role", f"{user.pk}:{role}:{port or ''}"),
        payload={"user": user.pk, "role": role, "port": port},
        reason=reason,
        proposer=proposer,
        at=at,
    )


def _describe(payload: Payload) -> str:
    role = Role(payload["role"]).label
    if payload["port"]:
        return _("%(role)s at %(port)s for the account %(number)s") % {
            "role": role,
            "port": payload["port"],
            "number": payload["user"],
        }
    return _("%(role)s for the account %(number)s") % {"role": role, "number": payload["user"]}


def _href(payload: Payload) -> str:
    return reverse("office_person", args=[payload["user"]])


def _carry_out(approval: Approval) -> None:
    user = get_person(user_id=approval.payload["user"])
    if user is None:
        raise RoleUnfit("This account does not exist.")
    grant_role(
        user=user,
        role=approval.payload["role"],
        port=approval.payload["port"],
        at=approval.at,
        actor=staff(approval.approved_by.pk),
        proposed_by=approval.proposed_by,
        granted_by=approval.approved_by,
    )


ROLE_GRANTED: Final = ProposalKind(
    name=KIND,
    label=gettext_lazy("Give a role"),
    proposers=frozenset({Role.OPERATOR}),
    approvers=frozenset({Role.OPERATOR}),
    describe=_describe,
    carry_out=_carry_out,
    href=_href,
    refusals={
        OwnRole: TEXTS["own_role"],
        AccountClosed: TEXTS["account_closed"],
        RoleHeld: TEXTS["role_held"],
        RoleUnfit: TEXTS["role_unfit"],
    },
)
