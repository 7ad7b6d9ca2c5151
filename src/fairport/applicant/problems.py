"""A plain sentence for every stable code of the product: what is wrong, and what to do about it.

A test walks all exceptions and all codes of fields, and fails where one has no text here.
"""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# One field of a registration.
_FIELDS: Final[dict[str, Promise]] = {
    "name_required": _("Write this name. If you have only one name, write it in both fields."),
    "name_too_long": _("This name is too long. Write it with 100 characters or fewer."),
    "name_invalid": _("This name has signs that cannot be in a name. Use letters, spaces, dashes and apostrophes."),
    "birth_date_required": _("Write the birth date: day, month and year."),
    "birth_date_invalid": _("This is not a date. Check the day, the month and the year."),
    "birth_date_in_future": _("This birth date is in the future. Check the year."),
    "birth_date_impossible": _("Nobody is that old. Check the year of birth."),
    "nationality_required": _("Choose a nationality."),
    "nationality_unknown": _("This nationality is not in the list. Choose one from the list."),
    "document_invalid": _("This document number cannot be read. Copy the letters and digits from the document."),
    "document_repeated": _("Two travelers have the same document. Check the number of each one."),
    "criteria_required": _("Choose what is true for this person, or choose that nothing is."),
    "criteria_none_and_some": _("You chose a reason and also “none of these”. Choose one or the other."),
    "criterion_unknown": _("This reason is not in the list. Choose from the list."),
    "criterion_not_claimable": _("Age cannot be chosen. We work it out from the birth date."),
    "travelers_required": _("Add at least one traveler."),
    "travelers_incomplete": _("Something is missing for one of the travelers. Go back and complete it."),
    "lead_under_18": _("The first traveler must be 18 or older. Put an adult of your group first."),
    "ports_required": _("Choose at least one port of entry."),
    "ports_too_many": _("You can choose at most 8 ports of entry."),
    "port_unknown": _("This port of entry is not in the list. Choose from the list."),
    "port_repeated": _("You chose the same port of entry twice. Choose each port once."),
    "port_closed": _("This port of entry is not open for appointments now. Choose another one."),
    "country_required": _("Say in which country you are now."),
    "country_unknown": _("This country is not in the list. Choose from the list."),
    "state_required": _("Say in which state you are now."),
    "state_unknown": _("This state is not in the list. Choose from the list."),
    "attestation_required": _("You must say that what you wrote is true. Mark the box to go on."),
    "email_invalid": _("This e-mail address is not complete. Write it like name@example.org, or leave it empty."),
    "phone_invalid": _(
        "This phone number is not complete. Write it with the country code, like +52 664 123 4567, or leave it empty."
    ),
    "language_not_offered": _("This language is not offered. Choose one from the list."),
    "record_malformed": _("This file is not a record of a registration."),
    "record_forged": _("This record was changed, or we did not sign it."),
    "programme_closed": _("This programme has ended. It takes no new registrations, and there are no more draws."),
    "programme_unknown": _("There is no programme of this name that takes registrations today."),
    "access_code_required": _("Write your access code. It is on your receipt."),
    "whereabouts_required": _("Tell us where you are, so that someone can find you."),
    "text_too_long": _("This text is too long. Write less."),
    "text_invalid": _("This text has signs that cannot be read. Write it again."),
    "choice_required": _("Choose one of the answers."),
    "choice_invalid": _("This answer is not in the list. Choose from the list."),
}

# A form or a call as a whole.
_REQUESTS: Final[dict[str, Promise]] = {
    "invalid": _("Some answers need to be corrected. Nothing was kept."),
    "not_eligible": _("This group cannot register. The reasons are named. Nothing was kept."),
    "no_criterion": _(
        "Nobody in the group has one of the reasons for an exemption. So you cannot register now. Nothing was kept. "
        "If something changes, you can try again at any time. It is free."
    ),
    "outside_location": _(
        "You can register from the northern and central states of Mexico only. You said that you are somewhere else. "
        "Nothing was kept. When you are in one of these states, you can register. It is free."
    ),
    "child_alone": _(
        "Nobody in this group is 18 or older. Children who travel without an adult get help from people who are "
        "trained for that. You do not need an appointment. Go to the page “A child alone”."
    ),
    "group_too_large": _(
        "This group is larger than one registration can hold. Register it in parts. Then ask the staff of a port to "
        "place all parts together."
    ),
    "document_in_use": _(
        "One of these documents is already in an active registration. If it is yours, use its access code. "
        "If you lost the code: that registration ends by itself when nobody opens it for a while, and then the "
        "document can be used again."
    ),
    "idempotency_conflict": _("This key was already used for other content. Use a new key for a new registration."),
    "idempotency_key_invalid": _("The Idempotency-Key must have 16 to 200 letters, digits or simple signs."),
    "wrong_code": _("This access code is not right. Check each letter and number. It is on your receipt."),
    "too_many_attempts": _("There were too many wrong tries. Wait one hour and try again. A right code always works."),
    "too_many_document_refusals": _(
        "Too many documents that are already in use were sent from your network. Wait one hour and try again. "
        "Without document numbers you can register now."
    ),
    "malformed": _("This request is not valid JSON."),
    "unsupported_media_type": _("Send the content as application/json."),
    "wrong_content_type": _("This form did not arrive in a form that we can read. Send it again from the page."),
    "interpreter_unknown": _("This language is not in the list. Choose another one, or write it below."),
    "interpreter_words_required": _("Write which language it is."),
    "interpreter_words_too_long": _("This is too long. Write at most 200 characters."),
    "interpreter_words_invalid": _("This text has signs that cannot be shown. Write it again."),
    "form_empty": _("Nothing was filled in. Answer the question and send it again."),
    "unknown_field": _("There is no field of this name. Check how it is written."),
    "field_required": _("This field is missing."),
    "field_invalid": _("This value does not fit here."),
    "not_found": _("There is nothing at this address."),
    "method_not_allowed": _("This address does not take this kind of request."),
    "bad_request": _("This request could not be read. Go back and try again."),
    "range_too_long": _("Ask for at most 60 days at once."),
    "cohort_unknown": _("There is no size of this name. Choose large, midsize, small or micro."),
    "no_data_here": _("There are no data here for this. The page /data/metros says how to get them."),
    "metros_unreadable": _(
        "The files with the figures cannot be read. Whoever runs this site was told. Try again later."
    ),
    "server_error": _("Something failed on our side. Nothing that you sent was changed. Try again in a few minutes."),
}

# Offers and appointments.
_PLACES: Final[dict[str, Promise]] = {
    "offer_not_found": _("You have no such offer."),
    "offer_expired": _(
        "The time to answer this offer is over. The place went back into the draw. Renew your registration to be in "
        "the draws again. You keep the date when you registered."
    ),
    "offer_closed": _("You already answered this offer."),
    "offer_taken_back": _(
        "This place is gone, because the port is closed. It is not your fault. In the next draw you come first for the "
        "places that go by lot."
    ),
    "ports_fixed": _("You can choose other ports only while you wait for a place."),
    "nothing_to_cancel": _("You have no appointment that can be cancelled now."),
    "undo_too_late": _("The time to take back your withdrawal is over. You can register again. It is free."),
    "transition_refused": _("This cannot be done now, because your registration has changed. Look at its status."),
    "appointment_not_booked": _("This appointment is not open any more: it was cancelled, missed or used."),
    "pass_malformed": _("This is not a pass. Scan it again, or type its text again."),
    "pass_truncated": _("A part of this pass is missing. Scan it again, or type its number."),
    "pass_forged": _("This pass was not signed by us. It is not valid."),
    "no_place_left": _("There are not enough free places in this band."),
    "places_miscounted": _("The count of places does not add up. Nothing was changed. Tell an operator."),
}

# What operators see at the command line and in the office.
_OPERATORS: Final[dict[str, Promise]] = {
    "seal_broken": _("This record cannot be opened: it was erased, or its key is missing."),
    "keyring_unusable": _("The key ring cannot be used. Check its file and its rights."),
    "clock_refused": _("The clock can be moved in a demonstration only, and only forward."),
    "policy_invalid": _("The policy file has problems. Each one is named."),
    "programme_not_drawn": _("This programme has no draw."),
    "draw_exists": _("This draw was frozen before."),
    "previous_draw_not_run": _("The draw before this one was not run yet. Run it first."),
    "freeze_too_late": _("It is too late to freeze this draw."),
    "draw_not_found": _("There is no draw of this name."),
    "draw_file_not_public": _("This file is not public yet, or it does not exist."),
    "draw_too_early": _("It is too early to run this draw."),
    "draw_already_run": _("This draw was run before. Its result does not change."),
    "beacon_unknown": _("There is no beacon of this name."),
    "draw_file_invalid": _("A file of the draw does not follow the rules of its form."),
    "verification_failed": _("The draw does not verify. The report names what is wrong."),
    "message_refused": _("The mail server refused this message."),
    "message_doubtful": _("It is not known whether the mail server took this message. It is not sent again."),
    "message_not_dead": _("Only a message that could not be sent can be sent again."),
    "message_context_wrong": _("The values of this message do not fit its text."),
    "demo_accounts_refused": _("Accounts whose secrets are printed exist in a demonstration only."),
    "no_demo_account": _("There is no such account in this demonstration."),
    "not_a_demonstration": _("This can be done in a demonstration only."),
    "setting": _("A setting of this installation is wrong."),
    "database": _("The database cannot be used."),
    "embedded_server": _("The private database server cannot be started."),
    "serve_refused": _("Fairport cannot start like this."),
    "refused": _("This was refused."),
}

# The public logs.
_LOGS: Final[dict[str, Promise]] = {
    "checkpoint_unknown": _("The log has no such checkpoint."),
    "cosignature_invalid": _("The signature of this witness does not fit the checkpoint, or its time is wrong."),
    "log_damaged": _("The log does not fit what was signed before. Nothing is added until an operator has looked."),
    "log_proof_invalid": _("This proof does not show that the entry is in the log."),
    "log_renamed": _("The name of the log was changed. It must stay as it was."),
    "not_in_log": _("This is not in the signed log yet. Try again in a minute."),
    "note_invalid": _("This is not a signed checkpoint, or its signature is wrong."),
    "verifier_key_invalid": _("This is not the public key of a log or of a witness."),
    "witness_unknown": _("This log does not know this witness."),
    "witnesses_invalid": _("The list of witnesses cannot be used. Tell an operator."),
}

# Complaints.
_COMPLAINTS: Final[dict[str, Promise]] = {
    "complaint_invalid": _("Some answers need to be corrected. Nothing was kept."),
    "complaint_words_required": _("Write what happened."),
    "complaint_code_required": _("Write the code of your complaint."),
    "complaint_sent_before": _(
        "This page was sent before with other words, and that complaint has arrived. If this is another matter, send "
        "it now. If you only want to add something, do it with the code that you got."
    ),
    "words_sent_before": _(
        "Other words from this page were added before. If you want to add these too, send them now."
    ),
    "wrong_complaint_code": _("There is no complaint with this code. Check each letter and number."),
    "too_many_complaint_codes": _(
        "There were too many wrong tries. Wait one hour and try again. A right code always works."
    ),
    "too_many_complaints": _(
        "Very many complaints came from your network at once. What you wrote is still on this page: send it again in "
        "one hour, or from another place."
    ),
    "too_many_words": _("You wrote very often today. What you wrote is still on this page: send it again tomorrow."),
    "complaint_gone": _("This complaint was closed some time ago. Everything that was written was erased."),
}

TEXTS: Final[dict[str, Promise]] = _LOGS | _FIELDS | _REQUESTS | _PLACES | _COMPLAINTS | _OPERATORS


def text_for(code: str, **values: object) -> str:
    """The sentence for a stable code, in the language of the reader; `values` fill its `%(name)s`.

    Raises KeyError for a code that the product does not have.
    """
    text = str(TEXTS[str(code)])
    return text % values if values else text
