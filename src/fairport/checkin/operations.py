"""Everything that happens to a group at the port. Other rooms enter here and by the queries only."""

from __future__ import annotations

from fairport.checkin.arrival import AlreadyArrived, NobodyArrived, NotInGroup, OtherDay, record_arrival
from fairport.checkin.deciding import (
    AlreadyDetermined,
    DeterminationInvalid,
    NotEffective,
    OwnCase,
    SupervisorNeeded,
    record_determination,
)
from fairport.checkin.files import open_file
from fairport.checkin.judging import Judgement, PassAnswer, check_pass
from fairport.checkin.places import OtherPort

__all__ = [
    "AlreadyArrived",
    "AlreadyDetermined",
    "DeterminationInvalid",
    "Judgement",
    "NobodyArrived",
    "NotEffective",
    "NotInGroup",
    "OtherDay",
    "OtherPort",
    "OwnCase",
    "PassAnswer",
    "SupervisorNeeded",
    "check_pass",
    "open_file",
    "record_arrival",
    "record_determination",
]
