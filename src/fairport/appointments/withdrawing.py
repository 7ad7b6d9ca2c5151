"""Withdrawing, taking that back, and what happens when the time to take it back is over."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from fairport.appointments.answers import lock_registration
from fairport.appointments.batches import Batch, batch, due_ids, lock_those_free
from fairport.appointments.events import (
    AppointmentGivenUp,
    OfferGivenUp,
    RegistrationWithdrawn,
    WithdrawalClosed,
    WithdrawalUndone,
)
from fairport.appointments.models import Appointment, AppointmentState, Offer, OfferState
from fairport.appointments.places import rules_of
from fairport.appointments.telling import home_timezone, message_to, tell
from fairport.audit.events import Actor
from fairport.domain.policy import Policy
from fairport.domain.transitions import Event, Status
from fairport.draws.queries import subjects_with_rain_check
from fairport.registrations.models import Registration, RegistrationStatus
from fairport.registrations.operations import change_status, close_withdrawal, restore_rain_check


class UndoTooLate(Exception):
    """The time to take a withdrawal back is over."""

    code = "undo_too_late"


@transaction.atomic
def withdraw(*, registration_id: uuid.UUID, at: datetime, actor: Actor) -> Registration:
    """Takes a registration out. Its place is kept while the owner can undo that, but never beyond its own time.

    Raises TransitionRefused once somebody of the group has arrived, or if it is withdrawn already.
    """
    registration = change_status(registration_id=registration_id, event=Event.WITHDRAWN, at=at)
    policy = rules_of(programme=registration.programme_id, at=at)
    context = {"undo_until": at + policy.withdrawal_undo, "timezone": home_timezone(registration)}
    tell(
        registration=registration,
        event=RegistrationWithdrawn(withdrawn_from=registration.withdrawn_from),
        actor=actor,
        at=at,
        messages=[message_to(registration, "withdrawal", f"{registration.pk}:{at.isoformat()}", context)],
    )
    return registration


@transaction.atomic
def undo_withdrawal(*, registration_id: uuid.UUID, at: datetime, actor: Actor) -> Registration:
    """Leads a withdrawn registration back to where it would be now: an offer may have expired, a band have begun.

    Raises UndoTooLate, TransitionRefused if it is not withdrawn, and DocumentInUse if a document of the group is in
    another active registration by now.
    """
    registration = lock_registration(registration_id)
    policy = rules_of(programme=registration.programme_id, at=at)
    if registration.withdrawn_at is not None and (
        registration.closed_at is not None or at >= registration.withdrawn_at + policy.withdrawal_undo
    ):
        raise UndoTooLate("This withdrawal can no longer be undone.")
    target = _where_it_would_be(registration, at)
    registration = change_status(registration_id=registration_id, event=Event.WITHDRAWAL_UNDONE, at=at, target=target)
    if target is Status.WAITING and subjects_with_rain_check(
        programme=registration.programme_id, subject_ids=[registration_id]
    ):
        restore_rain_check(registration_id=registration_id)
    with batch(policy=policy, at=at, actor=actor) as collected:
        collected.add_event(registration, WithdrawalUndone(back_to=registration.status))
        # What ran out meanwhile is given back here if the tick has not done it yet.
        held = {registration.pk: registration}
        if target is Status.LAPSED:
            _give_up_offers(collected, held, Offer.objects.filter(state=OfferState.OPEN))
        elif target is Status.NO_SHOW:
            _give_up_appointments(collected, held, Appointment.objects.filter(state=AppointmentState.BOOKED))
    return registration


def close_withdrawals(*, policy: Policy, at: datetime, actor: Actor) -> int:
    """Gives back the places of withdrawn registrations whose time is over, and closes what nobody can undo any more.

    Returns how many offers, appointments and registrations were closed.
    """
    undo_over = Q(registration__withdrawn_at__lte=at - policy.withdrawal_undo)
    withdrawn = Q(registration__programme_id=policy.programme, registration__status=RegistrationStatus.WITHDRAWN)
    offers = Offer.objects.filter(withdrawn & (undo_over | Q(expires_at__lte=at)), state=OfferState.OPEN)
    appointments = Appointment.objects.filter(
        withdrawn & (undo_over | Q(slot__starts_at__lte=at)), state=AppointmentState.BOOKED
    )
    changed = 0
    for ids in due_ids(offers.values_list("registration_id", flat=True)):
        with batch(policy=policy, at=at, actor=actor) as collected:
            changed += _give_up_offers(collected, lock_those_free(ids), offers)
    for ids in due_ids(appointments.values_list("registration_id", flat=True)):
        with batch(policy=policy, at=at, actor=actor) as collected:
            changed += _give_up_appointments(collected, lock_those_free(ids), appointments)
    return changed + _close(policy, at, actor)


def _close(policy: Policy, at: datetime, actor: Actor) -> int:
    over = Registration.objects.filter(
        programme_id=policy.programme,
        status=RegistrationStatus.WITHDRAWN,
        closed_at__isnull=True,
        withdrawn_at__lte=at - policy.withdrawal_undo,
    )
    changed = 0
    for ids in due_ids(over.values_list("pk", flat=True)):
        with batch(policy=policy, at=at, actor=actor) as collected:
            locked = lock_those_free(ids)
            for registration_id in over.filter(pk__in=locked).values_list("pk", flat=True):
                close_withdrawal(registration_id=registration_id, at=at)
                collected.add_event(locked[registration_id], WithdrawalClosed())
                changed += 1
    return changed


def _where_it_would_be(registration: Registration, at: datetime) -> Status | None:
    """The status to go back to; None if the registration is not withdrawn."""
    if registration.status != RegistrationStatus.WITHDRAWN:
        return None
    before = Status(registration.withdrawn_from)
    if before is Status.OFFERED:
        alive = Offer.objects.filter(registration=registration, state=OfferState.OPEN, expires_at__gt=at)
        return before if alive.exists() else Status.LAPSED
    if before is Status.CONFIRMED:
        coming = Appointment.objects.filter(
            registration=registration, state=AppointmentState.BOOKED, slot__starts_at__gt=at
        )
        return before if coming.exists() else Status.NO_SHOW
    return before


def _give_up_offers(collected: Batch, locked: dict[uuid.UUID, Registration], due: QuerySet[Offer]) -> int:
    offers = list(due.filter(registration_id__in=locked))
    for offer in offers:
        expired = collected.at >= offer.expires_at
        offer.state = OfferState.EXPIRED if expired else OfferState.WITHDRAWN
        offer.closed_at = collected.at
        offer.save(update_fields=["state", "closed_at"])
        collected.freed[offer.slot_id] += offer.size
        collected.add_event(locked[offer.registration_id], OfferGivenUp(offer=str(offer.pk)))
    return len(offers)


def _give_up_appointments(collected: Batch, locked: dict[uuid.UUID, Registration], due: QuerySet[Appointment]) -> int:
    appointments = list(due.filter(registration_id__in=locked))
    for appointment in appointments:
        appointment.state = AppointmentState.CANCELLED
        appointment.closed_at = collected.at
        appointment.save(update_fields=["state", "closed_at"])
        collected.freed[appointment.slot_id] += appointment.size
        collected.add_event(locked[appointment.registration_id], AppointmentGivenUp(appointment=str(appointment.pk)))
    return len(appointments)
