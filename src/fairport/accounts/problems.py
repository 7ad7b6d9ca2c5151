"""A plain sentence for every stable code that somebody can meet about their own or another's account."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TEXTS: Final[dict[str, Promise]] = {
    "last_second_factor": _("This is your only second factor. Set up another one first."),
    "no_such_factor": _("This is not set up, or not any more."),
}
