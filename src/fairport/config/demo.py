"""The demonstration: its accounts, its made-up registrations, and its clock that can be moved forward."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from django.conf import settings

from fairport.accounts.operations import ensure_demo_accounts
from fairport.appointments.operations import confirm_offer, decline_offer, ensure_programme_slots, tick
from fairport.appointments.queries import next_expiry, open_offers
from fairport.audit.events import APPLICANT, OPERATOR
from fairport.audit.operations import sequence_log
from fairport.audit.queries import subjects_of_events
from fairport.clock.operations import advance_clock
from fairport.clock.queries import now
from fairport.closing.telling import tell_everyone
from fairport.config.demo_people import make_submissions
from fairport.config.demo_ports import let_ports_work
from fairport.domain.policy import Policy
from fairport.draws.schedule import draw_time_on
from fairport.notifications.operations import send_due
from fairport.programmes.queries import NoPolicyInForce, list_programmes, policy_in_force
from fairport.registrations.events import RegistrationSubmitted
from fairport.registrations.models import Registration
from fairport.registrations.operations import insert_registrations

PROGRAMME = "title-42-exemption"
FIRST_REGISTRATIONS = 400
SEED = 1
# One transaction each; what it locks for namesakes must fit into the server's lock table.
BATCH = 500
# Within the renewal period, so that nearly everyone still waits.
REGISTERED_WITHIN = timedelta(days=25)
MESSAGES_A_STEP = 100_000
# What the made-up people do with their offers while the clock is moved; the rest lets them expire.
CONFIRM_OF_100 = 85
DECLINE_OF_100 = 7


class NotADemonstration(Exception):
    """Made-up people and a moved clock are for a demonstration only."""

    code = "not_a_demonstration"


def prepare_demo(*, at: datetime) -> list[str]:
    """Makes the demonstration's accounts, places and first registrations where they are missing.

    Returns lines to print, with the accounts' sign-in. Raises NotADemonstration.
    """
    _refuse_outside()
    lines = ensure_demo_accounts(at=at)
    ensure_programme_slots(programme=PROGRAMME, at=at)
    if not Registration.objects.exists():
        load_registrations(count=FIRST_REGISTRATIONS, seed=SEED, at=at)
    return lines


def load_registrations(
    *, count: int, seed: int, at: datetime, on_progress: Callable[[int], None] | None = None
) -> None:
    """Adds made-up registrations, spread over the weeks before `at`. On an empty database a seed makes the same people.

    `on_progress` is told how many there are so far. Raises NotADemonstration.
    """
    _refuse_outside()
    policy = policy_in_force(programme=PROGRAMME, on=at.astimezone(UTC).date()).policy
    # With the number of those who are there: loading twice must not register the same people twice.
    people = make_submissions(
        policy=policy,
        count=count,
        seed=f"{seed}:{Registration.objects.count()}",
        first=_earliest(policy, at),
        last=at,
    )
    done = 0
    while batch := [person for _number, person in zip(range(BATCH), people, strict=False)]:
        insert_registrations(
            submissions=[submission for submission, _moment in batch],
            registered_at=[moment for _submission, moment in batch],
            at=at,
            actor=OPERATOR,
        )
        done += len(batch)
        if on_progress is not None:
            on_progress(done)


def advance(*, by: timedelta, on_progress: Callable[[datetime], None] | None = None) -> None:
    """Moves the demonstration's clock from one due moment to the next, so that everything on the way happens.

    `on_progress` is told the time after each step. Raises NotADemonstration.
    """
    _refuse_outside()
    target = now() + by
    # Without a worker, what is due by now has not happened yet.
    tick(at=now())
    while (present := now()) < target:
        advance_clock(by=_next_due(present, target) - present)
        # The real clock runs on beside this one, so the time is read again.
        at = now()
        tick(at=at)
        tell_everyone(at=at)
        _let_people_answer(at)
        let_ports_work(at=at)
        sequence_log(at=at)
        # As the worker would have done in time; later its messages would be overtaken by the next step.
        send_due(at=at, limit=MESSAGES_A_STEP)
        if on_progress is not None:
            on_progress(at)


def _let_people_answer(at: datetime) -> None:
    """The made-up people confirm most offers, decline a few and leave some unanswered; visitors answer their own."""
    offers = open_offers(at=at)
    made_up = subjects_of_events(
        name=RegistrationSubmitted.name,
        actor=OPERATOR,
        kind="registration",
        subject_ids=[str(offer.registration_id) for offer in offers],
    )
    for offer in offers:
        if str(offer.registration_id) not in made_up:
            continue
        mood = offer.pk.int % 100
        if mood < CONFIRM_OF_100:
            confirm_offer(registration_id=offer.registration_id, offer_id=offer.pk, at=at, actor=APPLICANT)
        elif mood < CONFIRM_OF_100 + DECLINE_OF_100:
            decline_offer(registration_id=offer.registration_id, offer_id=offer.pk, at=at, actor=APPLICANT)


def _next_due(present: datetime, target: datetime) -> datetime:
    moments = [target, present.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)]
    expiry = next_expiry(after=present)
    if expiry is not None:
        moments.append(expiry)
    for programme in list_programmes():
        try:
            rules = policy_in_force(programme=programme.slug, on=present.date()).policy.draw
        except NoPolicyInForce:
            continue
        for days in (0, 1):
            draw_time = draw_time_on(rules=rules, day=present.date() + timedelta(days=days))
            moments += [draw_time - rules.freeze_lead, draw_time]
    return min(moment for moment in moments if moment > present)


def _earliest(policy: Policy, at: datetime) -> datetime:
    begun = datetime.combine(policy.effective_from, datetime.min.time(), tzinfo=UTC)
    return max(at - REGISTERED_WITHIN, begun)


def _refuse_outside() -> None:
    if not settings.DEMO:
        raise NotADemonstration("This is for a demonstration only (--demo).")
