from __future__ import annotations

import uuid

from procrastinate.contrib.django import app

from fairport.clock.queries import now
from fairport.notifications import operations


@app.task(name=operations.SEND_TASK, queue=operations.QUEUE)
def send(message_id: str) -> None:
    """Sends one message; the outbox row says what became of it, so the job itself is never repeated."""
    operations.send_message(message_id=uuid.UUID(message_id), at=now())
