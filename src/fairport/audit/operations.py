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
from pathlib import Path

from django.conf import settings

from fairport.audit.events import Actor, EventDetails, Subject
from fairport.audit.keys import WitnessesInvalid
from fairport.audit.notes import NoteInvalid, encode_base64
from fairport.audit.opening import SALT_BYTES, SERVICE_PURPOSE, details_context
from fairport.audit.publishing import publish_log
from fairport.audit.sequencing import append_draw_log_entry, sequence_log
from fairport.audit.storage import EventRow, insert_events
from fairport.audit.witnesses import CheckpointUnknown, CosignatureInvalid, WitnessUnknown, add_cosignatures
from fairport.sealing import box
from fairport.sealing.keyring import SigningKey, rotate_signing_key
from fairport.sealing.models import DataKey

__all__ = [
    "CheckpointUnknown",
    "CosignatureInvalid",
    "NewEvent",
    "NoteInvalid",
    "WitnessUnknown",
    "WitnessesInvalid",
    "add_cosignatures",
    "append_draw_log_entry",
    "append_event",
    "append_events",
    "publish_log",
    "rotate_key",
    "sequence_log",
]


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event to append; `data_key` is the subject's, or None where the subject is not a person's file."""

    event: EventDetails
    subject: Subject
    data_key: DataKey | None = None


@dataclass(frozen=True)
class KeyRotated(EventDetails):
    """A signing key was put in front of its list; `public_key` is raw and in base64."""

    name = "key.rotated"
    key_id: str
    public_key: str


def rotate_key(*, name: str, at: datetime, actor: Actor) -> SigningKey:
    """Makes a new signing key and signs with it from now on; what older keys signed stays good.

    An event tells it, so the log itself says since when. Raises KeyringError.
    """
    key = rotate_signing_key(path=Path(settings.KEYRING), name=name)
    public = encode_base64(key.private.public_key().public_bytes_raw())
    append_event(event=KeyRotated(key.id, public), subject=Subject("key", name), actor=actor, at=at)
    return key


def append_event(
    *, event: EventDetails, subject: Subject, actor: Actor, at: datetime, data_key: DataKey | None = None
) -> int:
    """Appends one event and returns its id."""
    return append_events(events=[NewEvent(event, subject, data_key)], actor=actor, at=at)[0]


def append_events(*, events: Sequence[NewEvent], actor: Actor, at: datetime) -> list[int]:
    """Appends many events of one actor and moment; returns their ids in the order given."""
    rows = []
    for new in events:
        salted = secrets.token_bytes(SALT_BYTES) + encode_payload(new.event.name, new.subject, actor, at, new.event)
        context = details_context(new.subject)
        if new.data_key is None:
            sealed = box.seal_for_service(purpose=SERVICE_PURPOSE, context=context, value=salted)
        else:
            sealed = box.seal_bytes(data_key=new.data_key, context=context, value=salted)
        rows.append(
            EventRow(
                name=new.event.name,
                subject=new.subject,
                commitment=hashlib.sha256(salted).digest(),
                data_key_id=None if new.data_key is None else new.data_key.pk,
                sealed=sealed,
            )
        )
    return insert_events(rows=rows, actor=actor, at=at)


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
