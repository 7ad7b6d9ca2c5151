"""A group's file as an officer reads it who verifies a fact: opened for a reason, and never without a trace."""

from __future__ import annotations

import uuid
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fairport.accounts.models import Role, User
from fairport.accounts.queries import get_staff_member
from fairport.approvals.models import Proposal, ProposalState
from fairport.approvals.queries import in_state
from fairport.audit.events import staff
from fairport.audit.operations import append_event
from fairport.facts.confirming import KIND, SUBJECT, open_words
from fairport.facts.events import FileOpenedToVerify
from fairport.facts.models import Place, VerifiedFact
from fairport.facts.queries import facts_of
from fairport.facts.rules import OPEN_STATUSES, RENEWABLE_WITHIN, port_and_role
from fairport.registrations.filing import registration_subject
from fairport.registrations.models import Registration
from fairport.registrations.queries import OpenTraveler, open_travelers

REASONS: Final[dict[str, Promise]] = {
    "verification": _("The travelers are with me, or on video, and ask me to verify a reason"),
    "approval": _("I decide about what a colleague confirmed"),
    "question": _("A traveler asked about their file"),
    "supervision": _("I supervise the port"),
}


STATES: Final[dict[str, Promise]] = {
    "holds": _("Verified"),
    "ended": _("No longer valid"),
    "withdrawn": _("Taken back"),
}


@dataclass(frozen=True, slots=True)
class OpenFact:
    """A fact with what was sealed in it; `state` is one of STATES."""

    row: VerifiedFact
    words: str
    withdrawal: str
    state: str


@dataclass(frozen=True, slots=True)
class OpenConfirmation:
    """What one person confirmed for a traveler and nobody has approved yet."""

    proposal: Proposal
    criteria: tuple[str, ...]
    where: Place
    words: str


@dataclass(frozen=True, slots=True)
class FactsTraveler:
    """A traveler with what was verified, what waits for a second person, and what could be confirmed now."""

    person: OpenTraveler
    facts: tuple[OpenFact, ...]
    waiting: OpenConfirmation | None
    confirmable: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FactsFile:
    """A group's file; `may_withdraw` for a supervisor of one of its ports, `is_open` while there may be draws."""

    registration: Registration
    travelers: tuple[FactsTraveler, ...]
    port: str
    may_withdraw: bool
    is_open: bool


@transaction.atomic
def open_file(*, registration_id: uuid.UUID, officer: User, reason: str, at: datetime) -> FactsFile:
    """Who is in a group and what was verified about them; an event says who read it and why (one of REASONS).

    Raises OtherPort, Registration.DoesNotExist; SealBroken once the people were erased.
    """
    registration = Registration.objects.select_related("data_key").get(pk=registration_id)
    member = get_staff_member(user=officer)
    port, role = port_and_role(member=member, registration=registration)
    append_event(
        event=FileOpenedToVerify(role=role, port=port, reason=reason),
        subject=registration_subject(registration),
        actor=staff(officer.pk),
        at=at,
        data_key=registration.data_key,
    )
    facts: dict[uuid.UUID, list[OpenFact]] = {}
    for row in facts_of(registration_id=registration.pk):
        facts.setdefault(row.traveler_id, []).append(_opened(row, registration, at))
    people = open_travelers(registration=registration)
    waiting = _waiting(registration, people, at)
    is_open = registration.status in OPEN_STATUSES
    travelers = []
    for person in people:
        known, pending = facts.get(person.id, []), waiting.get(person.id)
        confirmable = _confirmable(person, known, at) if is_open and pending is None else ()
        travelers.append(FactsTraveler(person, tuple(known), pending, confirmable))
    may_withdraw = any(member.role_at(each, Role.SUPERVISOR) for each in registration.ports)
    return FactsFile(registration, tuple(travelers), port, may_withdraw, is_open)


def _opened(row: VerifiedFact, registration: Registration, at: datetime) -> OpenFact:
    words = open_words(sealed=row.sealed, traveler_id=row.traveler_id, registration=registration)
    withdrawal = ""
    if row.sealed_withdrawal is not None:
        withdrawal = open_words(sealed=row.sealed_withdrawal, traveler_id=row.traveler_id, registration=registration)
    return OpenFact(row, words, withdrawal, state_of(row, at=at))


def state_of(row: VerifiedFact, *, at: datetime) -> str:
    """One of STATES."""
    if row.withdrawn_at is not None:
        return "withdrawn"
    return "holds" if row.valid_until > at else "ended"


def _waiting(
    registration: Registration, people: Sequence[OpenTraveler], at: datetime
) -> dict[uuid.UUID, OpenConfirmation]:
    rows = Proposal.objects.select_related("proposed_by").filter(
        kind=KIND, subject_kind=SUBJECT, subject_id__in=[str(person.id) for person in people]
    )
    found = {}
    for proposal in in_state(rows, state=ProposalState.OPEN, at=at):
        payload, traveler_id = proposal.payload, uuid.UUID(proposal.subject_id)
        words = open_words(sealed=b64decode(payload["sealed"]), traveler_id=traveler_id, registration=registration)
        found[traveler_id] = OpenConfirmation(proposal, tuple(payload["criteria"]), Place(payload["where"]), words)
    return found


def _confirmable(person: OpenTraveler, known: list[OpenFact], at: datetime) -> tuple[str, ...]:
    verified = {
        fact.row.criterion for fact in known if fact.state == "holds" and fact.row.valid_until > at + RENEWABLE_WITHIN
    }
    return tuple(criterion for criterion in person.criteria if criterion not in verified)
