"""Complaints as the ombuds office works on them. Nobody else comes in, whatever their role."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fairport.accounts.access import staff
from fairport.accounts.models import Role
from fairport.accounts.pages import refuse_staff, render_office
from fairport.accounts.queries import StaffMember
from fairport.clock.queries import now
from fairport.complaints import operations
from fairport.complaints.forms import STATES_SHOWN, TO_DO, AnswerForm, ComplaintsForm, VersionForm
from fairport.complaints.models import Complaint
from fairport.complaints.problems import TEXTS
from fairport.complaints.queries import list_complaints
from fairport.ports.queries import list_ports

PAGE_SIZE = 50
KINDS_OF_STATE = {"open": "warn", "answered": "info", "closed": "ok"}


@staff(Role.OMBUDS)
@require_safe
def complaints(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """The queue, without a word of what is in the complaints."""
    form = ComplaintsForm(list_ports(), request.GET or None)
    chosen = {"kind": "", "port": "", "state": TO_DO, "order": "oldest"}
    if form.is_bound and form.is_valid():
        chosen |= {name: value for name, value in form.cleaned_data.items() if value}
    rows = list_complaints(
        kind=chosen["kind"], port=chosen["port"], states=STATES_SHOWN[chosen["state"]], order=chosen["order"]
    )
    paginator = Paginator(rows, PAGE_SIZE)
    page = paginator.get_page(request.GET.get("page"))
    context = {
        "form": form,
        "rows": [{"row": row, "tag": KINDS_OF_STATE[row.state]} for row in page.object_list],
        "page": page,
        "pages": list(paginator.get_elided_page_range(page.number)),
        "query": f"{urlencode({name: value for name, value in chosen.items() if value})}&",
    }
    return render_office(request, member, "complaints/office_list.html", context, status=400 if form.errors else 200)


@staff(Role.OMBUDS)
@require_http_methods(["GET", "HEAD", "POST"])
def complaint(request: HttpRequest, member: StaffMember, complaint_id: uuid.UUID) -> HttpResponse:
    """One complaint, and the answer to its sender. Each look at it is written down."""
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if not form.is_bound:
        return _show(request, member, complaint_id, form)
    if not form.is_valid():
        return _show(request, member, complaint_id, form, status=400)
    try:
        operations.answer_complaint(complaint_id=complaint_id, author=member.user, at=now(), **form.cleaned_data)
    except Complaint.DoesNotExist as error:
        raise Http404 from error
    except operations.ComplaintInvalid as refusal:
        form.add_error("words", str(TEXTS[refusal.problems[0].code]))
        return _show(request, member, complaint_id, form, status=400)
    except operations.ComplaintChanged as refusal:
        return _show(request, member, complaint_id, form, code=refusal.code, status=409)
    except (operations.OwnMatter, operations.ComplaintGone) as refusal:
        return _refused(request, member, refusal)
    messages.success(request, _("Your answer was recorded. The sender reads it with their code."))
    return redirect("office_complaint", complaint_id)


@staff(Role.OMBUDS)
@require_POST
def reopen(request: HttpRequest, member: StaffMember, complaint_id: uuid.UUID) -> HttpResponse:
    """Puts a closed complaint back into the queue."""
    form = VersionForm(request.POST)
    if not form.is_valid():
        return _show(request, member, complaint_id, AnswerForm(), code="complaint_changed", status=409)
    try:
        operations.reopen_complaint(
            complaint_id=complaint_id, version=form.cleaned_data["version"], author=member.user, at=now()
        )
    except Complaint.DoesNotExist as error:
        raise Http404 from error
    except (operations.ComplaintChanged, operations.NotClosed) as refusal:
        return _show(request, member, complaint_id, AnswerForm(), code=refusal.code, status=409)
    except (operations.OwnMatter, operations.ComplaintGone) as refusal:
        return _refused(request, member, refusal)
    messages.success(request, _("The complaint is open again."))
    return redirect("office_complaint", complaint_id)


def _show(
    request: HttpRequest,
    member: StaffMember,
    complaint_id: uuid.UUID,
    form: AnswerForm,
    *,
    code: str = "",
    status: int = 200,
) -> HttpResponse:
    try:
        opened = operations.open_complaint(complaint_id=complaint_id, reader=member.user, at=now())
    except Complaint.DoesNotExist as error:
        raise Http404 from error
    except (operations.OwnMatter, operations.ComplaintGone) as refusal:
        return _refused(request, member, refusal)
    row = opened.row
    context: dict[str, Any] = {
        "form": form,
        "complaint": opened,
        "row": row,
        "tag": KINDS_OF_STATE[row.state],
        "said": [{"who": words.author or _("The sender"), "text": words.text, "at": words.at} for words in opened.said],
        "problems": [TEXTS[code]] if code else [],
        "problem_codes": [code] if code else [],
    }
    return render_office(request, member, "complaints/office_complaint.html", context, status=status)


def _refused(
    request: HttpRequest, member: StaffMember, refusal: operations.OwnMatter | operations.ComplaintGone
) -> HttpResponse:
    status = 403 if isinstance(refusal, operations.OwnMatter) else 404
    return refuse_staff(request, member, code=refusal.code, text=TEXTS[refusal.code], status=status)
