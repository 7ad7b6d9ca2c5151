"""Closing a port and opening it again, as what one person proposes and another approves."""

from __future__ import annotations

from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from fairport.accounts.models import Role
from fairport.appointments.problems import TEXTS
from fairport.appointments.suspending import (
    AlreadySuspended,
    PortNotSuspended,
    SuspensionOver,
    SuspensionUnfit,
    Terms,
    reopen_port,
    suspend_port,
)
from fairport.approvals.kinds import Approval, Payload, ProposalKind
from fairport.audit.events import staff
from fairport.checkin.times import write_date
from fairport.ports.models import SuspensionReason

SUSPENDED: Final = "port_suspended"
REOPENED: Final = "port_reopened"
DECIDERS: Final = frozenset({Role.SCHEDULER, Role.SUPERVISOR})


def describe_terms(terms: Terms) -> str:
    """The days and the reason in one line."""
    reason = SuspensionReason(terms.reason).label
    first = _("at once") if terms.first_day is None else _("from {day}").format(day=write_date(terms.first_day))
    if terms.last_day is None:
        return _("{port}: closed {first}, until further notice. {reason}.").format(
            port=terms.port, first=first, reason=reason
        )
    return _("{port}: closed {first}, up to and with {last}. {reason}.").format(
        port=terms.port, first=first, last=write_date(terms.last_day), reason=reason
    )


def _describe_suspension(payload: Payload) -> str:
    groups = payload["foreseen"]["offers"] + payload["foreseen"]["appointments"]
    touched = ngettext("{groups} group has a place there.", "{groups} groups have a place there.", groups)
    return f"{describe_terms(Terms.from_payload(payload['terms']))} {touched.format(groups=groups)}"


def _describe_reopening(payload: Payload) -> str:
    return _("{port} takes part in the draws again, from the next list of groups on.").format(port=payload["port"])


def _suspend(approval: Approval) -> None:
    suspend_port(
        terms=Terms.from_payload(approval.payload["terms"]),
        foreseen=approval.payload["foreseen"],
        proposal_id=str(approval.proposal_id),
        at=approval.at,
        actor=staff(approval.approved_by.pk),
    )


def _reopen(approval: Approval) -> None:
    reopen_port(port=approval.payload["port"], at=approval.at, actor=staff(approval.approved_by.pk))


def _port(payload: Payload) -> str:
    code: str = payload["port"]
    return code


def _page(payload: Payload) -> str:
    return reverse("office_suspend", args=[payload["port"]])


KINDS: Final = (
    ProposalKind(
        name=SUSPENDED,
        label=gettext_lazy("Close a port"),
        proposers=DECIDERS,
        approvers=DECIDERS,
        describe=_describe_suspension,
        carry_out=_suspend,
        refusals={
            AlreadySuspended: TEXTS["port_suspended"],
            SuspensionOver: TEXTS["suspension_over"],
            SuspensionUnfit: TEXTS["suspension_unfit"],
        },
        port_of=_port,
        href=_page,
    ),
    ProposalKind(
        name=REOPENED,
        label=gettext_lazy("Open a port again"),
        proposers=DECIDERS,
        approvers=DECIDERS,
        describe=_describe_reopening,
        carry_out=_reopen,
        refusals={PortNotSuspended: TEXTS["port_not_suspended"]},
        port_of=_port,
        href=_page,
    ),
)
