"""Looking at a signal: opening the registrations behind it for a reason, and recording what was found."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fairport.accounts.models import Role, User
from fairport.accounts.queries import StaffMember, get_staff_member
from fairport.audit.events import Actor, Subject, staff
from fairport.audit.listing import subjects_of_actor
from fairport.audit.operations import NewEvent, append_event, append_events
from fairport.oversight.events import SignalFilesOpened, SignalReviewed
from fairport.oversight.models import ReviewOutcome, SharedIndex, SignalReview
from fairport.registrations.events import RegistrationSubmitted
from fairport.registrations.filing import registration_subject
from fairport.registrations.models import IntegritySignal, Registration, SignalKind
from fairport.registrations.queries import OpenContact, OpenTraveler, open_contact, open_travelers_of
from fairport.sealing.box import SealBroken, open_json, seal_json
from fairport.sealing.operations import create_data_key

FILES_SHOWN: Final = 20
SHORTEST_FINDING: Final = 20
LONGEST_FINDING: Final = 4000

REASONS: Final[dict[str, Promise]] = {
    "compare": _("I compare the registrations"),
    "asked": _("Somebody of these groups asked about it"),
    "complaint": _("A complaint is about it"),
}


class NotYourSignal(Exception):
    """The reader may not look behind this signal: it is about another port, or about themselves."""

    code = "not_your_signal"


class SignalReasonNeeded(Exception):
    """Registrations open for one of REASONS only."""

    code = "signal_reason_needed"


class ReviewInvalid(Exception):
    """The review is not complete; `field` is `outcome` or `words`, `problem` a stable code."""

    code = "review_invalid"

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field
        self.problem = problem


class SignalChanged(Exception):
    """Somebody else recorded a review meanwhile."""

    code = "signal_changed"


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A registration behind a signal, opened. `contact` is None and `travelers` empty where it was erased."""

    registration: Registration
    contact: OpenContact | None
    travelers: tuple[OpenTraveler, ...]


@dataclass(frozen=True, slots=True)
class OpenReview:
    """What somebody found."""

    outcome: str
    words: str
    reviewer: str
    reviewed_at: datetime


@dataclass(frozen=True, slots=True)
class OpenSignal:
    """A signal with what stands behind it: at most FILES_SHOWN registrations of `total`."""

    signal: IntegritySignal
    files: tuple[OpenFile, ...]
    total: int
    reviews: tuple[OpenReview, ...]


def ports_of_signal(signal: IntegritySignal) -> tuple[str, ...]:
    """Ports that a signal concerns: those that its registrations name; none for a signal about somebody."""
    ports = set(signal.ports)
    for traveler in (signal.traveler, signal.other):
        if traveler is not None:
            ports.update(traveler.registration.ports)
    return tuple(sorted(ports))


def reviewing_role(*, member: StaffMember, signal: IntegritySignal) -> tuple[str, str] | None:
    """The role, and its port if any, in which somebody may look behind a signal and review it; or None.

    The ombuds office may, and a supervisor of a port that the signal concerns; nobody where it is about themselves.
    """
    if signal.about == f"staff:{member.user.pk}":
        return None
    if member.has(Role.OMBUDS):
        return Role.OMBUDS.value, ""
    own = [port for port in ports_of_signal(signal) if port in member.ports(Role.SUPERVISOR)]
    return (Role.SUPERVISOR.value, own[0]) if own else None


@transaction.atomic
def open_signal(*, signal_id: int, reader: User, reason: str, at: datetime) -> OpenSignal:
    """The registrations behind a signal, each with an event that says who read it and why (one of REASONS).

    Raises NotYourSignal, SignalReasonNeeded, IntegritySignal.DoesNotExist.
    """
    signal = get_signal(signal_id=signal_id)
    role = reviewing_role(member=get_staff_member(user=reader), signal=signal)
    if role is None:
        raise NotYourSignal
    if reason not in REASONS:
        raise SignalReasonNeeded
    registrations, total = _registrations_behind(signal)
    append_events(
        events=[
            NewEvent(
                SignalFilesOpened(signal=signal.pk, role=role[0], port=role[1], because=reason),
                registration_subject(registration),
                registration.data_key if registration.data_key.wrapped is not None else None,
            )
            for registration in registrations
        ],
        actor=staff(reader.pk),
        at=at,
    )
    people = open_travelers_of(registrations=registrations)
    files = tuple(
        OpenFile(registration, _contact(registration), tuple(people.get(registration.pk, ())))
        for registration in registrations
    )
    return OpenSignal(signal, files, total, tuple(_reviews(signal)))


@transaction.atomic
def review_signal(*, signal_id: int, outcome: str, words: str, seen: int, reviewer: User, at: datetime) -> SignalReview:
    """Records what was found; it changes no registration and no draw. `seen` is how many reviews the reviewer saw.

    Raises NotYourSignal, ReviewInvalid, SignalChanged, IntegritySignal.DoesNotExist.
    """
    words = words.strip()
    _check(outcome, words)
    # Two who review at once go one after the other; the second sees that there is one more.
    IntegritySignal.objects.select_for_update().get(pk=signal_id)
    signal = get_signal(signal_id=signal_id)
    role = reviewing_role(member=get_staff_member(user=reviewer), signal=signal)
    if role is None:
        raise NotYourSignal
    if SignalReview.objects.filter(signal=signal).count() != seen:
        raise SignalChanged
    review = SignalReview(
        signal=signal,
        position=seen + 1,
        outcome=outcome,
        data_key=create_data_key(),
        reviewer=reviewer,
        reviewed_at=at,
    )
    review.sealed = seal_json(data_key=review.data_key, context=_context(review.pk), value=words)
    review.save(force_insert=True)
    append_event(
        event=SignalReviewed(review=str(review.pk), outcome=outcome, role=role[0]),
        subject=Subject("signal", str(signal.pk)),
        actor=staff(reviewer.pk),
        at=at,
        data_key=review.data_key,
    )
    return review


def get_signal(*, signal_id: int) -> IntegritySignal:
    """A signal with its travelers' registrations at hand. Raises IntegritySignal.DoesNotExist."""
    return IntegritySignal.objects.select_related("traveler__registration", "other__registration").get(pk=signal_id)


def _registrations_behind(signal: IntegritySignal) -> tuple[list[Registration], int]:
    found = Registration.objects.select_related("data_key").order_by("registered_at", "pk")
    if signal.kind == SignalKind.NAMESAKE:
        found = found.filter(travelers__in=[signal.traveler_id, signal.other_id]).distinct()
    elif signal.index is not None:
        shared = SharedIndex.objects.filter(kind=signal.kind, index=signal.index)
        found = found.filter(pk__in=shared.values("registration"))
    elif signal.kind == SignalKind.FILER:
        kind, _colon, actor_id = signal.about.partition(":")
        actor = Actor(kind, actor_id)
        subjects = subjects_of_actor(name=RegistrationSubmitted.name, actor=actor, limit=FILES_SHOWN)
        return list(found.filter(pk__in=[uuid.UUID(subject) for subject in subjects])), signal.size
    else:
        # Decisions, not registrations: the shares are on the watch's own page.
        return [], 0
    return list(found[:FILES_SHOWN]), found.count()


def _contact(registration: Registration) -> OpenContact | None:
    try:
        return open_contact(registration=registration)
    except SealBroken:
        return None


def _reviews(signal: IntegritySignal) -> list[OpenReview]:
    rows = SignalReview.objects.filter(signal=signal).select_related("data_key", "reviewer")
    return [
        OpenReview(
            row.outcome,
            open_json(data_key=row.data_key, context=_context(row.pk), box=bytes(row.sealed)),
            row.reviewer.full_name,
            row.reviewed_at,
        )
        for row in rows
    ]


def _check(outcome: str, words: str) -> None:
    if outcome not in ReviewOutcome.values:
        raise ReviewInvalid("outcome", "review_outcome_required")
    if len(words) < SHORTEST_FINDING:
        raise ReviewInvalid("words", "finding_too_short")
    if len(words) > LONGEST_FINDING:
        raise ReviewInvalid("words", "finding_too_long")


def _context(review_id: uuid.UUID) -> str:
    return f"signal-review:{review_id}"
