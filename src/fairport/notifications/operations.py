"""The outbox: messages are written in the transaction that they tell of, and leave after it, once at most.

A message is claimed by one conditional UPDATE, handed to the mail server outside any transaction, and its outcome
written by another. An explicit refusal before the server took it over is tried again, later and later. Where nobody can
know whether it left, it is never sent again by itself: a dead letter waits for an operator.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F
from procrastinate.contrib.django import app
from procrastinate.types import JSONDict

from fairport.audit.events import Actor, Subject
from fairport.audit.operations import append_event
from fairport.notifications import transport
from fairport.notifications.contexts import encode_context
from fairport.notifications.events import MessageRetried
from fairport.notifications.models import MessageState, OutboxMessage
from fairport.notifications.queries import open_message
from fairport.notifications.relevance import is_relevant
from fairport.notifications.rendering import render
from fairport.sealing.box import seal_json
from fairport.sealing.models import DataKey

SEND_TASK = "fairport.notifications.send"
QUEUE = "messages"
EMAIL = "email"

MAX_ATTEMPTS = 6
# 1, 5, 25 minutes, 2 hours, 10 hours: a mail server that is down for half a day loses nothing.
FIRST_DELAY = timedelta(minutes=1)
DELAY_FACTOR = 5
# Far beyond every timeout of one delivery: whoever claimed the message is gone.
CLAIM_LASTS = timedelta(minutes=15)
INTERRUPTED = "interrupted"

logger = structlog.get_logger(__name__)


class MessageNotDead(Exception):
    """Only a dead letter can be sent on its way again."""

    code = "message_not_dead"


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to write. `context` holds what `contexts.CONTEXTS` asks for; `email` None or empty sends nothing."""

    template: str
    dedupe_key: str
    language: str
    email: str | None
    context: Mapping[str, Any]
    data_key: DataKey


class Outcome(Enum):
    """What became of one try to send."""

    NOT_CLAIMED = "not_claimed"
    NO_WAY_OUT = "no_way_out"
    SENT = "sent"
    DROPPED = "dropped"
    REFUSED = "refused"
    DEAD = "dead"


def queue_message(
    *,
    template: str,
    dedupe_key: str,
    language: str,
    email: str | None,
    context: Mapping[str, Any],
    data_key: DataKey,
    at: datetime,
) -> None:
    """Writes one message and its job in the caller's transaction. Raises ContextWrong."""
    queue_messages(messages=[NewMessage(template, dedupe_key, language, email, context, data_key)], at=at)


def queue_messages(*, messages: Sequence[NewMessage], at: datetime) -> None:
    """Writes many messages and their jobs in the caller's transaction; nothing for whoever gave no address.

    A `dedupe_key` that was used before (`offer:<offer id>`) adds nothing, so a repeated step tells it once.
    Raises ContextWrong.
    """
    rows = [_row(message, at) for message in messages if message.email]
    if not rows:
        return
    with transaction.atomic():
        OutboxMessage.objects.bulk_create(rows, ignore_conflicts=True, batch_size=2000)
        landed = set(OutboxMessage.objects.filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True))
        _defer([row.pk for row in rows if row.pk in landed])


def send_message(*, message_id: uuid.UUID, at: datetime) -> Outcome:
    """Sends one message if it is due and nobody else is at it. Must not be called inside a transaction.

    Every expected failure is an outcome and is kept on the row: the kind of it only, never the address.
    """
    way = transport.way_out()
    if way is transport.WayOut.NONE:
        return Outcome.NO_WAY_OUT
    with transaction.atomic(durable=True):
        claimed = OutboxMessage.objects.filter(
            pk=message_id, state=MessageState.QUEUED, next_attempt_at__lte=at
        ).update(state=MessageState.SENDING, claimed_at=at, attempts=F("attempts") + 1)
    if not claimed:
        return Outcome.NOT_CLAIMED
    row = OutboxMessage.objects.select_related("data_key").get(pk=message_id)
    if row.data_key.wrapped is None:
        # The person had everything erased: there is nobody to tell any more.
        return _drop(row, "erased")
    try:
        letter = open_message(row=row)
        relevant = is_relevant(row.template, letter.context, at)
        mail = render(letter, message_id=row.pk, at=at)
    except Exception as error:
        # Nothing has left yet. One broken text must not stop the others, and its traceback could tell what it says.
        return _bury(row, type(error).__name__)
    if not relevant:
        return _drop(row, "overtaken")
    if way is transport.WayOut.SMTP:
        try:
            transport.hand_over(mail=mail, recipient=letter.email)
        except transport.Refused as refusal:
            return _refused(row, refusal.kind, at)
        except transport.Doubtful as doubt:
            return _bury(row, doubt.kind)
    _finish(row, state=MessageState.SENT, sent_at=at, last_failure="")
    return Outcome.SENT


def send_due(*, at: datetime, limit: int = 50) -> int:
    """Sends what is due, oldest first, and gives up claims that were left behind; returns how many left.

    It carries the retries, and finds messages whose job was lost. Stops at the first refusal: the server may be down,
    and whoever calls this has other things to do.
    """
    _bury_interrupted(at)
    due = OutboxMessage.objects.filter(state=MessageState.QUEUED, next_attempt_at__lte=at)
    sent = 0
    for message_id in list(due.order_by("next_attempt_at").values_list("pk", flat=True)[:limit]):
        outcome = send_message(message_id=message_id, at=at)
        sent += outcome is Outcome.SENT
        if outcome in (Outcome.REFUSED, Outcome.NO_WAY_OUT):
            break
    return sent


def retry_message(*, message_id: uuid.UUID, at: datetime, actor: Actor) -> None:
    """An operator's decision: a dead letter gets all its attempts again. Raises MessageNotDead."""
    with transaction.atomic():
        row = OutboxMessage.objects.select_for_update(of=("self",)).select_related("data_key").get(pk=message_id)
        if row.state != MessageState.DEAD:
            raise MessageNotDead("Only a dead letter can be sent on its way again.")
        append_event(
            event=MessageRetried(template=row.template, last_failure=row.last_failure),
            subject=Subject("message", str(row.pk)),
            actor=actor,
            at=at,
        )
        row.state, row.attempts, row.next_attempt_at, row.claimed_at = MessageState.QUEUED, 0, at, None
        row.save(update_fields=["state", "attempts", "next_attempt_at", "claimed_at"])
        _defer([row.pk])


def _row(message: NewMessage, at: datetime) -> OutboxMessage:
    row = OutboxMessage(
        dedupe_key=message.dedupe_key,
        template=message.template,
        language=message.language if message.language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE,
        channel=EMAIL,
        data_key=message.data_key,
        created_at=at,
        next_attempt_at=at,
    )
    content = {"email": message.email, "context": encode_context(message.template, message.context)}
    row.sealed = seal_json(data_key=message.data_key, context=row.seal_context, value=content)
    return row


def _defer(message_ids: Sequence[uuid.UUID]) -> None:
    # Procrastinate's connector writes over Django's connection, so the jobs share the transaction.
    arguments: list[JSONDict] = [{"message_id": str(pk)} for pk in message_ids]
    if arguments:
        app.configure_task(SEND_TASK, queue=QUEUE).batch_defer(*arguments)


def _finish(row: OutboxMessage, **changes: Any) -> None:
    # Only whoever holds the claim writes its outcome: a claim given up as interrupted stays what it became.
    claim = OutboxMessage.objects.filter(pk=row.pk, state=MessageState.SENDING, claimed_at=row.claimed_at)
    claim.update(claimed_at=None, **changes)


def _drop(row: OutboxMessage, kind: str) -> Outcome:
    _finish(row, state=MessageState.DROPPED, last_failure=kind)
    return Outcome.DROPPED


def _bury(row: OutboxMessage, kind: str) -> Outcome:
    _finish(row, state=MessageState.DEAD, last_failure=kind)
    logger.warning("message_dead", message=str(row.pk), template=row.template, kind=kind)
    return Outcome.DEAD


def _refused(row: OutboxMessage, kind: str, at: datetime) -> Outcome:
    if row.attempts >= MAX_ATTEMPTS:
        return _bury(row, kind)
    delay = FIRST_DELAY * DELAY_FACTOR ** (row.attempts - 1)
    _finish(row, state=MessageState.QUEUED, next_attempt_at=at + delay, last_failure=kind)
    logger.info("message_refused", message=str(row.pk), template=row.template, kind=kind, attempts=row.attempts)
    return Outcome.REFUSED


def _bury_interrupted(at: datetime) -> None:
    interrupted = OutboxMessage.objects.filter(state=MessageState.SENDING, claimed_at__lte=at - CLAIM_LASTS)
    buried = interrupted.update(state=MessageState.DEAD, last_failure=INTERRUPTED, claimed_at=None)
    if buried:
        logger.warning("messages_interrupted", count=buried)
