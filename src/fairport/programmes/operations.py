from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from django.db import transaction

from fairport.audit.events import Actor, EventDetails, Subject
from fairport.audit.operations import append_event
from fairport.domain.policy import check_versions, load_policy
from fairport.ports.operations import sync_ports
from fairport.programmes.models import PolicyVersion, Programme


@dataclass(frozen=True)
class PolicyLoaded(EventDetails):
    name: ClassVar[str] = "policy.loaded"
    version: str
    sha256: str


@transaction.atomic
def load_policy_file(*, path: Path, at: datetime, actor: Actor) -> PolicyVersion:
    """Publishes a policy file as a version of its programme; loading the same bytes again changes nothing.

    Raises fairport.domain.policy.PolicyError with all problems of the file, also when it cannot stand beside the
    versions that are already published.
    """
    source = path.read_bytes()
    policy = load_policy(source)
    known = PolicyVersion.objects.filter(sha256=policy.sha256).first()
    if known is not None:
        return known
    programme, _created = Programme.objects.get_or_create(slug=policy.programme)
    # Two operators loading at once: the second waits here and then sees the first one's version.
    Programme.objects.select_for_update().get(pk=programme.pk)
    published = [load_policy(bytes(row.source)) for row in PolicyVersion.objects.filter(programme=programme)]
    check_versions([*published, policy])
    version = PolicyVersion.objects.create(
        programme=programme,
        version=policy.version,
        effective_from=policy.effective_from,
        effective_until=policy.effective_until,
        sha256=policy.sha256,
        source=source,
        loaded_at=at,
    )
    sync_ports(policy=policy, at=at)
    append_event(
        event=PolicyLoaded(version=policy.version, sha256=policy.sha256),
        subject=Subject("programme", programme.slug),
        actor=actor,
        at=at,
    )
    return version
