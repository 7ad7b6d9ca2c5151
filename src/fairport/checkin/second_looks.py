"""The negatives that wait for a second officer, and those that came back: the work that a port's queue shows."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet

from fairport.checkin.models import Determination, Verdict

# What an address may name, and what the database sorts by.
ORDERS: Final[Mapping[str, tuple[str, ...]]] = {
    "oldest": ("decided_at", "id"),
    "newest": ("-decided_at", "id"),
    "number": ("check_in__appointment__confirmation_number", "check_in__traveler__position", "id"),
    "officer": ("officer__full_name", "decided_at", "id"),
}
WAITING: Final = "waiting"
OF_OTHERS: Final = "others"
RETURNED: Final = "returned"


def second_looks(
    *, ports: Collection[str], reader_id: int, show: str = "", order: str = "oldest"
) -> QuerySet[Determination]:
    """Negatives at these ports that are not in effect, with officer, port, appointment and review.

    `show` is WAITING (for a second look), OF_OTHERS (those of them that the reader did not decide), RETURNED (somebody
    has to decide again) or empty for all.
    """
    later = Determination.objects.filter(check_in=OuterRef("check_in"), sequence__gt=OuterRef("sequence"))
    rows = Determination.objects.filter(~Exists(later), needs_review=True, check_in__port__in=ports)
    waiting, returned = Q(review__isnull=True), Q(review__verdict=Verdict.DISAGREED)
    rows = rows.filter({WAITING: waiting, OF_OTHERS: waiting, RETURNED: returned}.get(show, waiting | returned))
    if show == OF_OTHERS:
        rows = rows.exclude(officer_id=reader_id)
    return rows.select_related("officer", "review", "check_in__port", "check_in__appointment").order_by(*ORDERS[order])


def find_determination(*, determination_id: uuid.UUID) -> Determination | None:
    """A decision with its arrival, appointment, port and registration, or None."""
    rows = Determination.objects.select_related(
        "review", "check_in__appointment__registration", "check_in__appointment__slot__port"
    )
    return rows.filter(pk=determination_id).first()
