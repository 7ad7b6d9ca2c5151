"""Counting what may be tried only so often: wrong access codes, and documents that are already in use."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from django.db import connection

from fairport.registrations.models import CodeFailure
from fairport.sealing.blind_index import blind_index

HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)


class TooManyAttempts(Exception):
    """The tries of this hour are used up; `retry_after_seconds` until the next ones count."""

    code = "too_many_attempts"

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__(f"again in {retry_after_seconds} s")
        self.retry_after_seconds = retry_after_seconds


class TooManyDocumentRefusals(TooManyAttempts):
    """This hour's registrations with documents that are in use are used up; one without documents still goes."""

    code = "too_many_document_refusals"


def attempt_bucket(*, kind: str, value: str) -> bytes:
    """The keyed hash under which tries of one kind by one address, or at one beginning of a code, are counted."""
    return blind_index(purpose=f"attempts-{kind}", value=value)


def address_bucket(*, kind: str, address: str) -> bytes:
    """The bucket of a network address; an IPv6 address counts with its whole /64, which one household has."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return attempt_bucket(kind=kind, value=address)
    if parsed.version == 6:
        return attempt_bucket(kind=kind, value=str(ipaddress.ip_network((parsed, 64), strict=False)))
    return attempt_bucket(kind=kind, value=str(parsed))


def record_failures(
    *, limits: Mapping[bytes, int], at: datetime, refusal: type[TooManyAttempts] = TooManyAttempts
) -> None:
    """Counts one failure in each bucket; buckets → failures allowed an hour. Raises `refusal` above one of them.

    To be called outside the transaction of what failed, which would take the count back with it.
    """
    if not limits:
        return
    start = at.replace(minute=0, second=0, microsecond=0)
    counts = _count(sorted(limits), start)
    if any(counts[bucket] > limit for bucket, limit in limits.items()):
        raise refusal(_seconds_left(at, start))


def count_attempt(*, kind: str, value: str, at: datetime) -> int:
    """Counts one try of a kind at a value, and returns how many there were on this day (UTC), this one included."""
    bucket = attempt_bucket(kind=kind, value=value)
    return _count([bucket], at.replace(hour=0, minute=0, second=0, microsecond=0))[bucket]


def refuse_if_used_up(
    *, bucket: bytes, limit: int, at: datetime, refusal: type[TooManyAttempts] = TooManyAttempts
) -> None:
    """Raises `refusal` if a bucket has reached its limit, without counting."""
    start = at.replace(minute=0, second=0, microsecond=0)
    if CodeFailure.objects.filter(bucket=bucket, window_start=start, failures__gte=limit).exists():
        raise refusal(_seconds_left(at, start))


def _seconds_left(at: datetime, start: datetime) -> int:
    return max(1, int((start + HOUR - at).total_seconds()))


def _count(buckets: list[bytes], start: datetime) -> dict[bytes, int]:
    with connection.cursor() as cursor:
        # One statement, in the order of the keys: two tries at once both count, and do not wait in a circle.
        cursor.execute(
            """
            INSERT INTO registrations_codefailure AS failure (bucket, window_start, failures)
            SELECT bucket, %s, 1 FROM unnest(%s::bytea[]) AS bucket
            ON CONFLICT (bucket, window_start) DO UPDATE SET failures = failure.failures + 1
            RETURNING bucket, failures
            """,
            [start, buckets],
        )
        return {bytes(bucket): failures for bucket, failures in cursor.fetchall()}
