"""Everything that changes an account. Other rooms enter here and by the queries only."""

from __future__ import annotations

from fairport.accounts.demo import DemoAccountsRefused, NoDemoAccount, demo_code, ensure_demo_accounts
from fairport.accounts.signing_in import count_failed_sign_in, note_own_password, note_second_factor, note_sign_in
from fairport.accounts.staffing import (
    RoleHeld,
    RoleUnfit,
    StaffExists,
    StaffInvalid,
    create_staff,
    grant_role,
    reset_sign_in,
    revoke_role,
    temporary_password,
)

__all__ = [
    "DemoAccountsRefused",
    "NoDemoAccount",
    "RoleHeld",
    "RoleUnfit",
    "StaffExists",
    "StaffInvalid",
    "count_failed_sign_in",
    "create_staff",
    "demo_code",
    "ensure_demo_accounts",
    "grant_role",
    "note_own_password",
    "note_second_factor",
    "note_sign_in",
    "reset_sign_in",
    "revoke_role",
    "temporary_password",
]
