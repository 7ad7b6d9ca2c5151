"""A plain sentence for every stable code that the ombuds office can meet."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TEXTS: Final[dict[str, Promise]] = {
    "complaint_words_required": _("Write something for the sender."),
    "text_too_long": _("This text is too long. Write less."),
    "text_invalid": _("This text has signs that cannot be read. Write it again."),
    "complaint_invalid": _("Something in the answer must be corrected. Nothing was kept."),
    "own_matter": _(
        "You cannot open this complaint: it is about you, or about a port where you work. Somebody else of the ombuds "
        "office deals with it."
    ),
    "complaint_changed": _(
        "Somebody changed this complaint while you were writing. Read what is new. What you wrote is still in the form."
    ),
    "complaint_outcome_unknown": _("This outcome is not in the list. Choose from the list."),
    "complaint_not_closed": _("This complaint is not closed."),
    "complaint_gone": _("This complaint was closed long ago and was erased."),
}
