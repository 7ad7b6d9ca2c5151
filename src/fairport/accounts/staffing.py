"""Accounts of members of staff: made by an operator, never by signing up."""

from __future__ import annotations

import secrets
from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from fairport.accounts.events import RoleGranted, RoleRevoked, SignInReset, StaffClosed, StaffCreated, StaffReopened
from fairport.accounts.models import PORT_ROLES, Role, RoleGrant, User
from fairport.accounts.queries import find_staff
from fairport.audit.events import Actor, Subject
from fairport.audit.events import staff as staff_actor
from fairport.audit.operations import append_event
from fairport.ports.models import PortOfEntry

# Read aloud or copied by hand once: no letters or digits that look alike.
_PASSWORD_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"
_PASSWORD_LENGTH = 20
_LONGEST_NAME = 120


class StaffExists(Exception):
    """An account with this address exists, open or closed."""

    code = "staff_exists"


class StaffInvalid(Exception):
    """The address is not an e-mail address, or the name is missing or too long."""

    code = "staff_invalid"


class RoleUnfit(Exception):
    """A role of a port without one, another role with one, or a role or port that does not exist."""

    code = "role_unfit"


class RoleHeld(Exception):
    """The role is held already."""

    code = "role_held"


class OwnRole(Exception):
    """Somebody has a part in giving a role to themselves."""

    code = "own_role"


class AccountClosed(Exception):
    """A closed account gets no role."""

    code = "account_closed"


class OwnAccount(Exception):
    """Nobody closes their own account."""

    code = "own_account"


class LastOperator(Exception):
    """No operator would be left."""

    code = "last_operator"


class NotClosed(Exception):
    """The account is open."""

    code = "account_not_closed"


def temporary_password() -> str:
    """About 99 random bits, to be replaced at the first sign-in."""
    return "".join(secrets.choice(_PASSWORD_SIGNS) for _sign in range(_PASSWORD_LENGTH))


@transaction.atomic
def create_staff(
    *, email: str, full_name: str, password: str, at: datetime, actor: Actor, temporary: bool = True
) -> User:
    """Makes an account without any role. With a `temporary` password nothing opens before it was replaced.

    Raises StaffInvalid, StaffExists.
    """
    email, full_name = email.strip().lower(), " ".join(full_name.split())
    try:
        validate_email(email)
    except ValidationError as error:
        raise StaffInvalid("This is not a complete e-mail address.") from error
    if not 0 < len(full_name) <= _LONGEST_NAME:
        raise StaffInvalid(f"Give the full name, with {_LONGEST_NAME} characters or fewer.")
    if find_staff(email=email) is not None:
        raise StaffExists("There is an account with this address already.")
    try:
        with transaction.atomic():
            user = User.objects.create_user(
                email, password, full_name=full_name, date_joined=at, password_is_temporary=temporary
            )
    except IntegrityError as error:
        raise StaffExists("There is an account with this address already.") from error
    # Whoever makes the account vouches for the address: no message is sent to it.
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    append_event(event=StaffCreated(), subject=staff_subject(user), actor=actor, at=at)
    return user


@transaction.atomic
def grant_role(
    *,
    user: User,
    role: str,
    port: str | None,
    at: datetime,
    actor: Actor,
    proposed_by: User | None = None,
    granted_by: User | None = None,
) -> RoleGrant:
    """Gives a role: port officers' and supervisors' at one port, the others' without.

    `proposed_by` and `granted_by` are two people, neither of them `user`; without both it is granted on the machine.
    Raises RoleUnfit, RoleHeld, AccountClosed, OwnRole.
    """
    check_role(role=role, port=port)
    if user in (proposed_by, granted_by):
        raise OwnRole("Nobody has a part in giving a role to themselves.")
    # Held by the lock, so that two grants at once do not meet in the constraint.
    if not User.objects.select_for_update().get(pk=user.pk).is_active:
        raise AccountClosed("This account is closed.")
    if RoleGrant.objects.filter(user=user, role=role, port_id=port, revoked_at__isnull=True).exists():
        raise RoleHeld("This role is held already.")
    grant = RoleGrant.objects.create(
        user=user, role=role, port_id=port, granted_at=at, proposed_by=proposed_by, granted_by=granted_by
    )
    event = (
        RoleGranted(role=role, port=port, how="two_people", proposed_by=proposed_by.pk)
        if proposed_by
        else RoleGranted(role=role, port=port, how="command_line")
    )
    append_event(event=event, subject=staff_subject(user), actor=actor, at=at)
    return grant


def check_role(*, role: str, port: str | None) -> None:
    """Whether there is such a role at such a port. Raises RoleUnfit."""
    if role not in Role.values:
        raise RoleUnfit(f"There is no role {role!r}; the roles are {', '.join(Role.values)}.")
    if (role in PORT_ROLES) != (port is not None):
        raise RoleUnfit(f"The role {role} needs a port." if port is None else f"The role {role} has no port.")
    if port is not None and not PortOfEntry.objects.filter(pk=port).exists():
        raise RoleUnfit(f"There is no port {port!r}.")


@transaction.atomic
def revoke_role(*, grant_id: int, reason: str, revoked_by: User, at: datetime) -> None:
    """Takes a role back, from the next request on: one operator is enough for it. Twice changes nothing.

    Raises LastOperator, RoleGrant.DoesNotExist.
    """
    operators = _lock_operators()
    grant = RoleGrant.objects.select_for_update(of=("self",)).select_related("user").get(pk=grant_id)
    if grant.revoked_at is not None:
        return
    if grant.role == Role.OPERATOR and operators == {grant.user_id}:
        raise LastOperator("Nobody else could give roles any more.")
    _revoke(grant, reason, revoked_by, at)


@transaction.atomic
def close_account(*, user: User, reason: str, closed_by: User, at: datetime) -> None:
    """Closes an account and takes all of its roles back; its sessions are over. Twice changes nothing.

    Raises OwnAccount, LastOperator.
    """
    if user == closed_by:
        raise OwnAccount("Somebody else closes it.")
    operators = _lock_operators()
    locked = User.objects.select_for_update().get(pk=user.pk)
    if not locked.is_active:
        return
    if operators == {user.pk}:
        raise LastOperator("Nobody else could give roles any more.")
    for grant in RoleGrant.objects.filter(user=user, revoked_at__isnull=True).select_related("user").order_by("pk"):
        _revoke(grant, reason, closed_by, at)
    locked.is_active = False
    locked.save(update_fields=["is_active"])
    event = StaffClosed(reason=reason)
    append_event(event=event, subject=staff_subject(user), actor=staff_actor(closed_by.pk), at=at)


@transaction.atomic
def reopen_account(*, user: User, password: str, reason: str, reopened_by: User, at: datetime) -> None:
    """Opens a closed account with a temporary password, without second factor and roles. Raises NotClosed."""
    locked = User.objects.select_for_update().get(pk=user.pk)
    if locked.is_active:
        raise NotClosed("This account is not closed.")
    actor = staff_actor(reopened_by.pk)
    locked.is_active = True
    locked.save(update_fields=["is_active"])
    append_event(event=StaffReopened(reason=reason), subject=staff_subject(user), actor=actor, at=at)
    reset_sign_in(user=locked, password=password, at=at, actor=actor)


def _lock_operators() -> set[int]:
    """Who can give roles now; two who take the other's role away at once must not both succeed."""
    grants = RoleGrant.objects.select_for_update(of=("self",)).order_by("pk")
    rows = grants.filter(role=Role.OPERATOR, revoked_at__isnull=True, user__is_active=True)
    return set(rows.values_list("user_id", flat=True))


def _revoke(grant: RoleGrant, reason: str, revoked_by: User, at: datetime) -> None:
    grant.revoked_at, grant.revoked_by = at, revoked_by
    grant.save(update_fields=["revoked_at", "revoked_by"])
    event = RoleRevoked(role=grant.role, port=grant.port_id, reason=reason)
    append_event(event=event, subject=staff_subject(grant.user), actor=staff_actor(revoked_by.pk), at=at)


@transaction.atomic
def reset_sign_in(*, user: User, password: str, at: datetime, actor: Actor) -> None:
    """For a lost phone or a forgotten password: a new temporary password, no second factor, no open session."""
    Authenticator.objects.filter(user=user).delete()
    user.set_password(password)
    user.password_is_temporary = True
    # A changed password ends the sessions that began with the old one (Django's session hash).
    user.save(update_fields=["password", "password_is_temporary"])
    append_event(event=SignInReset(), subject=staff_subject(user), actor=actor, at=at)


def staff_subject(user: User) -> Subject:
    """Events about an account name it by its number."""
    return Subject("staff", str(user.pk))
