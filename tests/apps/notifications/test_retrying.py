"""A dead letter goes on its way again by an operator's decision only, and the decision is in the event log."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest

from fairport.audit.events import Subject, staff
from fairport.audit.queries import list_events
from fairport.notifications.models import OutboxMessage
from fairport.notifications.operations import MAX_ATTEMPTS, MessageNotDead, Outcome, retry_message, send_message
from tests.apps.notifications.conftest import AT
from tests.apps.notifications.smtp_server import MailServer

Queue = Callable[..., OutboxMessage]
pytestmark = pytest.mark.django_db
LATER = AT + timedelta(days=2)


def dead_letter(queue: Queue, server: MailServer) -> OutboxMessage:
    row = queue()
    server.behaviour.hang_up_at = "text"
    assert send_message(message_id=row.pk, at=AT) is Outcome.DEAD
    server.behaviour.hang_up_at = ""
    return row


def test_a_dead_letter_is_sent_after_an_operator_said_so(queue: Queue, server: MailServer) -> None:
    row = dead_letter(queue, server)
    assert send_message(message_id=row.pk, at=LATER) is Outcome.NOT_CLAIMED
    retry_message(message_id=row.pk, at=LATER, actor=staff(7))
    assert send_message(message_id=row.pk, at=LATER) is Outcome.SENT
    (event,) = list_events(subject=Subject("message", str(row.pk)))
    assert (event.name, event.actor_kind, event.actor_id, event.at) == ("message.retried", "staff", "7", LATER)
    assert event.details == {"template": "offer", "last_failure": "SMTPServerDisconnected"}


def test_it_gets_all_its_tries_again(queue: Queue, server: MailServer) -> None:
    row = queue()
    server.behaviour.answers = {"RCPT": "450 not now"}
    for day in range(MAX_ATTEMPTS):
        send_message(message_id=row.pk, at=AT + timedelta(days=day))
    retry_message(message_id=row.pk, at=AT + timedelta(days=9), actor=staff(7))
    assert send_message(message_id=row.pk, at=AT + timedelta(days=9)) is Outcome.REFUSED


def test_only_a_dead_letter_can_be_retried(queue: Queue, server: MailServer) -> None:
    row = queue()
    for _round in range(2):
        with pytest.raises(MessageNotDead):
            retry_message(message_id=row.pk, at=AT, actor=staff(7))
        send_message(message_id=row.pk, at=AT)
    assert list_events(subject=Subject("message", str(row.pk))) == []
    assert len(server.behaviour.received) == 1


def test_an_unknown_message_is_not_there() -> None:
    with pytest.raises(OutboxMessage.DoesNotExist):
        retry_message(message_id=uuid.uuid4(), at=AT, actor=staff(7))
