"""One person proposes, another decides; an approved proposal is carried out in the same transaction."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.functional import Promise

from fairport.accounts.models import User
from fairport.accounts.queries import get_staff_member
from fairport.approvals.events import ProposalDecided, ProposalMade, ProposalOpened
from fairport.approvals.kinds import Approval, Payload, ProposalKind, kind_named, role_that_counts
from fairport.approvals.models import Proposal, ProposalState
from fairport.audit.events import Subject, staff
from fairport.audit.operations import append_event
from fairport.sealing.box import open_for_service, seal_for_service

SHORTEST_REASON: Final = 10
LONGEST_REASON: Final = 1000
_PURPOSE: Final = "approvals"


class ProposalNotAllowed(Exception):
    """None of the person's roles, at this port, proposes or decides this."""

    code = "proposal_not_allowed"


class SamePerson(Exception):
    """Whoever proposed it cannot decide about it, whatever roles they hold."""

    code = "same_person"


class AlreadyProposed(Exception):
    """The same is proposed for the same subject and not decided yet."""

    code = "already_proposed"


class ReasonUnfit(Exception):
    """The reason is shorter or longer than it may be."""

    code = "proposal_reason_unfit"


class ProposalClosed(Exception):
    """It was decided, taken back, or ran out before."""

    code = "proposal_closed"


class ProposerLeft(Exception):
    """Whoever proposed it has none of the roles any more that propose it."""

    code = "proposer_left"


class CannotBeCarriedOut(Exception):
    """The room that was to do it refused; `code` and `text` are the room's own, and nothing was changed."""

    def __init__(self, code: str, text: Promise) -> None:
        super().__init__(str(text))
        self.code = code
        self.text = text


@transaction.atomic
def propose(*, kind: str, subject: Subject, payload: Payload, reason: str, proposer: User, at: datetime) -> Proposal:
    """Asks for something that another person must approve.

    `payload` holds what the kind needs to carry it out, as JSON values and without anything of a person; `reason` is
    words, which are sealed. Raises ProposalNotAllowed, ReasonUnfit, AlreadyProposed.
    """
    of_kind = kind_named(kind)
    port = of_kind.port_of(payload)
    role = role_that_counts(get_staff_member(user=proposer), of_kind.proposers, port)
    if role is None:
        raise ProposalNotAllowed("None of your roles proposes this.")
    proposal = Proposal(
        kind=kind,
        subject_kind=subject.kind,
        subject_id=subject.id,
        payload=dict(payload),
        port_id=port,
        proposed_by=proposer,
        proposed_at=at,
        expires_at=at + of_kind.lasts,
    )
    proposal.sealed_reason = _seal(proposal, "reason", _fit(reason))
    same = Proposal.objects.filter(
        kind=kind, subject_kind=subject.kind, subject_id=subject.id, state=ProposalState.OPEN
    )
    same.filter(expires_at__lte=at).update(state=ProposalState.EXPIRED, decided_at=at)
    # Two proposals at once do not both look past the constraint: the second waits for the first and is then ignored.
    if not Proposal.objects.bulk_create([proposal], ignore_conflicts=True) or not same.filter(pk=proposal.pk).exists():
        raise AlreadyProposed("The same is proposed already.")
    append_event(
        event=ProposalMade(proposal=str(proposal.pk), kind=kind, role=role, port=port),
        subject=subject,
        actor=staff(proposer.pk),
        at=at,
    )
    return proposal


@transaction.atomic
def approve(*, proposal_id: uuid.UUID, approver: User, at: datetime) -> Proposal:
    """Approves a proposal and carries it out; both or neither.

    Raises ProposalClosed, ProposalNotAllowed, SamePerson, ProposerLeft, CannotBeCarriedOut, Proposal.DoesNotExist.
    """
    proposal, kind, role = _take(proposal_id, approver, at)
    if not kind.may_propose(get_staff_member(user=proposal.proposed_by), proposal.port_id):
        raise ProposerLeft("Who proposed it has no role any more that proposes it.")
    _close(proposal, ProposalState.APPROVED, approver, role, at)
    approval = Approval(proposal.pk, subject_of(proposal), proposal.payload, proposal.proposed_by, approver, at)
    with _refusing(kind):
        kind.carry_out(approval)
    return proposal


@transaction.atomic
def decline(*, proposal_id: uuid.UUID, decider: User, reason: str, at: datetime) -> Proposal:
    """Turns a proposal down, in words that the proposer can read.

    Raises ReasonUnfit, ProposalClosed, ProposalNotAllowed, SamePerson, Proposal.DoesNotExist.
    """
    proposal, _kind, role = _take(proposal_id, decider, at)
    proposal.sealed_answer = _seal(proposal, "answer", _fit(reason))
    _close(proposal, ProposalState.DECLINED, decider, role, at)
    return proposal


@transaction.atomic
def withdraw(*, proposal_id: uuid.UUID, proposer: User, at: datetime) -> Proposal:
    """Takes an own proposal back. Raises ProposalClosed, ProposalNotAllowed, Proposal.DoesNotExist."""
    proposal = _lock_open(proposal_id, at)
    if proposal.proposed_by_id != proposer.pk:
        raise ProposalNotAllowed("Only who proposed it can take it back.")
    _close(proposal, ProposalState.WITHDRAWN, proposer, "", at)
    return proposal


@transaction.atomic
def open_reason(*, proposal: Proposal, reader: User, at: datetime) -> tuple[str, str]:
    """Why it was proposed and, if so, why it was declined; an event says who read it."""
    append_event(
        event=ProposalOpened(proposal=str(proposal.pk), kind=proposal.kind),
        subject=subject_of(proposal),
        actor=staff(reader.pk),
        at=at,
    )
    return _open(proposal, "reason", proposal.sealed_reason), _open(proposal, "answer", proposal.sealed_answer)


def subject_of(proposal: Proposal) -> Subject:
    """What the proposal is about."""
    return Subject(proposal.subject_kind, proposal.subject_id)


def _take(proposal_id: uuid.UUID, decider: User, at: datetime) -> tuple[Proposal, ProposalKind, str]:
    proposal = _lock_open(proposal_id, at)
    kind = kind_named(proposal.kind)
    role = role_that_counts(get_staff_member(user=decider), kind.approvers, proposal.port_id)
    if role is None:
        raise ProposalNotAllowed("None of your roles decides about this.")
    if proposal.proposed_by_id == decider.pk:
        raise SamePerson("You proposed this: somebody else decides.")
    return proposal, kind, role


def _lock_open(proposal_id: uuid.UUID, at: datetime) -> Proposal:
    locked = Proposal.objects.select_for_update(of=("self",)).select_related("proposed_by")
    proposal = locked.get(pk=proposal_id)
    if proposal.state != ProposalState.OPEN or proposal.expires_at <= at:
        raise ProposalClosed("This is no longer open.")
    return proposal


def _close(proposal: Proposal, state: ProposalState, decider: User, role: str, at: datetime) -> None:
    proposal.state, proposal.decided_by, proposal.decided_at = state, decider, at
    proposal.save(update_fields=["state", "decided_by", "decided_at", "sealed_answer"])
    append_event(
        event=ProposalDecided(
            proposal=str(proposal.pk), kind=proposal.kind, decision=state.value, role=role, port=proposal.port_id
        ),
        subject=subject_of(proposal),
        actor=staff(decider.pk),
        at=at,
    )


@contextmanager
def _refusing(kind: ProposalKind) -> Iterator[None]:
    try:
        yield
    except tuple(kind.refusals) as refusal:
        text = next(words for refused, words in kind.refusals.items() if isinstance(refusal, refused))
        raise CannotBeCarriedOut(getattr(refusal, "code", ""), text) from refusal


def _fit(reason: str) -> str:
    words = reason.strip()
    if not SHORTEST_REASON <= len(words) <= LONGEST_REASON:
        raise ReasonUnfit(f"Write the reason with {SHORTEST_REASON} to {LONGEST_REASON} characters.")
    return words


def _seal(proposal: Proposal, field: str, words: str) -> bytes:
    return seal_for_service(purpose=_PURPOSE, context=f"proposal:{proposal.pk}:{field}", value=words.encode())


def _open(proposal: Proposal, field: str, box: bytes | memoryview | None) -> str:
    if box is None:
        return ""
    return open_for_service(purpose=_PURPOSE, context=f"proposal:{proposal.pk}:{field}", box=bytes(box)).decode()
