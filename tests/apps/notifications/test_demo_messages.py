"""The page where a demonstration's messages are read; elsewhere it does not exist."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fairport.notifications.models import OutboxMessage
from fairport.notifications.operations import send_due
from fairport.sealing.operations import create_data_key, erase_data_key
from tests.apps.notifications.conftest import ADDRESS, AT

Queue = Callable[..., OutboxMessage]
pytestmark = pytest.mark.django_db
PAGE = "/demo/messages"


@pytest.fixture(autouse=True)
def demonstration(settings: Any, plain_static: None) -> None:
    settings.DEMO, settings.EMAIL_HOST = True, ""


def test_it_does_not_exist_outside_a_demonstration(client: Client, settings: Any) -> None:
    settings.DEMO = False
    assert client.get(PAGE).status_code == 404


def test_without_messages_it_says_so(client: Client) -> None:
    page = client.get(PAGE).content.decode()
    assert "No message was sent yet" in page
    assert "not a government service" in page


def test_messages_are_read_newest_first_in_their_language(queue: Queue, client: Client) -> None:
    queue(template="registration_received", dedupe_key="a", language="es")
    send_due(at=AT)
    queue(dedupe_key="b", at=AT + timedelta(days=1))
    send_due(at=AT + timedelta(days=1))
    queue(dedupe_key="c", at=AT + timedelta(days=2))
    page = client.get(PAGE).content.decode()
    assert page.count(ADDRESS) == 2
    assert "1 message has not left yet." in page
    assert page.index("A place is offered to you") < page.index("R-2026-000123")
    assert '<div lang="es" dir="ltr">' in page
    assert "This service is free. Nobody may ask you for money." in page


def test_a_message_to_somebody_erased_shows_nothing_of_them(queue: Queue, client: Client) -> None:
    key = create_data_key()
    queue(data_key=key)
    send_due(at=AT)
    erase_data_key(data_key_id=key.pk, at=AT)
    page = client.get(PAGE).content.decode()
    assert "had everything erased" in page
    assert ADDRESS not in page


def test_the_page_asks_the_database_as_often_for_one_message_as_for_many(queue: Queue, client: Client) -> None:
    counts = []
    for number in (1, 8):
        for index in range(number):
            queue(dedupe_key=f"{number}:{index}")
        send_due(at=AT)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get(PAGE).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_many_messages_are_divided_into_pages(queue: Queue, client: Client) -> None:
    for index in range(11):
        queue(dedupe_key=f"n:{index}", email=f"person{index}@example.org")
    send_due(at=AT)
    assert client.get(PAGE).content.decode().count("@example.org") == 10
    assert client.get(f"{PAGE}?page=2").content.decode().count("@example.org") == 1


def test_messages_to_one_address_are_found_without_the_address_in_a_url(queue: Queue, client: Client) -> None:
    for index in range(12):
        queue(dedupe_key=f"n:{index}", email=f"person{index}@example.org")
    send_due(at=AT)
    page = client.post(PAGE, {"address": " Person3@Example.org "}).content.decode()
    assert page.count("person3@example.org") == 1
    assert "person4@" not in page
    assert "?address" not in page
    assert "No message was sent to this address" in client.post(PAGE, {"address": "x@example.org"}).content.decode()
