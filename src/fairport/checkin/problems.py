"""A plain sentence for every stable code that an officer can meet."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TEXTS: Final[dict[str, Promise]] = {
    "role_missing": _("Your role does not include this page. Ask your operator if it should."),
    "other_port": _("This belongs to another port. You can open it only with a role there."),
    "other_day": _("This appointment is not today. Arrivals are recorded on the day of the appointment."),
    "nobody_chosen": _("Choose at least one traveler."),
    "not_in_group": _("This traveler is not in this group. Reload the page and choose again."),
    "already_arrived": _("This was recorded before. Nothing was changed."),
    "not_arrived": _("This traveler has not arrived. Record the arrival first."),
    "appointment_not_booked": _("This appointment was cancelled, given up or missed. Nothing was changed."),
    "transition_refused": _("The registration was withdrawn or has changed. Nothing was changed. Reload the page."),
    "child_invalid": _("The child was not added yet. Correct what is marked."),
    "child_is_adult": _("Only a child under 18 can be added here. An adult registers with an own registration."),
    "relation_unknown": _("Choose how the child belongs to the group."),
    "arrival_undo_too_late": _("Only who recorded it or a supervisor can take it back, within 30 minutes."),
    "arrival_decided": _("There is a decision in this group already. The arrival cannot be taken back."),
    "interpreter_unknown": _("This language is not in the list. Choose another one, or write it below."),
    "interpreter_words_required": _("Write which language it is."),
    "interpreter_words_too_long": _("This is too long. Write at most 200 characters."),
    "interpreter_words_invalid": _("This text has signs that cannot be shown. Write it again."),
    "interpreter_invalid": _("The interpreter was not changed. Correct what is marked."),
    "determination_invalid": _("The decision is not complete. Correct what is marked."),
    "outcome_required": _("Choose one of the three decisions."),
    "criterion_required": _("Choose the criterion that you found. Without one there is no exemption."),
    "criterion_contradicts": _("“Not exempted” means that no criterion was found. Choose “None”, or another decision."),
    "criterion_unknown": _("This criterion is not in the policy. Choose from the list."),
    "reason_too_short": _("Write the reason in at least 20 characters, so that others can follow it."),
    "reason_too_long": _("This is too long. Write the reason in at most 4,000 characters."),
    "own_case": _("Somebody in this group has your name. Another officer decides. Nothing was recorded."),
    "own_registration": _("You filed this registration. Another officer decides. Nothing was recorded."),
    "already_determined": _("There is a decision about this traveler already. Only a supervisor can replace it."),
    "not_effective": _("This decision was replaced meanwhile. Look at the one that holds now."),
    "supervisor_needed": _("Only a supervisor of this port can replace a decision."),
    "review_invalid": _("Your answer is not complete. Correct what is marked."),
    "verdict_required": _("Choose whether you agree with the decision."),
    "same_officer": _("You made this decision yourself. Another officer takes the second look."),
    "already_reviewed": _("Somebody took the second look before. Nothing was changed."),
    "no_review_needed": _("This decision is in effect. It needs no second look."),
    "open_reason_required": _("Choose why you open this file."),
    "correction_invalid": _("The correction is not complete. Correct what is marked."),
    "correction_reason_invalid": _("Write the reason in at least 20 characters, so that others can follow it."),
    "nothing_to_correct": _("What you typed is written in the file already. Nothing was changed."),
    "corrected_meanwhile": _(
        "Somebody else corrected this person while your page was open. Look at what is written now, and correct it"
        " if it is still wrong."
    ),
    "document_in_use": _("This document is in another active registration. Nothing was changed."),
    "name_required": _("Write this name. If you have only one name, write it in both fields."),
    "name_too_long": _("This name is too long. Write it with 100 characters or fewer."),
    "name_invalid": _("This name has signs that cannot be in a name. Use letters, spaces, dashes and apostrophes."),
    "birth_date_required": _("Write the birth date: day, month and year."),
    "birth_date_invalid": _("This is not a date. Check the day, the month and the year."),
    "birth_date_in_future": _("This birth date is in the future. Check the year."),
    "birth_date_impossible": _("Nobody is that old. Check the year of birth."),
    "nationality_unknown": _("This nationality is not in the list. Choose one from the list."),
    "document_invalid": _("This document number cannot be read. Copy the letters and digits from the document."),
    "document_repeated": _("Two travelers have the same document. Check the number of each one."),
    "lead_under_18": _("The first traveler had to be 18 or older when the group registered. Nothing was changed."),
    "number_required": _("Type a registration number or a confirmation number."),
    "group_not_found": _("No group of your ports has this number. Check how it was typed."),
    "seal_broken": _("This file was erased, or its key is missing. Names, documents and reasons cannot be read."),
}
