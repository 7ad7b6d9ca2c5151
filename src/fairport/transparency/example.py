"""The example of the page for lay readers: one morning with 12 places, of which half are for seniority."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class ExampleRow:
    """One group in the order in which it is looked at; `left` are the places left after it."""

    group: str
    people: int
    turn: Promise
    outcome: Promise
    left: int


EXAMPLE: tuple[ExampleRow, ...] = (
    ExampleRow("A", 4, _("They wait longest"), _("4 places"), 8),
    ExampleRow("B", 3, _("They wait second longest"), _("3 places"), 5),
    ExampleRow("C", 2, _("Ticket number 1"), _("2 places"), 3),
    ExampleRow("D", 4, _("Ticket number 2"), _("A rain-check: they come first next time"), 0),
    ExampleRow("E", 1, _("Ticket number 3"), _("Nothing this time"), 0),
)
