"""Doing what is due to many registrations: some hundred a transaction, each locked, safe beside other workers."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction

from fairport.appointments.places import give_back
from fairport.appointments.telling import event_of
from fairport.audit.events import Actor, EventDetails
from fairport.audit.operations import NewEvent, append_events
from fairport.domain.policy import Policy
from fairport.notifications.operations import NewMessage, queue_messages
from fairport.registrations.models import Registration

# Short enough that nobody who clicks meanwhile waits for long.
BATCH = 200


class Batch:
    """What one transaction collects for its end: events, messages, and places to give back."""

    def __init__(self, *, policy: Policy, at: datetime, actor: Actor) -> None:
        self.policy = policy
        self.at = at
        self.actor = actor
        self.freed: Counter[int] = Counter()
        self._events: list[NewEvent] = []
        self._messages: list[NewMessage] = []

    def add_event(self, registration: Registration, event: EventDetails) -> None:
        """An event to append when the batch ends."""
        self._events.append(event_of(registration, event))

    def add_message(self, message: NewMessage) -> None:
        """A message to queue when the batch ends."""
        self._messages.append(message)

    def finish(self) -> None:
        """Writes what was collected. Places come last: whoever locks registrations and slots does it in this order."""
        append_events(events=self._events, actor=self.actor, at=self.at)
        queue_messages(messages=self._messages, at=self.at)
        give_back(policy=self.policy, people_by_slot=self.freed, at=self.at)


@contextmanager
def batch(*, policy: Policy, at: datetime, actor: Actor) -> Iterator[Batch]:
    """One transaction (or part of the caller's) that ends by writing what it collected."""
    with transaction.atomic():
        collected = Batch(policy=policy, at=at, actor=actor)
        yield collected
        collected.finish()


def due_ids(registration_ids: Iterable[uuid.UUID]) -> Iterator[list[uuid.UUID]]:
    """Ids of registrations in the order of the ids, some hundred at a time, read once."""
    found = sorted(set(registration_ids))
    for start in range(0, len(found), BATCH):
        yield found[start : start + BATCH]


def lock_those_free(ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Registration]:
    """Locks the registrations that nobody else is changing just now; the others are due again at the next tick.

    What was due when the ids were read may be no more: look again under the lock.
    """
    rows = (
        Registration.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("data_key")
        .filter(pk__in=ids)
        .order_by("pk")
    )
    return {row.pk: row for row in rows}
