"""Everything that verifies facts. Other rooms enter here and by the queries only."""

from __future__ import annotations

from fairport.facts.confirming import FactNotThere, SupervisorNeeded, confirm_facts, open_words, withdraw_fact
from fairport.facts.files import FactsFile, open_file
from fairport.facts.rules import (
    AlreadyVerified,
    FileClosed,
    NotClaimed,
    NothingChosen,
    NotInGroup,
    OtherPort,
    WordsUnfit,
)

__all__ = [
    "AlreadyVerified",
    "FactNotThere",
    "FactsFile",
    "FileClosed",
    "NotClaimed",
    "NotInGroup",
    "NothingChosen",
    "OtherPort",
    "SupervisorNeeded",
    "WordsUnfit",
    "confirm_facts",
    "open_file",
    "open_words",
    "withdraw_fact",
]
