"""What can be proposed: each room registers its kinds from its app's `ready()`."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils.functional import Promise

from fairport.accounts.models import Role, User
from fairport.accounts.queries import StaffMember
from fairport.audit.events import Subject

Payload = Mapping[str, Any]
TWO_WEEKS: Final = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Approval:
    """An approved proposal as it is carried out, in the transaction of the approval."""

    proposal_id: uuid.UUID
    subject: Subject
    payload: Payload
    proposed_by: User
    approved_by: User
    at: datetime


def _no_port(payload: Payload) -> str | None:
    return None


def _no_page(payload: Payload) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class ProposalKind:
    """One kind of thing that needs two people.

    `port_of` gives the code of the port at which a port officer's or supervisor's role counts, or None. `describe`
    says in one line of the page's language what would be done, without anything of a person. `href` leads to a page
    with more, such as a preview. `carry_out` does it; what it raises among the keys of `refusals` (each with a stable
    `code`) refuses the approval in the words given there, and nothing of it is kept.
    """

    name: str
    label: Promise
    proposers: frozenset[Role]
    approvers: frozenset[Role]
    describe: Callable[[Payload], str]
    carry_out: Callable[[Approval], None]
    refusals: Mapping[type[Exception], Promise] = field(default_factory=dict)
    port_of: Callable[[Payload], str | None] = _no_port
    href: Callable[[Payload], str | None] = _no_page
    lasts: timedelta = TWO_WEEKS

    def may_propose(self, member: StaffMember, port: str | None) -> bool:
        """Whether one of the proposing roles is held, at `port` where the role is bound to one."""
        return role_that_counts(member, self.proposers, port) is not None

    def may_approve(self, member: StaffMember, port: str | None) -> bool:
        """The same for approving and declining."""
        return role_that_counts(member, self.approvers, port) is not None


class UnknownKind(KeyError):
    """No room has registered such a kind."""


_kinds: dict[str, ProposalKind] = {}


def register_kind(kind: ProposalKind) -> None:
    """Called once for each kind, from an app's `ready()`."""
    if kind.name in _kinds:
        raise ValueError(f"The kind {kind.name} is registered already.")
    _kinds[kind.name] = kind


def kind_named(name: str) -> ProposalKind:
    """The kind of this name. Raises UnknownKind."""
    try:
        return _kinds[name]
    except KeyError as error:
        raise UnknownKind(name) from error


def all_kinds() -> tuple[ProposalKind, ...]:
    """Every registered kind, by name."""
    return tuple(_kinds[name] for name in sorted(_kinds))


def role_that_counts(member: StaffMember, roles: frozenset[Role], port: str | None) -> str | None:
    """The first of somebody's roles that is among `roles` and good at `port`, or None."""
    for grant in member.grants:
        if grant.role in roles and (grant.port is None or port is None or grant.port == port):
            return grant.role
    return None
