"""What needs two people here: making an announced end final, and taking a final one back."""

from __future__ import annotations

from datetime import date
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fairport.accounts.models import Role
from fairport.approvals.kinds import Payload, ProposalKind
from fairport.checkin.times import write_date
from fairport.closing.operations import (
    CLOSED,
    REOPENED,
    BookingsAfterLastDay,
    carry_out_confirmation,
    carry_out_reopening,
)
from fairport.closing.problems import TEXTS
from fairport.programmes.closing import NoClosure

OPERATORS: Final = frozenset({Role.OPERATOR})


def _describe_closing(payload: Payload) -> str:
    return _("{programme} ends for good after {day}.").format(
        programme=payload["programme"], day=write_date(date.fromisoformat(payload["last_day"]))
    )


def _describe_reopening(payload: Payload) -> str:
    return _("{programme} does not end: draws and registrations go on.").format(programme=payload["programme"])


def _page(payload: Payload) -> str:
    return reverse("office_programmes")


KINDS: Final = (
    ProposalKind(
        name=CLOSED,
        label=gettext_lazy("End a programme"),
        proposers=OPERATORS,
        approvers=OPERATORS,
        describe=_describe_closing,
        carry_out=carry_out_confirmation,
        refusals={NoClosure: TEXTS["no_closure"], BookingsAfterLastDay: TEXTS["bookings_after_last_day"]},
        href=_page,
    ),
    ProposalKind(
        name=REOPENED,
        label=gettext_lazy("Open a programme again"),
        proposers=OPERATORS,
        approvers=OPERATORS,
        describe=_describe_reopening,
        carry_out=carry_out_reopening,
        refusals={NoClosure: TEXTS["no_closure"]},
        href=_page,
    ),
)
