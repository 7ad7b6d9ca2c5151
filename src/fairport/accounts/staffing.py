"""Accounts of members of staff: made by an operator, never by signing up."""

from __future__ import annotations

import secrets
from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from fairport.accounts.events import RoleGranted, RoleRevoked, SignInReset, StaffCreated
from fairport.accounts.models import PORT_ROLES, Role, RoleGrant, User
from fairport.accounts.queries import find_staff
from fairport.audit.events import Actor, Subject
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
    user = User.objects.create_user(
        email, password, full_name=full_name, date_joined=at, password_is_temporary=temporary
    )
    # Whoever makes the account vouches for the address: no message is sent to it.
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    append_event(event=StaffCreated(), subject=staff_subject(user), actor=actor, at=at)
    return user


@transaction.atomic
def grant_role(
    *, user: User, role: str, port: str | None, at: datetime, actor: Actor, granted_by: User | None = None
) -> RoleGrant:
    """Gives a role: port officers' and supervisors' at one port, the others' without. Raises RoleUnfit, RoleHeld."""
    if role not in Role.values:
        raise RoleUnfit(f"There is no role {role!r}; the roles are {', '.join(Role.values)}.")
    if (role in PORT_ROLES) != (port is not None):
        raise RoleUnfit(f"The role {role} needs a port." if port is None else f"The role {role} has no port.")
    if port is not None and not PortOfEntry.objects.filter(pk=port).exists():
        raise RoleUnfit(f"There is no port {port!r}.")
    # Held by the lock, so that two grants at once do not meet in the constraint.
    User.objects.select_for_update().get(pk=user.pk)
    if RoleGrant.objects.filter(user=user, role=role, port_id=port, revoked_at__isnull=True).exists():
        raise RoleHeld("This role is held already.")
    grant = RoleGrant.objects.create(user=user, role=role, port_id=port, granted_at=at, granted_by=granted_by)
    append_event(event=RoleGranted(role=role, port=port), subject=staff_subject(user), actor=actor, at=at)
    return grant


@transaction.atomic
def revoke_role(*, grant_id: int, at: datetime, actor: Actor) -> None:
    """Takes a role back, from the next request on. Taking it back twice changes nothing."""
    grant = RoleGrant.objects.select_for_update(of=("self",)).select_related("user").get(pk=grant_id)
    if grant.revoked_at is not None:
        return
    grant.revoked_at = at
    grant.save(update_fields=["revoked_at"])
    subject = staff_subject(grant.user)
    append_event(event=RoleRevoked(role=grant.role, port=grant.port_id), subject=subject, actor=actor, at=at)


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
