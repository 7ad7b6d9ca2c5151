"""The officer's decision about one traveler. It is never changed; a supervisor can put another in its place."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Final

from django.db import transaction

from fairport.accounts.models import Role, User
from fairport.accounts.queries import has_role
from fairport.audit.events import staff
from fairport.audit.operations import NewEvent, append_events
from fairport.checkin.events import DeterminationRecorded, RegistrationDetermined
from fairport.checkin.models import CheckIn, Determination, Outcome
from fairport.checkin.places import role_at_port
from fairport.domain.transitions import Event
from fairport.notifications.operations import queue_message
from fairport.programmes.queries import policy_of_version
from fairport.registrations.filing import registration_subject
from fairport.registrations.identity import normalise_name
from fairport.registrations.models import Registration, RegistrationStatus
from fairport.registrations.operations import change_status
from fairport.registrations.queries import open_contact, open_travelers
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


class OwnCase(Exception):
    """Somebody in the group has the officer's own full name: another officer decides."""

    code = "own_case"


class AlreadyDetermined(Exception):
    """There is a determination; only a correction can take its place."""

    code = "already_determined"


class NotEffective(Exception):
    """The determination to correct was replaced before, or is not about this traveler."""

    code = "not_effective"


class SupervisorNeeded(Exception):
    """Only a supervisor of the port corrects a determination."""

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
    `replaces` it corrects the determination of that id. Once every arrived traveler has one, the registration is
    `determined` and the group is told that there is a decision.
    Raises OtherPort, SupervisorNeeded, OwnCase, DeterminationInvalid, AlreadyDetermined, NotEffective,
    CheckIn.DoesNotExist.
    """
    check_in = CheckIn.objects.select_related("appointment", "traveler").get(pk=check_in_id)
    role = role_at_port(officer=officer, port=check_in.port_id)
    if replaces is not None and not has_role(user=officer, role=Role.SUPERVISOR, port=check_in.port_id):
        raise SupervisorNeeded("Only a supervisor can correct a determination.")
    registration = _lock(check_in.appointment.registration_id)
    _refuse_own_case(registration, officer)
    criterion, reason = criterion or None, reason.strip()
    _validate(outcome, criterion, reason, policy_of_version(version_id=registration.policy_version_id).policy.criteria)
    effective = Determination.objects.filter(check_in=check_in, replaced_by__isnull=True).first()
    if replaces is None and effective is not None:
        raise AlreadyDetermined("There is a determination about this traveler already.")
    if replaces is not None and (effective is None or effective.pk != replaces):
        raise NotEffective("This determination was replaced before.")
    determination = Determination(
        check_in=check_in, outcome=outcome, officer=officer, decided_at=at, replaces_id=replaces
    )
    determination.sealed = seal_json(
        data_key=registration.data_key,
        context=determination_context(determination.pk),
        value={"criterion": criterion, "reason": reason},
    )
    determination.save(force_insert=True)
    _tell(registration, determination, role, officer, at)
    return determination


def open_determination(*, determination: Determination, registration: Registration) -> tuple[str | None, str]:
    """Criterion found and reason of one determination. Raises SealBroken once the person was erased."""
    content = open_json(
        data_key=registration.data_key,
        context=determination_context(determination.pk),
        box=bytes(determination.sealed),
    )
    return content["criterion"], content["reason"]


def _lock(registration_id: uuid.UUID) -> Registration:
    # Two officers who decide about the same group go one after the other: the last one completes it.
    locked = Registration.objects.select_for_update(of=("self",)).select_related("data_key")
    return locked.get(pk=registration_id)


def _tell(registration: Registration, determination: Determination, role: str, officer: User, at: datetime) -> None:
    check_in = determination.check_in
    events = [
        NewEvent(
            DeterminationRecorded(
                determination=str(determination.pk),
                traveler=str(check_in.traveler_id),
                outcome=determination.outcome,
                role=role,
                port=check_in.port_id,
                replaces=None if determination.replaces_id is None else str(determination.replaces_id),
            ),
            registration_subject(registration),
            registration.data_key,
        )
    ]
    undecided = CheckIn.objects.filter(appointment=check_in.appointment, determinations__isnull=True).exists()
    if not undecided and registration.status == RegistrationStatus.ARRIVED:
        change_status(registration_id=registration.pk, event=Event.DETERMINED, at=at)
        events.append(
            NewEvent(
                RegistrationDetermined(appointment=str(check_in.appointment_id)),
                registration_subject(registration),
                registration.data_key,
            )
        )
    append_events(events=events, actor=staff(officer.pk), at=at)
    if not undecided:
        # The text says only that there is a decision, so a correction is told in the same words.
        queue_message(
            template="determination",
            dedupe_key=f"determination:{determination.pk}",
            language=registration.language,
            email=open_contact(registration=registration).email,
            context={},
            data_key=registration.data_key,
            at=at,
        )


def _refuse_own_case(registration: Registration, officer: User) -> None:
    own = normalise_name(officer.full_name)
    for traveler in open_travelers(registration=registration):
        if normalise_name(f"{traveler.given_names} {traveler.family_names}") == own:
            raise OwnCase("Somebody in this group has your name.")


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
