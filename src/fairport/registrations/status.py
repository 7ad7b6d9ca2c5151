"""The only writer of a registration's status, and of what hangs on it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Final

from django.db import transaction

from fairport.audit.events import WORKER
from fairport.audit.operations import NewEvent, append_events
from fairport.domain.policy import Policy
from fairport.domain.transitions import Event, Status, next_status
from fairport.registrations.events import RegistrationLapsed
from fairport.registrations.filing import claim_documents, registration_subject
from fairport.registrations.identity import document_index
from fairport.registrations.models import ACTIVE_STATUSES, DocumentClaim, Registration, RegistrationStatus, Traveler
from fairport.registrations.queries import open_travelers

# What only the applicant does.
_SIGNS_OF_LIFE: Final = frozenset(
    {
        Event.CONFIRMED,
        Event.DECLINED,
        Event.RENEWED,
        Event.CANCELLED,
        Event.REINSTATED,
        Event.WITHDRAWAL_UNDONE,
    }
)
# What ends that a group is owed a place: it took another, or came to the one that it was moved to.
_MAKES_GOOD: Final = frozenset({Event.CONFIRMED, Event.PLACED, Event.ARRIVED})
_BATCH: Final = 1000


def change_status(
    *, registration_id: uuid.UUID, event: Event, at: datetime, target: Status | None = None
) -> Registration:
    """Moves a registration along the state table, in the caller's transaction, with its row locked.

    `target` is where an undone withdrawal leads back to. Keeps true what hangs on the status: the document claims, the
    rain-check, the time and origin of a withdrawal, the count of declines, the last sign of life, whether the group is
    owed a place. The caller appends the event. Raises TransitionRefused; DocumentInUse if a document was claimed by
    another file while this one was not active; Registration.DoesNotExist.
    """
    registration = (
        Registration.objects.select_for_update(of=("self",)).select_related("data_key").get(pk=registration_id)
    )
    before = Status(registration.status)
    after = next_status(before, event, target=target)
    registration.status = RegistrationStatus(after)
    if after is not Status.WAITING:
        registration.has_rain_check = False
    if event in _SIGNS_OF_LIFE:
        registration.last_sign_of_life_at = at
        registration.renewal_reminded_at = None
    if event in _MAKES_GOOD:
        registration.displaced_at = None
    if event is Event.DECLINED:
        registration.declines += 1
    if event is Event.WITHDRAWN:
        registration.withdrawn_at, registration.withdrawn_from = at, before
    elif event is Event.WITHDRAWAL_UNDONE:
        registration.withdrawn_at, registration.withdrawn_from = None, ""
    registration.save(
        update_fields=[
            "status",
            "has_rain_check",
            "last_sign_of_life_at",
            "renewal_reminded_at",
            "declines",
            "displaced_at",
            "withdrawn_at",
            "withdrawn_from",
        ]
    )
    was_active, is_active = before in ACTIVE_STATUSES, after in ACTIVE_STATUSES
    if is_active and not was_active:
        _claim_again(registration)
    elif was_active and not is_active:
        DocumentClaim.objects.filter(traveler__registration=registration).delete()
    return registration


def mark_drawn(*, registrations: Collection[Registration]) -> None:
    """Moves registrations to `offered` that the caller has locked, with one statement for a whole draw.

    The caller appends the events. Raises TransitionRefused if one of them does not wait.
    """
    for registration in registrations:
        registration.status = RegistrationStatus(next_status(Status(registration.status), Event.DRAWN))
        registration.has_rain_check = False
    Registration.objects.filter(pk__in=[registration.pk for registration in registrations]).update(
        status=RegistrationStatus.OFFERED, has_rain_check=False
    )


def mark_displaced(*, registrations: Collection[Registration], at: datetime) -> None:
    """Lets groups wait again whose place was taken back, first in the next draw; the caller has locked them.

    Who has withdrawn stays so, and would wait again after taking that back. The time without a sign of life begins
    anew, and so does the count of declines. Constant in queries; the caller appends the events. Raises
    TransitionRefused.
    """
    for registration in registrations:
        if registration.status == RegistrationStatus.WITHDRAWN:
            registration.withdrawn_from = RegistrationStatus.WAITING
        else:
            registration.status = RegistrationStatus(next_status(Status(registration.status), Event.DISPLACED))
            registration.last_sign_of_life_at, registration.renewal_reminded_at = at, None
        registration.displaced_at, registration.declines = at, 0
    fields = ["status", "withdrawn_from", "last_sign_of_life_at", "renewal_reminded_at", "displaced_at", "declines"]
    Registration.objects.bulk_update(registrations, fields, batch_size=_BATCH)


def mark_owed(*, registrations: Collection[Registration], at: datetime) -> None:
    """Notes that we owe these a place though their status stays: they were moved, or drawn at a port since suspended.

    The caller has locked them.
    """
    for registration in registrations:
        registration.displaced_at = at
    Registration.objects.filter(pk__in=[one.pk for one in registrations]).update(displaced_at=at, declines=0)


def set_rain_checks(*, programme: str, registration_ids: Collection[uuid.UUID]) -> None:
    """Makes exactly these of a programme's waiting registrations hold a rain-check; in the caller's transaction."""
    waiting = Registration.objects.filter(programme_id=programme, status=RegistrationStatus.WAITING)
    waiting.filter(has_rain_check=True).exclude(pk__in=registration_ids).update(has_rain_check=False)
    waiting.filter(has_rain_check=False, pk__in=registration_ids).update(has_rain_check=True)


def restore_rain_check(*, registration_id: uuid.UUID) -> None:
    """Gives a rain-check back to a waiting registration whose withdrawal was undone; in the caller's transaction."""
    Registration.objects.filter(pk=registration_id, status=RegistrationStatus.WAITING).update(has_rain_check=True)


def close_withdrawal(*, registration_id: uuid.UUID, at: datetime) -> bool:
    """Notes that a withdrawal can no longer be undone. False if it was undone or closed before."""
    withdrawn = Registration.objects.filter(
        pk=registration_id, status=RegistrationStatus.WITHDRAWN, closed_at__isnull=True
    )
    return withdrawn.update(closed_at=at, displaced_at=None) == 1


def mark_renewal_reminded(*, registration_ids: Collection[uuid.UUID], at: datetime) -> None:
    """Notes that these were reminded to renew; the next sign of life clears it."""
    Registration.objects.filter(pk__in=registration_ids).update(renewal_reminded_at=at)


def lapse_overdue(*, policy: Policy, at: datetime, and_then: Callable[[Sequence[Registration]], None]) -> int:
    """Lets the waiting registrations lapse that gave no sign of life for the policy's period. Returns how many.

    Each batch of a thousand is one transaction with its events and with what `and_then` does about it, so that a long
    absence of the worker locks nobody out.
    """
    lapsed = 0
    while batch := _lapse_batch(policy, at, and_then):
        lapsed += batch
    return lapsed


@transaction.atomic
def _lapse_batch(policy: Policy, at: datetime, and_then: Callable[[Sequence[Registration]], None]) -> int:
    overdue = list(
        Registration.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("data_key")
        .filter(
            programme_id=policy.programme,
            status=RegistrationStatus.WAITING,
            last_sign_of_life_at__lte=at - policy.renewal_period,
        )
        .order_by("last_sign_of_life_at")[:_BATCH]
    )
    if not overdue:
        return 0
    ids = [registration.pk for registration in overdue]
    Registration.objects.filter(pk__in=ids).update(status=RegistrationStatus.LAPSED, has_rain_check=False)
    DocumentClaim.objects.filter(traveler__registration_id__in=ids).delete()
    for registration in overdue:
        next_status(Status(registration.status), Event.LAPSED)
        registration.status = RegistrationStatus.LAPSED
        registration.has_rain_check = False
    append_events(
        events=[
            NewEvent(
                RegistrationLapsed(last_sign_of_life_at=registration.last_sign_of_life_at.isoformat()),
                registration_subject(registration),
                registration.data_key,
            )
            for registration in overdue
        ],
        actor=WORKER,
        at=at,
    )
    and_then(overdue)
    return len(overdue)


def _claim_again(registration: Registration) -> None:
    rows = {traveler.pk: traveler for traveler in Traveler.objects.filter(registration=registration)}
    documents: dict[bytes, Traveler] = {}
    added: dict[bytes, Traveler] = {}
    for person in open_travelers(registration=registration):
        if person.document_number is not None:
            index = document_index(nationality=person.nationality, number=person.document_number)
            (added if person.relation else documents).setdefault(index, rows[person.id])
    claim_documents(programme=registration.programme_id, documents=documents)
    # A child who was added at the gate never stands in the group's way: what another file has stays with that one.
    claimed = DocumentClaim.objects.filter(programme_id=registration.programme_id, document_index__in=list(added))
    taken = {bytes(index) for index in claimed.values_list("document_index", flat=True)}
    free = {index: traveler for index, traveler in added.items() if index not in taken}
    claim_documents(programme=registration.programme_id, documents=free)
