"""A plain sentence for every stable code of this room."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TEXTS: Final[dict[str, Promise]] = {
    "closure_too_soon": _(
        "People need 30 days of notice. Choose a later day; a port that is in danger is suspended instead."
    ),
    "closure_words_missing": _("Say why in each language, with at most 1,000 characters."),
    "closure_exists": _("The end of this programme is announced already."),
    "no_closure": _("The end of this programme is in another state by now. Nothing was changed. Reload the page."),
    "bookings_after_last_day": _(
        "Groups have a place after the last day. Move them first: no booking is ever cancelled by an end."
    ),
}
