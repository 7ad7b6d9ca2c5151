"""The states of a registration and the only ways between them.

Source: design, section 2, "Rules of the process". A database constraint refuses every change of status that is not in
:data:`ALLOWED_STATUS_CHANGES`; the operations ask :func:`next_status`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Status(StrEnum):
    """Where a submitted registration stands. Drafts are kept apart and have no status."""

    WAITING = "waiting"
    OFFERED = "offered"
    CONFIRMED = "confirmed"
    LAPSED = "lapsed"
    NO_SHOW = "no_show"
    ARRIVED = "arrived"
    DETERMINED = "determined"
    WITHDRAWN = "withdrawn"


class Event(StrEnum):
    """What can happen to a registration."""

    DRAWN = "drawn"
    """A draw gave the whole group a place. (A rain-check changes no status.)"""
    DISPLACED = "displaced"
    """The offer or the appointment was taken back for a reason that is not the applicant's: its port was suspended."""
    PLACED = "placed"
    """Two officials gave the group a place outside the draw, within the policy's public cap."""
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    EXPIRED = "expired"
    """The offer was not answered within the confirmation window."""
    LAPSED = "lapsed"
    """No sign of life for the policy's renewal period."""
    RENEWED = "renewed"
    """A sign of life: a visit, a text message, a call, a helper."""
    CANCELLED = "cancelled"
    MISSED = "missed"
    """Nobody of the group arrived by the end of the band plus the grace period."""
    REINSTATED = "reinstated"
    """After a missed appointment, on request, without any penalty."""
    ARRIVED = "arrived"
    """At least one traveler arrived."""
    ARRIVAL_UNDONE = "arrival_undone"
    """The last recorded arrival was a mistake and was taken back, before anybody was decided about."""
    FOUND_ARRIVED = "found_arrived"
    """Somebody of the group had arrived in time; the record learnt of it after it had counted them as missed."""
    DETERMINED = "determined"
    """Every arrived traveler has an effective determination."""
    WITHDRAWN = "withdrawn"
    WITHDRAWAL_UNDONE = "withdrawal_undone"


_BEFORE_ARRIVAL = frozenset({Status.WAITING, Status.OFFERED, Status.CONFIRMED, Status.LAPSED, Status.NO_SHOW})

_TABLE: dict[tuple[Status, Event], frozenset[Status]] = {
    (Status.WAITING, Event.DRAWN): frozenset({Status.OFFERED}),
    (Status.WAITING, Event.PLACED): frozenset({Status.CONFIRMED}),
    (Status.WAITING, Event.LAPSED): frozenset({Status.LAPSED}),
    (Status.WAITING, Event.RENEWED): frozenset({Status.WAITING}),
    (Status.OFFERED, Event.CONFIRMED): frozenset({Status.CONFIRMED}),
    (Status.OFFERED, Event.DECLINED): frozenset({Status.WAITING}),
    (Status.OFFERED, Event.EXPIRED): frozenset({Status.LAPSED}),
    (Status.OFFERED, Event.DISPLACED): frozenset({Status.WAITING}),
    (Status.LAPSED, Event.RENEWED): frozenset({Status.WAITING}),
    (Status.CONFIRMED, Event.CANCELLED): frozenset({Status.WAITING}),
    (Status.CONFIRMED, Event.DISPLACED): frozenset({Status.WAITING}),
    (Status.CONFIRMED, Event.MISSED): frozenset({Status.NO_SHOW}),
    (Status.CONFIRMED, Event.ARRIVED): frozenset({Status.ARRIVED}),
    (Status.NO_SHOW, Event.REINSTATED): frozenset({Status.WAITING}),
    (Status.NO_SHOW, Event.FOUND_ARRIVED): frozenset({Status.ARRIVED}),
    (Status.ARRIVED, Event.DETERMINED): frozenset({Status.DETERMINED}),
    (Status.ARRIVED, Event.ARRIVAL_UNDONE): frozenset({Status.CONFIRMED}),
    (Status.WITHDRAWN, Event.WITHDRAWAL_UNDONE): _BEFORE_ARRIVAL,
}
for _status in _BEFORE_ARRIVAL:
    _TABLE[(_status, Event.WITHDRAWN)] = frozenset({Status.WITHDRAWN})

TRANSITIONS: Mapping[tuple[Status, Event], frozenset[Status]] = MappingProxyType(_TABLE)
"""(status, event) to the statuses that it may lead to: one, except for undoing a withdrawal, which leads back to where
the registration was or, when its offer expired or its appointment passed meanwhile, to where it would be now."""

ALLOWED_STATUS_CHANGES: frozenset[tuple[Status, Status]] = frozenset(
    (status, target) for (status, _), targets in TRANSITIONS.items() for target in targets if target is not status
)
"""Every (from, to) that the database may accept; rows that keep their status are no change."""


class TransitionRefused(Exception):
    """The event does not fit the status. ``code`` is stable: ``transition_refused``."""

    code = "transition_refused"

    def __init__(self, status: Status, event: Event) -> None:
        super().__init__(f"A registration that is {status} cannot be {event}.")
        self.status = status
        self.event = event


def next_status(status: Status, event: Event, *, target: Status | None = None) -> Status:
    """Return the status after ``event``.

    ``target`` is needed, and checked, where the table allows several (undoing a withdrawal).
    Raises :class:`TransitionRefused` when the table has no such step.
    """
    targets = TRANSITIONS.get((status, event), frozenset())
    if target is not None:
        if target in targets:
            return target
    elif len(targets) == 1:
        return next(iter(targets))
    elif targets:
        raise ValueError(f"{event} from {status} may lead to several statuses: name the target")
    raise TransitionRefused(status, event)
