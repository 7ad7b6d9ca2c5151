"""Ports that are closed."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction

from fairport.ports.models import PortOfEntry, PortSuspension
from fairport.ports.suspensions import end_suspension, record_suspension


def close_port(code: str, *, at: datetime, ends_at: datetime | None = None) -> PortSuspension:
    """A port closed from `at` on, as two people decided; its bookings stay as they are."""
    return record_suspension(
        suspension_id=uuid.uuid4(),
        port=PortOfEntry.objects.get(pk=code),
        starts_at=at,
        ends_at=ends_at,
        reason="closure",
        words="",
        foreseen={},
        done={},
        proposal_id="",
        at=at,
    )


def open_port(code: str, *, at: datetime) -> None:
    """A closed port opened again."""
    with transaction.atomic():
        end_suspension(port=code, at=at)
