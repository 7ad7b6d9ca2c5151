"""Telling everybody who has a registration that their programme ends, or does not."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction

from fairport.appointments.telling import message_to
from fairport.closing.models import ClosureNotice
from fairport.closing.queries import QUEUE
from fairport.notifications.operations import queue_messages
from fairport.registrations.models import Registration
from fairport.registrations.queries import is_readable

BATCH: Final = 500
# A tick must not keep others waiting: a million people are told within a night.
BATCHES_A_TICK: Final = 20


def tell_everyone(*, at: datetime) -> int:
    """Queues the messages of unfinished notices, some thousand a call, each person once. Returns how many."""
    told = 0
    for _batch in range(BATCHES_A_TICK):
        count = _tell_some(at)
        if count is None:
            break
        told += count
    return told


@transaction.atomic
def _tell_some(at: datetime) -> int | None:
    notice = (
        ClosureNotice.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("closure")
        .filter(finished_at__isnull=True)
        .order_by("id")
        .first()
    )
    if notice is None:
        return None
    closure = notice.closure
    people = Registration.objects.select_related("data_key").filter(
        programme_id=closure.programme_id, status__in=QUEUE, registered_at__lte=at
    )
    if notice.told_until is not None:
        people = people.filter(pk__gt=notice.told_until)
    batch = list(people.order_by("pk")[:BATCH])
    if not batch:
        notice.finished_at = at
        notice.save(update_fields=["finished_at"])
        return 0
    queue_messages(
        messages=[
            message_to(
                registration,
                f"closing_{notice.step}",
                f"{closure.pk}:{registration.pk}",
                {"last_day": closure.last_day.isoformat()},
            )
            for registration in batch
            if is_readable(registration=registration)
        ],
        at=at,
    )
    notice.told_until = batch[-1].pk
    notice.told += len(batch)
    notice.save(update_fields=["told_until", "told"])
    return len(batch)
