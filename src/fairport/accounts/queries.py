from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from allauth.mfa.models import Authenticator
from django.db.models import Prefetch, Sum

from fairport.accounts.models import FailedSignIns, RoleGrant, User

SECOND_FACTORS: Final = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
# Of ten. Whoever has only these left must be able to lose a phone and still come in.
FEW_CODES: Final = 3


@dataclass(frozen=True, slots=True)
class Grant:
    """A role that is held now; `port` is a port's code for the roles that are bound to one, else None."""

    role: str
    port: str | None


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Somebody who works here, with what they may do at this moment."""

    user: User
    grants: tuple[Grant, ...]

    def has(self, *roles: str) -> bool:
        """Whether one of `roles` is held, at any port."""
        return any(grant.role in roles for grant in self.grants)

    def ports(self, *roles: str) -> tuple[str, ...]:
        """Codes of the ports at which one of `roles` is held, in their order."""
        return tuple(sorted({grant.port for grant in self.grants if grant.role in roles and grant.port is not None}))

    def role_at(self, port: str, *roles: str) -> str | None:
        """The first of `roles` that is held at a port, or None."""
        return next((role for role in roles if Grant(role, port) in self.grants), None)


def grants_of(*, user: User) -> tuple[Grant, ...]:
    """What somebody may do now; nothing for an account that was closed."""
    if not user.is_active:
        return ()
    rows = RoleGrant.objects.filter(user=user, revoked_at__isnull=True).order_by("id")
    return tuple(Grant(role, port) for role, port in rows.values_list("role", "port_id"))


def get_staff_member(*, user: User) -> StaffMember:
    """Somebody with their grants, read once for a request."""
    return StaffMember(user, grants_of(user=user))


def has_role(*, user: User, role: str, port: str | None = None) -> bool:
    """Whether a role is held now, at one port where `port` is named."""
    return any(grant.role == role and port in (None, grant.port) for grant in grants_of(user=user))


def ports_of(*, user: User, role: str) -> tuple[str, ...]:
    """Codes of the ports at which somebody holds a role now."""
    return get_staff_member(user=user).ports(role)


def find_staff(*, email: str) -> User | None:
    """An account by its address, in any case, or None."""
    return User.objects.filter(email__iexact=email.strip()).first()


def list_staff() -> list[User]:
    """All accounts by name, with their present grants as `present_grants`; two queries."""
    present = RoleGrant.objects.filter(revoked_at__isnull=True).select_related("port").order_by("role", "port_id")
    return list(
        User.objects.order_by("full_name", "id").prefetch_related(Prefetch("grants", present, "present_grants"))
    )


def has_second_factor(*, user: User) -> bool:
    """Whether an authenticator app or a passkey is set up; recovery codes alone are none."""
    return Authenticator.objects.filter(user=user, type__in=SECOND_FACTORS).exists()


def has_app(*, user: User) -> bool:
    """Whether an authenticator app is set up."""
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()


@dataclass(frozen=True, slots=True)
class Factor:
    """An authenticator app or a passkey; an app has no name."""

    id: int
    kind: str
    name: str
    since: datetime
    last_used: datetime | None


@dataclass(frozen=True, slots=True)
class OwnFactors:
    """What somebody can show beside the password; `recovery_codes` counts those that are left."""

    factors: tuple[Factor, ...]
    recovery_codes: int

    @property
    def has_app(self) -> bool:
        return any(factor.kind == Authenticator.Type.TOTP for factor in self.factors)

    @property
    def has_passkey(self) -> bool:
        return any(factor.kind == Authenticator.Type.WEBAUTHN for factor in self.factors)

    @property
    def few_codes(self) -> bool:
        """Whether it is time to make new recovery codes."""
        return self.recovery_codes <= FEW_CODES


def own_factors(*, user: User) -> OwnFactors:
    """Everything that is set up, the oldest first; one query."""
    rows = list(Authenticator.objects.filter(user=user).order_by("created_at", "id"))
    factors = tuple(
        Factor(row.pk, row.type, row.data.get("name", ""), row.created_at, row.last_used_at)
        for row in rows
        if row.type in SECOND_FACTORS
    )
    codes = (row for row in rows if row.type == Authenticator.Type.RECOVERY_CODES)
    return OwnFactors(factors, sum(len(row.wrap().get_unused_codes()) for row in codes))


def failed_sign_ins(*, since: date) -> dict[str, int]:
    """How often each step of signing in failed since a (UTC) day; every step is there."""
    rows = FailedSignIns.objects.filter(day__gte=since).order_by().values_list("step").annotate(Sum("count"))
    return dict.fromkeys(FailedSignIns.Step.values, 0) | dict(rows)
