"""A plain sentence for every stable code that an officer can meet when verifying facts."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TEXTS: Final[dict[str, Promise]] = {
    "other_port": _("This belongs to another port. You can open it only with a role there."),
    "own_registration": _("You filed this registration. Another officer decides. Nothing was recorded."),
    "own_case": _("Somebody in this group has your name. Another officer decides. Nothing was recorded."),
    "not_in_group": _("This traveler is not in this group. Reload the page and choose again."),
    "fact_none_chosen": _("Choose at least one reason that you saw confirmed."),
    "fact_not_claimed": _("This traveler did not give this reason. Reload the page and choose again."),
    "fact_already_verified": _("This reason is verified already. Nothing was recorded."),
    "fact_file_closed": _("This registration is withdrawn or decided. Nothing was recorded."),
    "fact_place_required": _("Choose where you saw it."),
    "fact_words_unfit": _("Write what you saw with 10 to 1,000 characters, so that others can follow it."),
    "fact_not_there": _("This was withdrawn before, or is not about this group. Nothing was changed."),
    "fact_supervisor_needed": _("Only a supervisor of one of the group’s ports can withdraw this."),
    "open_reason_required": _("Choose why you open this file."),
    "number_unknown": _("No registration has this number. Check how it was typed."),
    "number_required": _("Type the registration number."),
    "seal_broken": _("This file was erased, or its key is missing."),
    "already_proposed": _("For this traveler something is confirmed already and waits for a second person."),
}
