from __future__ import annotations

import uuid
from collections import defaultdict
from datetime import datetime

from django.db.models import Q

from fairport.domain.policy import Policy
from fairport.domain.standing import Standing, standing
from fairport.facts.models import VerifiedFact
from fairport.registrations.models import RegistrationStatus


def facts_in_pool(*, programme: str, at: datetime) -> dict[uuid.UUID, frozenset[str]]:
    """Registration's id → the criteria that hold at `at` for any of its travelers; of those who wait, in one query.

    Registrations without a verified fact are not in it.
    """
    rows = VerifiedFact.objects.filter(
        _holds(at),
        traveler__registration__programme_id=programme,
        traveler__registration__status=RegistrationStatus.WAITING,
    )
    found: defaultdict[uuid.UUID, set[str]] = defaultdict(set)
    pairs = rows.order_by().values_list("traveler__registration_id", "criterion")
    for registration_id, criterion in pairs.iterator(chunk_size=20_000):
        found[registration_id].add(criterion)
    # Many groups have the same; one set for all of them is a third of the memory.
    shared: dict[frozenset[str], frozenset[str]] = {}
    return {pk: shared.setdefault(frozen, frozen) for pk, facts in found.items() for frozen in [frozenset(facts)]}


def facts_that_hold(*, registration_id: uuid.UUID, at: datetime) -> frozenset[str]:
    """The criteria that hold at `at` for any traveler of one registration."""
    rows = VerifiedFact.objects.filter(_holds(at), traveler__registration_id=registration_id)
    return frozenset(rows.order_by().values_list("criterion", flat=True))


def standing_in_next_draw(*, registration_id: uuid.UUID, policy: Policy, at: datetime) -> Standing:
    """The tier and tickets that verified facts give a registration if the list of groups is made at `at`."""
    return standing(facts=facts_that_hold(registration_id=registration_id, at=at), rules=policy.tiers)


def facts_of(*, registration_id: uuid.UUID) -> list[VerifiedFact]:
    """All facts about the present travelers of a registration, also those that ended or were withdrawn.

    The latest first, with the people who verified them; one query.
    """
    return list(
        VerifiedFact.objects.select_related("confirmed_by", "approved_by", "withdrawn_by", "port").filter(
            traveler__registration_id=registration_id, traveler__left_at__isnull=True
        )
    )


def _holds(at: datetime) -> Q:
    return Q(withdrawn_at__isnull=True, valid_until__gt=at, traveler__left_at__isnull=True)
