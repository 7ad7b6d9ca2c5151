"""Locks of the transaction on things that have no row yet."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.db import connection

# Any number that no hash below is likely to be: the key on which a bulk load and single registrations meet.
_EVERYBODY: Final = 4_266_010_001


def lock_hash(value: bytes) -> None:
    """Waits for, and holds until the transaction ends, the advisory lock of a hash."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_key(value)])


def lock_names(indexes: Iterable[bytes]) -> None:
    """Makes groups with the same name index take turns, in one order for everyone; others go on beside each other."""
    keys = sorted({_key(value) for value in indexes})
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock_shared(%s)"
            " UNION ALL SELECT pg_advisory_xact_lock(key) FROM unnest(%s::bigint[]) AS key",
            [_EVERYBODY, keys],
        )


def lock_all_names() -> None:
    """Lets nobody else register until the transaction ends: one lock, where a lock for each name would be too many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_EVERYBODY])


def _key(value: bytes) -> int:
    return int.from_bytes(value[:8], "big", signed=True)
