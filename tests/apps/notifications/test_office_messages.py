"""The operator's page of the outbox: figures, dead letters, sending again; and nobody else's."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fairport.audit.events import Subject
from fairport.audit.queries import list_events
from fairport.notifications.models import MessageState, OutboxMessage
from tests.apps.notifications.conftest import ADDRESS, AT
from tests.cast import Cast, signed_in

Queue = Callable[..., OutboxMessage]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]
PAGE = "/office/messages"


def dead(queue: Queue, dedupe_key: str = "offer:1", kind: str = "recipient refused 550") -> OutboxMessage:
    row = queue(dedupe_key=dedupe_key)
    OutboxMessage.objects.filter(pk=row.pk).update(state=MessageState.DEAD, last_failure=kind, attempts=6)
    return row


def test_only_an_operator_opens_it(cast: Cast, queue: Queue) -> None:
    row = dead(queue)
    for name, user in cast.everybody().items():
        is_operator = name in ("operator", "second_operator")
        expected = 200 if is_operator else 403
        assert signed_in(user).get(PAGE).status_code == expected, name
        if not is_operator:
            assert signed_in(user).post(f"{PAGE}/{row.pk}/retry").status_code == 403, name
    row.refresh_from_db()
    assert row.state == "dead"


def test_whoever_is_not_signed_in_is_sent_to_sign_in(client: Client) -> None:
    response = client.get(PAGE)
    assert response.status_code == 302
    assert response["Location"].startswith("/office/")


def test_it_tells_what_and_why_but_neither_to_whom_nor_the_text(cast: Cast, queue: Queue) -> None:
    dead(queue)
    dead(queue, "offer:2", "interrupted")
    page = signed_in(cast.operator).get(PAGE).content.decode()
    assert "recipient refused 550" in page
    assert "Interrupted while sending" in page
    assert "A place is offered to you: please answer" in page
    assert "<dt>Not sent</dt><dd>2</dd>" in page
    assert ADDRESS not in page
    assert "El Paso" not in page


def test_an_operator_sends_a_dead_letter_again(cast: Cast, queue: Queue) -> None:
    row = dead(queue)
    operator = signed_in(cast.operator)
    response = operator.post(f"{PAGE}/{row.pk}/retry", follow=True)
    assert "The message is on its way again." in response.content.decode()
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("queued", 0)
    (event,) = list_events(subject=Subject("message", str(row.pk)))
    assert (event.actor_kind, event.actor_id) == ("staff", str(cast.operator.pk))

    assert "on its way already" in operator.post(f"{PAGE}/{row.pk}/retry", follow=True).content.decode()
    assert operator.get(f"{PAGE}/{row.pk}/retry").status_code == 405
    assert operator.post(f"{PAGE}/{uuid.uuid4()}/retry").status_code == 404


def test_without_dead_letters_it_says_so_and_warns_without_a_mail_server(cast: Cast) -> None:
    page = signed_in(cast.operator).get(PAGE).content.decode()
    assert "Every message was sent or waits for its turn" in page
    assert "No mail server is set" in page


def test_the_page_asks_the_database_as_often_for_one_letter_as_for_many(cast: Cast, queue: Queue) -> None:
    operator = signed_in(cast.operator)
    counts = []
    for number in (1, 20):
        for index in range(number):
            dead(queue, f"{number}:{index}")
        with CaptureQueriesContext(connection) as captured:
            assert operator.get(PAGE).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]
    assert OutboxMessage.objects.filter(created_at=AT).count() == 21
