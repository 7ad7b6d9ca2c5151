"""A plain sentence for every stable code that a draw by hand can be refused with."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TEXTS: Final[dict[str, Promise]] = {
    "draw_exists": _("This draw was frozen before."),
    "previous_draw_not_run": _("The draw before this one was not run yet. Run it first."),
    "freeze_too_late": _(
        "It is too late to freeze this draw: its list of groups must stand ten minutes before its random number exists."
    ),
    "draw_not_found": _("There is no draw of this name."),
    "draw_too_early": _("It is too early to run this draw."),
    "draw_already_run": _("This draw was run before. Its result does not change."),
    "beacon_missing": _("The random number of this draw is not there yet. Nothing else will do, so the draw waits."),
    "beacon_unavailable": _(
        "No relay has the random number of this draw yet. Nothing else will do, so the draw waits."
    ),
    "beacon_bad_signature": _("The signature of the random number is wrong. Nothing was changed, and the draw waits."),
    "programme_unknown": _("No rules are in force on the day of this draw, so there is none."),
}
