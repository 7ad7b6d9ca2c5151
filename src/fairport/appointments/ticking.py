"""The tick: everything that is due by itself. Any number of workers may tick at the same time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog

from fairport.appointments.due import expire_offers, lapse_registrations, mark_no_shows, send_reminders
from fairport.appointments.places import ensure_programme_slots, pass_leftovers_to_walk_ins, rules_of
from fairport.appointments.withdrawing import close_withdrawals
from fairport.audit.events import WORKER
from fairport.domain.beacon import FREEZE_LEAD
from fairport.domain.policy import Policy
from fairport.draws.operations import (
    AlreadyRun,
    BeaconUnavailable,
    DrawExists,
    FreezeTooLate,
    PreviousDrawNotRun,
    TooEarly,
    bring_beacon,
    freeze_draw,
    note_missed_draw,
    run_draw,
)
from fairport.draws.queries import find_draw, frozen_draws, last_draw
from fairport.draws.schedule import draw_id_of, draw_time_on
from fairport.programmes.closing import is_closed
from fairport.programmes.queries import NoPolicyInForce, list_policy_versions, list_programmes, policy_in_force
from fairport.registrations.operations import purge_expired

# A worker that was away longer than this tells of its last missed draws only.
MISSED_DAYS_TOLD = 30

logger = structlog.get_logger(__name__)


def tick(*, at: datetime) -> dict[str, int]:
    """Does everything that is due at `at`, each step in transactions of its own.

    Returns step → how many things it did, without those that did nothing. A step that fails does not keep the others
    from being done; its errors are raised together at the end, as an ExceptionGroup.
    """
    done: dict[str, int] = {}
    errors: list[Exception] = []
    for programme in list_programmes():
        try:
            policy = rules_of(programme=programme.slug, at=at)
        except NoPolicyInForce:
            continue
        for name, step in _STEPS:
            _do(name, partial(step, policy, at), done, errors)
    _do("purged", partial(purge_expired, at=at), done, errors)
    if errors:
        raise ExceptionGroup("steps of the tick failed", errors)
    return done


def _do(name: str, step: Callable[[], int], done: dict[str, int], errors: list[Exception]) -> None:
    try:
        count = step()
    except Exception as error:
        logger.error("tick_step_failed", step=name, kind=type(error).__name__)
        errors.append(error)
        return
    if count:
        done[name] = done.get(name, 0) + count
        logger.info("tick_step", step=name, count=count)


def _run_due(policy: Policy, at: datetime) -> int:
    count = 0
    for draw in frozen_draws(programme=policy.programme):
        if draw.draw_time <= at:
            try:
                bring_beacon(draw_id=draw.draw_id, at=at, actor=WORKER)
                run_draw(draw_id=draw.draw_id, at=at, actor=WORKER)
            except AlreadyRun:
                # Another worker was quicker.
                continue
            except (TooEarly, BeaconUnavailable) as waiting:
                # There is no other randomness than the promised: the draw waits.
                logger.warning("draw_waits", draw=draw.draw_id, code=waiting.code, reason=str(waiting))
                continue
            count += 1
    return count


def _freeze_due(policy: Policy, at: datetime) -> int:
    draw_time = draw_time_on(rules=policy.draw, day=(at + policy.draw.freeze_lead).astimezone(UTC).date())
    in_time = draw_time - policy.draw.freeze_lead <= at <= draw_time - FREEZE_LEAD
    if not in_time or not _has_draws(policy.programme, draw_time) or _drawn_on(policy.programme, draw_time):
        return 0
    try:
        freeze_draw(programme=policy.programme, at=at, actor=WORKER, draw_time=draw_time)
    except (DrawExists, PreviousDrawNotRun, FreezeTooLate):
        # Another worker was quicker, or the draw before is not over: the next tick tries again.
        return 0
    return 1


def _note_missed(policy: Policy, at: datetime) -> int:
    """Tells of the days whose draw nobody froze in time; the next day's draw takes over."""
    loaded_at = min(version.loaded_at for version in list_policy_versions(programme=policy.programme))
    latest = last_draw(programme=policy.programme)
    told = 0
    for back in range(MISSED_DAYS_TOLD):
        draw_time = draw_time_on(rules=policy.draw, day=at.astimezone(UTC).date() - timedelta(days=back))
        freeze_by = draw_time - FREEZE_LEAD
        if freeze_by >= at:
            continue
        if freeze_by < loaded_at or (latest is not None and draw_time.date() <= latest.draw_time.date()):
            break
        if not _has_draws(policy.programme, draw_time):
            continue
        if not note_missed_draw(programme=policy.programme, draw_time=draw_time, at=at, actor=WORKER):
            break
        logger.warning("draw_missed", draw=f"{policy.programme}/{draw_time.date().isoformat()}")
        told += 1
    return told


def _has_draws(programme: str, draw_time: datetime) -> bool:
    try:
        policy_in_force(programme=programme, on=draw_time.date())
    except NoPolicyInForce:
        return False
    return not is_closed(programme=programme, at=draw_time)


def _drawn_on(programme: str, draw_time: datetime) -> bool:
    return find_draw(draw_id=draw_id_of(programme=programme, draw_time=draw_time)) is not None


_STEPS: tuple[tuple[str, Callable[[Policy, datetime], int]], ...] = (
    ("slots", lambda policy, at: ensure_programme_slots(programme=policy.programme, at=at)),
    ("withdrawals", lambda policy, at: close_withdrawals(policy=policy, at=at, actor=WORKER)),
    # Before the freeze, so that what expired by now is in the coming draw.
    ("expired", lambda policy, at: expire_offers(policy=policy, at=at, actor=WORKER)),
    ("missed", lambda policy, at: mark_no_shows(policy=policy, at=at, actor=WORKER)),
    ("run", _run_due),
    ("frozen", _freeze_due),
    ("draws_missed", _note_missed),
    ("lapsed", lambda policy, at: lapse_registrations(policy=policy, at=at)),
    ("reminded", lambda policy, at: send_reminders(policy=policy, at=at)),
    ("walk_ins", lambda policy, at: pass_leftovers_to_walk_ins(policy=policy, at=at)),
)
