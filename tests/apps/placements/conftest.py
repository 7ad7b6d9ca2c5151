from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import fairport.config.urls  # noqa: F401  (all views are imported before the clock is put in their place)
from fairport.accounts.models import User
from fairport.approvals.models import Proposal
from fairport.approvals.operations import approve
from fairport.audit.events import OPERATOR
from fairport.placements.models import PlacementReason
from fairport.placements.operations import propose_placement
from fairport.ports.models import AppointmentSlot
from fairport.ports.operations import ensure_slots
from fairport.programmes.operations import load_policy_file
from fairport.programmes.queries import policy_of_version
from tests.cast import Cast
from tests.factories.clock import StandingClock
from tests.factories.draws import register_group
from tests.factories.programme import POLICY_FILE

# In the second version of the policy, which has a cap: a Wednesday.
AT = datetime(2023, 3, 15, 17, 0, tzinfo=UTC)
CAP = 24
WORDS = "A child needs an operation that cannot wait for a draw."
SECOND_VERSION = POLICY_FILE.parent / f"{POLICY_FILE.stem}-2023-2.toml"


def load_second_version() -> None:
    """The policy with a cap, and the slots of its horizon."""
    version = load_policy_file(path=SECOND_VERSION, at=AT, actor=OPERATOR)
    ensure_slots(policy=policy_of_version(version_id=version.pk).policy, at=AT)


@pytest.fixture
def capped(cast: Cast) -> Cast:
    """The cast, while the policy with a cap is in force."""
    load_second_version()
    return cast


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> StandingClock:
    return StandingClock(monkeypatch, AT)


@pytest.fixture(autouse=True)
def _pages_without_collected_files(plain_static: None) -> None:
    """Every test here may open a page."""


def band(port: str = "SDG", *, days: int = 5) -> AppointmentSlot:
    """The first band of a port so many days after `AT`."""
    day = (AT + timedelta(days=days)).date()
    return AppointmentSlot.objects.filter(port_id=port, date=day).order_by("band_start")[0]


def waiting(size: int = 1, **changes: Any) -> uuid.UUID:
    """A group that waits since the day before."""
    return register_group(size, at=AT - timedelta(days=1), **changes)


def propose(
    proposer: User, *registrations: uuid.UUID, slot: AppointmentSlot | None = None, at: datetime = AT, **changes: Any
) -> Proposal:
    values: dict[str, Any] = {"reason": PlacementReason.MEDICAL, "words": WORDS} | changes
    return propose_placement(
        registration_ids=list(registrations), slot_id=(slot or band()).pk, proposer=proposer, at=at, **values
    )


def place(cast: Cast, registrations: Sequence[uuid.UUID], **changes: Any) -> Proposal:
    """Proposed by the officer of San Diego, approved by the supervisor."""
    proposal = propose(cast.officer, *registrations, **changes)
    return approve(proposal_id=proposal.pk, approver=cast.supervisor, at=changes.get("at", AT))
