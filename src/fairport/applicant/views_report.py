"""Complaints as their senders see them. There is no account, no session and no cookie that says who is here.

The code is never part of an address: pages that show it answer a POST, and sending that again changes nothing.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from fairport.accounts.access import public
from fairport.applicant.forms_report import ReportCodeForm, ReportForm, ReportWordsForm, new_token
from fairport.applicant.network import client_address
from fairport.applicant.pages import private, refuse_page, wrong_content_type
from fairport.applicant.problems import text_for
from fairport.clock.queries import now
from fairport.complaints import operations
from fairport.complaints.models import ComplaintKind, ComplaintOutcome, ComplaintState
from fairport.complaints.queries import OwnComplaint, read_own_complaint
from fairport.domain.codes import CodeKind, format_code
from fairport.ports.queries import list_ports
from fairport.registrations.submission import IdempotencyConflict

REPORT = "applicant/report/report.html"
CODE = "applicant/report/code.html"
KIND_OF_STATE = {ComplaintState.OPEN: "info", ComplaintState.ANSWERED: "ok", ComplaintState.CLOSED: "neutral"}


@public
@private
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """The form; once it was sent, the code with which the sender reads the answer."""
    if request.method != "POST":
        return render(request, REPORT, {"form": ReportForm(initial={"token": new_token()})})
    if wrong_content_type(request):
        form = ReportForm(initial={"token": new_token()})
        return refuse_page(request, REPORT, {"form": form}, code="wrong_content_type", status=415)
    form = ReportForm(request.POST)
    if not form.is_valid():
        return _refuse_report(request, form, [], status=422)
    try:
        code = operations.file_complaint(
            complaint=form.complaint(),
            address=client_address(request),
            token=form.cleaned_data["token"] or None,
            at=now(),
        )
    except operations.ComplaintInvalid as refusal:
        form.add_problems(refusal)
        return _refuse_report(request, form, [], status=422)
    except operations.TooManyComplaints as refusal:
        response = _refuse_report(request, form, [refusal.code], status=429)
        response["Retry-After"] = str(refusal.retry_after_seconds)
        return response
    except IdempotencyConflict:
        # The first one is kept. What differs may be a second matter, so it can be sent as one.
        anew = ReportForm(_with_new_token(request))
        anew.is_valid()
        return _refuse_report(request, anew, ["complaint_sent_before"], status=409)
    return render(request, "applicant/report/done.html", {"code": code})


@public
@private
@require_http_methods(["GET", "HEAD", "POST"])
def report_status(request: HttpRequest) -> HttpResponse:
    """A complaint by its code: how far it is, what was answered, and room for more words."""
    if request.method != "POST":
        return render(request, CODE, {"form": ReportCodeForm()})
    if wrong_content_type(request):
        return refuse_page(request, CODE, {"form": ReportCodeForm()}, code="wrong_content_type", status=415)
    form = ReportCodeForm(request.POST)
    if not form.is_valid():
        return render(request, CODE, {"form": form, "problem_codes": form.problem_codes()}, status=422)
    code = form.cleaned_data["code"]
    return _show_complaint(request, code, ReportWordsForm(initial={"code": code, "token": new_token()}))


@public
@private
@require_POST
def report_words(request: HttpRequest) -> HttpResponse:
    """More words from the sender."""
    if wrong_content_type(request):
        return refuse_page(request, CODE, {"form": ReportCodeForm()}, code="wrong_content_type", status=415)
    form = ReportWordsForm(request.POST)
    code = request.POST.get("code", "").replace("\x00", "")
    if not form.is_valid():
        return _show_complaint(request, code, form, problem_codes=form.problem_codes(), status=422)
    try:
        operations.add_words(
            code=code,
            words=form.cleaned_data["words"],
            address=client_address(request),
            token=form.cleaned_data["token"] or None,
            at=now(),
        )
    except operations.ComplaintInvalid as refusal:
        form.add_problem("words", refusal.problems[0].code)
        return _show_complaint(request, code, form, problem_codes=[refusal.problems[0].code], status=422)
    except operations.TooManyWords as refusal:
        return _show_complaint(request, code, form, refused=refusal.code, status=429)
    except IdempotencyConflict:
        anew = ReportWordsForm(_with_new_token(request))
        anew.is_valid()
        return _show_complaint(request, code, anew, refused="words_sent_before", status=409)
    except operations.ComplaintGone:
        return _show_complaint(request, code, form)
    except (operations.WrongComplaintCode, operations.TooManyComplaintCodes) as refusal:
        return _refuse_code(request, refusal)
    return _show_complaint(request, code, ReportWordsForm(initial={"code": code, "token": new_token()}), added=True)


def _with_new_token(request: HttpRequest) -> QueryDict:
    typed = request.POST.copy()
    typed["token"] = new_token()
    return typed


def _refuse_report(request: HttpRequest, form: ReportForm, codes: list[str], *, status: int) -> HttpResponse:
    context = {
        "form": form,
        "problems": [text_for(code) for code in codes],
        "problem_codes": [*codes, *form.problem_codes()],
    }
    return render(request, REPORT, context, status=status)


def _show_complaint(
    request: HttpRequest,
    code: str,
    form: ReportWordsForm,
    *,
    added: bool = False,
    refused: str = "",
    problem_codes: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    try:
        found = read_own_complaint(code=code, address=client_address(request), at=now())
    except (operations.WrongComplaintCode, operations.TooManyComplaintCodes) as refusal:
        return _refuse_code(request, refusal)
    context = {
        **_complaint_context(found),
        "code": format_code(code, CodeKind.COMPLAINT_CODE),
        "form": form,
        "added": added,
        "problems": [text_for(refused)] if refused else [],
        "problem_codes": [refused] if refused else problem_codes or [],
    }
    return render(request, "applicant/report/complaint.html", context, status=status)


def _complaint_context(found: OwnComplaint) -> dict[str, Any]:
    ports = {port.code: port.name for port in list_ports()}
    return {
        "complaint": found,
        "kind": ComplaintKind(found.kind).label,
        "port": ports.get(found.port or "", ""),
        "state": ComplaintState(found.state).label,
        "tag": KIND_OF_STATE[ComplaintState(found.state)],
        "outcome": ComplaintOutcome(found.outcome).label if found.outcome else "",
        "said": [
            {"who": _("You") if words.author is None else _("The ombuds office"), "text": words.text, "at": words.at}
            for words in found.said
        ],
    }


def _refuse_code(
    request: HttpRequest, refusal: operations.WrongComplaintCode | operations.TooManyComplaintCodes
) -> HttpResponse:
    form = ReportCodeForm(initial={"code": request.POST.get("code", "")})
    if isinstance(refusal, operations.TooManyComplaintCodes):
        response = refuse_page(request, CODE, {"form": form}, code=refusal.code, status=429)
        response["Retry-After"] = str(refusal.retry_after_seconds)
        return response
    return refuse_page(request, CODE, {"form": form}, code=refusal.code, status=422)
