"""The proposal that a second person approves."""

from __future__ import annotations

from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fairport.accounts.models import Role
from fairport.approvals.kinds import Payload, ProposalKind
from fairport.facts.confirming import KIND, record_facts
from fairport.facts.models import Place
from fairport.facts.problems import TEXTS
from fairport.facts.rules import AlreadyVerified, FileClosed, NotClaimed, NotInGroup
from fairport.registrations.conflicts import OwnCase, OwnRegistration
from fairport.sealing.box import SealBroken


def _describe(payload: Payload) -> str:
    # Which reason it is stands in the file, which opens for a reason only.
    return _("What a traveler claims. Seen: {where}").format(where=Place(payload["where"]).label)


def _port_of(payload: Payload) -> str:
    port: str = payload["port"]
    return port


def _href(payload: Payload) -> str:
    return reverse("office_facts_file", args=[payload["registration"]])


VERIFIED_FACT: Final = ProposalKind(
    name=KIND,
    label=gettext_lazy("Verify a reason"),
    proposers=frozenset({Role.PORT_OFFICER, Role.SUPERVISOR}),
    approvers=frozenset({Role.PORT_OFFICER, Role.SUPERVISOR}),
    describe=_describe,
    carry_out=record_facts,
    refusals={
        error: TEXTS[error.code]
        for error in (AlreadyVerified, FileClosed, NotClaimed, NotInGroup, OwnCase, OwnRegistration, SealBroken)
    },
    port_of=_port_of,
    href=_href,
)
