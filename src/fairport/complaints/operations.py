"""Everything that changes a complaint. Other rooms enter here and by the queries only."""

from __future__ import annotations

from fairport.complaints.content import ComplaintInvalid, NewComplaint
from fairport.complaints.filing import (
    ComplaintGone,
    TooManyWords,
    WrongComplaintCode,
    add_words,
    file_complaint,
)
from fairport.complaints.floods import TooManyComplaintCodes, TooManyComplaints
from fairport.complaints.handling import (
    ComplaintChanged,
    NotClosed,
    OutcomeUnknown,
    OwnMatter,
    answer_complaint,
    forget_complaints,
    open_complaint,
    reopen_complaint,
)

__all__ = [
    "ComplaintChanged",
    "ComplaintGone",
    "ComplaintInvalid",
    "NewComplaint",
    "NotClosed",
    "OutcomeUnknown",
    "OwnMatter",
    "TooManyComplaintCodes",
    "TooManyComplaints",
    "TooManyWords",
    "WrongComplaintCode",
    "add_words",
    "answer_complaint",
    "file_complaint",
    "forget_complaints",
    "open_complaint",
    "reopen_complaint",
]
