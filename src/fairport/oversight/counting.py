"""Counts of determinations by criterion: what is sealed is opened by the worker, and only sums are kept.

Source: docs/decisions/0041-fairness-watch.md.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Final

from django.db import connection, transaction
from django.db.models import F

from fairport.checkin.deciding import open_determination
from fairport.checkin.effect import complete_determinations
from fairport.checkin.models import Determination
from fairport.oversight.models import CountedDetermination, CriterionCount
from fairport.registrations.queries import OpenTraveler, open_travelers_of
from fairport.sealing.box import SealBroken

_BATCH: Final = 500
# Any number that no other advisory lock has: two workers must not add the same determination twice.
_COUNTING: Final = 4_266_010_041

# Month, port, criterion, outcome.
Cell = tuple[date, str, str, str]


def count_criteria(*, at: datetime) -> int:
    """Adds the determinations that are not in the counts yet; one that takes effect takes out what held before it.

    A negative is counted once the second officer agreed. Returns how many were looked at. One whose file was erased
    before is in no count.
    """
    done = 0
    while count := _count_batch(at):
        done += count
    return done


@transaction.atomic
def _count_batch(at: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_COUNTING])
    rows = list(
        complete_determinations()
        .filter(watch_count__isnull=True)
        .select_related("check_in__appointment__registration__data_key")
        .order_by("decided_at", "sequence", "pk")[:_BATCH]
    )
    earlier = _held_before(rows)
    registrations = {row.check_in.appointment.registration_id: row.check_in.appointment.registration for row in rows}
    people = {
        traveler.id: traveler
        for travelers in open_travelers_of(registrations=list(registrations.values())).values()
        for traveler in travelers
    }
    claimed: Counter[Cell] = Counter()
    found: Counter[Cell] = Counter()
    for row in rows:
        traveler = people.get(row.check_in.traveler_id)
        if traveler is not None:
            _add(claimed, found, row, traveler, 1)
            if row.pk in earlier:
                _add(claimed, found, earlier[row.pk], traveler, -1)
    for cell in sorted(claimed.keys() | found.keys()):
        _store(cell, claimed[cell], found[cell])
    CountedDetermination.objects.bulk_create([CountedDetermination(determination=row, counted_at=at) for row in rows])
    return len(rows)


def _held_before(rows: Sequence[Determination]) -> dict[uuid.UUID, Determination]:
    """For those that came after others: the one that held until then."""
    chains: dict[int, list[Determination]] = {}
    complete = complete_determinations().filter(check_in__in={row.check_in_id for row in rows if row.sequence > 1})
    for row in complete.select_related("check_in__appointment__registration__data_key").order_by("sequence"):
        chains.setdefault(row.check_in_id, []).append(row)
    pairs = (pair for chain in chains.values() for pair in pairwise(chain))
    return {later.pk: before for before, later in pairs}


def _add(claimed: Counter[Cell], found: Counter[Cell], row: Determination, traveler: OpenTraveler, sign: int) -> None:
    month = row.decided_at.astimezone(UTC).date().replace(day=1)
    port = row.check_in.port_id
    try:
        criterion, _reason = open_determination(determination=row, registration=row.check_in.appointment.registration)
    except SealBroken:
        return
    for name in traveler.criteria:
        claimed[month, port, name, row.outcome] += sign
    if criterion is not None:
        found[month, port, criterion, row.outcome] += sign


def _store(cell: Cell, claimed: int, found: int) -> None:
    month, port, criterion, outcome = cell
    row, _created = CriterionCount.objects.get_or_create(
        month=month, port_id=port, criterion=criterion, outcome=outcome
    )
    CriterionCount.objects.filter(pk=row.pk).update(claimed=F("claimed") + claimed, found=F("found") + found)
