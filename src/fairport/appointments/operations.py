"""Everything that changes an offer or an appointment. Other rooms enter here and by the queries only."""

from __future__ import annotations

from fairport.appointments.answers import (
    NothingToCancel,
    OfferClosed,
    OfferExpired,
    OfferNotFound,
    OfferTakenBack,
    cancel_appointment,
    confirm_offer,
    decline_offer,
    renew,
)
from fairport.appointments.arriving import (
    AppointmentNotBooked,
    lock_arrived,
    lock_at_gate,
    mark_arrived,
    mark_not_arrived,
    place_added_child,
)
from fairport.appointments.moving import GroupsChanged, move_groups
from fairport.appointments.places import ensure_programme_slots
from fairport.appointments.placing import place_group
from fairport.appointments.ticking import tick
from fairport.appointments.withdrawing import UndoTooLate, undo_withdrawal, withdraw

__all__ = [
    "AppointmentNotBooked",
    "GroupsChanged",
    "NothingToCancel",
    "OfferClosed",
    "OfferExpired",
    "OfferNotFound",
    "OfferTakenBack",
    "UndoTooLate",
    "cancel_appointment",
    "confirm_offer",
    "decline_offer",
    "ensure_programme_slots",
    "lock_arrived",
    "lock_at_gate",
    "mark_arrived",
    "mark_not_arrived",
    "move_groups",
    "place_added_child",
    "place_group",
    "renew",
    "tick",
    "undo_withdrawal",
    "withdraw",
]
