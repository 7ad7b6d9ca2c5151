"""Everything that places groups outside the draw. Other rooms enter here and by the queries only."""

from __future__ import annotations

from fairport.placements.placing import (
    CapReached,
    NumbersUnfit,
    PortClosed,
    SizeUnfit,
    SlotUnfit,
    WordsUnfit,
    propose_placement,
)

__all__ = [
    "CapReached",
    "NumbersUnfit",
    "PortClosed",
    "SizeUnfit",
    "SlotUnfit",
    "WordsUnfit",
    "propose_placement",
]
