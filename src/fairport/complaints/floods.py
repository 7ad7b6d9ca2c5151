"""Limits that never cost an honest sender their complaint (docs/decisions/0040-complaints.md).

Counts are by the hour, under a keyed hash that is tied to no complaint and gone within two hours.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import connection

from fairport.complaints.models import ComplaintWindow
from fairport.sealing.blind_index import blind_index

HOUR: Final = timedelta(hours=1)
# From here on a complaint of this hour is taken as any other, but stands behind the others in the queue.
FLOOD_BY_ADDRESS: Final = 20
FLOOD_IN_ALL: Final = 300
# Only a machine sends as many from one network within an hour. What was typed stays on the page.
REFUSED_BY_ADDRESS: Final = 500
WRONG_CODES_BY_ADDRESS: Final = 60


class TooManyComplaints(Exception):
    """So many complaints came from one network within an hour that none is taken until the hour is over."""

    code = "too_many_complaints"

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__(f"again in {retry_after_seconds} s")
        self.retry_after_seconds = retry_after_seconds


class TooManyComplaintCodes(TooManyComplaints):
    """So many wrong codes came from one network within an hour; a right one still opens."""

    code = "too_many_complaint_codes"


def is_flood(*, address: str, at: datetime) -> bool:
    """Counts one complaint that is about to be filed; whether it stands behind the others. Raises TooManyComplaints."""
    own, every = _count(["address", "all"], [address, ""], at)
    if own > REFUSED_BY_ADDRESS:
        raise TooManyComplaints(_seconds_left(at))
    return own > FLOOD_BY_ADDRESS or every > FLOOD_IN_ALL


def note_wrong_code(*, address: str, at: datetime) -> None:
    """Counts one wrong code. Raises TooManyComplaintCodes."""
    if _count(["code"], [address], at)[0] > WRONG_CODES_BY_ADDRESS:
        raise TooManyComplaintCodes(_seconds_left(at))


def forget_windows(*, at: datetime) -> int:
    """Removes the counts of the hours that are over. Returns how many."""
    removed, _rows = ComplaintWindow.objects.filter(window_start__lte=at - HOUR).delete()
    return removed


def _seconds_left(at: datetime) -> int:
    return max(1, int((_hour_of(at) + HOUR - at).total_seconds()))


def _hour_of(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def _count(kinds: list[str], values: list[str], at: datetime) -> list[int]:
    # Two that come at once wait for each other here; the order keeps them from waiting in a circle.
    buckets = [blind_index(purpose=f"complaint-{kind}", value=value) for kind, value in zip(kinds, values, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO complaints_complaintwindow AS counted (bucket, window_start, count)
            SELECT bucket, %s, 1 FROM unnest(%s::bytea[]) AS bucket
            ON CONFLICT (bucket, window_start) DO UPDATE SET count = counted.count + 1
            RETURNING bucket, count
            """,
            [_hour_of(at), sorted(buckets)],
        )
        counts = {bytes(bucket): count for bucket, count in cursor.fetchall()}
    return [counts[bucket] for bucket in buckets]
