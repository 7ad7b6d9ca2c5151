"""Where people decide about what others proposed."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from fairport.accounts.access import staff
from fairport.accounts.models import Role
from fairport.accounts.pages import render_office
from fairport.accounts.queries import StaffMember
from fairport.approvals import operations, queries
from fairport.approvals.forms import DeclineForm, FilterForm
from fairport.approvals.kinds import kind_named
from fairport.approvals.models import Proposal, ProposalState
from fairport.approvals.problems import TEXTS
from fairport.clock.queries import now

PAGE_SIZE: Final = 50
ROLES: Final = (Role.PORT_OFFICER, Role.SUPERVISOR, Role.SCHEDULER, Role.OPERATOR, Role.AUDITOR, Role.OMBUDS)
REFUSALS: Final = (
    operations.ProposalNotAllowed,
    operations.SamePerson,
    operations.ProposerLeft,
    operations.ProposalClosed,
    operations.CannotBeCarriedOut,
)
TAGS: Final = {
    ProposalState.OPEN: "warn",
    ProposalState.APPROVED: "ok",
    ProposalState.DECLINED: "stop",
    ProposalState.WITHDRAWN: "neutral",
    ProposalState.EXPIRED: "neutral",
}


@staff(*ROLES)
@require_safe
def proposals(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """What waits for a second person, and what was decided."""
    form = FilterForm(request.GET if request.GET.keys() & {"state", "kind"} else {"state": "open"})
    at, state, kind = now(), "open", ""
    if form.is_valid():
        state, kind = form.cleaned_data["state"] or "open", form.cleaned_data["kind"]
    rows = queries.proposals_for(member=member)
    if state != "all":
        rows = queries.in_state(rows, state=state, at=at)
    if kind:
        rows = rows.filter(kind=kind)
    paginator = Paginator(rows, PAGE_SIZE)
    page = paginator.get_page(request.GET.get("page"))
    context = {
        "form": form,
        "proposals": [_row(proposal, at) for proposal in page.object_list],
        "page": page,
        "pages": list(paginator.get_elided_page_range(page.number)),
        "query": urlencode({"state": state, "kind": kind}) + "&",
    }
    return render_office(request, member, "approvals/proposals.html", context, status=400 if form.errors else 200)


@staff(*ROLES)
@require_safe
def proposal(request: HttpRequest, member: StaffMember, proposal_id: uuid.UUID) -> HttpResponse:
    """One proposal with its reason."""
    return _render(request, member, _readable(member, proposal_id))


@staff(*ROLES)
@require_POST
def approve(request: HttpRequest, member: StaffMember, proposal_id: uuid.UUID) -> HttpResponse:
    """Approves it, which does it."""
    found = _readable(member, proposal_id)
    try:
        operations.approve(proposal_id=proposal_id, approver=member.user, at=now())
    except REFUSALS as refusal:
        return _render(request, member, found, refusal=refusal)
    messages.success(request, _("Approved and done."))
    return HttpResponseRedirect(reverse("office_approvals"))


@staff(*ROLES)
@require_POST
def decline(request: HttpRequest, member: StaffMember, proposal_id: uuid.UUID) -> HttpResponse:
    """Turns it down with a reason."""
    found = _readable(member, proposal_id)
    form = DeclineForm(request.POST)
    if not form.is_valid():
        return _render(request, member, found, form=form)
    try:
        reason = form.cleaned_data["reason"]
        operations.decline(proposal_id=proposal_id, decider=member.user, reason=reason, at=now())
    except REFUSALS as refusal:
        return _render(request, member, found, form=form, refusal=refusal)
    messages.success(request, _("Declined. Who proposed it can read why."))
    return HttpResponseRedirect(reverse("office_approvals"))


@staff(*ROLES)
@require_POST
def withdraw(request: HttpRequest, member: StaffMember, proposal_id: uuid.UUID) -> HttpResponse:
    """Takes an own proposal back."""
    found = _readable(member, proposal_id)
    try:
        operations.withdraw(proposal_id=proposal_id, proposer=member.user, at=now())
    except REFUSALS as refusal:
        return _render(request, member, found, refusal=refusal)
    messages.success(request, _("You took your proposal back."))
    return HttpResponseRedirect(reverse("office_approvals"))


def _readable(member: StaffMember, proposal_id: uuid.UUID) -> Proposal:
    found = queries.find_proposal(proposal_id=proposal_id, member=member)
    if found is None:
        raise Http404
    return found


def _render(
    request: HttpRequest,
    member: StaffMember,
    found: Proposal,
    *,
    form: DeclineForm | None = None,
    refusal: Exception | None = None,
) -> HttpResponse:
    at = now()
    kind = kind_named(found.kind)
    reason, answer = operations.open_reason(proposal=found, reader=member.user, at=at)
    row = _row(found, at)
    is_open = row["state"] == ProposalState.OPEN
    own = found.proposed_by_id == member.user.pk
    context: dict[str, Any] = {
        "proposal": row,
        "reason": reason,
        "answer": answer,
        "more_href": kind.href(found.payload),
        "may_decide": is_open and not own and kind.may_approve(member, found.port_id),
        "waits_for_another": is_open and own,
        "form": form or DeclineForm(),
    }
    status = 400 if form is not None else 200
    if refusal is not None:
        code: str = getattr(refusal, "code", "")
        text = refusal.text if isinstance(refusal, operations.CannotBeCarriedOut) else TEXTS[code]
        context |= {"problems": [text], "problem_codes": [code]}
        status = 403 if isinstance(refusal, operations.ProposalNotAllowed | operations.SamePerson) else 409
    return render_office(request, member, "approvals/proposal.html", context, status=status)


def _row(found: Proposal, at: datetime) -> dict[str, Any]:
    kind = kind_named(found.kind)
    state = ProposalState(found.state)
    if state == ProposalState.OPEN and found.expires_at <= at:
        state = ProposalState.EXPIRED
    return {
        "id": found.pk,
        "kind": kind.label,
        "what": kind.describe(found.payload),
        "port": found.port,
        "proposed_by": found.proposed_by.full_name,
        "proposed_at": found.proposed_at,
        "expires_at": found.expires_at,
        "decided_by": found.decided_by.full_name if found.decided_by else "",
        "decided_at": found.decided_at,
        "state": state,
        "state_words": state.label,
        "tag": TAGS[state],
    }
