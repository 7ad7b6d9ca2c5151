"""What the vulnerability criteria are called on every page."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CRITERIA: Final[dict[str, Promise]] = {
    "physical_illness": _("Physical illness"),
    "mental_illness": _("Mental illness"),
    "disability": _("Disability"),
    "pregnancy": _("Pregnancy"),
    "no_housing": _("No housing"),
    "threat": _("Threat of harm"),
    "under_21": _("Under 21 years old"),
    "over_70": _("Over 70 years old"),
}
