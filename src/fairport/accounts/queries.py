from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from allauth.mfa.models import Authenticator
from django.db.models import F, FilteredRelation, Q, QuerySet, Sum

from fairport.accounts.models import FailedSignIns, Role, RoleGrant, User

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


@dataclass(frozen=True, slots=True)
class StaffRow:
    """A role that somebody holds, or somebody without any: then all about the role is empty."""

    user_id: int
    full_name: str
    email: str
    is_active: bool
    role: str
    port: str
    since: datetime | None
    proposed_by: str
    granted_by: str

    @property
    def role_label(self) -> str:
        """The role in words, or nothing."""
        return str(Role(self.role).label) if self.role else ""


SORTED_BY: Final[dict[str, tuple[str, ...]]] = {
    "name": ("full_name", "pk", "held__role", "held__port__name"),
    "role": ("held__role", "held__port__name", "full_name", "pk"),
    "port": ("held__port__name", "held__role", "full_name", "pk"),
    "since": ("-held__granted_at", "full_name", "pk"),
}
NO_ROLE: Final = "none"


def staff_rows(*, role: str = "", port: str = "", person: str = "", sort: str = "name") -> QuerySet[Any]:
    """Everybody with each role that they hold now, as dictionaries for `staff_row`; one query.

    `role` is a role or NO_ROLE, `port` a port's code, `person` a part of a name or address, `sort` of SORTED_BY.
    """
    people = User.objects.annotate(held=FilteredRelation("grants", condition=Q(grants__revoked_at__isnull=True)))
    if role:
        people = people.filter(held__isnull=True) if role == NO_ROLE else people.filter(held__role=role)
    if port:
        people = people.filter(held__port=port)
    if person:
        people = people.filter(Q(full_name__icontains=person) | Q(email__icontains=person))
    nulls_last = [
        F(name.removeprefix("-")).desc(nulls_last=True) if name.startswith("-") else F(name).asc(nulls_last=True)
        for name in SORTED_BY[sort]
    ]
    return people.order_by(*nulls_last).values(
        "pk",
        "full_name",
        "email",
        "is_active",
        "held__role",
        "held__port__name",
        "held__granted_at",
        "held__proposed_by__full_name",
        "held__granted_by__full_name",
    )


def staff_row(values: dict[str, Any]) -> StaffRow:
    """One of `staff_rows` in its own type."""
    return StaffRow(
        user_id=values["pk"],
        full_name=values["full_name"],
        email=values["email"],
        is_active=values["is_active"],
        role=values["held__role"] or "",
        port=values["held__port__name"] or "",
        since=values["held__granted_at"],
        proposed_by=values["held__proposed_by__full_name"] or "",
        granted_by=values["held__granted_by__full_name"] or "",
    )


def get_person(*, user_id: int) -> User | None:
    """An account by its number, or None."""
    return User.objects.filter(pk=user_id).first()


def all_grants_of(*, user: User) -> list[RoleGrant]:
    """Every role that somebody holds or held, the present ones first, with the people who gave and took it."""
    rows = RoleGrant.objects.filter(user=user).select_related("port", "proposed_by", "granted_by", "revoked_by")
    return list(rows.order_by(F("revoked_at").desc(nulls_first=True), "-granted_at", "-pk"))


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


def failed_sign_ins(*, since: date) -> list[tuple[str, int]]:
    """Each step of signing in, in words, and how often it failed since a (UTC) day."""
    rows = FailedSignIns.objects.filter(day__gte=since).order_by().values_list("step").annotate(Sum("count"))
    counts = dict(rows)
    return [(str(step.label), counts.get(step.value, 0)) for step in FailedSignIns.Step]
