"""The founding programme, loaded as an operator loads it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import fairport
from fairport.audit.events import OPERATOR
from fairport.domain.policy import Policy
from fairport.ports.operations import ensure_slots
from fairport.programmes.operations import load_policy_file
from fairport.programmes.queries import LoadedPolicy, policy_of_version

PROGRAMME = "title-42-exemption"
POLICY_FILE = Path(fairport.__file__).parent / "programmes" / "policies" / f"{PROGRAMME}.toml"
# A Wednesday in the founding system's second week, 9 in the morning in San Diego.
NOW = datetime(2023, 1, 18, 17, 0, tzinfo=UTC)


def load_programme(*, at: datetime = NOW) -> LoadedPolicy:
    """The published policy, with its ports."""
    version = load_policy_file(path=POLICY_FILE, at=at, actor=OPERATOR)
    return policy_of_version(version_id=version.pk)


def open_programme(*, at: datetime = NOW) -> Policy:
    """The published policy, its ports, and the slots of its horizon."""
    policy = load_programme(at=at).policy
    ensure_slots(policy=policy, at=at)
    return policy
