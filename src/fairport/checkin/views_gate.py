"""What is put right about a group while it stands at the gate."""

from __future__ import annotations

import uuid
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from fairport.accounts.access import staff
from fairport.accounts.models import PORT_ROLES
from fairport.accounts.pages import refuse_staff, render_office
from fairport.accounts.queries import StaffMember
from fairport.appointments.models import AddedPlace
from fairport.appointments.operations import AppointmentNotBooked
from fairport.checkin import operations
from fairport.checkin.case_page import own_appointment
from fairport.checkin.forms_gate import ChildForm, InterpreterForm
from fairport.checkin.problems import TEXTS
from fairport.clock.queries import now
from fairport.domain.transitions import TransitionRefused
from fairport.registrations.queries import open_interpreter
from fairport.sealing.box import SealBroken

ADDED: Final[dict[AddedPlace, Promise]] = {
    AddedPlace.BAND: gettext_lazy("The child was added and has a place of this band. Record its arrival."),
    AddedPlace.WALK_IN: gettext_lazy("The child was added and has a walk-in place of today. Record its arrival."),
    AddedPlace.APART: gettext_lazy(
        "The child was added. No place was left, so it is counted apart. Record its arrival."
    ),
}
UNDO_REFUSALS: Final = (
    operations.NotArrived,
    operations.ArrivalUndoTooLate,
    operations.ArrivalDecided,
    AppointmentNotBooked,
    TransitionRefused,
)


@staff(*PORT_ROLES)
@require_POST
def undo_arrival(
    request: HttpRequest, member: StaffMember, appointment_id: uuid.UUID, traveler_id: uuid.UUID
) -> HttpResponse:
    """Takes back an arrival that was recorded by mistake."""
    appointment = own_appointment(member, appointment_id)
    if isinstance(appointment, str):
        return refuse_staff(request, member, code=appointment)
    try:
        operations.undo_arrival(appointment_id=appointment_id, traveler_id=traveler_id, officer=member.user, at=now())
    except UNDO_REFUSALS as refusal:
        return refuse_staff(request, member, code=refusal.code, text=TEXTS[refusal.code], status=409)
    messages.success(request, _("The arrival was taken back."))
    return HttpResponseRedirect(reverse("office_case", args=[appointment_id]))


@staff(*PORT_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def add_child(request: HttpRequest, member: StaffMember, appointment_id: uuid.UUID) -> HttpResponse:
    """A child who is here with the group and could not be added before."""
    appointment = own_appointment(member, appointment_id)
    if isinstance(appointment, str):
        return refuse_staff(request, member, code=appointment)
    form = ChildForm(request.POST if request.method == "POST" else None)
    codes = [operations.ChildInvalid.code]
    if form.is_bound and form.is_valid():
        try:
            added = operations.add_child_at_gate(
                appointment_id=appointment_id,
                child=form.new_child(),
                key=form.cleaned_data["key"],
                officer=member.user,
                at=now(),
            )
        except operations.ChildInvalid as refusal:
            form.add_error(refusal.field, str(TEXTS[refusal.problem]))
            codes = [refusal.problem]
        except (operations.OtherDay, AppointmentNotBooked) as refusal:
            return refuse_staff(request, member, code=refusal.code, text=TEXTS[refusal.code], status=409)
        else:
            messages.success(request, str(ADDED[AddedPlace(added.place)]))
            return HttpResponseRedirect(reverse("office_case", args=[appointment_id]))
    context = {"form": form, "appointment": appointment, "problem_codes": codes if form.errors else []}
    return render_office(request, member, "office/add_child.html", context, status=400 if form.errors else 200)


@staff(*PORT_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def interpreter(request: HttpRequest, member: StaffMember, appointment_id: uuid.UUID) -> HttpResponse:
    """Which interpreter the group wishes, as they say it at the gate."""
    appointment = own_appointment(member, appointment_id)
    if isinstance(appointment, str):
        return refuse_staff(request, member, code=appointment)
    try:
        wish = open_interpreter(registration=appointment.registration)
    except SealBroken as error:
        return refuse_staff(request, member, code=error.code, text=TEXTS[error.code], status=410)
    initial = {} if wish is None else {"language": wish.language, "words": wish.words}
    form = InterpreterForm(request.POST if request.method == "POST" else None, initial=initial)
    codes = [operations.InterpreterInvalid.code] if form.is_bound else []
    if form.is_bound and form.is_valid():
        try:
            changed = operations.change_interpreter(
                appointment_id=appointment_id, wish=form.wish(), officer=member.user, at=now()
            )
        except operations.InterpreterInvalid as refusal:
            form.add_error(refusal.field, str(TEXTS[refusal.problem]))
            codes = [refusal.problem]
        else:
            if changed:
                messages.success(request, _("The interpreter was changed."))
            return HttpResponseRedirect(reverse("office_case", args=[appointment_id]))
    context = {"form": form, "appointment": appointment, "problem_codes": codes if form.errors else []}
    return render_office(request, member, "office/interpreter.html", context, status=400 if form.errors else 200)
