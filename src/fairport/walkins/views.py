"""The queue of people who came without an appointment, and what an officer does with it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fairport.accounts.access import staff
from fairport.accounts.models import PORT_ROLES, Role
from fairport.accounts.pages import refuse_staff, render_office
from fairport.accounts.queries import StaffMember
from fairport.checkin.places import member_role_at_port, today_at
from fairport.checkin.times import write_clock, write_day, write_moment
from fairport.clock.queries import now
from fairport.domain.walk_ins import may_take_back
from fairport.ports.models import PortOfEntry
from fairport.ports.queries import list_ports
from fairport.registrations.interpreters import describe_wish
from fairport.sealing.box import SealBroken
from fairport.walkins import operations, queries
from fairport.walkins.forms import QueueFilter, WalkInForm
from fairport.walkins.models import Outcome, WalkIn
from fairport.walkins.problems import TEXTS

PAGE_SIZE: Final = 50
REFUSALS: Final = (
    operations.NoWalkInPlaceLeft,
    operations.WalkInNotWaiting,
    operations.WalkInOtherDay,
    operations.WalkInUndoTooLate,
)
KINDS: Final = {
    Outcome.WAITING: "info",
    Outcome.ADMITTED: "ok",
    Outcome.NOT_ADMITTED: "stop",
    Outcome.LEFT: "neutral",
}


@staff(*PORT_ROLES)
@require_safe
def queue(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """Today's queue of one of the member's ports, in the order in which groups are called."""
    port = _chosen_port(request, member)
    if port is None:
        return refuse_staff(request, member, code="other_port")
    return _render_queue(request, member, port)


@staff(*PORT_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def record(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """A group without an appointment gets a number; its slip comes next."""
    port = _chosen_port(request, member)
    if port is None:
        return refuse_staff(request, member, code="other_port")
    form = WalkInForm(request.POST if request.method == "POST" else None)
    code = operations.WalkInInvalid.code
    if form.is_bound and form.is_valid():
        try:
            walk_in = operations.register_walk_in(
                port=port.code,
                new=form.new_walk_in(),
                key=form.cleaned_data["key"],
                officer=member.user,
                at=now(),
            )
        except operations.WalkInInvalid as refusal:
            form.add_error(refusal.field, str(TEXTS[refusal.problem]))
            code = refusal.problem
        else:
            return HttpResponseRedirect(reverse("office_walk_in_slip", args=[walk_in.pk]))
    context = {"form": form, "port": port, "problem_codes": [code] if form.errors else []}
    return render_office(request, member, "walkins/record.html", context, status=400 if form.errors else 200)


@staff(*PORT_ROLES)
@require_safe
def walk_in(request: HttpRequest, member: StaffMember, walk_in_id: uuid.UUID) -> HttpResponse:
    """One group: its words, and what can be done now."""
    row = _own(member, walk_in_id)
    if isinstance(row, str):
        return refuse_staff(request, member, code=row)
    return _render_walk_in(request, member, row)


@staff(*PORT_ROLES)
@require_safe
def slip(request: HttpRequest, member: StaffMember, walk_in_id: uuid.UUID) -> HttpResponse:
    """The number to print and hand over, in the language that the group wished if the product speaks it."""
    row = _own(member, walk_in_id)
    if isinstance(row, str):
        return refuse_staff(request, member, code=row)
    opened = queries.open_wish(row=row)
    language = opened.language if opened is not None else ""
    known = translation.check_for_language(language) if language else False
    with translation.override(language if known else translation.get_language()):
        sheet = {"language": translation.get_language(), "day": write_day(row.day)}
        sheet |= {"keep": _("Keep this number. You are called by it."), "free": _("This is free. Pay nobody.")}
        sheet |= {"title": _("Your number"), "limits": _("A number is no promise of a place today.")}
    context = {"row": row, "port": row.port, "sheet": sheet}
    return render_office(request, member, "walkins/slip.html", context)


@staff(*PORT_ROLES)
@require_POST
def outcome(request: HttpRequest, member: StaffMember, walk_in_id: uuid.UUID) -> HttpResponse:
    """One tap: admitted, not admitted today, left, or back into the queue."""
    row = _own(member, walk_in_id)
    if isinstance(row, str):
        return refuse_staff(request, member, code=row)
    act = ACTIONS.get(request.POST.get("outcome", ""))
    if act is None:
        return _render_queue(request, member, row.port, code="walk_in_outcome_unknown", status=400)
    try:
        done = act(row, member)
    except REFUSALS as refusal:
        return _render_queue(request, member, row.port, code=refusal.code, status=409)
    messages.success(request, _said(done))
    return HttpResponseRedirect(f"{reverse('office_walk_ins')}?port={row.port_id}")


def _admit(row: WalkIn, member: StaffMember) -> WalkIn:
    return operations.admit_walk_in(walk_in_id=row.pk, officer=member.user, at=now())


def _reopen(row: WalkIn, member: StaffMember) -> WalkIn:
    return operations.reopen_walk_in(walk_in_id=row.pk, officer=member.user, at=now())


def _closes(outcome: str) -> Callable[[WalkIn, StaffMember], WalkIn]:
    def act(row: WalkIn, member: StaffMember) -> WalkIn:
        return operations.close_walk_in(walk_in_id=row.pk, outcome=outcome, officer=member.user, at=now())

    return act


ACTIONS: Final[dict[str, Callable[[WalkIn, StaffMember], WalkIn]]] = {
    Outcome.ADMITTED: _admit,
    Outcome.NOT_ADMITTED: _closes(Outcome.NOT_ADMITTED),
    Outcome.LEFT: _closes(Outcome.LEFT),
    Outcome.WAITING: _reopen,
}


def _said(row: WalkIn) -> str:
    words = {
        Outcome.ADMITTED: ngettext(
            "Number %(number)d was admitted: %(count)d person.",
            "Number %(number)d was admitted: %(count)d people.",
            row.people,
        ),
        Outcome.NOT_ADMITTED: _("Number %(number)d is not admitted today."),
        Outcome.LEFT: _("Number %(number)d left."),
        Outcome.WAITING: _("Number %(number)d waits again."),
    }
    return words[Outcome(row.outcome)] % {"number": row.queue_number, "count": row.people}


def _chosen_port(request: HttpRequest, member: StaffMember) -> PortOfEntry | None:
    """The port that the address names, or the member's first; None if it is not theirs."""
    own = member.ports(*PORT_ROLES)
    code = request.GET.get("port", own[0])
    return next((port for port in list_ports() if port.code == code), None) if code in own else None


def _own(member: StaffMember, walk_in_id: uuid.UUID) -> WalkIn | str:
    """The walk-in, or the code of the refusal to show it."""
    row = queries.find_walk_in(walk_in_id=walk_in_id)
    if row is None:
        raise Http404
    try:
        member_role_at_port(member=member, port=row.port_id)
    except operations.OtherPort as refusal:
        return refusal.code
    return row


def _render_queue(
    request: HttpRequest, member: StaffMember, port: PortOfEntry, *, code: str | None = None, status: int = 200
) -> HttpResponse:
    at = now()
    today = today_at(port=port, at=at)
    form = QueueFilter(request.GET if request.method != "POST" else None)
    chosen = form.cleaned_data["outcome"] if form.is_bound and form.is_valid() else ""
    paginator = Paginator(queries.list_queue(port=port.code, day=today, outcome=chosen), PAGE_SIZE)
    page = paginator.get_page(request.GET.get("page"))
    figures = queries.day_of_walk_ins(port=port.code, day=today)
    rows = [
        {
            "row": each.row,
            "interpreter": each.interpreter,
            "kind": KINDS[Outcome(each.row.outcome)],
            "since": write_clock(each.row.registered_at, port.timezone),
            "fits": each.row.people <= figures.places_left,
            "may_undo": _may_undo(each.row, member, at),
        }
        for each in queries.open_languages(rows=list(page.object_list))
    ]
    own = member.ports(*PORT_ROLES)
    context = {
        "port": port,
        "today": write_day(today),
        "clock": write_clock(at, port.timezone),
        "other_ports": [other for other in list_ports() if other.code in own and other.code != port.code],
        "figures": figures,
        "form": form,
        "rows": rows,
        "page": page,
        "pages": list(paginator.get_elided_page_range(page.number)),
        "query": urlencode({"port": port.code, "outcome": chosen}) + "&",
        **({"problems": [TEXTS[code]], "problem_codes": [code]} if code else {}),
    }
    return render_office(request, member, "walkins/queue.html", context, status=status)


def _render_walk_in(request: HttpRequest, member: StaffMember, row: WalkIn) -> HttpResponse:
    at = now()
    try:
        opened = operations.open_walk_in(walk_in_id=row.pk, officer=member.user, at=at)
    except SealBroken as error:
        return refuse_staff(request, member, code=error.code, text=_("This file was erased."), status=410)
    zone = row.port.timezone
    context = {
        "row": opened.row,
        "kind": KINDS[Outcome(row.outcome)],
        "day": write_day(row.day),
        "registered": write_moment(row.registered_at, zone),
        "closed": write_moment(row.closed_at, zone) if row.closed_at else "",
        "words": opened.words,
        "interpreter": describe_wish(opened.interpreter),
        "is_today": row.day == today_at(port=row.port, at=at),
        "may_undo": _may_undo(row, member, at),
    }
    return render_office(request, member, "walkins/walk_in.html", context)


def _may_undo(row: WalkIn, member: StaffMember, at: Any) -> bool:
    return row.closed_at is not None and may_take_back(
        recorded_at=row.closed_at,
        at=at,
        is_own=row.closed_by_id == member.user.pk,
        is_supervisor=member.role_at(row.port_id, Role.SUPERVISOR) is not None,
    )
