"""Locks of the transaction on things that have no row yet."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection


def lock_hashes(hashes: Iterable[bytes]) -> None:
    """Waits for, and holds until the transaction ends, one advisory lock for each hash, in one order for everyone."""
    keys = sorted({int.from_bytes(value[:8], "big", signed=True) for value in hashes})
    if keys:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(key) FROM unnest(%s::bigint[]) AS key", [keys])
