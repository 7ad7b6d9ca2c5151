from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fairport.notifications import relevance
from fairport.notifications.contexts import CONTEXTS
from fairport.notifications.models import OutboxMessage
from fairport.notifications.operations import queue_message
from fairport.sealing.operations import create_data_key
from tests.apps.notifications.smtp_server import MailServer, mail_server

AT = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
ADDRESS = "josefa.ortiz@example.org"

CONTEXT_VALUES: dict[str, Any] = {
    "registration_number": "R-2026-000123",
    "registration_id": "7f2c5f3c-3c55-4d66-a9d0-2a8d3f0a9a11",
    "offer_id": "0b0f7d9e-9d3c-4c43-8b6e-3a6a5d0f1d22",
    "appointment_id": "5f3f9d9e-1d3c-4c43-8b6e-3a6a5d0f1d33",
    "confirmation_number": "K7QM-4T2P",
    "port_name": "El Paso",
    "old_port": "San Diego",
    "port_timezone": "America/Denver",
    "traveler_timezone": "America/Mexico_City",
    "timezone": "America/Denver",
    "starts_at": AT + timedelta(days=7),
    "ends_at": AT + timedelta(days=7, hours=2),
    "moved_from_starts_at": AT + timedelta(days=6),
    "moved_from_ends_at": AT + timedelta(days=6, hours=3),
    "size": 5,
    "expires_at": AT + timedelta(hours=23),
    "undo_until": AT + timedelta(hours=24),
    "renew_by": AT + timedelta(days=3),
    "last_day": "2026-12-31",
}


def context_for(template: str) -> dict[str, Any]:
    """A plausible context with exactly the keys that the template declares."""
    return {key: CONTEXT_VALUES[key] for key in CONTEXTS[template].__annotations__}


@pytest.fixture(autouse=True)
def no_relevance_checks() -> Iterator[None]:
    """The checks of the rooms above look for offers that are not there; each test registers what it needs."""
    before = dict(relevance._checks)
    relevance._checks.clear()
    yield
    relevance._checks.clear()
    relevance._checks.update(before)


@pytest.fixture
def queue() -> Callable[..., OutboxMessage]:
    """Writes one message to ADDRESS and returns its row."""

    def write(*, template: str = "offer", dedupe_key: str = "offer:1", **changes: Any) -> OutboxMessage:
        values = {"language": "en", "email": ADDRESS, "at": AT} | changes
        if "context" not in values:
            values["context"] = context_for(template)
        if "data_key" not in values:
            values["data_key"] = create_data_key()
        queue_message(template=template, dedupe_key=dedupe_key, **values)
        return OutboxMessage.objects.get(dedupe_key=dedupe_key)

    return write


@pytest.fixture
def server(settings: Any) -> Iterator[MailServer]:
    """A mail server that the settings name."""
    with mail_server() as running:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running.port
        yield running
