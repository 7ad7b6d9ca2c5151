"""What is told about proposals; the subject is what the proposal is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fairport.audit.events import EventDetails


@dataclass(frozen=True)
class ProposalMade(EventDetails):
    """Somebody proposed something that another person must approve."""

    name: ClassVar[str] = "proposal.made"
    proposal: str
    kind: str
    role: str
    port: str | None


@dataclass(frozen=True)
class ProposalDecided(EventDetails):
    """`decision` is `approved`, `declined` or `withdrawn`; after `approved` it was carried out at once."""

    name: ClassVar[str] = "proposal.decided"
    proposal: str
    kind: str
    decision: str
    role: str
    port: str | None


@dataclass(frozen=True)
class ProposalOpened(EventDetails):
    """Somebody read the reason of a proposal."""

    name: ClassVar[str] = "proposal.opened"
    proposal: str
    kind: str
