from __future__ import annotations

import uuid
from datetime import datetime

from django.db.models import Q, QuerySet

from fairport.accounts.models import PORT_ROLES, Role
from fairport.accounts.queries import StaffMember
from fairport.approvals.kinds import all_kinds
from fairport.approvals.models import Proposal, ProposalState
from fairport.audit.events import Subject

# They read everything and decide nothing by it.
READERS = (Role.AUDITOR, Role.OMBUDS)


def proposals_for(*, member: StaffMember) -> QuerySet[Proposal]:
    """What somebody may read: their own, what they could propose or decide, and everything for auditors and the ombuds.

    The latest first, with the people and the port.
    """
    rows = Proposal.objects.select_related("proposed_by", "decided_by", "port").order_by("-proposed_at", "id")
    if member.has(*READERS):
        return rows
    seen = Q(proposed_by=member.user)
    for kind in all_kinds():
        roles = kind.proposers | kind.approvers
        if any(grant.role in roles and grant.port is None for grant in member.grants):
            seen |= Q(kind=kind.name)
        elif ports := member.ports(*(role for role in roles if role in PORT_ROLES)):
            seen |= Q(kind=kind.name) & (Q(port__in=ports) | Q(port__isnull=True))
    return rows.filter(seen)


def in_state(rows: QuerySet[Proposal], *, state: str, at: datetime) -> QuerySet[Proposal]:
    """Those of one state; what ran out counts as expired from that moment on, whoever has noticed."""
    ran_out = Q(state=ProposalState.OPEN, expires_at__lte=at)
    if state == ProposalState.EXPIRED:
        return rows.filter(Q(state=state) | ran_out)
    return rows.filter(state=state).exclude(ran_out)


def count_waiting_for(*, member: StaffMember, at: datetime) -> int:
    """How many open proposals somebody could decide now."""
    waiting = Q(pk__in=[])
    for kind in all_kinds():
        if any(grant.role in kind.approvers and grant.port is None for grant in member.grants):
            waiting |= Q(kind=kind.name)
        elif ports := member.ports(*(role for role in kind.approvers if role in PORT_ROLES)):
            waiting |= Q(kind=kind.name) & (Q(port__in=ports) | Q(port__isnull=True))
    rows = Proposal.objects.filter(waiting).exclude(proposed_by=member.user)
    return in_state(rows, state=ProposalState.OPEN, at=at).count()


def find_proposal(*, proposal_id: uuid.UUID, member: StaffMember) -> Proposal | None:
    """A proposal that somebody may read, or None."""
    return proposals_for(member=member).filter(pk=proposal_id).first()


def open_proposals(*, at: datetime, kind: str | None = None, subject: Subject | None = None) -> list[Proposal]:
    """What waits for a decision, of one kind or about one subject where named; the oldest first."""
    rows = Proposal.objects.select_related("proposed_by", "port").order_by("proposed_at", "id")
    if kind is not None:
        rows = rows.filter(kind=kind)
    if subject is not None:
        rows = rows.filter(subject_kind=subject.kind, subject_id=subject.id)
    return list(in_state(rows, state=ProposalState.OPEN, at=at))
