"""Carrying out a change of a port's places: plan, bands and bookings together, all of it or nothing."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from fairport.appointments.operations import GroupsChanged, move_groups
from fairport.appointments.places import create_missing_slots
from fairport.audit.events import Actor, Subject
from fairport.audit.operations import append_event
from fairport.capacity.changes import (
    BandHasBookings,
    BandsOverlap,
    Change,
    ChangeRefused,
    DayIsPast,
    DrawHoldsPlaces,
    NoLargeBand,
    NoSuchBand,
    NothingChanges,
    PlanChange,
    Preview,
    TooManyDays,
    preview_change,
)
from fairport.capacity.events import DaysChanged, PlanChanged
from fairport.draws.locks import programme_locked
from fairport.ports.operations import (
    BandInUse,
    ChangedMeanwhile,
    HeldByDraw,
    NoPlaceLeft,
    claim_port,
    replace_plan,
    reshape_slots,
    set_day_rules,
)

__all__ = [
    "BandHasBookings",
    "BandInUse",
    "BandsOverlap",
    "Bookings",
    "ChangeRefused",
    "ChangedMeanwhile",
    "DayIsPast",
    "DrawHoldsPlaces",
    "HeldByDraw",
    "NoLargeBand",
    "NoSuchBand",
    "NothingChanges",
    "PreviewOutdated",
    "TooManyDays",
    "apply_change",
]


class PreviewOutdated(Exception):
    """Bookings or places changed since the preview was shown; nothing is changed."""

    code = "preview_outdated"


class Bookings(StrEnum):
    """What becomes of the groups that are over what is left."""

    KEEP = "keep"
    MOVE = "move"


def apply_change(
    *, change: Change, seen_version: int, fingerprint: str, bookings: Bookings, actor: Actor, at: datetime
) -> Preview:
    """Does what a preview said, with one event. Raised places are free for the next draw, never for who is quick.

    Lowering a band below what is held in it moves groups as the preview said, or keeps them; a band that keeps more
    than it is to have is lowered further as places are given back. Raises ChangedMeanwhile if a plan or an exception of
    the port was changed since `seen_version`, PreviewOutdated if a booking was, HeldByDraw and BandInUse if that
    happened just now, and a ChangeRefused; then nothing is changed.
    """
    # A freeze, a run or a suspension at this moment comes before it or after it, never in between.
    with programme_locked(change.programme):
        claim_port(port=change.port, seen_version=seen_version)
        preview = preview_change(change=change, at=at)
        if preview.fingerprint != fingerprint:
            raise PreviewOutdated
        moved = 0
        if bookings is Bookings.MOVE and preview.moves:
            try:
                moved = move_groups(
                    moves=preview.moves,
                    policy=preview.policy,
                    at=at,
                    actor=actor,
                    lock_also=[slot.slot_id for slot in preview.slots if slot.slot_id is not None],
                )
            except (GroupsChanged, NoPlaceLeft) as error:
                raise PreviewOutdated from error
        _write(change, preview, at)
        reshape_slots(changes=preview.slots)
        # What is new within the horizon.
        create_missing_slots(programme=change.programme, at=at)
        append_event(
            event=_event(change, preview, bookings, moved),
            subject=Subject("port", change.port),
            actor=actor,
            at=at,
        )
    return preview


def _write(change: Change, preview: Preview, at: datetime) -> None:
    if isinstance(change, PlanChange):
        replace_plan(
            programme=change.programme,
            port=change.port,
            weekdays=change.weekdays,
            bands=change.bands,
            first_day=change.first_day,
            at=at,
        )
        return
    set_day_rules(
        programme=change.programme,
        port=change.port,
        rules=preview.rules,
        reason=change.reason,
        words=change.words,
        source=change.source,
        at=at,
    )


def _event(change: Change, preview: Preview, bookings: Bookings, moved: int) -> PlanChanged | DaysChanged:
    chosen = bookings.value if preview.affected else ""
    kept = preview.affected - moved
    if isinstance(change, PlanChange):
        return PlanChanged(
            programme=change.programme,
            bands=len(preview.slots),
            places=preview.places,
            bookings=chosen,
            moved=moved,
            kept=kept,
            weekdays=change.weekdays,
            planned=tuple(
                f"{band.start:%H:%M}-{band.end:%H:%M} {band.capacity}+{band.walk_in_reserve}" for band in change.bands
            ),
            first_day=change.first_day.isoformat(),
            last_day=preview.last_day.isoformat() if preview.last_day else None,
        )
    changed = change.kind == "changed"
    return DaysChanged(
        programme=change.programme,
        bands=len(preview.slots),
        places=preview.places,
        bookings=chosen,
        moved=moved,
        kept=kept,
        first_day=change.first_day.isoformat(),
        last_day=change.last_day.isoformat(),
        kind=change.kind.value if change.kind else "lifted",
        band_start=change.band_start.isoformat("minutes") if changed and change.band_start else None,
        capacity=change.capacity if changed else None,
        walk_in_reserve=change.walk_in_reserve if changed else None,
        reason=change.reason,
        words=change.words,
        source=change.source,
    )
