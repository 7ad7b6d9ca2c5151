"""Appending to the event log, in the caller's transaction, so that a step and its event commit together.

The sequencer, the draw log and the witnesses have files of their own.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from fairport.audit import models
from fairport.audit.events import Actor, EventDetails, Subject
from fairport.audit.publishing import publish_log
from fairport.audit.sequencing import append_draw_log_entry, sequence_log
from fairport.audit.witnesses import add_cosignatures
from fairport.sealing import box
from fairport.sealing.models import DataKey

__all__ = [
    "NewEvent",
    "add_cosignatures",
    "append_draw_log_entry",
    "append_event",
    "append_events",
    "publish_log",
    "sequence_log",
]

SALT_BYTES = 32
SERVICE_PURPOSE = "audit"


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event to append; `data_key` is the subject's, or None where the subject is not a person's file."""

    event: EventDetails
    subject: Subject
    data_key: DataKey | None = None


def append_event(
    *, event: EventDetails, subject: Subject, actor: Actor, at: datetime, data_key: DataKey | None = None
) -> int:
    """Appends one event and returns its id."""
    return append_events(events=[NewEvent(event, subject, data_key)], actor=actor, at=at)[0]


def append_events(*, events: Sequence[NewEvent], actor: Actor, at: datetime) -> list[int]:
    """Appends many events of one actor and moment with two statements; ids in the order given."""
    rows: list[models.Event] = []
    boxes: list[tuple[bytes, DataKey | None]] = []
    for new in events:
        salt = secrets.token_bytes(SALT_BYTES)
        payload = encode_payload(new.event.name, new.subject, actor, at, new.event)
        rows.append(
            models.Event(
                name=new.event.name,
                subject_kind=new.subject.kind,
                subject_id=new.subject.id,
                actor_kind=actor.kind,
                actor_id=actor.id,
                at=at,
                commitment=hashlib.sha256(salt + payload).digest(),
            )
        )
        context = details_context(new.subject)
        if new.data_key is None:
            sealed = box.seal_for_service(purpose=SERVICE_PURPOSE, context=context, value=salt + payload)
        else:
            sealed = box.seal_bytes(data_key=new.data_key, context=context, value=salt + payload)
        boxes.append((sealed, new.data_key))
    models.Event.objects.bulk_create(rows, batch_size=5000)
    models.EventDetails.objects.bulk_create(
        [
            models.EventDetails(event=row, data_key=key, sealed=sealed)
            for row, (sealed, key) in zip(rows, boxes, strict=True)
        ],
        batch_size=5000,
    )
    return [row.pk for row in rows]


def details_context(subject: Subject) -> str:
    """The place that an event's sealed details are bound to."""
    return f"event:{subject.kind}:{subject.id}"


def encode_payload(name: str, subject: Subject, actor: Actor, at: datetime, event: EventDetails) -> bytes:
    """The bytes that the commitment covers: all that the event says, as JSON with sorted keys and no spaces."""
    return json.dumps(
        {
            "name": name,
            "subject": [subject.kind, subject.id],
            "actor": [actor.kind, actor.id],
            "at": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "details": event.as_json(),
        },
        ensure_ascii=False,
        separators=(",", ":"),
        sort_keys=True,
    ).encode()
