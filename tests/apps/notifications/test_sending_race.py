"""Two workers at the same message: one sends it. Without the conditional claim both would."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from fairport.notifications import operations
from fairport.notifications.models import MessageState, OutboxMessage
from fairport.notifications.operations import Outcome, send_message
from tests.apps.notifications.conftest import AT
from tests.apps.notifications.smtp_server import MailServer

pytestmark = pytest.mark.django_db(transaction=True)
Queue = Callable[..., OutboxMessage]
WORKERS = 2


def race(step: Callable[[threading.Barrier], Any]) -> list[Any]:
    """Runs `step` in two threads with a barrier that lets both pass together, each on its own connection."""
    barrier = threading.Barrier(WORKERS, timeout=20)
    results: list[Any] = []

    def run() -> None:
        try:
            results.append(step(barrier))
        except Exception as error:
            results.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_two_workers_send_a_message_once(queue: Queue, server: MailServer) -> None:
    for number in range(10):
        row = queue(dedupe_key=f"offer:{number}")

        def step(barrier: threading.Barrier, pk: uuid.UUID = row.pk) -> Outcome:
            connection.ensure_connection()
            barrier.wait()
            return send_message(message_id=pk, at=AT)

        outcomes = race(step)
        assert sorted(outcome.value for outcome in outcomes) == ["not_claimed", "sent"]
    assert len(server.behaviour.received) == 10


def test_control_with_a_read_before_the_write_both_send(
    queue: Queue, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = queue()

    def step(barrier: threading.Barrier) -> None:
        seen = OutboxMessage.objects.select_related("data_key").get(pk=row.pk)
        barrier.wait()
        if seen.state == MessageState.QUEUED:
            OutboxMessage.objects.filter(pk=row.pk).update(state=MessageState.SENDING)
            letter = operations.open_message(row=seen)
            mail = operations.render(letter, message_id=seen.pk, at=AT)
            operations.transport.hand_over(mail=mail, recipient=letter.email)

    assert race(step) == [None, None]
    assert len(server.behaviour.received) == 2


def test_two_transactions_that_tell_the_same_step_write_one_message(queue: Queue) -> None:
    def step(barrier: threading.Barrier) -> uuid.UUID:
        connection.ensure_connection()
        barrier.wait()
        return queue().pk

    first, second = race(step)
    assert first == second
    assert OutboxMessage.objects.count() == 1
