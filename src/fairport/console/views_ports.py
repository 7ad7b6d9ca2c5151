"""Which ports are closed, closing one with a preview, and opening it again. Two people each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fairport.accounts.access import staff
from fairport.accounts.models import Role
from fairport.accounts.pages import refuse_staff, render_office
from fairport.accounts.queries import StaffMember
from fairport.appointments.problems import TEXTS
from fairport.appointments.suspending import SuspensionOver, Terms, preview_suspension
from fairport.approvals.models import Proposal
from fairport.approvals.operations import AlreadyProposed, ProposalNotAllowed, propose
from fairport.approvals.problems import TEXTS as APPROVAL_TEXTS
from fairport.approvals.queries import open_proposals
from fairport.audit.events import Subject
from fairport.checkin.places import today_at
from fairport.checkin.times import write_moment
from fairport.clock.queries import now
from fairport.console.forms_ports import ReopenForm, SuspendForm
from fairport.console.kinds_ports import REOPENED, SUSPENDED, describe_terms
from fairport.domain.moving import nearest_first
from fairport.ports.models import PortOfEntry, PortSuspension
from fairport.ports.queries import ports_open_on
from fairport.ports.suspensions import announced

ALL_TEXTS: Final[dict[str, Promise]] = {**APPROVAL_TEXTS, **TEXTS}
LABELS: Final[dict[str, Promise]] = {
    "appointments": gettext_lazy("Groups with an appointment"),
    "offers": gettext_lazy("Groups with an open offer"),
    "people": gettext_lazy("People in these groups"),
    "moved": gettext_lazy("Groups moved to another port"),
    "moved_people": gettext_lazy("People in them"),
    "displaced": gettext_lazy("Groups that go first in the next draw"),
    "displaced_people": gettext_lazy("People in those"),
    "withdrawn": gettext_lazy("Of these, groups that had withdrawn and could still undo it"),
    "drawn_places": gettext_lazy("Places in a draw that is under way; they are void when it is run"),
}


@staff(Role.SCHEDULER, Role.SUPERVISOR, Role.AUDITOR)
@require_safe
def ports(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """All ports, with which are closed and what is proposed."""
    at = now()
    suspensions = announced(at=at)
    proposed = {
        proposal.subject_id: proposal for kind in (SUSPENDED, REOPENED) for proposal in open_proposals(at=at, kind=kind)
    }
    rows = [
        {
            "port": port,
            "closed": _closed(suspensions[port.code], port, at) if port.code in suspensions else None,
            "proposal": proposed.get(port.code),
            "may_change": _may_change(member, port.code),
        }
        for port in ports_open_on(day=at.date())
    ]
    return render_office(request, member, "console/ports.html", {"rows": rows})


@staff(Role.SCHEDULER, Role.SUPERVISOR)
@require_http_methods(["GET", "HEAD", "POST"])
def suspend(request: HttpRequest, member: StaffMember, code: str) -> HttpResponse:
    """Closing a port: the preview, then the proposal that another person approves."""
    port = _port(code)
    if not _may_change(member, code):
        return refuse_staff(request, member, code="other_port")
    at = now()
    others = _others(port, at)
    form_of: dict[str, Any] = {"port": port, "others": others, "today": today_at(port=port, at=at)}
    if request.method != "POST":
        return _render(request, member, port, SuspendForm(**form_of))
    form = SuspendForm(request.POST, **form_of)
    wants_preview = "propose" not in request.POST
    if wants_preview:
        # Nobody has to write why before they have seen what it would do.
        form.fields["why"].required = False
    if not form.is_valid():
        return _render(request, member, port, form, status=400)
    terms = form.terms()
    try:
        preview = preview_suspension(terms=terms, at=at)
        if wants_preview:
            form.fields["why"].required = True
            return _render(request, member, port, form, terms=terms)
        propose(
            kind=SUSPENDED,
            subject=Subject("port", code),
            payload={"port": code, "terms": terms.as_payload(), "foreseen": asdict(preview.counts)},
            reason=form.cleaned_data["why"],
            proposer=member.user,
            at=at,
        )
    except (SuspensionOver, AlreadyProposed, ProposalNotAllowed) as refusal:
        return _render(request, member, port, form, refusal=refusal, status=409)
    messages.success(request, _("Proposed. Nothing is closed yet: another person decides at Approvals."))
    return HttpResponseRedirect(reverse("office_suspend", args=[code]))


@staff(Role.SCHEDULER, Role.SUPERVISOR)
@require_POST
def reopen(request: HttpRequest, member: StaffMember, code: str) -> HttpResponse:
    """Proposes to open a closed port before its time."""
    port = _port(code)
    if not _may_change(member, code):
        return refuse_staff(request, member, code="other_port")
    at = now()
    form = ReopenForm(request.POST)
    if not form.is_valid():
        return _render(request, member, port, reopen_form=form, status=400)
    try:
        propose(
            kind=REOPENED,
            subject=Subject("port", code),
            payload={"port": code},
            reason=form.cleaned_data["reason"],
            proposer=member.user,
            at=at,
        )
    except (AlreadyProposed, ProposalNotAllowed) as refusal:
        return _render(request, member, port, reopen_form=form, refusal=refusal, status=409)
    messages.success(request, _("Proposed. The port stays closed until another person approves."))
    return HttpResponseRedirect(reverse("office_suspend", args=[code]))


def _port(code: str) -> PortOfEntry:
    try:
        return PortOfEntry.objects.get(pk=code)
    except PortOfEntry.DoesNotExist as error:
        raise Http404 from error


def _may_change(member: StaffMember, code: str) -> bool:
    return member.has(Role.SCHEDULER) or code in member.ports(Role.SUPERVISOR)


def _others(port: PortOfEntry, at: datetime) -> list[PortOfEntry]:
    """The ports that could take bookings over, the nearest first."""
    closed = announced(at=at)
    known = {other.code: other for other in ports_open_on(day=at.date()) if other.code not in closed}
    where = {other.code: (other.latitude, other.longitude) for other in (port, *known.values())}
    return [known[code] for code in nearest_first(where, origin=port.code)]


def _closed(suspension: PortSuspension, port: PortOfEntry, at: datetime) -> dict[str, Any]:
    return {
        "has_begun": suspension.starts_at <= at,
        "since": write_moment(suspension.starts_at, port.timezone),
        "until": "" if suspension.ends_at is None else write_moment(suspension.ends_at, port.timezone),
        "reason": suspension.get_reason_display(),
        "words": suspension.words,
        "counts": _rows(suspension.foreseen, suspension.done),
    }


def _rows(first: Mapping[str, int], second: Mapping[str, int]) -> list[dict[str, Any]]:
    """Two columns of counts, with which lines differ; what has no count yet stands empty."""
    return [
        {
            "label": label,
            "first": first.get(name, ""),
            "second": second.get(name, ""),
            "differs": first.get(name) != second.get(name),
        }
        for name, label in LABELS.items()
    ]


def _proposed(proposal: Proposal, at: datetime) -> dict[str, Any]:
    """An open proposal, with its preview as it was and as it is now."""
    terms = Terms.from_payload(proposal.payload["terms"])
    try:
        now_counts = asdict(preview_suspension(terms=terms, at=at).counts)
    except SuspensionOver:
        now_counts = {}
    return {
        "id": proposal.pk,
        "by": proposal.proposed_by.full_name,
        "what": describe_terms(terms),
        "words": terms.words,
        "honour_at": terms.honour_at,
        "counts": _rows(proposal.payload["foreseen"], now_counts),
        "is_over": not now_counts,
    }


def _render(
    request: HttpRequest,
    member: StaffMember,
    port: PortOfEntry,
    form: SuspendForm | None = None,
    *,
    reopen_form: ReopenForm | None = None,
    terms: Terms | None = None,
    refusal: Exception | None = None,
    status: int = 200,
) -> HttpResponse:
    at = now()
    subject = Subject("port", port.code)
    suspension = announced(at=at).get(port.code)
    closing = open_proposals(at=at, kind=SUSPENDED, subject=subject)
    context: dict[str, Any] = {
        "port": port,
        "form": form if suspension is None else reopen_form,
        "reopen_form": reopen_form or ReopenForm(),
        "closed": None if suspension is None else _closed(suspension, port, at),
        "closing": _proposed(closing[0], at) if closing else None,
        "reopening": next(iter(open_proposals(at=at, kind=REOPENED, subject=subject)), None),
    }
    if terms is not None:
        preview = preview_suspension(terms=terms, at=at)
        context |= {
            "what": describe_terms(terms),
            "preview": _rows(asdict(preview.counts), {}),
            "moved_to": sorted(preview.moved_to.items()),
        }
    if refusal is not None:
        code: str = getattr(refusal, "code", "")
        context |= {"problems": [ALL_TEXTS[code]], "problem_codes": [code]}
    return render_office(request, member, "console/suspend.html", context, status=status)
