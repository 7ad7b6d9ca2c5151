"""Closing a programme and opening it again, as the office and the command line do it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from fairport.accounts.models import User
from fairport.approvals.kinds import Approval
from fairport.approvals.models import Proposal
from fairport.approvals.operations import propose
from fairport.audit.events import Actor, Subject, staff
from fairport.closing.models import ClosureNotice
from fairport.closing.queries import bookings_after, queue_digest
from fairport.draws.locks import programme_locked
from fairport.programmes.closing import (
    NoClosure,
    announce_closure,
    confirm_closure,
    live_closure,
    reverse_closure,
)
from fairport.programmes.models import Closure, ClosureState

CLOSED = "programme_closed"
REOPENED = "programme_reopened"


class BookingsAfterLastDay(Exception):
    """Somebody has a place after the last day: it is kept or moved first, never cancelled by the end."""

    code = "bookings_after_last_day"


@transaction.atomic
def announce(*, programme: str, last_day: date, words: Mapping[str, str], at: datetime, actor: Actor) -> Closure:
    """Announces the end of a programme; everybody who has a registration is told from the next tick on.

    Raises what `announce_closure` raises.
    """
    closure = announce_closure(programme=programme, last_day=last_day, words=words, at=at, actor=actor)
    ClosureNotice.objects.create(closure=closure, step=ClosureState.ANNOUNCED)
    return closure


@transaction.atomic
def take_back(*, programme: str, at: datetime, actor: Actor) -> Closure:
    """Takes an announced end back that is not confirmed yet. Raises NoClosure."""
    closure = live_closure(programme=programme)
    if closure is None:
        raise NoClosure("No end of this programme is announced.")
    if closure.state == ClosureState.CONFIRMED:
        raise NoClosure("This end is confirmed: two people open the programme again, at /office/programmes.")
    reversed_one = reverse_closure(closure_id=closure.pk, was=ClosureState.ANNOUNCED, at=at, actor=actor)
    ClosureNotice.objects.create(closure=closure, step=ClosureState.REVERSED)
    return reversed_one


def propose_confirmation(*, programme: str, reason: str, proposer: User, at: datetime) -> Proposal:
    """Asks a second person to make the announced end final. Raises NoClosure, BookingsAfterLastDay, and `propose`'s."""
    closure = _live(programme, ClosureState.ANNOUNCED)
    _refuse_late_bookings(closure)
    return _propose(CLOSED, closure, reason, proposer, at)


def propose_reopening(*, programme: str, reason: str, proposer: User, at: datetime) -> Proposal:
    """Asks a second person to take a confirmed end back. Raises NoClosure and what `propose` raises."""
    return _propose(REOPENED, _live(programme, ClosureState.CONFIRMED), reason, proposer, at)


def carry_out_confirmation(approval: Approval) -> None:
    """The approved end becomes final; the queue's digest is written down. Raises NoClosure, BookingsAfterLastDay."""
    closure = Closure.objects.get(pk=approval.payload["closure"])
    # Nobody is placed between the count and the confirmation.
    with programme_locked(closure.programme_id):
        _refuse_late_bookings(closure)
        size, digest = queue_digest(programme=closure.programme_id)
        confirm_closure(
            closure_id=closure.pk,
            proposed_by_id=approval.proposed_by.pk,
            confirmed_by_id=approval.approved_by.pk,
            queue_size=size,
            queue_sha256=digest,
            at=approval.at,
            actor=staff(approval.approved_by.pk),
        )
    ClosureNotice.objects.create(closure=closure, step=ClosureState.CONFIRMED)


def carry_out_reopening(approval: Approval) -> None:
    """A confirmed end is taken back, and the draws go on with the same queue. Raises NoClosure."""
    closure = reverse_closure(
        closure_id=approval.payload["closure"],
        was=ClosureState.CONFIRMED,
        at=approval.at,
        actor=staff(approval.approved_by.pk),
    )
    ClosureNotice.objects.create(closure=closure, step=ClosureState.REVERSED)


def _live(programme: str, state: ClosureState) -> Closure:
    closure = live_closure(programme=programme)
    if closure is None or closure.state != state:
        raise NoClosure("The end of this programme is in another state. Nothing was changed.")
    return closure


def _refuse_late_bookings(closure: Closure) -> None:
    count = bookings_after(programme=closure.programme_id, day=closure.last_day)
    if count:
        raise BookingsAfterLastDay(f"{count} groups have a place after the last day.")


def _propose(kind: str, closure: Closure, reason: str, proposer: User, at: datetime) -> Proposal:
    return propose(
        kind=kind,
        subject=Subject("programme", closure.programme_id),
        payload={
            "closure": closure.pk,
            "programme": closure.programme_id,
            "last_day": closure.last_day.isoformat(),
        },
        reason=reason,
        proposer=proposer,
        at=at,
    )
