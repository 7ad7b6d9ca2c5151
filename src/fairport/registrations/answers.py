"""The first answer to a write, kept for a day under the caller's own key, so that a repeat changes nothing."""

from __future__ import annotations

import json
import uuid
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Final

from fairport.registrations.models import IdempotentAnswer
from fairport.registrations.submission import IdempotencyConflict, Receipt, Submission
from fairport.sealing.blind_index import blind_index
from fairport.sealing.box import open_under_token, seal_under_token

KEPT_FOR: Final = timedelta(hours=24)


def key_index(key: str) -> bytes:
    """The keyed hash by which a key's answer is found."""
    return blind_index(purpose="idempotency-key", value=key)


def find_answer(*, key: str, at: datetime) -> IdempotentAnswer | None:
    """The kept answer of a key, unless its day is over."""
    return IdempotentAnswer.objects.filter(key_index=key_index(key), expires_at__gt=at).first()


def open_answer(*, answer: IdempotentAnswer, key: str) -> Receipt:
    """The receipt that was given first."""
    fields = json.loads(open_under_token(token=key, context=_context(key), box=bytes(answer.sealed)))
    return Receipt(
        **fields
        | {
            "registration_id": uuid.UUID(fields["registration_id"]),
            "registered_at": datetime.fromisoformat(fields["registered_at"]),
        }
    )


def repeat_answer(*, key: str, submission: Submission, at: datetime) -> Receipt | None:
    """The first receipt if this key was used before for the same content. Raises IdempotencyConflict for another."""
    answer = find_answer(key=key, at=at)
    if answer is None:
        return None
    if bytes(answer.request_index) != _request_index(submission):
        raise IdempotencyConflict
    return open_answer(answer=answer, key=key)


def keep_answer(*, key: str, submission: Submission, receipt: Receipt, at: datetime) -> None:
    """Keeps a receipt for a day, in place of one whose day is over."""
    sealed = seal_under_token(
        token=key, context=_context(key), value=json.dumps(asdict(receipt), default=_text).encode()
    )
    IdempotentAnswer.objects.update_or_create(
        key_index=key_index(key),
        defaults={
            "request_index": _request_index(submission),
            "sealed": sealed,
            "created_at": at,
            "expires_at": at + KEPT_FOR,
        },
    )


def _request_index(submission: Submission) -> bytes:
    content = asdict(submission)
    for traveler in content["travelers"]:
        traveler["criteria"] = sorted(traveler["criteria"])
    return blind_index(purpose="idempotency-request", value=json.dumps(content, default=_text, sort_keys=True))


def _context(key: str) -> str:
    return f"answer:{key_index(key).hex()}"


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)
