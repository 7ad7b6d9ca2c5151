"""Everything that the watch changes. Other rooms enter here and by the queries only."""

from __future__ import annotations

from fairport.oversight.counting import count_criteria
from fairport.oversight.detecting import find_patterns, thresholds
from fairport.oversight.indexing import index_files
from fairport.oversight.reviewing import (
    NotYourSignal,
    ReviewInvalid,
    SignalChanged,
    SignalReasonNeeded,
    open_signal,
    review_signal,
)

__all__ = [
    "NotYourSignal",
    "ReviewInvalid",
    "SignalChanged",
    "SignalReasonNeeded",
    "count_criteria",
    "find_patterns",
    "index_files",
    "open_signal",
    "review_signal",
    "thresholds",
]
