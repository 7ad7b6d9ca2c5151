"""From when on a decision holds, and what happens at that moment."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from fairport.appointments.models import Appointment
from fairport.audit.operations import NewEvent
from fairport.checkin.chain import DecisionState, Link, states
from fairport.checkin.events import RegistrationDetermined
from fairport.checkin.models import CheckIn, Determination, DeterminationReview, Verdict
from fairport.domain.transitions import Event
from fairport.notifications.operations import queue_message
from fairport.registrations.filing import registration_subject
from fairport.registrations.models import Registration, RegistrationStatus
from fairport.registrations.operations import change_status
from fairport.registrations.queries import open_contact

_COMPLETE = Q(needs_review=False) | Q(review__verdict=Verdict.AGREED)


def lock_group(*, registration_id: uuid.UUID) -> Registration:
    """A group's file with its row locked: two officers who act on it go one after the other."""
    locked = Registration.objects.select_for_update(of=("self",)).select_related("data_key")
    return locked.get(pk=registration_id)


def complete_determinations() -> QuerySet[Determination]:
    """The decisions that hold or held: those that need nobody else any more. Those of a chain follow in its order."""
    return Determination.objects.filter(_COMPLETE)


def effective_determinations() -> QuerySet[Determination]:
    """The decisions that hold now: one at most for each arrival. The same rule as `chain.states`."""
    later = Determination.objects.filter(
        _COMPLETE, check_in=OuterRef("check_in"), sequence__gt=OuterRef("sequence")
    ).order_by()
    return complete_determinations().filter(~Exists(later))


def chain_of(*, check_in: CheckIn) -> list[Determination]:
    """All that was decided about a traveler at an arrival, first to last, with the reviews."""
    return list(Determination.objects.filter(check_in=check_in).select_related("review").order_by("sequence"))


def review_of(determination: Determination) -> DeterminationReview | None:
    """The second look at a decision that was read with its review."""
    review: DeterminationReview | None = getattr(determination, "review", None)
    return review


def states_of(chain: Iterable[Determination]) -> list[DecisionState]:
    """How each decision of a chain stands; they were read with their reviews, first to last."""
    links = []
    for determination in chain:
        review = review_of(determination)
        agreed = None if review is None else review.verdict == Verdict.AGREED
        links.append(Link(determination.needs_review, agreed))
    return states(links)


def take_effect(*, registration: Registration, determination: Determination, at: datetime) -> list[NewEvent]:
    """What follows once a decision holds: with the last one of the arrived travelers the group is `determined`.

    The group is told that there is a decision as soon as nobody of it waits for one. The caller has locked the file and
    appends the events that this returns.
    """
    appointment: Appointment = determination.check_in.appointment
    decided = effective_determinations().filter(check_in=OuterRef("pk"))
    if CheckIn.objects.filter(appointment=appointment).filter(~Exists(decided)).exists():
        return []
    events = []
    if registration.status == RegistrationStatus.ARRIVED:
        change_status(registration_id=registration.pk, event=Event.DETERMINED, at=at)
        determined = RegistrationDetermined(appointment=str(appointment.pk))
        events.append(NewEvent(determined, registration_subject(registration), registration.data_key))
    # The text says only that there is a decision, so a correction is told in the same words.
    queue_message(
        template="determination",
        dedupe_key=f"determination:{determination.pk}",
        language=registration.language,
        email=open_contact(registration=registration).email,
        context={},
        data_key=registration.data_key,
        at=at,
    )
    return events
