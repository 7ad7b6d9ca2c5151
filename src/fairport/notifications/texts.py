"""What the messages say. No text holds a name, and a port and its time stand beside none: letters are read by others.

A text is a subject and blocks; a block is one line or several. The facts in `%(…)s` are made by `rendering.py` from the
context that `contexts.py` declares. Subjects show on locked screens, so they hold neither port nor time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

# `gettext_lazy` and `ngettext_lazy` alike: filled in by `%` with the facts.
Line = Promise | str
Block = Line | tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Text:
    subject: Line
    blocks: tuple[Block, ...]


PLACE: tuple[Line, ...] = (
    _("Port: %(port)s"),
    _("Day: %(day)s"),
    _("Time at the port: %(from)s to %(to)s"),
    ngettext_lazy("For %(size)d traveler", "For %(size)d travelers", "size"),
)
# Said only where the clocks on both sides of the line differ.
OTHER_CLOCK = _("By the clock on your side of the border: %(other_day)s, %(other_from)s to %(other_to)s")

CONFIRM_BY = (
    _("You must confirm the place by %(until)s (time at the port)."),
    _("If you do not answer by then, the place goes back to the draw."),
)
NOT_A_DECISION = _("An appointment is no guarantee. An officer decides at the port.")
# Between a draw's freeze and its time, "the next draw" would be one whose list was made without them.
BACK_IN = _("You are again in every draw whose list of groups is made from now on.")
CLOSED_PORT = _("The port %(port)s is closed for now. This is not your fault.")
FIRST_IN_LINE = _("In the next draw you come first for the places that go by lot, at the ports that you chose.")
KEEPS_SENIORITY = _("You keep the date when you registered. You lose nothing.")

FIRST_BY_LOT = _("In the next draw you come first for the places that go by lot.")
KEEPS_QUEUE = _("Your registration is kept as it is, with the date when you registered.")
MOVED_FROM = _("Before: %(old_day)s, %(old_from)s to %(old_to)s (time at the port)")

TEXTS: Mapping[str, Text] = {
    "registration_received": Text(
        _("We received your registration"),
        (
            _("We received your registration. Its number is %(registration_number)s."),
            _(
                "You are in every draw whose list of groups is made from now on. "
                "You do not need to do anything each day."
            ),
            _("Keep your access code in a safe place. You need it to see your registration."),
        ),
    ),
    "offer": Text(
        _("A place is offered to you: please answer"),
        (
            _("A place is offered to your group."),
            PLACE,
            OTHER_CLOCK,
            CONFIRM_BY,
            _("You can also say no. Then you stay in the next draws."),
        ),
    ),
    "reminder_offer": Text(
        _("Please answer soon: a place is waiting for you"),
        (_("You have not answered yet. A place is still kept for your group."), PLACE, OTHER_CLOCK, CONFIRM_BY),
    ),
    "offer_voided": Text(
        _("The place that was drawn for you cannot be given out"),
        (
            # Sent to who still waits: the registration itself is as it was.
            _("A place was drawn for you, but the port is closed or its time is over. You did nothing wrong."),
            BACK_IN,
            KEEPS_SENIORITY,
        ),
    ),
    "displaced": Text(
        _("Your place is gone because the port is closed: please do not travel there"),
        (
            CLOSED_PORT,
            _("We had to take this place back. Please do not travel to it:"),
            PLACE,
            OTHER_CLOCK,
            FIRST_IN_LINE,
            KEEPS_SENIORITY,
            _("You do not need to do anything. To choose other ports, open your registration."),
        ),
    ),
    "offer_moved": Text(
        _("The place that is offered to you is at another port now: please answer"),
        (
            _("The port %(old_port)s is closed for now. This is not your fault. Please do not travel there."),
            _("Instead, this place is kept for your group:"),
            PLACE,
            OTHER_CLOCK,
            CONFIRM_BY,
            _("If you cannot go there, say no. You lose nothing."),
            FIRST_BY_LOT,
        ),
    ),
    "appointment_moved": Text(
        _("Your appointment is at another port now: please read where"),
        (
            _("The port %(old_port)s is closed for now. This is not your fault. Please do not travel there."),
            _("Your appointment is moved. Your confirmation number stays %(confirmation_number)s."),
            PLACE,
            OTHER_CLOCK,
            _("Open your registration to see your new pass. The old pass shows the old place."),
            _("If you cannot go there, please cancel. You lose nothing."),
            FIRST_BY_LOT,
            NOT_A_DECISION,
        ),
    ),
    "offer_new_time": Text(
        _("The time of your place has changed"),
        (
            _("The port has fewer places at that time, so the place that is offered to you has a new time."),
            MOVED_FROM,
            _("This is the place now:"),
            PLACE,
            OTHER_CLOCK,
            CONFIRM_BY,
            _("If you cannot come then, say no. You lose nothing."),
            FIRST_BY_LOT,
        ),
    ),
    "declined": Text(
        _("You said no to the place"),
        (
            _("You said no to the place that was offered to you."),
            BACK_IN,
            KEEPS_SENIORITY,
        ),
    ),
    "expiry": Text(
        _("The time to confirm your place has ended"),
        (
            _("You did not confirm the place in time, so it went back to the draw."),
            _("Your registration is paused now: it is in no draw. Open it and renew it to be in the draws again."),
            KEEPS_SENIORITY,
        ),
    ),
    "confirmation": Text(
        _("Your appointment is confirmed"),
        (
            _("Your appointment is confirmed. Your confirmation number is %(confirmation_number)s."),
            PLACE,
            OTHER_CLOCK,
            _("Open your registration to see your pass. Print it or show it on a phone at the port."),
            NOT_A_DECISION,
            _("If you cannot come, please cancel. You go back into the draws and lose nothing."),
        ),
    ),
    "placed": Text(
        _("Your group has an appointment"),
        (
            _("Two officials gave your group a place outside the draw."),
            _("Your confirmation number is %(confirmation_number)s."),
            PLACE,
            OTHER_CLOCK,
            _("Open your registration to see your pass. Print it or show it on a phone at the port."),
            NOT_A_DECISION,
            _("If you cannot come, please cancel. You go back into the draws and lose nothing."),
        ),
    ),
    "reminder_appointment": Text(
        _("Your appointment is soon"),
        (
            _("Your appointment is soon. Your confirmation number is %(confirmation_number)s."),
            PLACE,
            OTHER_CLOCK,
            _("Bring your pass, on paper or on a phone, and the documents that you have."),
            _("If you cannot come, please cancel. You go back into the draws and lose nothing."),
        ),
    ),
    "appointment_new_time": Text(
        _("The time of your appointment has changed"),
        (
            _("The port has fewer places at that time, so your appointment has a new time."),
            MOVED_FROM,
            _("This is your appointment now. Your confirmation number is still %(confirmation_number)s."),
            PLACE,
            OTHER_CLOCK,
            _("Open your registration and print your pass again. The officers at the port know the new time."),
            _("If you cannot come then, please cancel. You lose nothing."),
            FIRST_BY_LOT,
        ),
    ),
    "cancellation": Text(
        _("Your appointment is cancelled"),
        (
            _("Your appointment is cancelled. The pass is not good any more."),
            BACK_IN,
            KEEPS_SENIORITY,
        ),
    ),
    "no_show": Text(
        _("You did not come to your appointment"),
        (
            _("Nobody of your group was checked in at the port. There is no penalty."),
            _("Your registration is in no draw now. Open it and ask to be in the draws again."),
            KEEPS_SENIORITY,
        ),
    ),
    "withdrawal": Text(
        _("Your registration is withdrawn"),
        (
            _("You withdrew your registration. It is in no draw any more."),
            _("If this was a mistake, you can undo it until %(until)s."),
            _("If it was not you, open your registration and undo it now."),
        ),
    ),
    "renewal_reminder": Text(
        _("Please tell us that you are still waiting"),
        (
            _("We have not heard from you for a while."),
            _("Open your registration by %(until)s to stay in the draws. That is all you need to do."),
        ),
    ),
    "lapsed": Text(
        _("Your registration is paused"),
        (
            _("We did not hear from you, so your registration is paused: it is in no draw now."),
            _("Open it and renew it to be in the draws again."),
            KEEPS_SENIORITY,
        ),
    ),
    "closing_announced": Text(
        _("News about the programme that you registered for"),
        (
            _("The programme will end. The last day for appointments is %(last_day)s."),
            _("Until then everything goes on: the draws, and every appointment that is booked. None is cancelled."),
            KEEPS_QUEUE,
            _("Open your registration to read why. Save your record there: a signed file that says how long you wait."),
        ),
    ),
    "closing_confirmed": Text(
        _("The programme that you registered for ends"),
        (
            _("It is now final: the last day for appointments is %(last_day)s."),
            _("Every appointment that is booked stays good. After that day there are no more draws."),
            KEEPS_QUEUE,
            _("Please save your record: open your registration and choose “Your record”."),
        ),
    ),
    "closing_reversed": Text(
        _("The programme that you registered for goes on"),
        (
            _("The programme does not end. Forget the last day of %(last_day)s."),
            KEEPS_QUEUE,
        ),
    ),
    "correction": Text(
        _("An officer corrected something in your registration"),
        (
            _("An officer corrected a name, a birth date, a nationality or a document in your registration."),
            _("Open it to read what was corrected and why. If it is wrong, tell an officer at the port."),
            KEEPS_SENIORITY,
        ),
    ),
    "determination": Text(
        _("An officer wrote down a decision"),
        (
            _("There is a decision of the officers at the port about your group."),
            _(
                "Open your registration to read it: what was decided and why, what it means, and what you can do now."
                " We do not write that in messages."
            ),
        ),
    ),
    "fact_verified": Text(
        _("Something that you told us was verified"),
        (
            _("Two officials verified a reason that somebody in your group gave."),
            _("Open your registration to read which one, and what it means. We do not write it in messages."),
        ),
    ),
    "fact_withdrawn": Text(
        _("Something that was verified does not count any more"),
        (
            _("A supervisor took back a reason that was verified for somebody in your group."),
            _("Open your registration to read which one. At a port you can ask why."),
            _("You keep the date when you registered."),
        ),
    ),
}

# At the end of every message.
CLOSING: tuple[Block, ...] = (
    _("To see your registration, open %(address)s and type your access code."),
    _("This service is free. Nobody may ask you for money."),
    _("Give your access code to nobody who asks for it. We never ask for it in a message."),
    _("This message was sent by a machine. Nobody reads answers to it."),
)
DEMONSTRATION = _("Demonstration: not a government service, no appointment is real")
