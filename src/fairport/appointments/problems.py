"""A plain sentence for every stable code that only the office can meet here."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TEXTS: Final[dict[str, Promise]] = {
    "port_suspended": _("This port is closed already, or is to be. Open it again first."),
    "port_not_suspended": _("This port is not closed. Nothing was changed."),
    "suspension_over": _("The last day is over already. Choose a later one, or leave it open."),
    "suspension_unfit": _("These answers do not fit together. Correct what is marked."),
}
