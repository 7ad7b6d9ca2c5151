"""A plain sentence for every stable code of this room."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TEXTS: Final[dict[str, Promise]] = {
    "proposal_not_allowed": _("Your role does not include this. Nothing was changed."),
    "same_person": _("You proposed this yourself, so somebody else has to decide. Nothing was changed."),
    "already_proposed": _("The same thing is proposed already and waits for a decision."),
    "proposal_reason_unfit": _("Write the reason with 10 to 1,000 characters, so that others can follow it."),
    "proposer_left": _("Whoever proposed this has no role for it any more. Somebody else has to propose it."),
    "proposal_closed": _("This was decided, taken back, or ran out meanwhile. Nothing was changed."),
}
