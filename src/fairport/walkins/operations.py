"""Everything that happens to a group without an appointment. Other rooms enter here and by the queries only."""

from __future__ import annotations

from fairport.checkin.places import OtherPort
from fairport.ports.walk_in_places import NoWalkInPlaceLeft
from fairport.walkins.closing import (
    WalkInNotWaiting,
    WalkInOtherDay,
    WalkInUndoTooLate,
    admit_walk_in,
    close_walk_in,
    reopen_walk_in,
)
from fairport.walkins.reading import OpenWalkIn, open_walk_in
from fairport.walkins.registering import NewWalkIn, WalkInInvalid, register_walk_in

__all__ = [
    "NewWalkIn",
    "NoWalkInPlaceLeft",
    "OpenWalkIn",
    "OtherPort",
    "WalkInInvalid",
    "WalkInNotWaiting",
    "WalkInOtherDay",
    "WalkInUndoTooLate",
    "admit_walk_in",
    "close_walk_in",
    "open_walk_in",
    "register_walk_in",
    "reopen_walk_in",
]
