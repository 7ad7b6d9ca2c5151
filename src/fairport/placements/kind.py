"""The proposal that a second person approves."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext_lazy, ngettext

from fairport.accounts.models import Role
from fairport.approvals.kinds import Payload, ProposalKind
from fairport.domain.transitions import TransitionRefused
from fairport.placements.models import PlacementReason
from fairport.placements.placing import KIND, CapReached, NumbersUnfit, PortClosed, SizeUnfit, SlotUnfit, place_groups
from fairport.placements.problems import TEXTS
from fairport.ports.operations import NoPlaceLeft
from fairport.ports.queries import get_port
from fairport.registrations.conflicts import OwnCase, OwnRegistration
from fairport.registrations.submission import DocumentInUse
from fairport.sealing.box import SealBroken


def _describe(payload: Payload) -> str:
    starts_at = datetime.fromisoformat(payload["starts_at"])
    local = starts_at.astimezone(ZoneInfo(get_port(code=payload["port"]).timezone))
    text = ngettext(
        "%(reason)s: %(people)d person at %(port)s on %(when)s",
        "%(reason)s: %(people)d people at %(port)s on %(when)s",
        payload["people"],
    )
    return text % {
        "reason": PlacementReason(payload["reason"]).label,
        "people": payload["people"],
        "port": payload["port"],
        "when": f"{local:%Y-%m-%d %H:%M}",
    }


def _port_of(payload: Payload) -> str:
    port: str = payload["port"]
    return port


def _href(payload: Payload) -> str:
    return reverse("office_placement", args=[payload["registrations"][0]])


EXCEPTIONAL_PLACEMENT: Final = ProposalKind(
    name=KIND,
    label=gettext_lazy("Place outside the draw"),
    proposers=frozenset({Role.PORT_OFFICER, Role.SUPERVISOR}),
    approvers=frozenset({Role.SUPERVISOR, Role.SCHEDULER}),
    describe=_describe,
    carry_out=place_groups,
    refusals={
        error: TEXTS[error.code]
        for error in (
            CapReached,
            DocumentInUse,
            NoPlaceLeft,
            NumbersUnfit,
            OwnCase,
            OwnRegistration,
            PortClosed,
            SealBroken,
            SizeUnfit,
            SlotUnfit,
            TransitionRefused,
        )
    },
    port_of=_port_of,
    href=_href,
    # It is urgent, or nobody needs it.
    lasts=timedelta(days=2),
)
