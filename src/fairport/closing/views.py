"""The end of a programme in the office: what it would concern, and what needs a second person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from fairport.accounts.access import staff
from fairport.accounts.models import Role
from fairport.accounts.pages import render_office
from fairport.accounts.queries import StaffMember
from fairport.approvals.operations import AlreadyProposed, ProposalNotAllowed
from fairport.approvals.problems import TEXTS as APPROVAL_TEXTS
from fairport.approvals.queries import open_proposals
from fairport.audit.events import Subject
from fairport.audit.events import staff as staff_actor
from fairport.checkin.times import write_day
from fairport.clock.queries import now
from fairport.closing import operations
from fairport.closing.forms import ProposeForm
from fairport.closing.problems import TEXTS
from fairport.closing.queries import ProgrammeState, programme_states
from fairport.programmes.closing import NoClosure
from fairport.programmes.models import ClosureState

ALL_TEXTS: Final[dict[str, Promise]] = {**APPROVAL_TEXTS, **TEXTS}
REFUSALS: Final = (NoClosure, operations.BookingsAfterLastDay, AlreadyProposed, ProposalNotAllowed)


@staff(Role.OPERATOR, Role.AUDITOR)
@require_safe
def programmes(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """All programmes, with an announced or confirmed end."""
    return _render(request, member)


@staff(Role.OPERATOR)
@require_POST
def confirm(request: HttpRequest, member: StaffMember, programme: str) -> HttpResponse:
    """Asks a second operator to make the announced end final."""
    return _propose(request, member, programme, operations.propose_confirmation)


@staff(Role.OPERATOR)
@require_POST
def reopen(request: HttpRequest, member: StaffMember, programme: str) -> HttpResponse:
    """Asks a second operator to take a confirmed end back."""
    return _propose(request, member, programme, operations.propose_reopening)


@staff(Role.OPERATOR)
@require_POST
def take_back(request: HttpRequest, member: StaffMember, programme: str) -> HttpResponse:
    """Takes an end back that is only announced."""
    _known(programme)
    try:
        operations.take_back(programme=programme, at=now(), actor=staff_actor(member.user.pk))
    except NoClosure as refusal:
        return _render(request, member, refusal=refusal)
    messages.success(request, _("The programme goes on. Everybody is told."))
    return HttpResponseRedirect(reverse("office_programmes"))


def _propose(request: HttpRequest, member: StaffMember, programme: str, propose: Callable[..., object]) -> HttpResponse:
    _known(programme)
    form = ProposeForm(request.POST)
    if not form.is_valid():
        return _render(request, member, programme=programme, form=form)
    try:
        propose(programme=programme, reason=form.cleaned_data["reason"], proposer=member.user, at=now())
    except REFUSALS as refusal:
        return _render(request, member, programme=programme, form=form, refusal=refusal)
    messages.success(request, _("Proposed. Another operator decides at Approvals."))
    return HttpResponseRedirect(reverse("office_programmes"))


def _known(programme: str) -> None:
    if all(state.programme != programme for state in programme_states(at=now())):
        raise Http404


def _render(
    request: HttpRequest,
    member: StaffMember,
    *,
    programme: str = "",
    form: ProposeForm | None = None,
    refusal: Exception | None = None,
) -> HttpResponse:
    context: dict[str, Any] = {
        "programmes": [
            _view(state, form if state.programme == programme and form is not None else ProposeForm())
            for state in programme_states(at=now())
        ],
        "may_change": member.has(Role.OPERATOR),
        "form": form,
    }
    status = 200 if form is None else 400
    if refusal is not None:
        code: str = getattr(refusal, "code", "")
        context |= {"problems": [ALL_TEXTS[code]], "problem_codes": [code]}
        status = 409
    return render_office(request, member, "closing/programmes.html", context, status=status)


def _view(state: ProgrammeState, form: ProposeForm) -> dict[str, Any]:
    closure = state.closure
    return {
        "slug": state.programme,
        "state": state,
        "form": form,
        "closure": closure,
        "last_day": "" if closure is None else write_day(closure.last_day),
        "confirmed": closure is not None and closure.state == ClosureState.CONFIRMED,
        "words": {} if closure is None else closure.words.items(),
        "waits_for_approval": bool(open_proposals(at=now(), subject=Subject("programme", state.programme))),
    }
