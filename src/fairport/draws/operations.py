"""Freezing and running a draw: one transaction each, under a lock of the programme.

A crash leaves the draw as it was before; doing the step again gives the same result, once.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import UTC, datetime

from django.conf import settings

from fairport.audit.events import Actor, Subject
from fairport.audit.operations import append_draw_log_entry, append_event
from fairport.audit.queries import list_events
from fairport.domain.beacon import FREEZE_LEAD, round_at, time_of_round
from fairport.domain.draw import (
    ALLOCATION_FILE,
    BEACON_FILE,
    MANIFEST_FILE,
    PARAMS_FILE,
    POOL_FILE,
    RESULT_FILE,
    Beacon,
    LocalBeacon,
    build_manifest,
    commit_locally,
    format_beacon,
    format_manifest,
    parse_beacon,
)
from fairport.domain.draw import run_draw as run_domain_draw
from fairport.draws import assembly
from fairport.draws.beacons import BEACONS, DRAND, LOCAL, accept_beacon, bring_beacon, chain_in_use
from fairport.draws.counting import write_port_counts
from fairport.draws.errors import AlreadyRun, DrawNotFound, TooEarly
from fairport.draws.events import DrawFrozen, DrawMissed, DrawRun
from fairport.draws.locks import programme_locked
from fairport.draws.models import Draw, DrawFile, DrawState
from fairport.draws.pool import Settlement, provider_for
from fairport.draws.queries import read_file
from fairport.draws.reading import open_all_files
from fairport.draws.relays import BeaconUnavailable
from fairport.draws.release import RELEASE_FILE, format_release_report
from fairport.draws.schedule import draw_id_of, next_draw_after
from fairport.draws.storage import insert_entries, write_file, write_outcomes
from fairport.programmes.closing import ProgrammeClosed, refuse_closed
from fairport.programmes.queries import policy_in_force, policy_of_version
from fairport.sealing import box

__all__ = [
    "AlreadyRun",
    "BeaconMissing",
    "BeaconUnavailable",
    "BeaconUnknown",
    "DrawExists",
    "DrawNotFound",
    "FreezeTooLate",
    "PreviousDrawNotRun",
    "ProgrammeClosed",
    "TooEarly",
    "accept_beacon",
    "bring_beacon",
    "freeze_draw",
    "note_missed_draw",
    "open_all_files",
    "run_draw",
]

SECRET_PURPOSE = "draw-beacon"

# Told which part of the work is being done and how much of the whole is, from 0 to 1.
Progress = Callable[[str, float], None]


class DrawExists(Exception):
    """The programme has a draw of that day already: there is one a day, whatever happens."""

    code = "draw_exists"


class PreviousDrawNotRun(Exception):
    """An earlier draw of the programme is frozen and must be run first."""

    code = "previous_draw_not_run"


class FreezeTooLate(Exception):
    """The freeze must come at least ten minutes before the draw, and after the draw before it."""

    code = "freeze_too_late"


class BeaconMissing(Exception):
    """The round of the public beacon that was promised is not there yet; nothing else will do."""

    code = "beacon_missing"


class BeaconUnknown(Exception):
    """There is no such source of randomness."""

    code = "beacon_unknown"


def freeze_draw(
    *,
    programme: str,
    at: datetime,
    actor: Actor,
    beacon: str | None = None,
    draw_time: datetime | None = None,
    on_progress: Progress | None = None,
) -> Draw:
    """Fixes who takes part in the programme's next draw and which places it gives out, and commits to both.

    `beacon` is `drand` or `local`, by default what is set (FAIRPORT_DRAW_BEACON). `draw_time` is by default the
    policy's next one; in a demonstration with the local beacon the draw may follow at once. The draw's id is
    `<programme>/<UTC date of the draw time>`.

    Raises NoPolicyInForce, ProgrammeClosed, ProgrammeNotDrawn, BeaconUnknown, DrawExists, PreviousDrawNotRun,
    FreezeTooLate.
    """
    beacon = beacon or settings.DRAW_BEACON
    if beacon not in BEACONS:
        raise BeaconUnknown(f"There is no beacon {beacon}; a draw can use drand or the local one.")
    tell = on_progress or _silent
    frozen_at = at.astimezone(UTC).replace(microsecond=0)
    with programme_locked(programme):
        provider = provider_for(programme=programme)
        draw_time = _draw_time(programme, frozen_at, draw_time, beacon)
        refuse_closed(programme=programme, at=draw_time)
        loaded = policy_in_force(programme=programme, on=draw_time.date())
        policy = loaded.policy
        draw_id = draw_id_of(programme=programme, draw_time=draw_time)
        previous = Draw.objects.filter(programme=programme).order_by("-sequence").first()
        _refuse_freeze(draw_id, previous, frozen_at, draw_time, beacon)

        cells = sorted(
            provider.reserve_cells(policy=policy, draw_time=draw_time, at=at),
            key=lambda cell: (cell.port, cell.date, cell.band),
        )
        expected = max(1, provider.count_candidates(policy=policy))
        pool = assembly.assemble_pool(
            draw_id=draw_id,
            candidates=provider.read_candidates(policy=policy, at=at),
            on_count=lambda count: tell("Reading who takes part", 0.6 * min(1.0, count / expected)),
        )
        rain_checks = assembly.carry_rain_checks(previous=previous, pool=pool, provider=provider)
        params = assembly.assemble_params(
            draw_id=draw_id, policy=policy, cells=cells, previous=previous, rain_checks=rain_checks
        )
        tell("Committing to the pool", 0.6)
        secret = secrets.token_bytes(32) if beacon == LOCAL else None
        manifest = build_manifest(
            pool=pool.content,
            params=params,
            sequence=1 if previous is None else previous.sequence + 1,
            previous_manifest=None if previous is None else read_file(draw_id=previous.pk, name=MANIFEST_FILE),
            frozen_at=frozen_at,
            draw_time=draw_time,
            beacon=None if secret is None else commit_locally(secret),
        )
        tell("Storing the pool", 0.8)
        draw = Draw.objects.create(
            draw_id=draw_id,
            programme=programme,
            sequence=manifest.sequence,
            previous=previous,
            policy_version_id=loaded.version_id,
            frozen_at=frozen_at,
            draw_time=draw_time,
            beacon_kind=beacon,
            sealed_secret=None if secret is None else _sealed(draw_id, secret),
            entries_count=manifest.n,
            people=manifest.people,
            left_out_count=len(pool.left_out),
            reserved={cell.key: cell.free for cell in cells},
        )
        manifest_content = format_manifest(manifest)
        write_file(draw=draw, name=POOL_FILE, content=pool.content)
        write_file(draw=draw, name=PARAMS_FILE, content=params)
        manifest_sha256 = write_file(draw=draw, name=MANIFEST_FILE, content=manifest_content)
        append_draw_log_entry(draw_id=draw_id, kind="manifest", content=manifest_content, at=at)
        insert_entries(draw_id=draw_id, rows=pool.rows)
        append_event(
            event=DrawFrozen(
                sequence=manifest.sequence,
                entries=manifest.n,
                people=manifest.people,
                places=sum(cell.free for cell in cells),
                draw_time=draw_time.isoformat(),
                beacon=beacon,
                manifest_sha256=manifest_sha256,
                left_out=len(pool.left_out),
            ),
            subject=Subject("draw", draw_id),
            actor=actor,
            at=at,
        )
        provider.note_left_out(draw_id=draw_id, left_out=pool.left_out, at=at, actor=actor)
        tell("Storing the pool", 1.0)
    return draw


def run_draw(*, draw_id: str, at: datetime, actor: Actor, on_progress: Progress | None = None) -> Draw:
    """Draws the order of a frozen draw, gives out its places and publishes what it was made from.

    The round of the public beacon must be there: see `bring_beacon` and `accept_beacon`. Its signature is checked
    again. Raises DrawNotFound, AlreadyRun, TooEarly, BeaconMissing, and BeaconRefused if the kept beacon was changed.
    """
    tell = on_progress or _silent
    programme = Draw.objects.filter(pk=draw_id).values_list("programme", flat=True).first()
    if programme is None:
        raise DrawNotFound(f"There is no draw {draw_id}.")
    with programme_locked(programme):
        draw = Draw.objects.select_for_update(of=("self",)).select_related("previous").get(pk=draw_id)
        if draw.state == DrawState.RUN:
            raise AlreadyRun(f"The draw {draw_id} was run at {draw.run_at:%Y-%m-%d %H:%M} UTC.")
        if at < draw.draw_time:
            raise TooEarly(f"The draw {draw_id} is at {draw.draw_time:%Y-%m-%d %H:%M} UTC.")
        beacon = _beacon_of(draw)
        tell("Drawing the order", 0.05)
        pool = read_file(draw_id=draw_id, name=POOL_FILE)
        result = run_domain_draw(
            pool=pool,
            params=read_file(draw_id=draw_id, name=PARAMS_FILE),
            manifest=read_file(draw_id=draw_id, name=MANIFEST_FILE),
            beacon=beacon,
            verifier=chain_in_use().verify,
        )
        tell("Giving out the places", 0.3)
        drawn = assembly.DrawnPlaces.of(draw=draw, result=result)
        void = provider_for(programme=programme).settle(
            settlement=Settlement(
                programme=programme,
                draw_id=draw_id,
                policy=policy_of_version(version_id=draw.policy_version_id).policy,
                at=at,
                actor=actor,
                offers=drawn.offers,
                rain_checks=drawn.rain_checks,
                reserved=draw.reserved,
            )
        )
        tell("Storing what came out", 0.7)
        write_outcomes(draw_id=draw_id, rows=drawn.outcome_rows(result=result, void=void))
        write_port_counts(draw=draw, pool=pool, offers=drawn.offers, void=void)
        if draw.beacon_kind == LOCAL:
            write_file(draw=draw, name=BEACON_FILE, content=format_beacon(beacon))
        write_file(draw=draw, name=ALLOCATION_FILE, content=result.allocation_bytes)
        write_file(draw=draw, name=RESULT_FILE, content=result.result_bytes)
        report = format_release_report(pool=pool, allocation=result.allocation_bytes)
        write_file(draw=draw, name=RELEASE_FILE, content=report)
        append_draw_log_entry(draw_id=draw_id, kind="result", content=result.result_bytes, at=at)
        draw.state = DrawState.RUN
        draw.run_at = at
        draw.sealed_secret = None
        draw.seniority_carry_next = result.allocation.carry_next
        draw.save(update_fields=["state", "run_at", "sealed_secret", "seniority_carry_next"])
        append_event(
            event=DrawRun(
                offers=len(drawn.offers) - len(void),
                rain_checks=len(drawn.rain_checks),
                void=len(void),
                seed=result.seed.hex(),
                result_sha256=hashlib.sha256(result.result_bytes).hexdigest(),
            ),
            subject=Subject("draw", draw_id),
            actor=actor,
            at=at,
        )
        tell("Storing what came out", 1.0)
    return draw


def note_missed_draw(*, programme: str, draw_time: datetime, at: datetime, actor: Actor) -> bool:
    """Tells once, for good, that a day had no draw since nobody froze it in time. False if it was told, or was held."""
    draw_id = draw_id_of(programme=programme, draw_time=draw_time)
    with programme_locked(programme):
        told = any(event.name == DrawMissed.name for event in list_events(subject=Subject("draw", draw_id)))
        if told or Draw.objects.filter(pk=draw_id).exists():
            return False
        append_event(
            event=DrawMissed(draw_time=draw_time.isoformat()), subject=Subject("draw", draw_id), actor=actor, at=at
        )
    return True


def _beacon_of(draw: Draw) -> Beacon:
    if draw.beacon_kind == DRAND:
        kept = DrawFile.objects.filter(draw=draw, name=BEACON_FILE).values_list("content", flat=True).first()
        if kept is None:
            raise BeaconMissing(f"The draw {draw.draw_id} waits for round {round_at(draw.draw_time)} of drand.")
        return parse_beacon(bytes(kept))
    assert draw.sealed_secret is not None  # only a draw that was run has none
    return LocalBeacon(
        box.open_for_service(
            purpose=SECRET_PURPOSE, context=_secret_context(draw.draw_id), box=bytes(draw.sealed_secret)
        )
    )


def _sealed(draw_id: str, secret: bytes) -> bytes:
    return box.seal_for_service(purpose=SECRET_PURPOSE, context=_secret_context(draw_id), value=secret)


def _draw_time(programme: str, frozen_at: datetime, chosen: datetime | None, beacon: str) -> datetime:
    if chosen is not None:
        return chosen.astimezone(UTC).replace(microsecond=0)
    if settings.DEMO and beacon == LOCAL:
        return frozen_at
    rules = policy_in_force(programme=programme, on=frozen_at.date()).policy.draw
    return next_draw_after(rules=rules, at=frozen_at, lead=FREEZE_LEAD)


def _refuse_freeze(draw_id: str, previous: Draw | None, frozen_at: datetime, draw_time: datetime, beacon: str) -> None:
    if Draw.objects.filter(pk=draw_id).exists():
        raise DrawExists(f"The draw {draw_id} exists already: there is one a day.")
    if previous is not None and previous.state != DrawState.RUN:
        raise PreviousDrawNotRun(f"The draw {previous.draw_id} is frozen and must be run first.")
    # A verifier demands this order of an operator whom nobody watches (draw-spec, section 1).
    if previous is not None and frozen_at <= _randomness_time(previous):
        raise FreezeTooLate(f"The draw {previous.draw_id} is not over.")
    lead = draw_time - frozen_at
    if lead < FREEZE_LEAD and not (settings.DEMO and beacon == LOCAL and draw_time >= frozen_at):
        raise FreezeTooLate("A draw must be frozen at least ten minutes before its time.")


def _randomness_time(draw: Draw) -> datetime:
    return time_of_round(round_at(draw.draw_time)) if draw.beacon_kind == DRAND else draw.draw_time


def _secret_context(draw_id: str) -> str:
    return f"draw:{draw_id}"


def _silent(stage: str, share: float) -> None:
    """Tells nobody."""
