"""What happened to a group in a draw, and why, in a sentence or two with the published numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fairport.draws.queries import SubjectDraw

NOT_DRAWN: Final = _("%(groups)s groups and %(places)s places. The draw was not held yet.")
OFFERED: Final[dict[str, Promise]] = {
    "R": _("%(groups)s groups, %(places)s places. You came first, since no place was large enough for you before."),
    "S": _("%(groups)s groups, %(places)s places. You were one of those who had waited longest for %(port)s."),
    "L": _(
        "%(groups)s groups, %(places)s places. Your ticket was number %(ticket)s."
        " The last that got a place at %(port)s was %(last)s."
    ),
}
RAIN_CHECK: Final[dict[str, Promise]] = {
    "R": _("%(groups)s groups, %(places)s places. There was still no room for your whole group at %(port)s."),
    "L": _(
        "%(groups)s groups, %(places)s places. Your ticket was number %(ticket)s."
        " Too few places were left at %(port)s for your whole group, so nobody after you got them."
    ),
}
VOID: Final = _(
    "%(groups)s groups, %(places)s places. You were drawn, but the place could not be given to you any more."
)
NOT_SELECTED: Final = _(
    "%(groups)s groups, %(places)s places. Your ticket was number %(ticket)s."
    " The last that got a place at %(port)s was %(last)s."
)
TOO_LARGE: Final = _(
    "%(groups)s groups, %(places)s places. Your ticket was number %(ticket)s."
    " No time at your ports had room for your whole group then."
)
NONE_BY_TICKET: Final = _(
    "%(groups)s groups, %(places)s places. Your ticket was number %(ticket)s. No ticket got a place at your ports."
)


def story_of(*, draw: SubjectDraw, ports: Sequence[str], names: Mapping[str, str]) -> str:
    """The sentence. `ports` are the group's in its order, `names` the ports' names by code."""
    port = draw.port or next((code for code in ports if code in draw.cutoffs), "")
    values = {
        "groups": _number(draw.entries),
        "places": _number(draw.places),
        "port": names.get(port, port),
        "ticket": _number(draw.lottery_rank),
        "last": _number(draw.cutoffs.get(port)),
    }
    return str(_sentence(draw, port)) % values


def _sentence(draw: SubjectDraw, port: str) -> Promise:
    if draw.outcome == "offer":
        return OFFERED[draw.step]
    if draw.outcome == "rain_check":
        return RAIN_CHECK[draw.step]
    if draw.outcome == "void":
        return VOID
    if draw.outcome == "" or draw.lottery_rank is None:
        return NOT_DRAWN
    if not port:
        return NONE_BY_TICKET
    # A later ticket of a smaller group may have found room where this one did not.
    return NOT_SELECTED if draw.lottery_rank > draw.cutoffs[port] else TOO_LARGE


def _number(value: int | None) -> str:
    return "" if value is None else number_format(value, force_grouping=True)
