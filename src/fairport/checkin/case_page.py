"""The page of a group's file, and what the other pages about a case share with it."""

from __future__ import annotations

import uuid
from itertools import groupby
from typing import Any, Final

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from fairport.accounts.models import Role
from fairport.accounts.pages import render_office
from fairport.accounts.queries import StaffMember
from fairport.appointments.models import Appointment, AppointmentState
from fairport.appointments.queries import latest_appointment
from fairport.checkin import operations, queries
from fairport.checkin.chain import DecisionState
from fairport.checkin.deciding import may_replace
from fairport.checkin.files import REASONS, Case, CaseTraveler, OpenDetermination
from fairport.checkin.forms import ArrivalForm, OpenReasonForm, TimelineForm
from fairport.checkin.gate_part import gate_context
from fairport.checkin.places import Timing, member_role_at_port, timing_of, today_at
from fairport.checkin.problems import TEXTS
from fairport.checkin.timeline import read_timeline
from fairport.checkin.times import write_clock, write_date, write_moment, write_slot
from fairport.checkin.words import CRITERIA, DECISION_STATES, STATES
from fairport.clock.queries import now
from fairport.ports.queries import list_ports
from fairport.registrations.countries import country_names
from fairport.registrations.models import RegistrationStatus

# Why files are opened, asked once a session.
REASON_KEY: Final = "office_open_reason"
ENTRIES_A_PAGE: Final = 50


def has_reason(request: HttpRequest) -> bool:
    """Whether the reason for opening files was given in this session."""
    return request.session.get(REASON_KEY) in REASONS


def ask_reason(
    request: HttpRequest, member: StaffMember, back: str, form: OpenReasonForm | None = None
) -> HttpResponse:
    """The question before the first file of a session; `back` is where the link back leads."""
    form = OpenReasonForm() if form is None else form
    context = {"form": form, "back_href": back}
    return render_office(request, member, "office/open_reason.html", context, status=400 if form.errors else 200)


def own_appointment(member: StaffMember, appointment_id: uuid.UUID) -> Appointment | str:
    """The appointment, or the code of the refusal to show it. Raises Http404."""
    appointment = queries.find_appointment(appointment_id=appointment_id)
    if appointment is None:
        raise Http404
    try:
        member_role_at_port(member=member, port=appointment.slot.port_id)
    except operations.OtherPort as refusal:
        return refusal.code
    return appointment


def open_case(request: HttpRequest, member: StaffMember, appointment: Appointment) -> Case:
    """Opens the file for the session's reason, which is told as an event."""
    reason = request.session.get(REASON_KEY, "check_in")
    return operations.open_file(appointment_id=appointment.pk, officer=member.user, reason=reason, at=now())


def problem(code: str) -> dict[str, Any]:
    """What a page needs to tell a refusal."""
    return {"problems": [TEXTS[code]], "problem_codes": [code]}


def render_case(request: HttpRequest, member: StaffMember, opened: Case, *, code: str | None = None) -> HttpResponse:
    """The page of an opened file, with the refusal of `code` above it if there is one."""
    registration, zone = opened.registration, opened.port.timezone
    context: dict[str, Any] = {
        "registration": registration,
        "registration_state": RegistrationStatus(registration.status).label,
        "registered": write_moment(registration.registered_at, zone),
        "port": opened.port,
        "travelers": [traveler_view(traveler, opened, member) for traveler in opened.travelers],
        "is_readable": opened.is_readable,
        "unreadable_text": TEXTS["seal_broken"],
        "gate": gate_context(opened=opened, member=member, at=now()) if opened.is_readable else None,
        **_appointment_context(opened),
        **_timeline_context(request, opened),
    }
    if code is not None:
        context |= problem(code)
    return render_office(request, member, "office/case.html", context, status=409 if code else 200)


def traveler_view(traveler: CaseTraveler, opened: Case, member: StaffMember) -> dict[str, Any]:
    """A traveler as the page shows them, with what this member of staff may do about them."""
    person, zone = traveler.person, opened.port.timezone
    names = _("Traveler {number}").format(number=traveler.position + 1)
    view: dict[str, Any] = {
        "id": traveler.id,
        "name": names if person is None else f"{person.given_names} {person.family_names}",
        "is_readable": person is not None,
        "arrived": write_clock(traveler.check_in.arrived_at, zone) if traveler.check_in else "",
        "determinations": [_determination_view(each, zone) for each in traveler.determinations],
        **_actions(traveler, opened, member),
    }
    if person is not None:
        countries = dict(country_names(language=get_language() or "en"))
        view |= {
            "born": write_date(person.birth_date),
            "nationality": countries.get(person.nationality, person.nationality),
            "document": person.document_number,
            "criteria": [CRITERIA[code] for code in person.criteria],
        }
    return view


def _actions(traveler: CaseTraveler, opened: Case, member: StaffMember) -> dict[str, Any]:
    """What is this person's to do: `action` is decide, again, review, wait or empty; a supervisor may replace."""
    latest = traveler.latest
    if opened.appointment is None or traveler.check_in is None or traveler.person is None:
        return {"action": "", "may_replace": False}
    if latest is None:
        return {"action": "decide", "may_replace": False}
    is_supervisor = member.role_at(opened.port.code, Role.SUPERVISOR) is not None
    may = may_replace(states=traveler.states, is_supervisor=is_supervisor)
    if latest.state is DecisionState.RETURNED:
        return {"action": "again" if may else "", "may_replace": False}
    action = ""
    if latest.state is DecisionState.PROPOSED:
        action = "wait" if latest.officer_id == member.user.pk else "review"
    return {"action": action, "may_replace": may}


def _determination_view(determination: OpenDetermination, zone: str) -> dict[str, Any]:
    kind, state = DECISION_STATES[determination.state]
    view: dict[str, Any] = {
        "id": determination.id,
        "words": determination.outcome_words,
        "kind": kind,
        "state": state,
        "criterion": CRITERIA[determination.criterion] if determination.criterion else "",
        "reason": determination.reason,
        "officer": determination.officer,
        "when": write_moment(determination.decided_at, zone),
    }
    review = determination.review
    if review is not None:
        view |= {
            "verdict": review.verdict_words,
            "review_reason": review.reason,
            "reviewer": review.reviewer,
            "reviewed": write_moment(review.reviewed_at, zone),
        }
    return view


def _appointment_context(opened: Case) -> dict[str, Any]:
    appointment, status = opened.appointment, opened.registration.status
    if appointment is None:
        latest = latest_appointment(registration_id=opened.registration.pk)
        return {
            "latest": latest,
            "latest_when": "" if latest is None else write_slot(latest.slot),
            "latest_is_here": latest is not None and latest.slot.port_id == opened.port.code,
        }
    slot = appointment.slot
    is_today = slot.date == today_at(port=slot.port, at=now())
    expected = [traveler for traveler in opened.travelers if traveler.check_in is None]
    live = appointment.state in (AppointmentState.BOOKED, AppointmentState.ARRIVED)
    may_arrive = is_today and live and status != RegistrationStatus.WITHDRAWN and expected and opened.is_readable
    kind, state = STATES[appointment.state]
    if status == RegistrationStatus.WITHDRAWN:
        kind, state = STATES[AppointmentState.CANCELLED]
    return {
        "appointment": appointment,
        "when": write_slot(slot),
        "kind": kind,
        "state": state,
        "is_today": is_today,
        "timing": timing_of(slot=slot, at=now()) if is_today else "",
        "early": Timing.EARLY,
        "late": Timing.LATE,
        "arrival_form": ArrivalForm(expected) if may_arrive else None,
    }


def _timeline_context(request: HttpRequest, opened: Case) -> dict[str, Any]:
    """One page of what happened. Reloading the page tells an opening each time; that must not bury the rest."""
    form = TimelineForm(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    zone = opened.port.timezone
    ports = {port.code: port.name for port in list_ports()}
    entries = [
        entry
        for entry in read_timeline(registration=opened.registration, zone=zone, ports=ports)
        if not chosen.get("show") or entry.kind == chosen["show"]
    ]
    if chosen.get("order") == "newest":
        entries.reverse()
    rows = [
        {"when": write_moment(entry.at, zone), "words": entry.words, "detail": entry.detail, "who": entry.who}
        for entry in entries
    ]
    paginator = Paginator([row for row, _alike in groupby(rows)], ENTRIES_A_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    query = urlencode({name: value for name, value in chosen.items() if value})
    return {
        "timeline_form": form,
        "page": page,
        "pages": list(paginator.get_elided_page_range(page.number)),
        "query": f"{query}&" if query else "",
    }
