"""A plain sentence for every stable code that somebody can meet about their own or another's account."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TEXTS: Final[dict[str, Promise]] = {
    "last_second_factor": _("This is your only second factor. Set up another one first."),
    "account_closed": _("This account is closed. A closed account gets no role."),
    "account_not_closed": _("This account is open. Nothing was changed."),
    "last_operator": _("This is the last operator: nobody else could give roles. Nothing was changed."),
    "staff_exists": _("There is already an account with this address."),
    "staff_invalid": _("The address is not an e-mail address, or the name is missing or too long."),
    "role_unfit": _("This role and this port do not go together."),
    "role_held": _("This person already has this role."),
    "provider_refused": _("Signing in with your organization did not work. Try again, or use your password."),
    "provider_address_unverified": _("Your organization does not confirm your e-mail address. Use your password."),
    "provider_no_account": _("Nobody here has the address that your organization names. Ask your operator."),
    "own_account": _("You cannot close your own account. Another operator can."),
    "own_role": _("Nobody proposes or approves a role for themselves. Nothing was changed."),
    "no_such_factor": _("This is not set up, or not any more."),
}
