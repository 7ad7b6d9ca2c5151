"""The second officer's look at a negative: only with it does one take effect."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction

from fairport.accounts.models import User
from fairport.audit.events import staff
from fairport.audit.operations import NewEvent, append_events
from fairport.checkin.deciding import LONGEST_REASON, SHORTEST_REASON, NotEffective
from fairport.checkin.effect import lock_group, take_effect
from fairport.checkin.events import DeterminationReviewed
from fairport.checkin.models import Determination, DeterminationReview, Verdict
from fairport.checkin.places import role_at_port
from fairport.registrations.conflicts import refuse_conflict
from fairport.registrations.filing import registration_subject
from fairport.registrations.models import Registration
from fairport.sealing.box import open_json, seal_json


class ReviewInvalid(Exception):
    """The answer is not complete; `field` is `verdict` or `reason`."""

    code = "review_invalid"

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field
        self.problem = problem


class SameOfficer(Exception):
    """Who decided does not take the second look, whatever roles they have."""

    code = "same_officer"


class AlreadyReviewed(Exception):
    """Somebody took the second look before."""

    code = "already_reviewed"


class NoReviewNeeded(Exception):
    """The determination is in effect without a second look."""

    code = "no_review_needed"


def review_context(review_id: uuid.UUID) -> str:
    """The place that a sealed review is bound to."""
    return f"determination-review:{review_id}"


@transaction.atomic
def review_determination(
    *, determination_id: uuid.UUID, verdict: str, reason: str, reviewer: User, at: datetime
) -> DeterminationReview:
    """Records that a second officer agrees with a negative, which is then in effect, or that the case goes back.

    Not to agree needs a reason in words; to agree may have one. The reviewer has a role at the port, is not who
    decided, did not file the registration and has no traveler's name.
    Raises Determination.DoesNotExist, OtherPort, SameOfficer, OwnCase, OwnRegistration, NoReviewNeeded, NotEffective
    (another took its place meanwhile), AlreadyReviewed, ReviewInvalid; SealBroken once the people were erased.
    """
    determination = Determination.objects.select_related("check_in__appointment").get(pk=determination_id)
    check_in = determination.check_in
    role = role_at_port(officer=reviewer, port=check_in.port_id)
    if determination.officer_id == reviewer.pk:
        raise SameOfficer("You decided this yourself.")
    if not determination.needs_review:
        raise NoReviewNeeded("This determination is in effect without a second look.")
    registration = lock_group(registration_id=check_in.appointment.registration_id)
    if Determination.objects.filter(check_in=check_in, sequence__gt=determination.sequence).exists():
        raise NotEffective("This determination was replaced before.")
    if DeterminationReview.objects.filter(determination=determination).exists():
        raise AlreadyReviewed("Somebody took the second look before.")
    refuse_conflict(registration=registration, officer=reviewer)
    reason = reason.strip()
    _validate(verdict, reason)
    review = DeterminationReview(determination=determination, verdict=verdict, reviewer=reviewer, reviewed_at=at)
    review.sealed = seal_json(
        data_key=registration.data_key, context=review_context(review.pk), value={"reason": reason}
    )
    review.save(force_insert=True)
    reviewed = DeterminationReviewed(
        determination=str(determination.pk),
        traveler=str(check_in.traveler_id),
        verdict=review.verdict,
        role=role,
        port=check_in.port_id,
    )
    events = [NewEvent(reviewed, registration_subject(registration), registration.data_key)]
    if review.verdict == Verdict.AGREED:
        events += take_effect(registration=registration, determination=determination, at=at)
    append_events(events=events, actor=staff(reviewer.pk), at=at)
    return review


def open_review(*, review: DeterminationReview, registration: Registration) -> str:
    """The second officer's reason; empty where none was given. Raises SealBroken once the person was erased."""
    content = open_json(data_key=registration.data_key, context=review_context(review.pk), box=bytes(review.sealed))
    return str(content["reason"])


def _validate(verdict: str, reason: str) -> None:
    if verdict not in Verdict.values:
        raise ReviewInvalid("verdict", "verdict_required")
    if verdict == Verdict.DISAGREED and len(reason) < SHORTEST_REASON:
        raise ReviewInvalid("reason", "reason_too_short")
    if len(reason) > LONGEST_REASON:
        raise ReviewInvalid("reason", "reason_too_long")
