from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from fairport.domain.policy import Policy, load_policy
from fairport.programmes.models import PolicyVersion, Programme


class NoPolicyInForce(Exception):
    """There is no such programme, or it has no policy for that day."""

    code = "programme_unknown"


@dataclass(frozen=True, slots=True)
class LoadedPolicy:
    """A published version: its row's id and its rules."""

    version_id: int
    policy: Policy


def policy_in_force(*, programme: str, on: date) -> LoadedPolicy:
    """The policy on a (UTC) day: the latest version begun, unless it has ended. Raises NoPolicyInForce."""
    latest = PolicyVersion.objects.filter(programme_id=programme, effective_from__lte=on).last()
    if latest is None or (latest.effective_until is not None and latest.effective_until < on):
        raise NoPolicyInForce
    return policy_of_version(version_id=latest.pk)


def policy_of_version(*, version_id: int) -> LoadedPolicy:
    """The policy of one published version."""
    return _load(version_id)


def source_of_version(*, version_id: int) -> bytes:
    """The policy file of a published version, byte for byte."""
    return bytes(PolicyVersion.objects.values_list("source", flat=True).get(pk=version_id))


def list_programmes() -> list[Programme]:
    return list(Programme.objects.order_by("slug"))


def list_policy_versions(*, programme: str) -> list[PolicyVersion]:
    """All published versions of a programme, oldest first."""
    return list(PolicyVersion.objects.filter(programme_id=programme).order_by("effective_from"))


# Versions are immutable and few; parsing one takes longer than most requests.
@lru_cache(maxsize=64)
def _load_source(version_id: int, sha256: str) -> Policy:
    return load_policy(bytes(PolicyVersion.objects.get(pk=version_id).source))


def _load(version_id: int) -> LoadedPolicy:
    sha256 = PolicyVersion.objects.values_list("sha256", flat=True).get(pk=version_id)
    return LoadedPolicy(version_id, _load_source(version_id, sha256))
