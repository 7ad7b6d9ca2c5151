"""A plain sentence for every stable code of the watch."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TEXTS: Final[dict[str, Promise]] = {
    "not_your_signal": _(
        "You cannot look behind this signal: it is about another port or about you, or your role only counts signals."
    ),
    "signal_reason_needed": _("Choose why you open these registrations."),
    "review_invalid": _("The review is not complete. Correct what is marked."),
    "review_outcome_required": _("Choose what you found."),
    "finding_too_short": _("Write what you found in at least 20 characters, so that others can follow it."),
    "finding_too_long": _("This is too long. Write it in at most 4,000 characters."),
    "signal_changed": _(
        "Somebody recorded a review while you were writing. Read it. What you wrote is still in the form."
    ),
}
