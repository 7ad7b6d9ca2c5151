"""The appointment programme's side of a draw: registrations are its entries, slots its cells."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache, partial

import structlog

from fairport.appointments.events import OfferMade, OfferVoided, RegistrationUnreadable
from fairport.appointments.models import Offer
from fairport.appointments.places import ensure_programme_slots
from fairport.appointments.telling import event_of, message_to, offered_place
from fairport.audit.events import Actor, EventDetails, Subject
from fairport.audit.operations import NewEvent, append_events
from fairport.domain.capacity import local_day
from fairport.domain.draw import registered_week, week_of
from fairport.domain.moving import nearest_first
from fairport.domain.policy import Policy
from fairport.domain.standing import TierRules, standing
from fairport.draws.pool import Candidate, DrawnOffer, HeldRainCheck, LeftOut, ReservedCell, Settlement
from fairport.draws.queries import next_draw_time
from fairport.facts.queries import facts_in_pool
from fairport.notifications.operations import NewMessage, queue_messages
from fairport.ports.models import AppointmentSlot
from fairport.ports.operations import reserve_for_draw, settle_draw_cells
from fairport.ports.queries import lock_drawable_slots, slots_by_id
from fairport.ports.suspensions import shut_ports, suspended_slot_ids
from fairport.programmes.closing import last_day_of
from fairport.programmes.queries import list_programmes
from fairport.registrations.models import Registration, RegistrationStatus
from fairport.registrations.operations import mark_drawn, mark_owed, set_rain_checks
from fairport.registrations.queries import PoolRow, is_readable, pool_rows

NO_FACTS: frozenset[str] = frozenset()
# As many as a line of the pool holds (draw-spec, section 1).
MOST_PORTS = 8
# After a late run: a night and a working day's half, so that nobody loses a place in their sleep (decision 0017).
LEAST_TIME_TO_ANSWER = timedelta(hours=12)
# Of the policy's notice that much may be lost to a late run; a place that leaves less is void (decision 0017).
NOTICE_LOST_AT_MOST = timedelta(hours=12)

logger = structlog.get_logger(__name__)


class AppointmentPool:
    """See fairport.draws.pool.PoolProvider."""

    def serves(self, *, programme: str) -> bool:
        return any(known.slug == programme for known in list_programmes())

    def reserve_cells(self, *, policy: Policy, draw_time: datetime, at: datetime) -> list[ReservedCell]:
        ensure_programme_slots(programme=policy.programme, at=draw_time)
        horizon = timedelta(days=policy.draw.horizon_days)
        last_days = {port.code: local_day(draw_time, port_timezone=port.timezone) + horizon for port in policy.ports}
        if (end := last_day_of(programme=policy.programme)) is not None:
            last_days = {code: min(day, end) for code, day in last_days.items()}
        slots = [
            slot
            for slot in lock_drawable_slots(
                programme=policy.programme,
                draw_time=draw_time,
                minimum_notice=policy.draw.minimum_notice,
                last_days=last_days,
            )
            if _open_on(policy, slot.port_id, slot.date)
        ]
        reserved = reserve_for_draw(slots=slots)
        return [
            ReservedCell(
                key=str(slot.pk),
                port=slot.port_id,
                timezone=slot.port.timezone,
                date=slot.date,
                band=slot.band_start,
                capacity=slot.capacity,
                free=reserved[slot.pk],
            )
            for slot in slots
        ]

    def count_candidates(self, *, policy: Policy) -> int:
        return Registration.objects.filter(programme_id=policy.programme, status=RegistrationStatus.WAITING).count()

    def read_candidates(self, *, policy: Policy, at: datetime) -> Iterator[Candidate | LeftOut]:
        this_week = registered_week(at)
        other_ports = _ports_of_displaced(policy, at)
        week = cache(week_of)
        # A policy without tiers treats everyone alike, so nobody needs to look.
        facts = facts_in_pool(at=at) if policy.tiers.rules else {}
        # A million groups have a handful of standings between them.
        standing_with = cache(partial(_standing_with, policy.tiers))
        unreadable: list[uuid.UUID] = []
        for row in pool_rows(programme=policy.programme, on_unreadable=unreadable.append):
            # Who declined too often is behind everyone in the order of seniority, and equal to all in the lottery.
            by_lot_only = row.declines >= policy.draw.declines_before_lottery_only
            tier, weight = standing_with(facts.get(row.registration_id, NO_FACTS), is_owed(row, policy=policy))
            yield Candidate(
                subject_id=row.registration_id,
                entry_secret=row.entry_secret,
                size=row.size,
                tier=tier,
                weight=weight,
                registered=this_week if by_lot_only else week(row.registered_on),
                ports=other_ports(row.ports) if row.displaced else row.ports,
            )
        yield from map(LeftOut, unreadable)

    def note_left_out(self, *, draw_id: str, left_out: Sequence[LeftOut], at: datetime, actor: Actor) -> None:
        for one in left_out:
            logger.warning("registration_unreadable", registration=str(one.subject_id), draw=draw_id)
        append_events(
            events=[_about_unreadable(one.subject_id, RegistrationUnreadable(draw=draw_id)) for one in left_out],
            actor=actor,
            at=at,
        )

    def judge_rain_checks(
        self, *, held: Sequence[HeldRainCheck], sizes: Mapping[uuid.UUID, int]
    ) -> dict[uuid.UUID, str]:
        still_hold = set(
            Registration.objects.filter(
                pk__in=[rain_check.subject_id for rain_check in held], has_rain_check=True
            ).values_list("pk", flat=True)
        )
        ended = {}
        for rain_check in held:
            subject = rain_check.subject_id
            if subject not in still_hold or subject not in sizes:
                ended[subject] = "withdrawn"
            elif sizes[subject] > rain_check.size:
                ended[subject] = "grown"
        return ended

    def settle(self, *, settlement: Settlement) -> set[uuid.UUID]:
        slots = slots_by_id(slot_ids=[int(key) for key in settlement.reserved])
        bands = {(slot.port_id, slot.date, slot.band_start): slot for slot in slots.values()}
        void: set[uuid.UUID] = set()
        offers: list[Offer] = []
        events: list[NewEvent] = []
        messages: list[NewMessage] = []
        offered: Counter[int] = Counter()
        registrations = _lock_all([drawn.subject_id for drawn in settlement.offers])
        answer_by = _answer_by(settlement)
        suspended = suspended_slot_ids(slot_ids=list(slots))
        placed: list[Registration] = []
        taken_back: list[Registration] = []
        for drawn in settlement.offers:
            slot = bands[drawn.port, drawn.date, drawn.band]
            registration = registrations[drawn.subject_id]
            if not is_readable(registration=registration):
                # Its place goes back, as that of anyone who cannot be told; all others get theirs.
                void.add(drawn.subject_id)
                voided = OfferVoided(draw=settlement.draw_id, reason="unreadable")
                events.append(_about_unreadable(registration.pk, voided))
                logger.warning("registration_unreadable", registration=str(registration.pk), draw=settlement.draw_id)
                continue
            reason = _reason_against(registration, slot, suspended, settlement)
            if reason:
                void.add(drawn.subject_id)
                events.append(event_of(registration, OfferVoided(draw=settlement.draw_id, reason=reason)))
                if reason == "port_suspended":
                    taken_back.append(registration)
                if registration.status == RegistrationStatus.WAITING:
                    messages.append(message_to(registration, "offer_voided", drawn.entry_pk))
                continue
            offer = _new_offer(drawn, slot, registration, settlement.at, answer_by)
            placed.append(registration)
            offers.append(offer)
            offered[slot.pk] += offer.size
            events.append(event_of(registration, _offer_made(offer, slot, settlement)))
            messages.append(message_to(registration, "offer", offer.pk, offered_place(offer, slot)))
        mark_drawn(registrations=placed)
        mark_owed(registrations=taken_back, at=settlement.at)
        Offer.objects.bulk_create(offers, batch_size=2000)
        append_events(events=events, actor=settlement.actor, at=settlement.at)
        queue_messages(messages=messages, at=settlement.at)
        settle_draw_cells(offered=offered, reserved={int(key): places for key, places in settlement.reserved.items()})
        set_rain_checks(programme=settlement.programme, registration_ids=settlement.rain_checks)
        return void


def is_owed(row: PoolRow, *, policy: Policy) -> bool:
    """Whether a group is owed a place that was taken back, so that it goes before everyone else (decision 0051).

    It is, until it has declined as often as the policy lets anyone choose.
    """
    return row.displaced and row.declines < policy.draw.declines_before_lottery_only


def _standing_with(rules: TierRules, facts: frozenset[str], displaced: bool) -> tuple[int, int]:
    """Tier and weight in the draw that is being frozen (draw-spec, section 1)."""
    found = standing(facts=facts, rules=rules, displaced=displaced)
    return found.tier, found.weight


def _open_on(policy: Policy, code: str, day: date) -> bool:
    return any(
        port.code == code and port.opens_on <= day and (port.closes_on is None or day <= port.closes_on)
        for port in policy.ports
    )


def _ports_of_displaced(policy: Policy, at: datetime) -> Callable[[tuple[str, ...]], tuple[str, ...]]:
    """Where who is owed a place is drawn: at its own ports; if all are shut also elsewhere, the nearest first."""
    shut = shut_ports(programme=policy.programme, at=at)
    where = {port.code: (port.latitude, port.longitude) for port in policy.ports}

    def ports(own: tuple[str, ...]) -> tuple[str, ...]:
        if not shut.issuperset(own) or own[0] not in where:
            return own
        others = [code for code in nearest_first(where, origin=own[0]) if code not in shut and code not in own]
        return (*own, *others)[:MOST_PORTS]

    return ports


def _lock_all(ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Registration]:
    # In the order of the ids: whoever locks several registrations takes them in this order.
    rows = Registration.objects.select_for_update(of=("self",)).select_related("data_key").filter(pk__in=ids)
    return {row.pk: row for row in rows.order_by("pk")}


def _about_unreadable(registration_id: uuid.UUID, event: EventDetails) -> NewEvent:
    # Sealed for the service: nothing can be sealed under a key that is gone.
    return NewEvent(event, Subject("registration", str(registration_id)))


def _reason_against(
    registration: Registration, slot: AppointmentSlot, suspended: set[int], settlement: Settlement
) -> str:
    """Why the place cannot be offered; empty if it can."""
    if registration.status != RegistrationStatus.WAITING:
        return registration.status
    if slot.pk in suspended:
        return "port_suspended"
    notice = slot.starts_at - settlement.at
    return "too_late" if notice <= timedelta(0) or notice < _least_notice(settlement.policy) else ""


def _least_notice(policy: Policy) -> timedelta:
    """How long before its band a place may still be offered; after a run in time every drawn place is."""
    rules = policy.draw
    enough = max(rules.minimum_notice - NOTICE_LOST_AT_MOST, min(LEAST_TIME_TO_ANSWER, rules.confirmation_window))
    return min(rules.minimum_notice, enough)


def _new_offer(
    drawn: DrawnOffer, slot: AppointmentSlot, registration: Registration, at: datetime, answer_by: datetime
) -> Offer:
    return Offer(
        registration=registration,
        draw_entry_id=drawn.entry_pk,
        slot=slot,
        # A group that shrank since the freeze keeps its place; the surplus goes back.
        size=min(drawn.size, registration.size),
        made_at=at,
        # Only after a late run can the band begin first.
        expires_at=min(answer_by, slot.starts_at),
    )


def _answer_by(settlement: Settlement) -> datetime:
    """Until when a drawn place waits: for the whole window, but not past the next freeze if that leaves time enough."""
    rules = settlement.policy.draw
    whole = settlement.at + rules.confirmation_window
    next_freeze = next_draw_time(programme=settlement.programme, rules=rules, at=settlement.at) - rules.freeze_lead
    enough = settlement.at + min(LEAST_TIME_TO_ANSWER, rules.confirmation_window)
    return min(whole, next_freeze) if next_freeze >= enough else whole


def _offer_made(offer: Offer, slot: AppointmentSlot, settlement: Settlement) -> OfferMade:
    return OfferMade(
        offer=str(offer.pk),
        draw=settlement.draw_id,
        port=slot.port_id,
        starts_at=slot.starts_at.isoformat(),
        size=offer.size,
        expires_at=offer.expires_at.isoformat(),
    )
