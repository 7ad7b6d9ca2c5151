"""The officer's decision about one traveler. It is never changed; another can be put in its place."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Final

from django.db import transaction

from fairport.accounts.models import Role, User
from fairport.accounts.queries import has_role
from fairport.audit.events import staff
from fairport.audit.operations import NewEvent, append_events
from fairport.checkin.chain import DecisionState
from fairport.checkin.effect import chain_of, lock_group, states_of, take_effect
from fairport.checkin.events import DeterminationRecorded
from fairport.checkin.models import CheckIn, Determination, Outcome
from fairport.checkin.places import role_at_port
from fairport.programmes.queries import policy_of_version
from fairport.registrations.conflicts import refuse_conflict
from fairport.registrations.filing import registration_subject
from fairport.registrations.models import Registration
from fairport.sealing.box import open_json, seal_json

SHORTEST_REASON: Final = 20
LONGEST_REASON: Final = 4000


class DeterminationInvalid(Exception):
    """The decision is not complete or contradicts itself; `field` is `outcome`, `criterion` or `reason`."""

    code = "determination_invalid"

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field
        self.problem = problem


class NotArrived(Exception):
    """Nobody is decided about who was not checked in."""

    code = "not_arrived"


class AlreadyDetermined(Exception):
    """There is a determination; only a correction can take its place."""

    code = "already_determined"


class NotEffective(Exception):
    """The determination to correct was replaced before, or is not about this traveler."""

    code = "not_effective"


class SupervisorNeeded(Exception):
    """Only a supervisor of the port corrects a determination that holds or waits for its second look."""

    code = "supervisor_needed"


def determination_context(determination_id: uuid.UUID) -> str:
    """The place that a sealed determination is bound to."""
    return f"determination:{determination_id}"


@transaction.atomic
def record_determination(
    *,
    check_in_id: int,
    outcome: str,
    criterion: str | None,
    reason: str,
    officer: User,
    at: datetime,
    replaces: uuid.UUID | None = None,
) -> Determination:
    """Records what an officer decided about an arrived traveler, and why, in words.

    `criterion` is the one that was found: needed for `exempted`, open for `referred`, none for `not_exempted`. With
    `replaces` it takes the place of the determination of that id, the latest one about the traveler: a supervisor's
    correction or, where the second officer did not agree with the first decision, anybody's new one. A negative is only
    proposed until `review_determination`; everything else is in effect at once. Once every arrived traveler has an
    effective one, the registration is `determined` and the group is told that there is a decision.
    Raises NotArrived, OtherPort, SupervisorNeeded, OwnCase, OwnRegistration, DeterminationInvalid, AlreadyDetermined,
    NotEffective; SealBroken once the people were erased.
    """
    check_in = CheckIn.objects.select_related("appointment", "traveler").filter(pk=check_in_id).first()
    if check_in is None:
        raise NotArrived("This traveler was not checked in.")
    role = role_at_port(officer=officer, port=check_in.port_id)
    registration = lock_group(registration_id=check_in.appointment.registration_id)
    # Somebody may have taken the arrival back while this call waited for the lock.
    if not CheckIn.objects.filter(pk=check_in_id).exists():
        raise NotArrived("This traveler's arrival was taken back.")
    chain = chain_of(check_in=check_in)
    _refuse_out_of_turn(chain, check_in, officer, replaces)
    refuse_conflict(registration=registration, officer=officer)
    criterion, reason = criterion or None, reason.strip()
    _validate(outcome, criterion, reason, policy_of_version(version_id=registration.policy_version_id).policy.criteria)
    determination = Determination(
        check_in=check_in,
        outcome=outcome,
        officer=officer,
        decided_at=at,
        replaces_id=replaces,
        sequence=len(chain) + 1,
        needs_review=outcome == Outcome.NOT_EXEMPTED,
    )
    determination.sealed = seal_json(
        data_key=registration.data_key,
        context=determination_context(determination.pk),
        value={"criterion": criterion, "reason": reason},
    )
    determination.save(force_insert=True)
    _tell(registration, determination, role, officer, at)
    return determination


def may_replace(*, states: list[DecisionState], is_supervisor: bool) -> bool:
    """Whether somebody may decide anew where something was decided: a supervisor always, others what came back."""
    came_back = states[-1] is DecisionState.RETURNED and DecisionState.EFFECTIVE not in states
    return is_supervisor or came_back


def open_determination(*, determination: Determination, registration: Registration) -> tuple[str | None, str]:
    """Criterion found and reason of one determination. Raises SealBroken once the person was erased."""
    content = open_json(
        data_key=registration.data_key,
        context=determination_context(determination.pk),
        box=bytes(determination.sealed),
    )
    return content["criterion"], content["reason"]


def _tell(registration: Registration, determination: Determination, role: str, officer: User, at: datetime) -> None:
    recorded = DeterminationRecorded(
        determination=str(determination.pk),
        traveler=str(determination.check_in.traveler_id),
        outcome=determination.outcome,
        role=role,
        port=determination.check_in.port_id,
        replaces=None if determination.replaces_id is None else str(determination.replaces_id),
        needs_review=determination.needs_review,
    )
    events = [NewEvent(recorded, registration_subject(registration), registration.data_key)]
    if not determination.needs_review:
        events += take_effect(registration=registration, determination=determination, at=at)
    append_events(events=events, actor=staff(officer.pk), at=at)


def _refuse_out_of_turn(
    chain: list[Determination], check_in: CheckIn, officer: User, replaces: uuid.UUID | None
) -> None:
    latest = chain[-1] if chain else None
    if replaces is None:
        if latest is not None:
            raise AlreadyDetermined("There is a determination about this traveler already.")
        return
    if latest is None or latest.pk != replaces:
        raise NotEffective("This determination was replaced before.")
    is_supervisor = has_role(user=officer, role=Role.SUPERVISOR, port=check_in.port_id)
    if not may_replace(states=states_of(chain), is_supervisor=is_supervisor):
        raise SupervisorNeeded("Only a supervisor can correct a determination.")


def _validate(outcome: str, criterion: str | None, reason: str, criteria: tuple[str, ...]) -> None:
    if outcome not in Outcome.values:
        raise DeterminationInvalid("outcome", "outcome_required")
    if outcome == Outcome.EXEMPTED and criterion is None:
        raise DeterminationInvalid("criterion", "criterion_required")
    if outcome == Outcome.NOT_EXEMPTED and criterion is not None:
        raise DeterminationInvalid("criterion", "criterion_contradicts")
    if criterion is not None and criterion not in criteria:
        raise DeterminationInvalid("criterion", "criterion_unknown")
    if len(reason) < SHORTEST_REASON:
        raise DeterminationInvalid("reason", "reason_too_short")
    if len(reason) > LONGEST_REASON:
        raise DeterminationInvalid("reason", "reason_too_long")
