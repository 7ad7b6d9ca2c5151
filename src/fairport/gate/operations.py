"""Everything that happens at the gate. Other rooms enter here and by the queries only."""

from __future__ import annotations

from fairport.gate.conflicts import ConflictAlreadyClosed, WordsInvalid, close_conflict
from fairport.gate.daylist import load_day_list
from fairport.gate.scanning import IncomingScan, OtherOfficer, ScanResult, receive_scan

__all__ = [
    "ConflictAlreadyClosed",
    "IncomingScan",
    "OtherOfficer",
    "ScanResult",
    "WordsInvalid",
    "close_conflict",
    "load_day_list",
    "receive_scan",
]
