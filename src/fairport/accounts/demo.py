"""The demonstration's accounts: one or two for each role, with a password that everybody may know and a second factor.

Nothing here works outside a demonstration.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from allauth.mfa import app_settings as mfa_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.db import transaction

from fairport.accounts.models import Role, User
from fairport.accounts.queries import find_staff, has_app
from fairport.accounts.second_factor import code_was_used
from fairport.accounts.staffing import create_staff, grant_role
from fairport.audit.events import OPERATOR

DEMO_PASSWORD = "fairport-demonstration"


class DemoAccountsRefused(Exception):
    """Accounts whose secrets are printed exist in a demonstration only."""

    code = "demo_accounts_refused"


class NoDemoAccount(Exception):
    """There is no such account with a second factor."""

    code = "no_demo_account"


@dataclass(frozen=True, slots=True)
class DemoAccount:
    email: str
    full_name: str
    role: Role
    port: str | None


DEMO_ACCOUNTS = (
    DemoAccount("officer.sandiego@fairport.example", "Robin Okafor", Role.PORT_OFFICER, "SDG"),
    DemoAccount("officer.elpaso@fairport.example", "Sam Whitfield", Role.PORT_OFFICER, "ELP"),
    DemoAccount("supervisor.sandiego@fairport.example", "Alex Moreau", Role.SUPERVISOR, "SDG"),
    DemoAccount("officer2.sandiego@fairport.example", "Dana Brandt", Role.PORT_OFFICER, "SDG"),
    DemoAccount("supervisor2.sandiego@fairport.example", "Toni Varga", Role.SUPERVISOR, "SDG"),
    DemoAccount("scheduler@fairport.example", "Kim Lindqvist", Role.SCHEDULER, None),
    DemoAccount("operator@fairport.example", "Noor Haddad", Role.OPERATOR, None),
    DemoAccount("operator2@fairport.example", "Eli Marchetti", Role.OPERATOR, None),
    DemoAccount("auditor@fairport.example", "Jo Castellano", Role.AUDITOR, None),
    DemoAccount("ombuds@fairport.example", "Lou Ferreira", Role.OMBUDS, None),
    DemoAccount("vetting@fairport.example", "Max Adeyemi", Role.VETTING_OFFICER, None),
)


@transaction.atomic
def ensure_demo_accounts(*, at: datetime) -> list[str]:
    """Makes the accounts that are missing; one line to print for each. Raises DemoAccountsRefused."""
    _refuse_outside()
    lines = [f"Staff sign in at /office/ with the password {DEMO_PASSWORD} and a code (fairport demo code EMAIL):"]
    for account in DEMO_ACCOUNTS:
        user = find_staff(email=account.email) or _make(account, at)
        if not has_app(user=user):
            totp.TOTP.activate(user, totp.generate_totp_secret())
        place = f" {account.port}" if account.port else ""
        lines.append(f"  {account.email:<38} {account.role.value}{place:<4}  TOTP secret {_secret(user)}")
    return lines


def demo_code(*, email: str) -> str:
    """The code that the account's authenticator app would show now; if it was used already, the next one.

    Raises DemoAccountsRefused, NoDemoAccount.
    """
    _refuse_outside()
    user = find_staff(email=email)
    if user is None or not has_app(user=user):
        raise NoDemoAccount("There is no such account in this demonstration.")
    secret = _secret(user)
    counters = list(totp.yield_hotp_counters_from_time())
    present = counters[mfa_settings.TOTP_TOLERANCE]
    codes = [
        totp.format_hotp_value(totp.hotp_value(secret, counter)) for counter in (present, present + 1, present - 1)
    ]
    return next((code for code in codes if not code_was_used(user=user, code=code)), codes[0])


def _make(account: DemoAccount, at: datetime) -> User:
    user = create_staff(
        email=account.email,
        full_name=account.full_name,
        password=DEMO_PASSWORD,
        at=at,
        actor=OPERATOR,
        temporary=False,
    )
    grant_role(user=user, role=account.role, port=account.port, at=at, actor=OPERATOR)
    return user


def _secret(user: User) -> str:
    authenticator = Authenticator.objects.get(user=user, type=Authenticator.Type.TOTP)
    return decrypt(authenticator.data["secret"])


def _refuse_outside() -> None:
    if not settings.DEMO:
        raise DemoAccountsRefused("Accounts whose secrets are printed exist in a demonstration only (--demo).")
