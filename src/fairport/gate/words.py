"""What a scan and a conflict are called on the office's pages."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fairport.domain.gate import PassAnswer
from fairport.gate.models import ConflictKind, ScanOutcome

OUTCOME_LOOKS: Final[dict[str, str]] = {
    ScanOutcome.SEEN: "neutral",
    ScanOutcome.RECORDED: "ok",
    ScanOutcome.ALREADY: "info",
    ScanOutcome.CONFLICT: "stop",
}

# What each conflict means, for whoever has to find out what was behind it.
CONFLICTS: Final[dict[str, Promise]] = {
    ConflictKind.USED_TWICE: _("The same travelers were seen at another gate. One of the two groups may be others."),
    ConflictKind.CANCELLED: _("The appointment was given up before the scan came here."),
    ConflictKind.MISSED: _("The scan came so late that the group was already counted as missed."),
    ConflictKind.OTHER_DAY: _("By the time of the scan, the appointment was on another day."),
    ConflictKind.OTHER_PORT: _("The appointment is at another port."),
    ConflictKind.NOT_IN_GROUP: _("Somebody was recorded who is not in this group any more."),
    ConflictKind.NO_APPOINTMENT: _("No appointment stands behind what was scanned."),
}

# After these the officer can say who is here.
ADMITTING_ANSWERS: Final = frozenset(
    {PassAnswer.RIGHT, PassAnswer.EARLY, PassAnswer.LATE, PassAnswer.USED, PassAnswer.NOT_LISTED}
)
