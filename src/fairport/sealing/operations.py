from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime

from fairport.sealing.box import wrap_new_key
from fairport.sealing.models import DataKey


def new_data_key() -> DataKey:
    """A data key that is not saved yet, for callers that insert many at once."""
    key_id = uuid.uuid4()
    master_id, wrapped = wrap_new_key(key_id=str(key_id))
    return DataKey(id=key_id, master_id=master_id, wrapped=wrapped)


def create_data_key() -> DataKey:
    """A fresh key for one person's file."""
    data_key = new_data_key()
    data_key.save(force_insert=True)
    return data_key


def erase_data_key(*, data_key_id: uuid.UUID, at: datetime) -> None:
    """Makes everything sealed under the key unreadable for good. Erasing twice changes nothing."""
    DataKey.objects.filter(pk=data_key_id, erased_at__isnull=True).update(wrapped=None, erased_at=at)


def remove_data_keys(*, data_key_ids: Iterable[uuid.UUID]) -> None:
    """Removes the keys of files that are gone as a whole, drafts for instance, so that not even a trace stays."""
    DataKey.objects.filter(pk__in=data_key_ids).delete()
