"""A plain sentence for every stable code that can be met when a group is placed outside the draw."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TEXTS: Final[dict[str, Promise]] = {
    "placement_numbers_unknown": _("Not every number is that of a registration. Check how they were typed."),
    "placement_numbers_unfit": _("Type one to four registration numbers, each once, of one programme."),
    "placement_size_unfit": _(
        "“Group too large for the draw” is for more people than the draw takes. Other reasons are for one registration."
    ),
    "placement_slot_unfit": _("This band is over, at another port, or of another programme. Choose another."),
    "placement_reason_required": _("Choose a reason from the list."),
    "placement_words_unfit": _("Write why with 20 to 1,000 characters, so that others can follow it."),
    "placement_cap_reached": _(
        "The policy lets only so many people be placed outside the draw in a port and week, and that is reached. "
        "Nothing was changed."
    ),
    "no_place_left": _("This band has too few places. Nothing was changed. Choose another."),
    "port_closed": _("This port is closed at that time. Nothing was changed. Choose another band."),
    "transition_refused": _(
        "A group has a place, an offer or a decision already, or is withdrawn. Nothing was changed."
    ),
    "document_in_use": _("A document of the group is in another active registration. Nothing was changed."),
    "own_registration": _("You filed this registration. Another person does it. Nothing was changed."),
    "own_case": _("Somebody in this group has your name. Another person does it. Nothing was changed."),
    "seal_broken": _("This file was erased, or its key is missing."),
    "already_proposed": _("For this group a placement is proposed already and waits for a decision."),
    "proposal_not_allowed": _("Your role does not include this. Nothing was changed."),
}
