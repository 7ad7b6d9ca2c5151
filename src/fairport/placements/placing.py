"""An officer proposes a place outside the draw; a second person approves, and the group has its appointment."""

from __future__ import annotations

import uuid
from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import IntegrityError, connection, transaction

from fairport.accounts.models import User
from fairport.appointments.operations import place_group
from fairport.appointments.places import rules_of
from fairport.approvals.kinds import Approval
from fairport.approvals.models import Proposal
from fairport.approvals.operations import propose
from fairport.audit.events import Subject, staff
from fairport.domain.transitions import Event, Status, TransitionRefused
from fairport.draws.locks import programme_locked
from fairport.placements.models import ExceptionalPlacement, PlacementReason, PlacementWeek
from fairport.ports.models import AppointmentSlot
from fairport.ports.operations import NoPlaceLeft, take_outside_draw
from fairport.ports.suspensions import suspended_slot_ids
from fairport.programmes.closing import last_day_of
from fairport.registrations.conflicts import refuse_conflict
from fairport.registrations.models import Registration
from fairport.sealing.box import open_json, seal_json

KIND: Final = "exceptional_placement"
SUBJECT: Final = "registration"
MOST_REGISTRATIONS: Final = 4
"""A group of over twelve is several registrations; this many are placed together at most."""
SHORTEST_WORDS: Final = 20
LONGEST_WORDS: Final = 1000
PLACEABLE: Final = (Status.WAITING, Status.LAPSED, Status.NO_SHOW)
_CAP: Final = "placements_week_within_cap"


class NumbersUnfit(Exception):
    """No registration, too many, one twice, or of different programmes."""

    code = "placement_numbers_unfit"


class SizeUnfit(Exception):
    """The reason is for groups larger than the draw takes, and only there are there several registrations."""

    code = "placement_size_unfit"


class SlotUnfit(Exception):
    """The band is over or belongs to another programme."""

    code = "placement_slot_unfit"


class WordsUnfit(Exception):
    """The words are shorter or longer than they may be."""

    code = "placement_words_unfit"


class CapReached(Exception):
    """The policy's cap of people in this port and week would be passed."""

    code = "placement_cap_reached"


class PortClosed(Exception):
    """The port is suspended at that time."""

    code = "port_closed"


def week_of(day: date) -> date:
    """The Monday of a day's ISO week."""
    return day - timedelta(days=day.weekday())


@transaction.atomic
def propose_placement(
    *,
    registration_ids: Sequence[uuid.UUID],
    slot_id: int,
    reason: PlacementReason,
    words: str,
    proposer: User,
    at: datetime,
) -> Proposal:
    """Asks for places outside the draw for one registration, or for a group of over twelve in several.

    Takes nothing yet: the places, the cap and the groups are looked at again when a second person approves. `words` are
    sealed under each file's own data key. Raises NumbersUnfit, SizeUnfit, SlotUnfit, PortClosed, WordsUnfit, OwnCase,
    OwnRegistration, TransitionRefused, NoPlaceLeft, CapReached, AlreadyProposed, ProposalNotAllowed; SealBroken once
    one was erased.
    """
    words = words.strip()
    if not SHORTEST_WORDS <= len(words) <= LONGEST_WORDS:
        raise WordsUnfit("The words are too short or too long.")
    registrations = list(Registration.objects.select_related("data_key").filter(pk__in=registration_ids).order_by("pk"))
    if len(registrations) != len(registration_ids):
        raise NumbersUnfit("A registration is named twice or does not exist.")
    slot = AppointmentSlot.objects.select_related("port").get(pk=slot_id)
    _check(registrations, slot, reason, proposer, at)
    people = sum(registration.size for registration in registrations)
    if slot.free + slot.walk_in_places_left < people:
        raise NoPlaceLeft("The band has too few places.")
    if places_left_in_week(programme=slot.programme, port=slot.port_id, week=week_of(slot.date), at=at) < people:
        raise CapReached("The cap of this week is reached.")
    return propose(
        kind=KIND,
        subject=Subject(SUBJECT, str(registrations[0].pk)),
        payload={
            "registrations": [str(registration.pk) for registration in registrations],
            "people": people,
            "slot": slot.pk,
            "port": slot.port_id,
            "starts_at": slot.starts_at.isoformat(),
            "reason": reason.value,
            "sealed": {str(registration.pk): _sealed(registration, words) for registration in registrations},
        },
        # Why is about a person: it is in the file, and goes with it.
        reason="Why is written in the proposal’s own page.",
        proposer=proposer,
        at=at,
    )


def place_groups(approval: Approval) -> None:
    """Gives the groups their appointments, in the transaction of the approval: all of them in one band, or nobody.

    Raises NumbersUnfit, SizeUnfit, SlotUnfit, PortClosed, OwnCase, OwnRegistration, TransitionRefused, DocumentInUse,
    NoPlaceLeft, CapReached; SealBroken once one was erased.
    """
    slot = AppointmentSlot.objects.select_related("port").get(pk=approval.payload["slot"])
    # A freeze, a run or a suspension at this moment comes before it or after it, never in between.
    with programme_locked(slot.programme):
        _place(approval, slot)


def places_left_in_week(*, programme: str, port: str, week: date, at: datetime) -> int:
    """How many people could still be placed in a port and week, by the policy in force at `at`."""
    cap = rules_of(programme=programme, at=at).exceptional.people_per_port_and_week
    row = PlacementWeek.objects.filter(programme=programme, port_id=port, week=week).first()
    return max(0, cap - (0 if row is None else row.people))


def open_words(*, sealed: bytes | memoryview, registration: Registration) -> str:
    """Why a group was placed. Raises SealBroken once the people were erased."""
    words: str = open_json(data_key=registration.data_key, context=_context(registration), box=bytes(sealed))
    return words


def _place(approval: Approval, slot: AppointmentSlot) -> None:
    payload, at, approver = approval.payload, approval.at, approval.approved_by
    ids = [uuid.UUID(registration_id) for registration_id in payload["registrations"]]
    reason = PlacementReason(payload["reason"])
    # Registrations in the order of their ids, then the band: as everyone who locks both.
    locked = Registration.objects.select_for_update(of=("self",)).select_related("data_key")
    registrations = list(locked.filter(pk__in=ids).order_by("pk"))
    _check(registrations, slot, reason, approver, at)
    people = sum(registration.size for registration in registrations)
    appointments = [
        place_group(
            registration_id=registration.pk,
            slot=slot,
            proposal=str(approval.proposal_id),
            reason=reason.value,
            at=at,
            actor=staff(approver.pk),
        )
        for registration in registrations
    ]
    take_outside_draw(slot_id=slot.pk, people=people)
    week = week_of(slot.date)
    _open_week(slot, week, rules_of(programme=slot.programme, at=at).exceptional.people_per_port_and_week)
    placements = [
        ExceptionalPlacement(
            proposal_id=approval.proposal_id,
            appointment=appointment,
            programme=slot.programme,
            port_id=slot.port_id,
            week=week,
            people=appointment.size,
            reason=reason,
            sealed=b64decode(payload["sealed"][str(appointment.registration_id)]),
            proposed_by=approval.proposed_by,
            approved_by=approver,
            approved_at=at,
        )
        for appointment in appointments
    ]
    try:
        with transaction.atomic():
            ExceptionalPlacement.objects.bulk_create(placements)
    except IntegrityError as error:
        if _CAP not in str(error):
            raise
        raise CapReached("The cap of this week is reached.") from error


def _check(
    registrations: Sequence[Registration], slot: AppointmentSlot, reason: PlacementReason, person: User, at: datetime
) -> None:
    if not 1 <= len(registrations) <= MOST_REGISTRATIONS:
        raise NumbersUnfit("One to four registrations are placed at once.")
    if len({registration.programme_id for registration in registrations}) != 1:
        raise NumbersUnfit("The registrations are of different programmes.")
    if slot.programme != registrations[0].programme_id or slot.ends_at <= at:
        raise SlotUnfit("The band is over or of another programme.")
    last_day = last_day_of(programme=slot.programme)
    if last_day is not None and slot.date > last_day:
        raise SlotUnfit("The programme ends before this band.")
    if suspended_slot_ids(slot_ids=[slot.pk]):
        raise PortClosed("The port is suspended in this band.")
    largest = rules_of(programme=slot.programme, at=at).draw.largest_group
    people = sum(registration.size for registration in registrations)
    if (reason is PlacementReason.LARGE_GROUP) != (people > largest) or (len(registrations) > 1) != (people > largest):
        raise SizeUnfit("Only groups over the draw's largest are of several registrations.")
    for registration in registrations:
        if registration.status not in PLACEABLE:
            raise TransitionRefused(Status(registration.status), Event.PLACED)
        refuse_conflict(registration=registration, officer=person)


def _open_week(slot: AppointmentSlot, week: date, cap: int) -> None:
    # The cap of the policy in force, unless more people than that were placed under an earlier one.
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO placements_placementweek (programme, port_id, week, cap, people) VALUES (%s, %s, %s, %s, 0)
            ON CONFLICT (programme, port_id, week)
            DO UPDATE SET cap = GREATEST(EXCLUDED.cap, placements_placementweek.people)
            """,
            [slot.programme, slot.port_id, week, cap],
        )


def _context(registration: Registration) -> str:
    return f"placement:{registration.pk}"


def _sealed(registration: Registration, words: str) -> str:
    box: Any = seal_json(data_key=registration.data_key, context=_context(registration), value=words)
    return b64encode(box).decode()
