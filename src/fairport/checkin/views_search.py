"""A case that is not of today: found by a number, never by a name."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from fairport.accounts.access import staff
from fairport.accounts.models import PORT_ROLES
from fairport.accounts.pages import refuse_staff, render_office
from fairport.accounts.queries import StaffMember
from fairport.checkin import operations, queries
from fairport.checkin.case_page import REASON_KEY, ask_reason, has_reason, problem, render_case
from fairport.checkin.files import ports_of_group
from fairport.checkin.forms import FindForm, OpenReasonForm
from fairport.clock.queries import now
from fairport.registrations.models import Registration


@staff(*PORT_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """Leads to the file of a number. A POST, so that no number stands in an address or a log.

    A group of other ports is as unknown here as one that does not exist.
    """
    form = FindForm(request.POST if request.method == "POST" else None)
    context = {"form": form}
    status = 400 if form.errors else 200
    if form.is_bound and form.is_valid():
        href = _href(member, form.cleaned_data["number"])
        if href is not None:
            return HttpResponseRedirect(href)
        context, status = {"form": form, **problem("group_not_found")}, 404
    return render_office(request, member, "office/find.html", context, status=status)


@staff(*PORT_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def group(request: HttpRequest, member: StaffMember, registration_id: uuid.UUID) -> HttpResponse:
    """The file of a group without regard to an appointment, once there is a reason to open it."""
    if request.method == "POST":
        form = OpenReasonForm(request.POST)
        if form.is_valid():
            request.session[REASON_KEY] = form.cleaned_data["reason"]
            return HttpResponseRedirect(request.path)
        return ask_reason(request, member, reverse("office_find"), form)
    if not has_reason(request):
        return ask_reason(request, member, reverse("office_find"))
    reason = request.session[REASON_KEY]
    try:
        opened = operations.open_group_file(
            registration_id=registration_id, officer=member.user, reason=reason, at=now()
        )
    except Registration.DoesNotExist as error:
        raise Http404 from error
    except operations.OtherPort as refusal:
        return refuse_staff(request, member, code=refusal.code)
    return render_case(request, member, opened)


def _href(member: StaffMember, number: str) -> str | None:
    found = queries.find_group(number=number)
    if found is None:
        return None
    registration, appointment = found
    if appointment is not None and member.role_at(appointment.slot.port_id, *PORT_ROLES):
        return reverse("office_case", args=[appointment.pk])
    if any(member.role_at(port, *PORT_ROLES) for port in ports_of_group(registration=registration)):
        return reverse("office_group", args=[registration.pk])
    return None
