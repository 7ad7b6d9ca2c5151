"""Opening what an event was sealed with: its salt and its payload."""

from __future__ import annotations

from fairport.audit.events import Subject
from fairport.audit.models import Event
from fairport.sealing import box

SALT_BYTES = 32
SERVICE_PURPOSE = "audit"


def details_context(subject: Subject) -> str:
    """The place that an event's sealed details are bound to."""
    return f"event:{subject.kind}:{subject.id}"


def open_salted(row: Event) -> bytes | None:
    """Salt and payload of one event, whose SHA-256 is its commitment; None if its key was erased. Raises SealBroken."""
    context = details_context(Subject(row.subject_kind, row.subject_id))
    details = row.details
    try:
        if details.data_key is None:
            return box.open_for_service(purpose=SERVICE_PURPOSE, context=context, box=bytes(details.sealed))
        return box.open_bytes(data_key=details.data_key, context=context, box=bytes(details.sealed))
    except box.SealBroken:
        if details.data_key is not None and details.data_key.wrapped is None:
            return None
        raise
