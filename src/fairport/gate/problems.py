"""A plain sentence for every stable code that somebody at the gate can meet, besides those of `checkin.problems`."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TEXTS: Final[dict[str, Promise]] = {
    "scan_malformed": _("This scan cannot be read. Scan the pass again."),
    "scan_of_other_officer": _("Somebody else made this scan. It stays on this device until they sign in on it again."),
    "too_many_scans": _("These are too many scans at once. Reload the page."),
    "conflict_closed": _("Somebody closed this meanwhile. Nothing was changed."),
    "words_too_short": _("Write what you found out in at least 20 characters, so that others can follow it."),
    "words_too_long": _("This is too long. Write at most 4,000 characters."),
}
