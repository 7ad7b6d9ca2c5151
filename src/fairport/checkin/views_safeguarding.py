"""Children who came alone: cases for supervisors."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from fairport.accounts.access import staff
from fairport.accounts.models import Role
from fairport.accounts.pages import render_office
from fairport.accounts.queries import StaffMember
from fairport.clock.queries import now
from fairport.registrations.models import SafeguardingCase
from fairport.registrations.operations import open_and_take_case
from fairport.registrations.queries import list_safeguarding_cases

PAGE_SIZE = 50
FIELDS = {"name": _("Name"), "whereabouts": _("Where to find them"), "contact": _("How to reach them")}


@staff(Role.SUPERVISOR)
@require_safe
def cases(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """All cases without a word of what is in them; those that nobody took come first."""
    paginator = Paginator(list_safeguarding_cases(), PAGE_SIZE)
    page = paginator.get_page(request.GET.get("page"))
    context = {"page": page, "pages": list(paginator.get_elided_page_range(page.number))}
    return render_office(request, member, "office/safeguarding.html", context)


@staff(Role.SUPERVISOR)
@require_POST
def read_case(request: HttpRequest, member: StaffMember, case_id: uuid.UUID) -> HttpResponse:
    """What was written in a case. A POST: opening one takes it, and is told each time."""
    try:
        case, content = open_and_take_case(case_id=case_id, reader=member.user, at=now())
    except SafeguardingCase.DoesNotExist as error:
        raise Http404 from error
    context = {"case": case, "taken_by": case.taken_by, "rows": _rows(content)}
    return render_office(request, member, "office/safeguarding_case.html", context)


def _rows(content: Any) -> list[dict[str, Any]]:
    fields = content if isinstance(content, dict) else {"whereabouts": content}
    return [{"label": FIELDS.get(name, name), "value": value} for name, value in fields.items() if value]
