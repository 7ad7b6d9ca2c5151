"""What was typed so far: sealed, found by a token that only the person's browser has, gone after 48 hours."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction

from fairport.registrations.locks import lock_hash
from fairport.registrations.models import Draft
from fairport.sealing.blind_index import blind_index
from fairport.sealing.box import open_json, seal_json
from fairport.sealing.operations import create_data_key, remove_data_keys

KEPT_FOR: Final = timedelta(hours=48)


@transaction.atomic
def save_draft(*, token: str, programme: str, content: Any, at: datetime) -> None:
    """Keeps what was typed, any JSON value, under a random token of at least 16 characters; in place of what was there.

    It is gone 48 hours after it was last saved.
    """
    index = _token_index(token)
    lock_hash(index)
    draft = Draft.objects.select_related("data_key").filter(token_index=index).first()
    if draft is None:
        draft = Draft(token_index=index, data_key=create_data_key(), created_at=at)
    draft.programme_id = programme
    draft.sealed = seal_json(data_key=draft.data_key, context=_context(draft), value=content)
    draft.expires_at = at + KEPT_FOR
    draft.save()


def read_draft(*, token: str, at: datetime) -> Any | None:
    """What was typed so far, or None."""
    draft = Draft.objects.select_related("data_key").filter(token_index=_token_index(token), expires_at__gt=at).first()
    return (
        None if draft is None else open_json(data_key=draft.data_key, context=_context(draft), box=bytes(draft.sealed))
    )


def discard_draft(*, token: str) -> None:
    """Removes a draft with its key; nothing if there is none."""
    _remove(Draft.objects.filter(token_index=_token_index(token)))


def remove_dead_drafts(*, at: datetime) -> int:
    """Removes the drafts whose time is over, with their keys. Returns how many."""
    return _remove(Draft.objects.filter(expires_at__lte=at))


@transaction.atomic
def _remove(drafts: Any) -> int:
    keys = list(drafts.select_for_update().values_list("data_key_id", flat=True))
    Draft.objects.filter(data_key_id__in=keys).delete()
    remove_data_keys(data_key_ids=keys)
    return len(keys)


def _token_index(token: str) -> bytes:
    return blind_index(purpose="draft-token", value=token)


def _context(draft: Draft) -> str:
    return f"draft:{draft.pk}"
