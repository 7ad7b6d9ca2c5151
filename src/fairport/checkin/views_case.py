"""A group's file at the port: who they are, who arrived, and what was decided."""

from __future__ import annotations

import uuid
from itertools import groupby
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from fairport.accounts.access import staff
from fairport.accounts.models import PORT_ROLES, Role
from fairport.accounts.pages import refuse_staff, render_office
from fairport.accounts.queries import StaffMember
from fairport.appointments.models import Appointment, AppointmentState
from fairport.appointments.operations import AppointmentNotBooked
from fairport.checkin import operations, queries
from fairport.checkin.files import REASONS, Case, CaseTraveler
from fairport.checkin.forms import ArrivalForm, DeterminationForm, OpenReasonForm
from fairport.checkin.places import Timing, member_role_at_port, timing_of, today_at
from fairport.checkin.problems import TEXTS
from fairport.checkin.times import write_clock, write_date, write_moment, write_slot
from fairport.checkin.words import ACTORS, CRITERIA, EVENTS, ROLES, STATES
from fairport.clock.queries import now
from fairport.domain.transitions import TransitionRefused
from fairport.programmes.queries import policy_of_version
from fairport.registrations.countries import country_names
from fairport.registrations.models import RegistrationStatus
from fairport.sealing.box import SealBroken

# Why files are opened, asked once a session.
REASON_KEY: Final = "office_open_reason"
ARRIVAL_REFUSALS: Final = (
    operations.OtherDay,
    operations.NobodyArrived,
    operations.NotInGroup,
    operations.AlreadyArrived,
    AppointmentNotBooked,
    TransitionRefused,
)
DETERMINATION_REFUSALS: Final = (operations.OwnCase, operations.AlreadyDetermined, operations.NotEffective)


@staff(*PORT_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def case(request: HttpRequest, member: StaffMember, appointment_id: uuid.UUID) -> HttpResponse:
    """The file, once there is a reason to open it."""
    appointment = _own_appointment(member, appointment_id)
    if isinstance(appointment, str):
        return refuse_staff(request, member, code=appointment)
    if request.method == "POST":
        form = OpenReasonForm(request.POST)
        if form.is_valid():
            request.session[REASON_KEY] = form.cleaned_data["reason"]
            return HttpResponseRedirect(request.path)
        return _ask_reason(request, member, appointment, form)
    if request.session.get(REASON_KEY) not in REASONS:
        return _ask_reason(request, member, appointment, OpenReasonForm())
    return _render_case(request, member, appointment)


@staff(*PORT_ROLES)
@require_POST
def arrival(request: HttpRequest, member: StaffMember, appointment_id: uuid.UUID) -> HttpResponse:
    """Records who of the group is here."""
    appointment = _own_appointment(member, appointment_id)
    if isinstance(appointment, str):
        return refuse_staff(request, member, code=appointment)
    try:
        travelers = [uuid.UUID(value) for value in request.POST.getlist("travelers")]
        check_ins = operations.record_arrival(
            appointment_id=appointment_id, traveler_ids=travelers, officer=member.user, at=now()
        )
    except ValueError:
        return _render_case(request, member, appointment, code=operations.NotInGroup.code)
    except ARRIVAL_REFUSALS as refusal:
        return _render_case(request, member, appointment, code=refusal.code)
    count = len(check_ins)
    messages.success(request, ngettext("%d traveler has arrived.", "%d travelers have arrived.", count) % count)
    return HttpResponseRedirect(reverse("office_case", args=[appointment_id]))


@staff(*PORT_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def determination(
    request: HttpRequest, member: StaffMember, appointment_id: uuid.UUID, traveler_id: uuid.UUID
) -> HttpResponse:
    """The decision about one arrived traveler; for a supervisor also the one that takes its place."""
    appointment = _own_appointment(member, appointment_id)
    if isinstance(appointment, str):
        return refuse_staff(request, member, code=appointment)
    if request.session.get(REASON_KEY) not in REASONS:
        return HttpResponseRedirect(reverse("office_case", args=[appointment_id]))
    check_in = queries.find_check_in(appointment_id=appointment_id, traveler_id=traveler_id)
    if check_in is None:
        return _render_case(request, member, appointment, code="not_arrived")
    criteria = policy_of_version(version_id=appointment.registration.policy_version_id).policy.criteria
    form = DeterminationForm(criteria, request.POST if request.method == "POST" else None)
    problems: dict[str, Any] = {}
    status = 400 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        replaces = request.POST.get("replaces", "")
        try:
            operations.record_determination(
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
            problems, status = _problem(operations.NotEffective.code), 409
        except DETERMINATION_REFUSALS as refusal:
            problems, status = _problem(refusal.code), 403 if isinstance(refusal, operations.OwnCase) else 409
        else:
            messages.success(request, _("Your decision was recorded."))
            return HttpResponseRedirect(reverse("office_case", args=[appointment_id]))
    return _render_determination(request, member, appointment, traveler_id, form, problems, status)


def _own_appointment(member: StaffMember, appointment_id: uuid.UUID) -> Appointment | str:
    """The appointment, or the code of the refusal to show it."""
    appointment = queries.find_appointment(appointment_id=appointment_id)
    if appointment is None:
        raise Http404
    try:
        member_role_at_port(member=member, port=appointment.slot.port_id)
    except operations.OtherPort as refusal:
        return refusal.code
    return appointment


def _ask_reason(
    request: HttpRequest, member: StaffMember, appointment: Appointment, form: OpenReasonForm
) -> HttpResponse:
    context = {"form": form, "appointment": appointment}
    return render_office(request, member, "office/open_reason.html", context, status=400 if form.errors else 200)


def _open(request: HttpRequest, member: StaffMember, appointment: Appointment) -> Case:
    reason = request.session.get(REASON_KEY, "check_in")
    return operations.open_file(appointment_id=appointment.pk, officer=member.user, reason=reason, at=now())


def _render_case(
    request: HttpRequest, member: StaffMember, appointment: Appointment, *, code: str | None = None
) -> HttpResponse:
    try:
        opened = _open(request, member, appointment)
    except SealBroken as error:
        return refuse_staff(request, member, code=error.code, text=TEXTS[error.code], status=410)
    slot, status = opened.appointment.slot, opened.appointment.registration.status
    is_today = slot.date == today_at(port=slot.port, at=now())
    expected = [traveler for traveler in opened.travelers if traveler.check_in is None]
    live = opened.appointment.state in (AppointmentState.BOOKED, AppointmentState.ARRIVED)
    may_arrive = is_today and live and status != RegistrationStatus.WITHDRAWN and expected
    kind, state = STATES[opened.appointment.state]
    if status == RegistrationStatus.WITHDRAWN:
        kind, state = STATES[AppointmentState.CANCELLED]
    context = {
        "appointment": opened.appointment,
        "port": slot.port,
        "when": write_slot(slot),
        "kind": kind,
        "state": state,
        "is_today": is_today,
        "timing": timing_of(slot=slot, at=now()) if is_today else "",
        "early": Timing.EARLY,
        "late": Timing.LATE,
        "travelers": [_traveler_view(traveler, slot.port.timezone) for traveler in opened.travelers],
        "arrival_form": ArrivalForm(expected) if may_arrive else None,
        "may_correct": member.role_at(slot.port_id, Role.SUPERVISOR) is not None,
        "events": _timeline(opened, slot.port.timezone),
        **(_problem(code) if code else {}),
    }
    return render_office(request, member, "office/case.html", context, status=409 if code else 200)


def _render_determination(
    request: HttpRequest,
    member: StaffMember,
    appointment: Appointment,
    traveler_id: uuid.UUID,
    form: DeterminationForm,
    problems: dict[str, Any],
    status: int,
) -> HttpResponse:
    try:
        opened = _open(request, member, appointment)
    except SealBroken as error:
        return refuse_staff(request, member, code=error.code, text=TEXTS[error.code], status=410)
    traveler = next((each for each in opened.travelers if each.person.id == traveler_id), None)
    if traveler is None:
        raise Http404
    is_supervisor = member.role_at(opened.appointment.slot.port_id, Role.SUPERVISOR) is not None
    if traveler.effective and not form.is_bound and not is_supervisor:
        # Said before anything is typed.
        code = operations.SupervisorNeeded.code
        return refuse_staff(request, member, code=code, text=TEXTS[code])
    context = {
        "appointment": opened.appointment,
        "traveler": _traveler_view(traveler, opened.appointment.slot.port.timezone),
        "form": form,
        "replaces": traveler.effective,
        **problems,
    }
    return render_office(request, member, "office/determination.html", context, status=status)


def _problem(code: str) -> dict[str, Any]:
    return {"problems": [TEXTS[code]], "problem_codes": [code]}


def _traveler_view(traveler: CaseTraveler, zone: str) -> dict[str, Any]:
    person = traveler.person
    countries = dict(country_names(language=get_language() or "en"))
    return {
        "id": person.id,
        "name": f"{person.given_names} {person.family_names}",
        "born": write_date(person.birth_date),
        "nationality": countries.get(person.nationality, person.nationality),
        "document": person.document_number,
        "criteria": [CRITERIA[code] for code in person.criteria],
        "arrived": write_clock(traveler.check_in.arrived_at, zone) if traveler.check_in else "",
        "determinations": [
            {
                "outcome": determination.outcome,
                "words": determination.outcome_words,
                "criterion": CRITERIA[determination.criterion] if determination.criterion else "",
                "reason": determination.reason,
                "officer": determination.officer,
                "when": write_moment(determination.decided_at, zone),
            }
            for determination in traveler.determinations
        ],
    }


def _timeline(opened: Case, zone: str) -> list[dict[str, Any]]:
    """What happened, in words; of staff only their role is told here, where it is known."""
    lines = [
        {
            "when": write_moment(event.at, zone),
            "words": EVENTS.get(event.name, event.name),
            "who": ROLES.get((event.details or {}).get("role", ""), ACTORS.get(event.actor_kind, event.actor_kind)),
        }
        for event in opened.events
    ]
    # Every opening of the file is an event; reloading a page should not bury the rest.
    return [line for line, _alike in groupby(lines)]
