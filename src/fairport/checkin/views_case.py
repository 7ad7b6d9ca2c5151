"""A group's file at the port: who they are, who arrived, and what was decided."""

from __future__ import annotations

import uuid
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from fairport.accounts.access import staff
from fairport.accounts.models import PORT_ROLES, Role
from fairport.accounts.pages import refuse_staff, render_office
from fairport.accounts.queries import StaffMember
from fairport.appointments.models import Appointment
from fairport.appointments.operations import AppointmentNotBooked
from fairport.checkin import operations, queries
from fairport.checkin.case_page import (
    REASON_KEY,
    ask_reason,
    has_reason,
    open_case,
    own_appointment,
    problem,
    render_case,
    traveler_view,
)
from fairport.checkin.deciding import may_replace
from fairport.checkin.forms import DeterminationForm, OpenReasonForm
from fairport.checkin.problems import TEXTS
from fairport.clock.queries import now
from fairport.domain.transitions import TransitionRefused
from fairport.programmes.queries import policy_of_version
from fairport.sealing.box import SealBroken

ARRIVAL_REFUSALS: Final = (
    operations.OtherDay,
    operations.NobodyArrived,
    operations.NotInGroup,
    operations.AlreadyArrived,
    AppointmentNotBooked,
    TransitionRefused,
    SealBroken,
)
# The status of the answer to each.
DETERMINATION_REFUSALS: Final[dict[type[Exception], int]] = {
    operations.OwnCase: 403,
    operations.OwnRegistration: 403,
    operations.AlreadyDetermined: 409,
    operations.NotEffective: 409,
    SealBroken: 409,
}


@staff(*PORT_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def case(request: HttpRequest, member: StaffMember, appointment_id: uuid.UUID) -> HttpResponse:
    """The file, once there is a reason to open it."""
    appointment = own_appointment(member, appointment_id)
    if isinstance(appointment, str):
        return refuse_staff(request, member, code=appointment)
    back = reverse("office_band", args=[appointment.slot_id])
    if request.method == "POST":
        form = OpenReasonForm(request.POST)
        if form.is_valid():
            request.session[REASON_KEY] = form.cleaned_data["reason"]
            return HttpResponseRedirect(request.path)
        return ask_reason(request, member, back, form)
    if not has_reason(request):
        return ask_reason(request, member, back)
    return render_case(request, member, open_case(request, member, appointment))


@staff(*PORT_ROLES)
@require_POST
def arrival(request: HttpRequest, member: StaffMember, appointment_id: uuid.UUID) -> HttpResponse:
    """Records who of the group is here."""
    appointment = own_appointment(member, appointment_id)
    if isinstance(appointment, str):
        return refuse_staff(request, member, code=appointment)
    try:
        travelers = [uuid.UUID(value) for value in request.POST.getlist("travelers")]
        check_ins = operations.record_arrival(
            appointment_id=appointment_id, traveler_ids=travelers, officer=member.user, at=now()
        )
    except ValueError:
        code = operations.NotInGroup.code
    except ARRIVAL_REFUSALS as refusal:
        code = refusal.code
    else:
        count = len(check_ins)
        messages.success(request, ngettext("%d traveler has arrived.", "%d travelers have arrived.", count) % count)
        return HttpResponseRedirect(reverse("office_case", args=[appointment_id]))
    return render_case(request, member, open_case(request, member, appointment), code=code)


@staff(*PORT_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def determination(
    request: HttpRequest, member: StaffMember, appointment_id: uuid.UUID, traveler_id: uuid.UUID
) -> HttpResponse:
    """The decision about one arrived traveler, or the one that takes its place."""
    appointment = own_appointment(member, appointment_id)
    if isinstance(appointment, str):
        return refuse_staff(request, member, code=appointment)
    if not has_reason(request):
        return HttpResponseRedirect(reverse("office_case", args=[appointment_id]))
    check_in = queries.find_check_in(appointment_id=appointment_id, traveler_id=traveler_id)
    if check_in is None:
        code = operations.NotArrived.code
        return render_case(request, member, open_case(request, member, appointment), code=code)
    criteria = policy_of_version(version_id=appointment.registration.policy_version_id).policy.criteria
    form = DeterminationForm(criteria, request.POST if request.method == "POST" else None)
    problems: dict[str, Any] = {}
    status = 400 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        replaces = request.POST.get("replaces", "")
        try:
            recorded = operations.record_determination(
                check_in_id=check_in.pk,
                outcome=form.cleaned_data["outcome"],
                criterion=form.cleaned_data["criterion"],
                reason=form.cleaned_data["reason"],
                officer=member.user,
                at=now(),
                replaces=uuid.UUID(replaces) if replaces else None,
            )
        except operations.DeterminationInvalid as refusal:
            form.add_error(refusal.field, str(TEXTS[refusal.problem]))
        except operations.SupervisorNeeded as refusal:
            return refuse_staff(request, member, code=refusal.code, text=TEXTS[refusal.code])
        except ValueError:
            problems, status = problem(operations.NotEffective.code), 409
        except tuple(DETERMINATION_REFUSALS) as refusal:
            problems, status = problem(refusal.code), DETERMINATION_REFUSALS[type(refusal)]  # type: ignore[attr-defined]
        else:
            said = _("Your decision was recorded.")
            if recorded.needs_review:
                said = _("Your decision was recorded. It takes effect when a second officer agrees.")
            messages.success(request, said)
            return HttpResponseRedirect(reverse("office_case", args=[appointment_id]))
    return _render_determination(request, member, appointment, traveler_id, form, problems, status)


def _render_determination(
    request: HttpRequest,
    member: StaffMember,
    appointment: Appointment,
    traveler_id: uuid.UUID,
    form: DeterminationForm,
    problems: dict[str, Any],
    status: int,
) -> HttpResponse:
    opened = open_case(request, member, appointment)
    traveler = next((each for each in opened.travelers if each.id == traveler_id), None)
    if traveler is None:
        raise Http404
    if traveler.person is None:
        return render_case(request, member, opened, code=SealBroken.code)
    is_supervisor = member.role_at(opened.port.code, Role.SUPERVISOR) is not None
    may = not traveler.determinations or may_replace(states=traveler.states, is_supervisor=is_supervisor)
    if not may and not form.is_bound:
        # Said before anything is typed.
        code = operations.SupervisorNeeded.code
        return refuse_staff(request, member, code=code, text=TEXTS[code])
    view = traveler_view(traveler, opened, member)
    context = {
        "appointment": appointment,
        "traveler": view,
        "form": form,
        "replaces": view["determinations"][0] if view["determinations"] else None,
        **problems,
    }
    return render_office(request, member, "office/determination.html", context, status=status)
