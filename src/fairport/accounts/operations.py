"""Everything that changes an account. Other rooms enter here and by the queries only."""

from __future__ import annotations

from fairport.accounts.demo import DemoAccountsRefused, NoDemoAccount, demo_code, ensure_demo_accounts
from fairport.accounts.signing_in import (
    LastSecondFactor,
    NoSuchFactor,
    count_failed_sign_in,
    note_new_recovery_codes,
    note_own_password,
    note_passkey,
    note_recovery_code,
    note_second_factor,
    note_sign_in,
    remove_second_factor,
)
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
    "LastSecondFactor",
    "NoDemoAccount",
    "NoSuchFactor",
    "RoleHeld",
    "RoleUnfit",
    "StaffExists",
    "StaffInvalid",
    "count_failed_sign_in",
    "create_staff",
    "demo_code",
    "ensure_demo_accounts",
    "grant_role",
    "note_new_recovery_codes",
    "note_own_password",
    "note_passkey",
    "note_recovery_code",
    "note_second_factor",
    "note_sign_in",
    "remove_second_factor",
    "reset_sign_in",
    "revoke_role",
    "temporary_password",
]
