from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from fairport.notifications.contexts import decode_context
from fairport.notifications.models import MessageState, OutboxMessage
from fairport.sealing.box import open_json
from fairport.sealing.models import DataKey


@dataclass(frozen=True, slots=True)
class Letter:
    """An opened message: to whom, in which language, and what its text is told."""

    template: str
    language: str
    email: str
    context: Mapping[str, Any]


def open_message(*, row: OutboxMessage) -> Letter:
    """Opens one message. Raises SealBroken, and ContextWrong for one written before its text changed."""
    content = open_json(data_key=row.data_key, context=row.seal_context, box=bytes(row.sealed))
    return Letter(row.template, row.language, content["email"], decode_context(row.template, content["context"]))


def dead_messages() -> QuerySet[OutboxMessage]:
    """Dead letters, newest first, still sealed."""
    return OutboxMessage.objects.filter(state=MessageState.DEAD).order_by("-created_at", "-pk")


def count_by_state() -> dict[str, int]:
    """How many messages are in each state; every state is there."""
    counted = OutboxMessage.objects.values_list("state").annotate(Count("pk"))
    return dict.fromkeys(MessageState.values, 0) | dict(counted)


def sent_messages() -> QuerySet[OutboxMessage]:
    """Messages that left, newest first, with their keys, for reading in a demonstration."""
    return (
        OutboxMessage.objects.filter(state=MessageState.SENT)
        .select_related("data_key")
        .order_by("-sent_at", "-created_at", "-pk")
    )


def sent_to(*, email: str, look_at: int = 5000) -> list[OutboxMessage]:
    """Those of the newest `look_at` sent messages that went to an address, newest first.

    Addresses are sealed and have no index, so each message is opened: for a demonstration, not for a real outbox.
    """
    wanted = email.strip().casefold()
    newest = sent_messages().filter(data_key__wrapped__isnull=False)[:look_at]
    return [row for row in newest if open_message(row=row).email.casefold() == wanted]


def messages_of_file(*, data_key: DataKey) -> list[OutboxMessage]:
    """Every message about one person's file, oldest first, still sealed."""
    return list(OutboxMessage.objects.filter(data_key=data_key).order_by("created_at", "pk"))
