"""What is told about staff; the subject is the account, by its number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fairport.audit.events import EventDetails


@dataclass(frozen=True)
class StaffCreated(EventDetails):
    name: ClassVar[str] = "staff.created"


@dataclass(frozen=True)
class StaffSignedIn(EventDetails):
    """`second_factor` is false only for somebody who is about to set one up, and can do nothing else.

    `how` is `password`, `passkey` (alone) or `provider`.
    """

    name: ClassVar[str] = "staff.signed_in"
    second_factor: bool
    how: str


@dataclass(frozen=True)
class SecondFactorSetUp(EventDetails):
    name: ClassVar[str] = "staff.second_factor_set_up"


@dataclass(frozen=True)
class PasskeyAdded(EventDetails):
    name: ClassVar[str] = "staff.passkey_added"


@dataclass(frozen=True)
class SecondFactorRemoved(EventDetails):
    """`kind` is `totp` or `webauthn`; another one was left."""

    name: ClassVar[str] = "staff.second_factor_removed"
    kind: str


@dataclass(frozen=True)
class RecoveryCodesMade(EventDetails):
    """New ones; older ones open nothing any more."""

    name: ClassVar[str] = "staff.recovery_codes_made"


@dataclass(frozen=True)
class RecoveryCodeUsed(EventDetails):
    """`left` is how many still open."""

    name: ClassVar[str] = "staff.recovery_code_used"
    left: int


@dataclass(frozen=True)
class PasswordChanged(EventDetails):
    name: ClassVar[str] = "staff.password_changed"


@dataclass(frozen=True)
class SessionsEnded(EventDetails):
    """Somebody signed out on every other device."""

    name: ClassVar[str] = "staff.sessions_ended"


@dataclass(frozen=True)
class SignInReset(EventDetails):
    """An operator gave a new temporary password and removed the second factor."""

    name: ClassVar[str] = "staff.sign_in_reset"


@dataclass(frozen=True)
class _AboutRole(EventDetails):
    role: str
    port: str | None


@dataclass(frozen=True)
class RoleGranted(_AboutRole):
    """`how` is `two_people`, with the number of who proposed it (the actor approved it), or `command_line`."""

    name: ClassVar[str] = "staff.role_granted"
    how: str
    proposed_by: int | None = None


@dataclass(frozen=True)
class RoleRevoked(_AboutRole):
    name: ClassVar[str] = "staff.role_revoked"
    reason: str


@dataclass(frozen=True)
class StaffClosed(EventDetails):
    """The account opens nothing any more; an event of each role that it held stands beside this one."""

    name: ClassVar[str] = "staff.closed"
    reason: str


@dataclass(frozen=True)
class StaffReopened(EventDetails):
    """The account can be signed in to again, with a new temporary password and without any role."""

    name: ClassVar[str] = "staff.reopened"
    reason: str
