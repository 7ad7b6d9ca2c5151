"""The public randomness of a draw: waited for, fetched from a relay or pasted by an operator, and always checked.

There is no second choice: a draw whose round is missing waits. The beacon is kept in a transaction of its own, before
the run, so that a run that dies finds the same one again.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from fairport.audit.events import Actor, Subject
from fairport.audit.operations import append_event
from fairport.domain.beacon import BEACON_FILE, BeaconRefused, DrandBeacon, round_at, time_of_round
from fairport.domain.draw import format_beacon
from fairport.draws.errors import AlreadyRun, DrawNotFound, TooEarly
from fairport.draws.events import DrawBeaconReceived
from fairport.draws.locks import programme_locked
from fairport.draws.models import Draw, DrawFile, DrawState
from fairport.draws.quicknet import Chain
from fairport.draws.relays import fetch_round
from fairport.draws.storage import write_file

DRAND = "drand"
LOCAL = "local"
BEACONS = (DRAND, LOCAL)


def chain_in_use() -> Chain:
    """Quicknet. The tests sign rounds of their own, with a key that a system check refuses anywhere else."""
    return Chain(settings.DRAND_PUBLIC_KEY)


def bring_beacon(*, draw_id: str, at: datetime, actor: Actor) -> None:
    """Fetches the round that a frozen draw waits for, unless it is there already; a local draw needs none.

    Raises DrawNotFound, AlreadyRun, TooEarly before the round's time, BeaconUnavailable.
    """
    draw = _waiting_draw(draw_id)
    if draw.beacon_kind != DRAND or DrawFile.objects.filter(draw=draw, name=BEACON_FILE).exists():
        return
    promised = _due_round(draw, at)
    chain = chain_in_use()

    def check(beacon: DrandBeacon) -> None:
        _check(beacon, promised, chain)

    beacon = fetch_round(round_number=promised, relays=settings.DRAND_RELAYS, check=check)
    _keep(draw, beacon, "relay", at, actor)


def accept_beacon(*, draw_id: str, beacon: DrandBeacon, at: datetime, actor: Actor) -> None:
    """Keeps a round that a person brings, after the same checks. The same one again changes nothing.

    Raises DrawNotFound, AlreadyRun, TooEarly before the round's time, and BeaconRefused: `beacon_wrong_kind` for a
    local draw, `beacon_stale` or `beacon_wrong_round` for an earlier or later round than the promised one, or what is
    wrong with the signature.
    """
    draw = _waiting_draw(draw_id)
    if draw.beacon_kind != DRAND:
        raise BeaconRefused("beacon_wrong_kind", "The manifest promises a local secret, not a round of drand.")
    _check(beacon, _due_round(draw, at), chain_in_use())
    _keep(draw, beacon, "pasted", at, actor)


def _waiting_draw(draw_id: str) -> Draw:
    draw = Draw.objects.filter(pk=draw_id).first()
    if draw is None:
        raise DrawNotFound(f"There is no draw {draw_id}.")
    if draw.state == DrawState.RUN:
        raise AlreadyRun(f"The draw {draw_id} was run at {draw.run_at:%Y-%m-%d %H:%M} UTC.")
    return draw


def _due_round(draw: Draw, at: datetime) -> int:
    promised = round_at(draw.draw_time)
    if at < time_of_round(promised):
        message = f"Round {promised} for the draw {draw.draw_id} is at {time_of_round(promised):%Y-%m-%d %H:%M:%S} UTC."
        raise TooEarly(message)
    return promised


def _check(beacon: DrandBeacon, promised: int, chain: Chain) -> None:
    if beacon.round != promised:
        code = "beacon_stale" if beacon.round < promised else "beacon_wrong_round"
        raise BeaconRefused(code, f"The manifest promises round {promised}, but this is round {beacon.round}.")
    chain.verify(beacon.round, beacon.signature)


def _keep(draw: Draw, beacon: DrandBeacon, source: str, at: datetime, actor: Actor) -> None:
    with programme_locked(draw.programme):
        if DrawFile.objects.filter(draw=draw, name=BEACON_FILE).exists():
            # There is one signature of a round, so another worker was quicker with the same.
            return
        write_file(draw=draw, name=BEACON_FILE, content=format_beacon(beacon))
        append_event(
            event=DrawBeaconReceived(round=beacon.round, signature=beacon.signature.hex(), source=source),
            subject=Subject("draw", draw.draw_id),
            actor=actor,
            at=at,
        )
