"""An officer corrects who somebody is: a name, a birth date, a nationality or a document."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from fairport.accounts.models import User
from fairport.audit.events import staff
from fairport.audit.queries import latest_events
from fairport.checkin.deciding import LONGEST_REASON, SHORTEST_REASON
from fairport.checkin.files import port_and_role, ports_of_group
from fairport.registrations.conflicts import refuse_own_name
from fairport.registrations.correcting import Corrector, Identity, correct_identity
from fairport.registrations.events import TravelerCorrected
from fairport.registrations.filing import registration_subject
from fairport.registrations.models import Registration, Traveler


class CorrectionReasonInvalid(Exception):
    """The reason is too short or too long; `problem` says which."""

    code = "correction_reason_invalid"

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


@transaction.atomic
def correct_traveler(
    *, traveler_id: uuid.UUID, identity: Identity, version: str, reason: str, officer: User, at: datetime
) -> None:
    """Corrects who a traveler is, by an officer of one of the group's ports, with a reason that the group can read.

    One officer is enough: the group is told, and the old values stay in the event. Raises OtherPort, OwnCase,
    CorrectionReasonInvalid, Traveler.DoesNotExist, and all that `correct_identity` raises.
    """
    traveler = Traveler.objects.select_related("registration__data_key").get(pk=traveler_id, left_at__isnull=True)
    registration = traveler.registration
    port, role = port_and_role(officer=officer, ports=ports_of_group(registration=registration))
    refuse_own_name(registration=registration, officer=officer)
    reason = reason.strip()
    if len(reason) < SHORTEST_REASON:
        raise CorrectionReasonInvalid("reason_too_short")
    if len(reason) > LONGEST_REASON:
        raise CorrectionReasonInvalid("reason_too_long")
    correct_identity(
        traveler_id=traveler_id,
        identity=identity,
        version=version,
        reason=reason,
        by=Corrector(staff(officer.pk), role, port),
        at=at,
    )


@dataclass(frozen=True, slots=True)
class Correction:
    """One correction as the group itself may read it: `before` has the old value of each field, no officer's name."""

    at: datetime
    before: Mapping[str, str | None]
    reason: str
    role: str
    port: str


def corrections_of(*, registration: Registration, limit: int) -> list[Correction]:
    """The latest corrections of a group's people, newest first; one query."""
    events = latest_events(subject=registration_subject(registration), name=TravelerCorrected.name, limit=limit)
    return [
        Correction(event.at, details["before"], details["reason"], details["role"], details["port"])
        for event in events
        if (details := event.details) is not None
    ]
