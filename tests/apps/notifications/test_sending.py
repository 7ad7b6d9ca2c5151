"""Sending over SMTP to a real server on loopback: once at most, tried again only where it certainly did not leave."""

from __future__ import annotations

import email
import email.policy
import logging
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from fairport.notifications import operations, relevance
from fairport.notifications.models import MessageState, OutboxMessage
from fairport.notifications.operations import MAX_ATTEMPTS, Outcome, send_due, send_message
from fairport.sealing.operations import create_data_key, erase_data_key
from tests.apps.notifications.conftest import ADDRESS, AT
from tests.apps.notifications.smtp_server import MailServer

Queue = Callable[..., OutboxMessage]
pytestmark = pytest.mark.django_db


def test_a_message_arrives_as_plain_text_and_html_in_its_language(queue: Queue, server: MailServer) -> None:
    row = queue(language="es")
    assert send_message(message_id=row.pk, at=AT) is Outcome.SENT
    ((recipient, raw),) = server.behaviour.received
    assert recipient == ADDRESS
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert message["To"] == ADDRESS
    assert message["Content-Language"] == "es"
    assert message["Auto-Submitted"] == "auto-generated"
    assert str(row.pk) in message["Message-ID"]
    assert message["Date"].datetime == AT
    text, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None and html is not None
    assert "martes, 1 de diciembre de 2026" in text.get_content()
    assert '<html lang="es" dir="ltr">' in html.get_content()
    row.refresh_from_db()
    assert (row.state, row.sent_at, row.attempts, row.last_failure) == ("sent", AT, 1, "")


def test_a_sent_message_is_never_sent_again(queue: Queue, server: MailServer) -> None:
    row = queue()
    assert send_message(message_id=row.pk, at=AT) is Outcome.SENT
    assert send_message(message_id=row.pk, at=AT + timedelta(days=9)) is Outcome.NOT_CLAIMED
    assert send_due(at=AT + timedelta(days=9)) == 0
    assert len(server.behaviour.received) == 1


def test_a_job_for_a_message_that_is_not_there_does_nothing(server: MailServer) -> None:
    assert send_message(message_id=uuid.uuid4(), at=AT) is Outcome.NOT_CLAIMED
    assert server.behaviour.received == []


@pytest.mark.parametrize(
    ("answers", "hang_up_at", "kind"),
    [
        ({"MAIL": "550 go away josefa.ortiz@example.org"}, "", "SMTPSenderRefused 550"),
        ({"RCPT": "550 no josefa.ortiz@example.org here"}, "", "recipient refused 550"),
        ({"RCPT": "421 closing"}, "", "recipient refused 421"),
        ({"DATA": "451 not now"}, "", "SMTPDataError 451"),
        ({"text": "552 too much for josefa.ortiz@example.org"}, "", "SMTPDataError 552"),
        ({}, "MAIL", "SMTPServerDisconnected"),
        ({}, "RCPT", "SMTPServerDisconnected"),
    ],
)
def test_a_refusal_is_tried_again_later_and_keeps_only_its_kind(
    queue: Queue, server: MailServer, answers: dict[str, str], hang_up_at: str, kind: str
) -> None:
    row = queue()
    server.behaviour.answers, server.behaviour.hang_up_at = answers, hang_up_at
    assert send_message(message_id=row.pk, at=AT) is Outcome.REFUSED
    row.refresh_from_db()
    assert (row.state, row.last_failure, row.attempts) == ("queued", kind, 1)
    assert row.next_attempt_at == AT + timedelta(minutes=1)
    assert send_message(message_id=row.pk, at=AT + timedelta(seconds=59)) is Outcome.NOT_CLAIMED

    server.behaviour.answers, server.behaviour.hang_up_at = {}, ""
    assert send_due(at=AT + timedelta(minutes=1)) == 1
    assert len(server.behaviour.received) == 1


def test_a_server_that_is_not_there_is_a_refusal(queue: Queue, settings: Any, server: MailServer) -> None:
    row = queue()
    server.shutdown()
    server.server_close()
    assert send_message(message_id=row.pk, at=AT) is Outcome.REFUSED
    row.refresh_from_db()
    assert row.last_failure == "ConnectionRefusedError"


def test_after_the_last_refusal_the_message_is_a_dead_letter(queue: Queue, server: MailServer) -> None:
    row = queue()
    server.behaviour.answers = {"RCPT": "450 not now"}
    at, waits = AT, []
    while row.state == MessageState.QUEUED:
        send_message(message_id=row.pk, at=at)
        row.refresh_from_db()
        waits.append((row.next_attempt_at - at) // timedelta(minutes=1))
        at = max(at, row.next_attempt_at)
    assert (row.state, row.attempts, row.last_failure) == ("dead", MAX_ATTEMPTS, "recipient refused 450")
    assert waits == [1, 5, 25, 125, 625, 0]
    assert server.behaviour.received == []


@pytest.mark.parametrize(("answers", "hang_up_at"), [({}, "text"), ({"text": "gibberish"}, "")])
def test_a_lost_answer_after_the_text_is_never_sent_again(
    queue: Queue, server: MailServer, answers: dict[str, str], hang_up_at: str
) -> None:
    row = queue()
    server.behaviour.answers, server.behaviour.hang_up_at = answers, hang_up_at
    assert send_message(message_id=row.pk, at=AT) is Outcome.DEAD
    server.behaviour.answers, server.behaviour.hang_up_at = {}, ""
    assert send_due(at=AT + timedelta(days=9)) == 0
    row.refresh_from_db()
    assert row.state == "dead"
    assert server.behaviour.received == []


def test_a_server_that_fails_after_it_took_the_message_over_changes_nothing(queue: Queue, server: MailServer) -> None:
    row = queue()
    server.behaviour.hang_up_at = "QUIT"
    assert send_message(message_id=row.pk, at=AT) is Outcome.SENT
    assert len(server.behaviour.received) == 1


def test_a_crash_while_sending_leaves_a_dead_letter(queue: Queue, server: MailServer) -> None:
    row = queue()
    OutboxMessage.objects.filter(pk=row.pk).update(state=MessageState.SENDING, claimed_at=AT, attempts=1)
    send_due(at=AT + timedelta(minutes=14))
    row.refresh_from_db()
    assert row.state == "sending"
    send_due(at=AT + timedelta(minutes=15))
    row.refresh_from_db()
    assert (row.state, row.last_failure) == ("dead", "interrupted")
    assert server.behaviour.received == []


def test_whoever_lost_the_claim_does_not_write_its_outcome(
    queue: Queue, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = queue()

    def slow(**_arguments: object) -> None:
        send_due(at=AT + timedelta(hours=1))

    monkeypatch.setattr(operations.transport, "hand_over", slow)
    send_message(message_id=row.pk, at=AT)
    row.refresh_from_db()
    assert (row.state, row.last_failure) == ("dead", "interrupted")


def test_a_message_that_was_overtaken_is_dropped(queue: Queue, server: MailServer) -> None:
    seen = []

    def still_true(context: Any, at: Any) -> bool:
        seen.append((context["offer_id"], at))
        return False

    relevance.register_relevance_check("offer", still_true)
    row, other = queue(), queue(template="declined", dedupe_key="declined:1")
    assert send_message(message_id=row.pk, at=AT) is Outcome.DROPPED
    assert send_message(message_id=other.pk, at=AT) is Outcome.SENT
    row.refresh_from_db()
    assert (row.state, row.last_failure) == ("dropped", "overtaken")
    assert len(server.behaviour.received) == 1
    assert seen == [("0b0f7d9e-9d3c-4c43-8b6e-3a6a5d0f1d22", AT)]


def test_a_broken_check_buries_its_message_and_no_other(queue: Queue, server: MailServer) -> None:
    def broken(_context: Any, _at: Any) -> bool:
        raise LookupError(ADDRESS)

    relevance.register_relevance_check("offer", broken)
    row, _other = queue(), queue(template="declined", dedupe_key="declined:1")
    assert send_due(at=AT) == 1
    row.refresh_from_db()
    assert (row.state, row.last_failure) == ("dead", "LookupError")


def test_an_erased_person_gets_no_message(queue: Queue, server: MailServer) -> None:
    key = create_data_key()
    row = queue(data_key=key)
    erase_data_key(data_key_id=key.pk, at=AT)
    assert send_message(message_id=row.pk, at=AT) is Outcome.DROPPED
    assert server.behaviour.received == []


def test_a_message_moved_to_another_row_does_not_open(queue: Queue, server: MailServer) -> None:
    key = create_data_key()
    row, other = queue(data_key=key), queue(dedupe_key="offer:2", data_key=key, email="other@example.org")
    OutboxMessage.objects.filter(pk=row.pk).update(sealed=other.sealed)
    assert send_message(message_id=row.pk, at=AT) is Outcome.DEAD
    row.refresh_from_db()
    assert row.last_failure == "SealBroken"
    assert server.behaviour.received == []


def test_the_sweep_stops_at_the_first_refusal(queue: Queue, server: MailServer) -> None:
    rows = [queue(dedupe_key=f"offer:{index}") for index in range(3)]
    server.behaviour.answers = {"RCPT": "450 not now"}
    assert send_due(at=AT) == 0
    assert sorted(OutboxMessage.objects.values_list("attempts", flat=True)) == [0, 0, 1]
    server.behaviour.answers = {}
    assert send_due(at=AT + timedelta(minutes=2), limit=2) == 2
    assert len(rows) - len(server.behaviour.received) == 1


def test_without_a_mail_server_messages_wait(queue: Queue, settings: Any) -> None:
    settings.EMAIL_HOST, settings.DEMO = "", False
    row = queue()
    assert send_message(message_id=row.pk, at=AT) is Outcome.NO_WAY_OUT
    assert send_due(at=AT) == 0
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("queued", 0)


def test_in_a_demonstration_without_a_mail_server_messages_are_kept_for_reading(
    queue: Queue, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def leave(**_arguments: object) -> None:
        raise AssertionError("a message left the machine")

    monkeypatch.setattr(operations.transport, "hand_over", leave)
    settings.EMAIL_HOST, settings.DEMO = "", True
    row = queue()
    assert send_message(message_id=row.pk, at=AT) is Outcome.SENT


def test_a_demonstration_with_a_mail_server_uses_it(queue: Queue, settings: Any, server: MailServer) -> None:
    settings.DEMO = True
    assert send_message(message_id=queue().pk, at=AT) is Outcome.SENT
    ((_recipient, raw),) = server.behaviour.received
    assert b"Demonstration" in raw


def test_logs_never_hold_an_address(
    queue: Queue, server: MailServer, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    server.behaviour.answers = {"RCPT": f"550 no {ADDRESS} here"}
    row = queue()
    for day in range(MAX_ATTEMPTS):
        send_message(message_id=row.pk, at=AT + timedelta(days=day))
    row.refresh_from_db()
    assert row.state == "dead"
    server.behaviour.answers = {}
    send_message(message_id=queue(dedupe_key="offer:2").pk, at=AT)
    shown = caplog.text + "".join(capfd.readouterr())
    assert "message_dead" in shown
    assert ADDRESS not in shown
    assert "josefa" not in shown.lower()
    assert "El Paso" not in shown
