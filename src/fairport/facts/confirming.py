"""An officer confirms what a traveler claims, a second person approves, and a supervisor can take it back."""

from __future__ import annotations

import uuid
from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import transaction

from fairport.accounts.models import Role, User
from fairport.accounts.queries import get_staff_member
from fairport.approvals.kinds import Approval
from fairport.approvals.models import Proposal
from fairport.approvals.operations import propose
from fairport.audit.events import EventDetails, Subject, staff
from fairport.audit.operations import append_event
from fairport.domain.policy import Policy
from fairport.facts.events import FactsConfirmed, FactsVerified, FactWithdrawn
from fairport.facts.models import Place, VerifiedFact
from fairport.facts.rules import (
    fit_words,
    port_and_role,
    refuse_closed,
    refuse_unfit,
    traveler_in,
    words_context,
)
from fairport.notifications.operations import queue_message
from fairport.programmes.queries import NoPolicyInForce, policy_in_force, policy_of_version
from fairport.registrations.conflicts import refuse_conflict, refuse_own_name
from fairport.registrations.filing import registration_subject
from fairport.registrations.models import Registration
from fairport.registrations.queries import get_registration, open_contact, open_travelers
from fairport.sealing.box import open_json, seal_json

KIND: Final = "verified_fact"
# One confirmation for a traveler waits at a time; it can name several criteria.
SUBJECT: Final = "traveler"


class FactNotThere(Exception):
    """The fact was withdrawn before, or is another group's."""

    code = "fact_not_there"


class SupervisorNeeded(Exception):
    """Only a supervisor of one of the group's ports withdraws a fact."""

    code = "fact_supervisor_needed"


@transaction.atomic
def confirm_facts(
    *,
    registration_id: uuid.UUID,
    traveler_id: uuid.UUID,
    criteria: Sequence[str],
    where: Place,
    words: str,
    officer: User,
    at: datetime,
) -> Proposal:
    """Says that an officer saw what a traveler claims; it counts once a second person has approved.

    `words` tell what was seen. They are sealed under the file's own data key, also in the proposal, so that erasing the
    person takes them along. Raises OtherPort, FileClosed, OwnCase, OwnRegistration, NotInGroup, NothingChosen,
    NotClaimed, AlreadyVerified, WordsUnfit, AlreadyProposed, Registration.DoesNotExist; SealBroken once erased.
    """
    # Not locked: approvals lock a proposal before the registration, and everything is asked again then.
    registration = get_registration(registration_id=registration_id)
    port, role = port_and_role(member=get_staff_member(user=officer), registration=registration)
    refuse_closed(registration=registration)
    travelers = open_travelers(registration=registration)
    refuse_conflict(registration=registration, officer=officer)
    refuse_unfit(person=traveler_in(travelers=travelers, traveler_id=traveler_id), criteria=criteria, at=at)
    sealed = seal_json(data_key=registration.data_key, context=words_context(traveler_id), value=fit_words(words))
    proposal = propose(
        kind=KIND,
        subject=Subject(SUBJECT, str(traveler_id)),
        payload={
            "registration": str(registration.pk),
            "traveler": str(traveler_id),
            "criteria": sorted(criteria),
            "where": where.value,
            "port": port,
            "confirmed_at": at.isoformat(),
            "sealed": b64encode(sealed).decode(),
        },
        # What was seen is in the file itself, which opens for a reason only.
        reason="What was seen is written in the file.",
        proposer=officer,
        at=at,
    )
    _tell(
        registration,
        FactsConfirmed(
            proposal=str(proposal.pk),
            traveler=str(traveler_id),
            criteria=tuple(sorted(criteria)),
            where=where.value,
            role=role,
            port=port,
        ),
        officer,
        at,
    )
    return proposal


def record_facts(approval: Approval) -> None:
    """Writes the approved facts, in the transaction of the approval; the group is told.

    Raises FileClosed, OwnCase, OwnRegistration, NotInGroup, NotClaimed, AlreadyVerified; SealBroken once the people
    were erased.
    """
    payload, at = approval.payload, approval.at
    registration = _lock(uuid.UUID(payload["registration"]))
    refuse_closed(registration=registration)
    travelers = open_travelers(registration=registration)
    refuse_conflict(registration=registration, officer=approval.approved_by)
    person = traveler_in(travelers=travelers, traveler_id=uuid.UUID(payload["traveler"]))
    criteria: list[str] = payload["criteria"]
    refuse_unfit(person=person, criteria=criteria, at=at)
    rules = _policy(registration, at).facts
    facts = [
        VerifiedFact(
            traveler_id=person.id,
            criterion=criterion,
            where=payload["where"],
            port_id=payload["port"],
            proposal_id=approval.proposal_id,
            confirmed_by=approval.proposed_by,
            confirmed_at=datetime.fromisoformat(payload["confirmed_at"]),
            approved_by=approval.approved_by,
            approved_at=at,
            valid_until=at + rules.validity_of(criterion),
            sealed=b64decode(payload["sealed"]),
        )
        for criterion in criteria
    ]
    VerifiedFact.objects.bulk_create(facts)
    _tell(
        registration,
        FactsVerified(
            proposal=str(approval.proposal_id),
            traveler=str(person.id),
            criteria=tuple(criteria),
            where=payload["where"],
            port=payload["port"],
            valid_until=tuple(fact.valid_until.isoformat() for fact in facts),
        ),
        approval.approved_by,
        at,
    )
    _write_to(registration, "fact_verified", str(approval.proposal_id), at)


@transaction.atomic
def withdraw_fact(
    *, registration_id: uuid.UUID, fact_id: uuid.UUID, reason: str, supervisor: User, at: datetime
) -> VerifiedFact:
    """Takes a verified fact back; from the next freeze on it counts no more, and the group is told.

    Raises OtherPort, SupervisorNeeded, OwnCase, WordsUnfit, FactNotThere, Registration.DoesNotExist; SealBroken once
    the people were erased.
    """
    registration = _lock(registration_id)
    member = get_staff_member(user=supervisor)
    port_and_role(member=member, registration=registration)
    port = next((port for port in registration.ports if member.role_at(port, Role.SUPERVISOR)), None)
    if port is None:
        raise SupervisorNeeded("Only a supervisor of one of the group's ports can withdraw this.")
    refuse_own_name(registration=registration, officer=supervisor)
    words = fit_words(reason)
    fact = VerifiedFact.objects.filter(
        pk=fact_id, traveler__registration=registration, withdrawn_at__isnull=True
    ).first()
    if fact is None:
        raise FactNotThere("There is no such fact to withdraw.")
    fact.withdrawn_by, fact.withdrawn_at = supervisor, at
    fact.sealed_withdrawal = seal_json(
        data_key=registration.data_key, context=words_context(fact.traveler_id), value=words
    )
    fact.save(update_fields=["withdrawn_by", "withdrawn_at", "sealed_withdrawal"])
    _tell(
        registration,
        FactWithdrawn(
            fact=str(fact.pk),
            traveler=str(fact.traveler_id),
            criterion=fact.criterion,
            role=Role.SUPERVISOR.value,
            port=port,
        ),
        supervisor,
        at,
    )
    _write_to(registration, "fact_withdrawn", str(fact.pk), at)
    return fact


def open_words(*, sealed: bytes | memoryview, traveler_id: uuid.UUID, registration: Registration) -> str:
    """What an officer wrote about a traveler. Raises SealBroken once the person was erased."""
    words: str = open_json(data_key=registration.data_key, context=words_context(traveler_id), box=bytes(sealed))
    return words


def _lock(registration_id: uuid.UUID) -> Registration:
    # Two approvals about one group go one after the other, so that the second sees what the first wrote.
    return Registration.objects.select_for_update(of=("self",)).select_related("data_key").get(pk=registration_id)


def _policy(registration: Registration, at: datetime) -> Policy:
    try:
        return policy_in_force(programme=registration.programme_id, on=at.date()).policy
    except NoPolicyInForce:
        return policy_of_version(version_id=registration.policy_version_id).policy


def _tell(registration: Registration, event: EventDetails, officer: User, at: datetime) -> None:
    append_event(
        event=event,
        subject=registration_subject(registration),
        actor=staff(officer.pk),
        at=at,
        data_key=registration.data_key,
    )


def _write_to(registration: Registration, template: str, about: str, at: datetime) -> None:
    queue_message(
        template=template,
        dedupe_key=f"{template}:{about}",
        language=registration.language,
        email=open_contact(registration=registration).email,
        context={},
        data_key=registration.data_key,
        at=at,
    )
