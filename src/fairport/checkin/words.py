"""What codes are called on the office's pages."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fairport.accounts.models import Role
from fairport.checkin.chain import DecisionState
from fairport.checkin.judging import PassAnswer
from fairport.registrations.words import CRITERIA

__all__ = ["ACTORS", "ANSWERS", "CHANNELS", "CRITERIA", "DECISION_STATES", "DRAW_OUTCOMES", "EVENTS", "ROLES", "STATES"]

# For each answer: the look of the page (ok, warn, stop), the big words, and what to do.
ANSWERS: Final[dict[PassAnswer, tuple[str, Promise, Promise]]] = {
    PassAnswer.RIGHT: ("ok", _("Right"), _("This group is expected here and now.")),
    PassAnswer.EARLY: ("warn", _("Too early"), _("Today and here, but in a later band. You may let them in.")),
    PassAnswer.LATE: ("warn", _("Too late"), _("Today and here, but their band is over. You may let them in.")),
    PassAnswer.OTHER_DAY: ("stop", _("Other day"), _("Here, but not today.")),
    PassAnswer.OTHER_PORT: ("stop", _("Other port"), _("Valid, but not here. Tell them where and when.")),
    PassAnswer.OTHER_PROGRAMME: (
        "stop",
        _("Other programme"),
        _("Here and today, but for another programme. Send them to its counter."),
    ),
    PassAnswer.USED: ("warn", _("Already used"), _("Somebody of this group was checked in with it.")),
    PassAnswer.MISSED: (
        "stop",
        _("Missed"),
        _("The time for it is over. They can ask for a new place without penalty."),
    ),
    PassAnswer.CANCELLED: ("stop", _("Cancelled"), _("This appointment was given up. It is not valid.")),
    PassAnswer.NOT_LISTED: (
        "warn",
        _("Not on the list"),
        _("The list on this device does not have it. It may be newer than the list. Ask a supervisor."),
    ),
    PassAnswer.UNKNOWN: ("stop", _("Unknown"), _("No appointment has this number. Check how it was typed.")),
    PassAnswer.FORGED: ("stop", _("Forged"), _("This pass was not signed by us. Search by the confirmation number.")),
    PassAnswer.TRUNCATED: (
        "stop",
        _("Not whole"),
        _("A part of this pass is missing. Scan it again, or type its number."),
    ),
    PassAnswer.UNREADABLE: (
        "stop",
        _("Not a pass"),
        _("This is neither a pass nor a confirmation number. Scan or type it again."),
    ),
}

STATES: Final[dict[str, tuple[str, Promise]]] = {
    "booked": ("neutral", _("Expected")),
    "arrived": ("ok", _("Arrived")),
    "no_show": ("stop", _("Missed")),
    "cancelled": ("stop", _("Cancelled")),
}

ACTORS: Final[dict[str, Promise]] = {
    "applicant": _("Applicant"),
    "staff": _("Staff"),
    "worker": _("Fairport itself"),
    "operator": _("Operator"),
    "partner": _("Partner"),
}

ROLES: Final[dict[str, Promise]] = {role.value: role.label for role in Role}

CHANNELS: Final[dict[str, Promise]] = {"email": _("E-mail"), "sms": _("Text message")}

DRAW_OUTCOMES: Final[dict[str, Promise]] = {
    "offer": _("drawn, a place was offered"),
    "rain_check": _("no room for the whole group, first in the next draw"),
    "not_selected": _("no place"),
    "void": _("drawn, but the place could not be given"),
    "": _("not drawn yet"),
}

# For each state of a decision: the look of its tag and what it is called.
DECISION_STATES: Final[dict[DecisionState, tuple[str, Promise]]] = {
    DecisionState.EFFECTIVE: ("ok", _("In effect")),
    DecisionState.PROPOSED: ("warn", _("Waits for a second look")),
    DecisionState.RETURNED: ("stop", _("Came back: decide again")),
    DecisionState.REPLACED: ("neutral", _("Replaced")),
}

EVENTS: Final[dict[str, Promise]] = {
    "registration.submitted": _("Registered"),
    "registration.lapsed": _("Not renewed in time"),
    "registration.renewed": _("Renewed"),
    "registration.unreadable": _("Left out of a draw: the file could not be opened"),
    "registration.withdrawn": _("Withdrawn"),
    "registration.withdrawal_undone": _("Withdrawal taken back"),
    "registration.withdrawal_closed": _("Withdrawal became final"),
    "registration.determined": _("Every arrived traveler has a decision"),
    "integrity.signal_raised": _("A signal was raised for review"),
    "offer.made": _("A place was offered"),
    "offer.voided": _("A drawn place could not be offered"),
    "offer.confirmed": _("The place was confirmed"),
    "offer.declined": _("The place was declined"),
    "offer.expired": _("The offer was not answered in time"),
    "offer.given_up": _("The offer was given up"),
    "appointment.placed": _("Officials gave a place outside the draw"),
    "place.displaced": _("The port was closed, and the place was taken back"),
    "place.moved": _("The port was closed, and the place was moved to another one"),
    "registration.ports_chosen": _("The group chose other ports"),
    "appointment.cancelled": _("The appointment was cancelled"),
    "appointment.given_up": _("The appointment was given up"),
    "appointment.missed": _("Nobody came to the appointment"),
    "pass.checked": _("The pass was checked at a port"),
    "gate.day_list_loaded": _("A device took the day list along"),
    "gate.scan_received": _("A scan came from a gate"),
    "gate.conflict_found": _("A scan contradicted the record"),
    "gate.conflict_read": _("Somebody read what was written about a conflict"),
    "gate.conflict_closed": _("A supervisor closed a conflict"),
    "proposal.made": _("Something that needs two people was proposed"),
    "proposal.decided": _("A second person decided about a proposal"),
    "proposal.opened": _("The reason of a proposal was read"),
    "file.opened": _("The file was opened"),
    "facts.confirmed": _("An officer confirmed a reason; a second person must approve"),
    "facts.verified": _("A reason was verified"),
    "facts.withdrawn": _("A verified reason was taken back"),
    "arrival.recorded": _("Travelers arrived"),
    "traveler.added": _("A child was added at the gate"),
    "arrival.undone": _("An arrival was taken back: it was a mistake"),
    "interpreter.changed": _("The interpreter was changed"),
    "determination.recorded": _("An officer decided about a traveler"),
    "traveler.corrected": _("An officer corrected who a traveler is"),
    "determination.reviewed": _("A second officer looked at a decision"),
}
