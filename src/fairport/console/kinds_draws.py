"""Freezing and running a draw by hand, as what one operator proposes and another approves."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fairport.accounts.models import Role
from fairport.approvals.kinds import Approval, Payload, ProposalKind
from fairport.audit.events import staff
from fairport.checkin.times import write_moment
from fairport.console.problems import TEXTS
from fairport.domain.beacon import BeaconRefused
from fairport.draws.operations import (
    AlreadyRun,
    BeaconMissing,
    BeaconUnavailable,
    DrawExists,
    DrawNotFound,
    FreezeTooLate,
    PreviousDrawNotRun,
    TooEarly,
    bring_beacon,
    freeze_draw,
    run_draw,
)
from fairport.programmes.queries import NoPolicyInForce

FROZEN: Final = "draw_frozen"
RUN: Final = "draw_run"
OPERATORS: Final = frozenset({Role.OPERATOR})


def _describe_freeze(payload: Payload) -> str:
    when = write_moment(datetime.fromisoformat(payload["draw_time"]), "UTC")
    return _("{programme}: make the list of groups for the draw of {when} UTC now, before the worker does.").format(
        programme=payload["programme"], when=when
    )


def _describe_run(payload: Payload) -> str:
    return _("Run the draw {draw} now.").format(draw=payload["draw_id"])


def _freeze(approval: Approval) -> None:
    freeze_draw(
        programme=approval.payload["programme"],
        at=approval.at,
        actor=staff(approval.approved_by.pk),
        draw_time=datetime.fromisoformat(approval.payload["draw_time"]),
    )


def _run(approval: Approval) -> None:
    draw_id, actor = approval.payload["draw_id"], staff(approval.approved_by.pk)
    bring_beacon(draw_id=draw_id, at=approval.at, actor=actor)
    run_draw(draw_id=draw_id, at=approval.at, actor=actor)


def _page(payload: Payload) -> str:
    return reverse("office_console")


def _shared() -> dict[str, Any]:
    return {"proposers": OPERATORS, "approvers": OPERATORS, "href": _page}


_FREEZE_REFUSALS: Final[dict[type[Exception], Promise]] = {
    DrawExists: TEXTS["draw_exists"],
    PreviousDrawNotRun: TEXTS["previous_draw_not_run"],
    FreezeTooLate: TEXTS["freeze_too_late"],
    NoPolicyInForce: TEXTS["programme_unknown"],
}
_RUN_REFUSALS: Final[dict[type[Exception], Promise]] = {
    DrawNotFound: TEXTS["draw_not_found"],
    TooEarly: TEXTS["draw_too_early"],
    AlreadyRun: TEXTS["draw_already_run"],
    BeaconMissing: TEXTS["beacon_missing"],
    BeaconUnavailable: TEXTS["beacon_unavailable"],
    BeaconRefused: TEXTS["beacon_bad_signature"],
}

KINDS: Final = (
    ProposalKind(
        name=FROZEN,
        label=gettext_lazy("Freeze a draw by hand"),
        describe=_describe_freeze,
        carry_out=_freeze,
        refusals=_FREEZE_REFUSALS,
        **_shared(),
    ),
    ProposalKind(
        name=RUN,
        label=gettext_lazy("Run a draw by hand"),
        describe=_describe_run,
        carry_out=_run,
        refusals=_RUN_REFUSALS,
        **_shared(),
    ),
)
