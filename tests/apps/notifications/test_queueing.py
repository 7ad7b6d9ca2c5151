"""Writing messages: in the caller's transaction, once for each step, sealed."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django import app

from fairport.clock.queries import now
from fairport.notifications.contexts import ContextWrong
from fairport.notifications.models import OutboxMessage
from fairport.notifications.operations import QUEUE, SEND_TASK, NewMessage, queue_message, queue_messages
from fairport.notifications.queries import open_message
from fairport.sealing.operations import create_data_key
from tests.apps.notifications.conftest import ADDRESS, AT, context_for

Queue = Callable[..., OutboxMessage]


def jobs() -> list[tuple[str, str, dict[str, str]]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name, queue_name, args FROM procrastinate_jobs ORDER BY id")
        return [(name, queue, json.loads(args) if isinstance(args, str) else args) for name, queue, args in cursor]


@pytest.mark.django_db(transaction=True)
def test_a_message_and_its_job_are_committed_together(queue: Queue) -> None:
    row = queue()
    assert row.state == "queued"
    assert jobs() == [(SEND_TASK, QUEUE, {"message_id": str(row.pk)})]


@pytest.mark.django_db(transaction=True)
def test_the_worker_runs_the_job(queue: Queue, settings: Any) -> None:
    settings.DEMO, settings.EMAIL_HOST = True, ""
    row = queue(at=now())
    with app.replace_connector(app.connector.get_worker_connector()) as worker:
        worker.run_worker(queues=[QUEUE], wait=False, install_signal_handlers=False, listen_notify=False)
    with connection.cursor() as cursor:
        cursor.execute("SELECT status FROM procrastinate_jobs WHERE task_name = %s", [SEND_TASK])
        assert cursor.fetchall() == [("succeeded",)]
    row.refresh_from_db()
    assert row.state == "sent"


@pytest.mark.django_db(transaction=True)
def test_a_rollback_takes_the_message_and_its_job_along(queue: Queue) -> None:
    with pytest.raises(LookupError), transaction.atomic():
        queue()
        assert len(jobs()) == 1
        raise LookupError
    assert not OutboxMessage.objects.exists()
    assert jobs() == []


@pytest.mark.django_db
def test_the_same_step_is_told_once(queue: Queue) -> None:
    first = queue()
    again = queue()
    assert again.pk == first.pk
    assert len(jobs()) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("email", [None, ""])
def test_nothing_is_written_for_whoever_gave_no_address(email: str | None) -> None:
    queue_message(
        template="offer",
        dedupe_key="offer:1",
        language="en",
        email=email,
        context=context_for("offer"),
        data_key=create_data_key(),
        at=AT,
    )
    assert not OutboxMessage.objects.exists()
    assert jobs() == []


@pytest.mark.django_db
def test_many_messages_are_written_with_a_constant_number_of_statements() -> None:
    counts = []
    for number in (2, 40):
        keys = [create_data_key() for _ in range(number)]
        messages = [
            NewMessage("declined", f"declined:{number}:{index}", "es", ADDRESS, {}, key)
            for index, key in enumerate(keys)
        ]
        with connection.execute_wrapper(counter := _Counter()):
            queue_messages(messages=messages, at=AT)
        counts.append(counter.statements)
    assert OutboxMessage.objects.count() == 42
    assert len(jobs()) == 42
    assert counts[0] == counts[1]


@pytest.mark.django_db
def test_what_a_message_says_is_sealed_and_opens_again(queue: Queue) -> None:
    row = queue()
    assert ADDRESS.encode() not in bytes(row.sealed)
    assert b"El Paso" not in bytes(row.sealed)
    letter = open_message(row=row)
    assert letter.email == ADDRESS
    assert letter.context == context_for("offer")


@pytest.mark.django_db
def test_a_language_that_is_not_offered_becomes_the_first_one(queue: Queue) -> None:
    assert queue(language="tlh").language == "en"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [{"size": None}, {"starts_at": datetime(2026, 12, 1, 8, 0)}, {"starts_at": "tomorrow"}, {"name": "Josefa"}],
)
def test_a_wrong_context_is_refused_when_it_is_written(queue: Queue, change: dict[str, object]) -> None:
    with pytest.raises(ContextWrong):
        queue(context=context_for("offer") | change)
    assert not OutboxMessage.objects.exists()


@pytest.mark.django_db
def test_an_unknown_message_is_refused(queue: Queue) -> None:
    with pytest.raises(ContextWrong, match="nothing_of_ours"):
        queue(template="nothing_of_ours", context={})


@pytest.mark.django_db
def test_a_context_without_a_fact_is_refused(queue: Queue) -> None:
    context = context_for("confirmation")
    del context["confirmation_number"]
    with pytest.raises(ContextWrong, match="confirmation_number"):
        queue(template="confirmation", context=context)


class _Counter:
    statements = 0

    def __call__(self, execute: Callable[..., object], *arguments: object) -> object:
        self.statements += 1
        return execute(*arguments)
