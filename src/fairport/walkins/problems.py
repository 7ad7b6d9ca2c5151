"""A plain sentence for every stable code that an officer can meet with a walk-in."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TEXTS: Final[dict[str, Promise]] = {
    "no_walk_in_place_left": _("There are fewer places left today than people in this group. Nobody was admitted."),
    "walk_in_not_waiting": _("Somebody recorded before what became of this group. Nothing was changed."),
    "walk_in_other_day": _("This number is of another day. Give the group a new number."),
    "walk_in_undo_too_late": _("Only who recorded it or a supervisor can take it back, within 30 minutes."),
    "walk_in_outcome_unknown": _("Choose what became of this group. Nothing was changed."),
    "walk_in_invalid": _("The number was not given yet. Correct what is marked."),
    "walk_in_people": _("Write how many people are in this group, from 1 to 99."),
    "walk_in_urgency_unknown": _("Choose whether it is urgent."),
    "walk_in_words_required": _("Write in at least 10 characters why they go first."),
    "walk_in_words_too_long": _("This is too long. Write at most 1,000 characters."),
    "registration_number_unknown": _("No registration has this number. Check it, or leave it empty."),
    "interpreter_unknown": _("This language is not in the list. Choose another one, or write it below."),
    "interpreter_words_required": _("Write which language it is."),
    "interpreter_words_too_long": _("This is too long. Write at most 200 characters."),
    "interpreter_words_invalid": _("This text has signs that cannot be shown. Write it again."),
}
