"""What becomes of a group that waits: admitted, not admitted today, left; and taking that back."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction

from fairport.accounts.models import Role, User
from fairport.accounts.queries import has_role
from fairport.audit.events import EventDetails, staff
from fairport.audit.operations import append_event
from fairport.checkin.places import role_at_port, today_at
from fairport.domain.walk_ins import may_take_back
from fairport.ports.walk_in_places import give_back_walk_in_places, take_walk_in_places
from fairport.walkins.events import WalkInAdmitted, WalkInClosed, WalkInReopened
from fairport.walkins.models import Outcome, WalkIn, WalkInPlaces
from fairport.walkins.registering import walk_in_subject


class WalkInNotWaiting(Exception):
    """Somebody recorded before what became of this group."""

    code = "walk_in_not_waiting"


class WalkInOtherDay(Exception):
    """The number is of another day, in the port's own calendar."""

    code = "walk_in_other_day"


class WalkInUndoTooLate(Exception):
    """Only who recorded it or a supervisor takes it back, and only within half an hour."""

    code = "walk_in_undo_too_late"


@transaction.atomic
def admit_walk_in(*, walk_in_id: uuid.UUID, officer: User, at: datetime) -> WalkIn:
    """Admits a whole group into the day's walk-in places, or nobody of it.

    Raises OtherPort, WalkInNotWaiting, WalkInOtherDay, NoWalkInPlaceLeft, WalkIn.DoesNotExist.
    """
    walk_in, role = _lock(walk_in_id, officer)
    _refuse_unless_waiting(walk_in, at)
    places = take_walk_in_places(port=walk_in.port_id, day=walk_in.day, people=walk_in.people)
    WalkInPlaces.objects.bulk_create(
        [WalkInPlaces(walk_in=walk_in, slot_id=slot_id, people=people) for slot_id, people in places.items()]
    )
    _close(walk_in, Outcome.ADMITTED, officer, at)
    event = WalkInAdmitted(
        port=walk_in.port_id,
        role=role,
        people=walk_in.people,
        places={str(slot_id): people for slot_id, people in places.items()},
    )
    _tell(walk_in, event, officer, at)
    return walk_in


@transaction.atomic
def close_walk_in(*, walk_in_id: uuid.UUID, outcome: str, officer: User, at: datetime) -> WalkIn:
    """Notes that a group left, or was not admitted on this day; `outcome` is one of these two.

    Raises OtherPort, WalkInNotWaiting, WalkInOtherDay, WalkIn.DoesNotExist; ValueError for another outcome.
    """
    if outcome not in (Outcome.LEFT, Outcome.NOT_ADMITTED):
        raise ValueError("a group is admitted by admit_walk_in")
    walk_in, role = _lock(walk_in_id, officer)
    _refuse_unless_waiting(walk_in, at)
    _close(walk_in, outcome, officer, at)
    _tell(walk_in, WalkInClosed(port=walk_in.port_id, role=role, outcome=outcome), officer, at)
    return walk_in


@transaction.atomic
def reopen_walk_in(*, walk_in_id: uuid.UUID, officer: User, at: datetime) -> WalkIn:
    """Takes back what was recorded by mistake, within half an hour; places of an admission are given back.

    Raises OtherPort, WalkInUndoTooLate (also for a group that waits), WalkIn.DoesNotExist.
    """
    walk_in, role = _lock(walk_in_id, officer)
    is_supervisor = has_role(user=officer, role=Role.SUPERVISOR, port=walk_in.port_id)
    is_own = walk_in.closed_by_id == officer.pk
    if walk_in.closed_at is None or not may_take_back(
        recorded_at=walk_in.closed_at, at=at, is_own=is_own, is_supervisor=is_supervisor
    ):
        raise WalkInUndoTooLate
    before = walk_in.outcome
    give_back_walk_in_places(places=dict(walk_in.places.values_list("slot_id", "people")))
    walk_in.places.all().delete()
    walk_in.outcome, walk_in.closed_by, walk_in.closed_at = Outcome.WAITING, None, None
    walk_in.save(update_fields=["outcome", "closed_by", "closed_at"])
    _tell(walk_in, WalkInReopened(port=walk_in.port_id, role=role, outcome=before), officer, at)
    return walk_in


def _lock(walk_in_id: uuid.UUID, officer: User) -> tuple[WalkIn, str]:
    walk_ins = WalkIn.objects.select_for_update(of=("self",)).select_related("port", "data_key")
    walk_in = walk_ins.get(pk=walk_in_id)
    return walk_in, role_at_port(officer=officer, port=walk_in.port_id)


def _refuse_unless_waiting(walk_in: WalkIn, at: datetime) -> None:
    if walk_in.outcome != Outcome.WAITING:
        raise WalkInNotWaiting
    if walk_in.day != today_at(port=walk_in.port, at=at):
        raise WalkInOtherDay


def _close(walk_in: WalkIn, outcome: str, officer: User, at: datetime) -> None:
    walk_in.outcome, walk_in.closed_by, walk_in.closed_at = outcome, officer, at
    walk_in.save(update_fields=["outcome", "closed_by", "closed_at"])


def _tell(walk_in: WalkIn, event: EventDetails, officer: User, at: datetime) -> None:
    append_event(
        event=event, subject=walk_in_subject(walk_in), actor=staff(officer.pk), at=at, data_key=walk_in.data_key
    )
