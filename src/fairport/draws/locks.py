from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

LOCK_CLASS = 0x44524157  # "DRAW": keeps these advisory locks apart from any others


@contextmanager
def programme_locked(programme: str) -> Iterator[None]:
    """One transaction in which nobody else freezes or runs a draw of the programme, or brings its beacon."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [LOCK_CLASS, programme])
        yield
