"""A negative and the second look at it, with everything that a test need not say."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from fairport.audit.models import Event
from fairport.checkin.models import CheckIn, Determination, DeterminationReview, Outcome, Verdict
from fairport.checkin.operations import (
    record_arrival,
    record_determination,
    review_determination,
)
from fairport.notifications.models import OutboxMessage
from fairport.registrations.models import Registration
from tests.apps.checkin.conftest import Group
from tests.cast import Cast

REASON = "Nothing of what was claimed could be found today."
OTHER_REASON = "The letter of the clinic was not looked at."


def arrive(cast: Cast, group: Group, number: int = 0) -> CheckIn:
    return record_arrival(
        appointment_id=group.appointment.pk,
        traveler_ids=[group.travelers[number].pk],
        officer=cast.officer,
        at=group.in_band,
    )[0]


def decide(check_in: CheckIn, cast: Cast, **changes: Any) -> Determination:
    values: dict[str, Any] = {
        "check_in_id": check_in.pk,
        "outcome": Outcome.NOT_EXEMPTED,
        "criterion": None,
        "reason": REASON,
        "officer": cast.officer,
        "at": check_in.arrived_at + timedelta(minutes=20),
    }
    return record_determination(**values | changes)


def look(determination: Determination, cast: Cast, **changes: Any) -> DeterminationReview:
    values: dict[str, Any] = {
        "determination_id": determination.pk,
        "verdict": Verdict.AGREED,
        "reason": "",
        "reviewer": cast.second_officer,
        "at": determination.decided_at + timedelta(minutes=10),
    }
    return review_determination(**values | changes)


def told() -> int:
    return OutboxMessage.objects.filter(template="determination").count()


def state() -> tuple[Any, ...]:
    """All that a look could change."""
    return (
        Determination.objects.count(),
        DeterminationReview.objects.count(),
        Event.objects.count(),
        OutboxMessage.objects.count(),
        list(Registration.objects.order_by("pk").values_list("status", flat=True)),
    )
