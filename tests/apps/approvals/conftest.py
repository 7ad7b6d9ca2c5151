"""A kind of its own, so that these tests know nothing of the rooms that use proposals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.utils.translation import gettext_lazy as _

from fairport.accounts.models import Role, User
from fairport.approvals import kinds
from fairport.approvals.kinds import Approval, ProposalKind, register_kind
from fairport.approvals.models import Proposal
from fairport.approvals.operations import propose
from fairport.audit.events import Subject
from tests.factories.clock import StandingClock
from tests.factories.programme import NOW

BELL = "bell_rung"
REASON = "The bell has been silent for a week."
LASTS = timedelta(days=3)


class BellBroken(Exception):
    code = "bell_broken"


@dataclass
class Tower:
    """What the bell's proposals do. With `broken` it refuses after it has begun."""

    rung: list[Approval] = field(default_factory=list)
    broken: bool = False

    def ring(self, approval: Approval) -> None:
        User.objects.filter(pk=approval.approved_by.pk).update(full_name="Rang the bell")
        if self.broken:
            raise BellBroken
        self.rung.append(approval)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> StandingClock:
    return StandingClock(monkeypatch, NOW)


@pytest.fixture
def tower(monkeypatch: pytest.MonkeyPatch) -> Iterator[Tower]:
    monkeypatch.setattr(kinds, "_kinds", dict(kinds._kinds))
    tower = Tower()
    register_kind(
        ProposalKind(
            name=BELL,
            label=_("Ring the bell"),
            proposers=frozenset({Role.PORT_OFFICER, Role.SUPERVISOR, Role.SCHEDULER}),
            approvers=frozenset({Role.SUPERVISOR, Role.SCHEDULER}),
            describe=lambda payload: f"Ring it {payload['times']} times.",
            carry_out=tower.ring,
            refusals={BellBroken: _("The bell is broken.")},
            port_of=lambda payload: payload.get("port"),
            lasts=LASTS,
        )
    )
    return tower


def propose_bell(proposer: User, *, bell: str = "north", port: str | None = "SDG", **values: Any) -> Proposal:
    arguments: dict[str, Any] = {
        "kind": BELL,
        "subject": Subject("bell", bell),
        "payload": {"times": 3, "port": port},
        "reason": REASON,
        "proposer": proposer,
        "at": NOW,
    }
    return propose(**arguments | values)
