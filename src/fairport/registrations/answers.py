"""The first answer to a write, kept for a day under the caller's own key, so that a repeat changes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction

from fairport.registrations.locks import lock_hash
from fairport.registrations.models import IdempotentAnswer
from fairport.registrations.submission import IdempotencyConflict
from fairport.sealing.blind_index import blind_index
from fairport.sealing.box import open_under_token, seal_under_token

KEPT_FOR: Final = timedelta(hours=24)


@transaction.atomic
def answer_once(*, key: str, request: Any, at: datetime, work: Callable[[], Any]) -> Any:
    """Does `work` once for a key and returns its answer, any JSON value; a repeat within 24 hours gets the first one.

    `request` is the JSON that a repeat must share. What `work` writes, and the answer, commit together; when it raises,
    nothing is kept. Of two calls at once the second waits. Raises IdempotencyConflict for another request.
    """
    lock_hash(_key_index(key))
    answer = _find(key, at)
    request_index = blind_index(purpose="idempotency-request", value=json.dumps(request, sort_keys=True))
    if answer is not None:
        if bytes(answer.request_index) != request_index:
            raise IdempotencyConflict
        return _open(answer, key)
    result = work()
    sealed = seal_under_token(token=key, context=_context(key), value=json.dumps(result).encode())
    IdempotentAnswer.objects.update_or_create(
        key_index=_key_index(key),
        defaults={
            "request_index": request_index,
            "sealed": sealed,
            "created_at": at,
            "expires_at": at + KEPT_FOR,
        },
    )
    return result


def answer_again(*, key: str, at: datetime) -> Any | None:
    """The kept answer of a key, or None."""
    answer = _find(key, at)
    return None if answer is None else _open(answer, key)


def _find(key: str, at: datetime) -> IdempotentAnswer | None:
    return IdempotentAnswer.objects.filter(key_index=_key_index(key), expires_at__gt=at).first()


def _open(answer: IdempotentAnswer, key: str) -> Any:
    return json.loads(open_under_token(token=key, context=_context(key), box=bytes(answer.sealed)))


def _key_index(key: str) -> bytes:
    return blind_index(purpose="idempotency-key", value=key)


def _context(key: str) -> str:
    return f"answer:{_key_index(key).hex()}"
