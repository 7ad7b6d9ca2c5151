"""What a gate says about a place of a port that was closed."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fairport.appointments.models import Appointment
from fairport.checkin.words import ANSWERS
from fairport.domain.gate import PassAnswer

_TAKEN_BACK = _(
    "The port was closed, so this place was taken back. The group did nothing wrong: it goes first in the next draw. "
    "Its own page says which ports are open."
)
_MOVED = _("Its port was closed, so it was moved. It is valid at the port and time below.")


def words_of(answer: PassAnswer, appointment: Appointment | None) -> tuple[str, Promise, Promise]:
    """State, words and text of an answer, with the reason where a closed port is it; the registration is at hand."""
    state, words, text = ANSWERS[answer]
    if appointment is None:
        return state, words, text
    if answer is PassAnswer.CANCELLED and _was_taken_back(appointment):
        return state, _("Port closed"), _TAKEN_BACK
    before = appointment.moved_from
    if answer is PassAnswer.OTHER_PORT and before is not None and before.port_id != appointment.slot.port_id:
        return state, words, _MOVED
    return state, words, text


def _was_taken_back(appointment: Appointment) -> bool:
    # A suspension writes both with its own moment (appointments/suspending.py).
    return appointment.closed_at is not None and appointment.closed_at == appointment.registration.displaced_at
