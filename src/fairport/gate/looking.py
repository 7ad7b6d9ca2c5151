"""A pass is shown at a gate that has a network."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from fairport.accounts.models import User
from fairport.checkin.operations import Judgement, check_pass
from fairport.gate.models import ScanAction
from fairport.gate.scanning import IncomingScan, receive_scan


@dataclass(frozen=True, slots=True)
class Gate:
    """Where somebody stands: a port, one of its programmes or all of them, and the browser's own number."""

    port: str
    programme: str | None = None
    device: uuid.UUID | None = None


@transaction.atomic
def check_at_gate(*, text: str, gate: Gate, officer: User, at: datetime) -> Judgement:
    """Judges a pass or a number and keeps that it was looked at, whatever the answer is. Raises OtherPort."""
    judgement = check_pass(text=text, officer=officer, at=at, port=gate.port, programme=gate.programme)
    scan = IncomingScan(
        id=uuid.uuid4(),
        device=gate.device,
        port=gate.port,
        officer_id=officer.pk,
        text=text,
        action=ScanAction.LOOK,
        answer=judgement.answer,
        device_time=at,
    )
    receive_scan(scan=scan, officer=officer, at=at)
    return judgement
