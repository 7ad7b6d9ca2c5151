"""Everything that happens to a group at the port. Other rooms enter here and by the queries only."""

from __future__ import annotations

from fairport.checkin.adding import add_child_at_gate
from fairport.checkin.arrival import AlreadyArrived, NobodyArrived, NotInGroup, OtherDay, record_arrival
from fairport.checkin.correcting import CorrectionReasonInvalid, correct_traveler
from fairport.checkin.deciding import (
    AlreadyDetermined,
    DeterminationInvalid,
    NotArrived,
    NotEffective,
    SupervisorNeeded,
    record_determination,
)
from fairport.checkin.files import open_file, open_group_file
from fairport.checkin.interpreting import InterpreterInvalid, change_interpreter
from fairport.checkin.judging import Judgement, PassAnswer, check_pass
from fairport.checkin.places import OtherPort
from fairport.checkin.reviewing import (
    AlreadyReviewed,
    NoReviewNeeded,
    ReviewInvalid,
    SameOfficer,
    review_determination,
)
from fairport.checkin.undoing import ArrivalDecided, ArrivalUndoTooLate, undo_arrival
from fairport.registrations.conflicts import OwnCase, OwnRegistration
from fairport.registrations.operations import ChildInvalid, NewChild

__all__ = [
    "AlreadyArrived",
    "AlreadyDetermined",
    "AlreadyReviewed",
    "ArrivalDecided",
    "ArrivalUndoTooLate",
    "ChildInvalid",
    "CorrectionReasonInvalid",
    "DeterminationInvalid",
    "InterpreterInvalid",
    "Judgement",
    "NewChild",
    "NoReviewNeeded",
    "NobodyArrived",
    "NotArrived",
    "NotEffective",
    "NotInGroup",
    "OtherDay",
    "OtherPort",
    "OwnCase",
    "OwnRegistration",
    "PassAnswer",
    "ReviewInvalid",
    "SameOfficer",
    "SupervisorNeeded",
    "add_child_at_gate",
    "change_interpreter",
    "check_pass",
    "correct_traveler",
    "open_file",
    "open_group_file",
    "record_arrival",
    "record_determination",
    "review_determination",
    "undo_arrival",
]
