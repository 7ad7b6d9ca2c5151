"""A plain sentence for every stable code that a scheduler can meet."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TEXTS: Final[dict[str, Promise]] = {
    "changed_meanwhile": _(
        "Somebody else changed this port’s places meanwhile. What you typed is still here. "
        "Look at what it would do now, and confirm again."
    ),
    "preview_outdated": _(
        "Bookings changed while you were looking, so this is a new preview. Nothing was changed yet. Confirm again."
    ),
    "held_by_draw": _("A draw holds these places now. They can be lowered once it was run. Nothing was changed."),
    "band_in_use": _(
        "People are booked in a band whose end would move. "
        "Keep its end, or choose a later first day. Nothing was changed."
    ),
    "change_refused": _("This change is not possible. Nothing was changed."),
    "day_is_past": _("The first day is over at the port, or the last day comes before the first one."),
    "too_many_days": _("These are too many days for one change. Choose at most 92, or change the plan."),
    "bands_overlap": _("Two bands of a day overlap, or a band ends before it starts."),
    "no_large_band": _(
        "Each open day needs one band with at least 12 places, so that the largest groups fit. "
        "Give one band more places, or close the day."
    ),
    "no_such_band": _("None of these days has this band."),
    "nothing_changes": _("This changes nothing: it is like that already."),
    "groups_changed": _("A group was confirmed, cancelled or moved meanwhile. Nothing was changed."),
    "words_too_long": _("Write at most 200 characters."),
    "places_wrong": _("Write a whole number of places, from 0 to 10,000."),
    "band_incomplete": _("Fill in start, end and places of this band, or leave the whole line empty."),
    "time_wrong": _("Write the time as hours and minutes: 08:00."),
    "no_weekday": _("Choose at least one weekday."),
}
