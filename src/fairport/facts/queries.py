from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Final

from django.db import connection
from django.db.models import Q, QuerySet
from psycopg import sql

from fairport.facts.models import VerifiedFact

_NOTHING: Final[frozenset[str]] = frozenset()


def facts_in_pool(*, at: datetime) -> dict[uuid.UUID, frozenset[str]]:
    """Registration's id → the criteria that hold at `at` for any of its present travelers, with one statement.

    Registrations without a verified fact are not in it. Those that do not wait are: to leave them out would read a
    million wide rows for nothing.
    """
    statement = """
        COPY (
            SELECT traveler.registration_id, fact.criterion
            FROM facts_verifiedfact AS fact JOIN registrations_traveler AS traveler ON traveler.id = fact.traveler_id
            WHERE fact.withdrawn_at IS NULL AND fact.valid_until > {} AND traveler.left_at IS NULL
        ) TO STDOUT (FORMAT BINARY)
    """
    filled = sql.SQL(statement).format(sql.Literal(at))
    found: dict[uuid.UUID, frozenset[str]] = {}
    # Many groups have the same, and share one set.
    with_one_more = cache(_with_one_more)
    with connection.cursor() as cursor, cursor.copy(filled) as copy:
        copy.set_types(["uuid", "text"])
        for registration_id, criterion in copy.rows():
            found[registration_id] = with_one_more(found.get(registration_id, _NOTHING), criterion)
    return found


def facts_that_hold(*, registration_id: uuid.UUID, at: datetime) -> frozenset[str]:
    """The criteria that hold at `at` for any traveler of one registration."""
    rows = VerifiedFact.objects.filter(_holds(at), traveler__registration_id=registration_id)
    return frozenset(rows.order_by().values_list("criterion", flat=True))


def facts_of(*, registration_id: uuid.UUID) -> list[VerifiedFact]:
    """All facts about the present travelers of a registration, also those that ended or were withdrawn.

    The latest first, with the people who verified them; one query.
    """
    return list(
        VerifiedFact.objects.select_related("confirmed_by", "approved_by", "withdrawn_by", "port").filter(
            traveler__registration_id=registration_id, traveler__left_at__isnull=True
        )
    )


def verified_at(*, ports: Sequence[str], at: datetime, criterion: str = "", state: str = "") -> QuerySet[VerifiedFact]:
    """Facts that officers of some ports confirmed, the latest first, with the people and the registration.

    Only one criterion, and only what `holds`, `ended` or was `withdrawn` by `at`, where that is named.
    """
    rows = VerifiedFact.objects.select_related(
        "confirmed_by", "approved_by", "withdrawn_by", "port", "traveler__registration"
    ).filter(port__in=ports)
    if criterion:
        rows = rows.filter(criterion=criterion)
    if state == "withdrawn":
        rows = rows.filter(withdrawn_at__isnull=False)
    elif state == "holds":
        rows = rows.filter(withdrawn_at__isnull=True, valid_until__gt=at)
    elif state == "ended":
        rows = rows.filter(withdrawn_at__isnull=True, valid_until__lte=at)
    return rows


def _with_one_more(facts: frozenset[str], criterion: str) -> frozenset[str]:
    return facts | {criterion}


def _holds(at: datetime) -> Q:
    return Q(withdrawn_at__isnull=True, valid_until__gt=at, traveler__left_at__isnull=True)
