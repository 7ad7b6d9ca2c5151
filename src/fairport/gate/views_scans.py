"""What devices send, and what came of it."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fairport.accounts.access import staff
from fairport.accounts.models import PORT_ROLES, Role
from fairport.accounts.pages import refuse_staff, render_office
from fairport.accounts.queries import StaffMember
from fairport.checkin.operations import OtherPort
from fairport.checkin.places import today_at
from fairport.checkin.times import write_moment
from fairport.checkin.words import ANSWERS
from fairport.clock.queries import now
from fairport.domain.gate import PassAnswer
from fairport.gate import operations, parsing, queries
from fairport.gate.conflicts import open_words
from fairport.gate.forms import CloseConflictForm, ScansForm
from fairport.gate.models import GateConflict, GateScan, ScanOutcome
from fairport.gate.problems import TEXTS
from fairport.gate.scanning import open_text
from fairport.gate.views_gate import describe_result
from fairport.gate.words import CONFLICTS, OUTCOME_LOOKS
from fairport.ports.models import PortOfEntry
from fairport.ports.queries import get_port

PAGE_SIZE = 50
# Beginning of a code that no appointment has: enough to know it again, not enough to fill a page.
TEXT_SHOWN = 16


@staff(*PORT_ROLES)
@require_POST
def day_list(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """The day list for a device. A POST, since it is written down who took it."""
    try:
        device = uuid.UUID(request.POST.get("device", ""))
        loaded = operations.load_day_list(
            port=request.POST.get("port", ""), officer=member.user, device=device, at=now()
        )
    except ValueError:
        return _problem(parsing.ScanMalformed.code, 400)
    except OtherPort as refusal:
        return _problem(refusal.code, 403)
    return JsonResponse(loaded)


@staff(*PORT_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def scans(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """POST: scans of a device, each answered by its id. GET: the list of a day."""
    return _receive(request, member) if request.method == "POST" else _list_scans(request, member)


@staff(*PORT_ROLES)
@require_safe
def conflicts(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """The conflicts of one of the member's ports: open ones, or those that were closed."""
    port = _own_port(request, member)
    if port is None:
        return refuse_staff(request, member, code=OtherPort.code)
    closed = request.GET.get("closed") == "yes"
    paginator = Paginator(queries.list_conflicts(port=port.code, closed=closed), PAGE_SIZE)
    page = paginator.get_page(request.GET.get("page"))
    context = {
        "port": port,
        "other_ports": [code for code in member.ports(*PORT_ROLES) if code != port.code],
        "closed": closed,
        "conflicts": [_conflict_view(conflict, port) for conflict in page.object_list],
        "page": page,
        "pages": list(paginator.get_elided_page_range(page.number)),
        "query": urlencode({"port": port.code} | ({"closed": "yes"} if closed else {})) + "&",
    }
    return render_office(request, member, "gate/conflicts.html", context)


@staff(*PORT_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def conflict(request: HttpRequest, member: StaffMember, conflict_id: uuid.UUID) -> HttpResponse:
    """One conflict: both scans, and for a supervisor the words that close it."""
    found = queries.find_conflict(conflict_id=conflict_id)
    if found is None:
        raise Http404
    if member.role_at(found.port_id, *PORT_ROLES) is None:
        return refuse_staff(request, member, code=OtherPort.code)
    may_close = member.role_at(found.port_id, Role.SUPERVISOR) is not None
    form = CloseConflictForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and not may_close:
        return refuse_staff(request, member, code="role_missing")
    problem, status = "", 400 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            operations.close_conflict(
                conflict_id=conflict_id, words=form.cleaned_data["words"], supervisor=member.user, at=now()
            )
        except operations.WordsInvalid as refusal:
            form.add_error("words", str(TEXTS[refusal.code]))
        except operations.ConflictAlreadyClosed as refusal:
            found = queries.find_conflict(conflict_id=conflict_id) or found
            problem, status = refusal.code, 409
        else:
            messages.success(request, _("The conflict is closed."))
            return HttpResponseRedirect(f"{reverse('office_gate_conflicts')}?{urlencode({'port': found.port_id})}")
    context = {
        "conflict": _conflict_view(found, found.port),
        "words": open_words(conflict=found, reader=member.user, at=now()),
        "form": form if may_close and found.closed_at is None else None,
        "problems": [TEXTS[problem]] if problem else [],
        "problem_codes": [problem] if problem else [],
    }
    return render_office(request, member, "gate/conflict.html", context, status=status)


def _receive(request: HttpRequest, member: StaffMember) -> HttpResponse:
    try:
        sent = parsing.read_scans(request.body)
    except (parsing.ScanMalformed, parsing.TooManyScans) as refusal:
        return _problem(refusal.code, 400)
    return JsonResponse(
        {
            "now": int(now().timestamp() * 1000),
            "user": member.user.pk,
            "results": [_receive_one(each, member) for each in sent],
        }
    )


def _receive_one(sent: Any, member: StaffMember) -> dict[str, Any]:
    """One scan, in a transaction of its own: what is refused does not keep the others waiting."""
    scan_id = sent.get("id") if isinstance(sent, dict) else None
    try:
        result = operations.receive_scan(scan=parsing.read_scan(sent), officer=member.user, at=now())
    except (parsing.ScanMalformed, operations.OtherOfficer, OtherPort) as refusal:
        text = TEXTS.get(refusal.code) or _("You have no role at the port of this scan.")
        return {"id": scan_id, "status": "refused", "code": refusal.code, "text": str(text)}
    status = "already_recorded" if result.repeated and result.kind is None else result.outcome.value
    if result.outcome == ScanOutcome.ALREADY:
        status = "already_recorded"
    return {
        "id": scan_id,
        "status": status,
        "code": result.kind.value if result.kind else "",
        "recorded": result.recorded,
        "expected": result.expected,
        "text": describe_result(result) if result.outcome != ScanOutcome.SEEN else "",
    }


def _list_scans(request: HttpRequest, member: StaffMember) -> HttpResponse:
    port = _own_port(request, member)
    if port is None:
        return refuse_staff(request, member, code=OtherPort.code)
    form = ScansForm(request.GET)
    today = today_at(port=port, at=now())
    day, outcome = today, ""
    if form.is_valid():
        day, outcome = form.cleaned_data["day"] or today, form.cleaned_data["outcome"]
    oldest_first = request.GET.get("order") == "oldest"
    rows = queries.list_scans(port=port, day=day, outcome=outcome, newest_first=not oldest_first)
    paginator = Paginator(rows, PAGE_SIZE)
    page = paginator.get_page(request.GET.get("page"))
    chosen = {"port": port.code, "day": day.isoformat(), "outcome": outcome}
    filtered = urlencode({name: value for name, value in chosen.items() if value})
    context = {
        "port": port,
        "other_ports": [code for code in member.ports(*PORT_ROLES) if code != port.code],
        "form": form,
        "scans": [_scan_view(scan, port) for scan in page.object_list],
        "page": page,
        "pages": list(paginator.get_elided_page_range(page.number)),
        "oldest_first": oldest_first,
        "sort_query": filtered,
        "query": filtered + ("&order=oldest&" if oldest_first else "&"),
    }
    return render_office(request, member, "gate/scans.html", context, status=400 if form.errors else 200)


def _own_port(request: HttpRequest, member: StaffMember) -> PortOfEntry | None:
    own = member.ports(*PORT_ROLES)
    code = request.GET.get("port") or own[0]
    return get_port(code=code) if code in own else None


def _conflict_view(conflict: GateConflict, port: PortOfEntry) -> dict[str, Any]:
    return {
        "row": conflict,
        "kind": conflict.get_kind_display(),
        "meaning": CONFLICTS[conflict.kind],
        "scan": _scan_view(conflict.scan, port),
        "other": _scan_view(conflict.other_scan, port) if conflict.other_scan else None,
        "found": write_moment(conflict.found_at, port.timezone),
        "closed": write_moment(conflict.closed_at, port.timezone) if conflict.closed_at else "",
    }


def _scan_view(scan: GateScan, port: PortOfEntry) -> dict[str, Any]:
    look, words, _text = ANSWERS[PassAnswer(scan.answer)]
    appointment = scan.appointment
    is_here = appointment is not None and appointment.slot.port_id == port.code
    return {
        "row": scan,
        "when": write_moment(scan.happened_at, port.timezone),
        "received": write_moment(scan.received_at, port.timezone),
        "waited": scan.received_at - scan.happened_at > timedelta(minutes=1),
        "answer": words,
        "answer_look": look,
        "outcome": scan.get_outcome_display(),
        "outcome_look": OUTCOME_LOOKS[scan.outcome],
        "action": scan.get_action_display(),
        "number": appointment.confirmation_number if appointment else "",
        "text": Truncator(open_text(scan=scan)).chars(TEXT_SHOWN),
        "people": len(scan.recorded),
        "href": reverse("office_case", args=[appointment.pk]) if appointment and is_here else "",
    }


def _problem(code: str, status: int) -> HttpResponse:
    text = TEXTS.get(code) or _("You have no role at this port.")
    body = json.dumps({"code": code, "text": str(text)}, ensure_ascii=False)
    return HttpResponse(body, content_type="application/json", status=status)
