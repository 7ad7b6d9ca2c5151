"""The second look at negatives: the port's queue, and the page on which a second officer answers."""

from __future__ import annotations

import uuid
from typing import Any, Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from fairport.accounts.access import staff
from fairport.accounts.models import PORT_ROLES
from fairport.accounts.pages import refuse_staff, render_office
from fairport.accounts.queries import StaffMember
from fairport.checkin import operations
from fairport.checkin.case_page import has_reason, open_case, own_appointment, problem, render_case, traveler_view
from fairport.checkin.chain import DecisionState
from fairport.checkin.effect import review_of
from fairport.checkin.forms import ReviewForm, SecondLooksForm
from fairport.checkin.models import Determination, Verdict
from fairport.checkin.problems import TEXTS
from fairport.checkin.second_looks import find_determination, second_looks
from fairport.checkin.times import write_moment
from fairport.checkin.words import DECISION_STATES
from fairport.clock.queries import now
from fairport.ports.queries import list_ports
from fairport.sealing.box import SealBroken

PAGE_SIZE: Final = 50
# The status of the answer to each.
REFUSALS: Final[dict[type[Exception], int]] = {
    operations.SameOfficer: 403,
    operations.OwnCase: 403,
    operations.OwnRegistration: 403,
    operations.NoReviewNeeded: 409,
    operations.NotEffective: 409,
    operations.AlreadyReviewed: 409,
    SealBroken: 409,
}


@staff(*PORT_ROLES)
@require_safe
def queue(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """Negatives of the member's ports that are not in effect; nothing of a person is in the list."""
    own = member.ports(*PORT_ROLES)
    form = SecondLooksForm([(port.code, port.name) for port in list_ports() if port.code in own], request.GET)
    chosen: dict[str, str] = form.cleaned_data if form.is_valid() else {}
    rows = second_looks(
        ports=[chosen["port"]] if chosen.get("port") else own,
        reader_id=member.user.pk,
        show=chosen.get("show", ""),
        order=chosen.get("order") or "oldest",
    )
    paginator = Paginator(rows, PAGE_SIZE)
    page = paginator.get_page(request.GET.get("page"))
    query = urlencode({name: value for name, value in chosen.items() if value})
    context = {
        "form": form,
        "rows": [_row(row, member) for row in page.object_list],
        "page": page,
        "pages": list(paginator.get_elided_page_range(page.number)),
        "query": f"{query}&" if query else "",
    }
    return render_office(request, member, "office/second_looks.html", context, status=400 if form.errors else 200)


@staff(*PORT_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, member: StaffMember, determination_id: uuid.UUID) -> HttpResponse:
    """A negative with what the traveler claimed, and the question whether a second officer agrees."""
    determination = find_determination(determination_id=determination_id)
    if determination is None:
        raise Http404
    appointment = own_appointment(member, determination.check_in.appointment_id)
    if isinstance(appointment, str):
        return refuse_staff(request, member, code=appointment)
    case = reverse("office_case", args=[appointment.pk])
    if not has_reason(request):
        return HttpResponseRedirect(case)
    if determination.officer_id == member.user.pk:
        code = operations.SameOfficer.code
        return refuse_staff(request, member, code=code, text=TEXTS[code])
    form = ReviewForm(request.POST if request.method == "POST" else None)
    problems: dict[str, Any] = {}
    status = 400 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            done = operations.review_determination(
                determination_id=determination_id,
                verdict=form.cleaned_data["verdict"],
                reason=form.cleaned_data["reason"],
                reviewer=member.user,
                at=now(),
            )
        except operations.ReviewInvalid as refusal:
            form.add_error(refusal.field, str(TEXTS[refusal.problem]))
        except tuple(REFUSALS) as refusal:
            problems, status = problem(refusal.code), REFUSALS[type(refusal)]  # type: ignore[attr-defined]
        else:
            agreed = done.verdict == Verdict.AGREED
            said = _("The decision is in effect now.") if agreed else _("The case went back: somebody decides again.")
            messages.success(request, said)
            return HttpResponseRedirect(case)
    opened = open_case(request, member, appointment)
    traveler = next((each for each in opened.travelers if each.id == determination.check_in.traveler_id), None)
    if traveler is None or traveler.person is None:
        return render_case(request, member, opened, code=SealBroken.code)
    view = traveler_view(traveler, opened, member)
    latest = traveler.latest
    context = {
        "appointment": appointment,
        "traveler": view,
        "decision": next(each for each in view["determinations"] if each["id"] == determination_id),
        "earlier": [each for each in view["determinations"] if each["id"] != determination_id],
        "is_open": latest is not None and latest.id == determination_id and latest.state is DecisionState.PROPOSED,
        "form": form,
        **problems,
    }
    return render_office(request, member, "office/review.html", context, status=status)


def _row(row: Determination, member: StaffMember) -> dict[str, Any]:
    state = DecisionState.PROPOSED if review_of(row) is None else DecisionState.RETURNED
    kind, words = DECISION_STATES[state]
    is_own = row.officer_id == member.user.pk
    appointment = row.check_in.appointment
    to_review = state is DecisionState.PROPOSED and not is_own
    return {
        "number": appointment.confirmation_number,
        "href": reverse("office_review", args=[row.pk]) if to_review else reverse("office_case", args=[appointment.pk]),
        "port": row.check_in.port,
        "when": write_moment(row.decided_at, row.check_in.port.timezone),
        "officer": row.officer.full_name,
        "is_own": is_own,
        "kind": kind,
        "words": words,
        "size": appointment.people,
    }
