"""A port's day: its bands, the groups in them, and the check of a pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from csp.decorators import csp_update
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from fairport.accounts.access import staff
from fairport.accounts.models import PORT_ROLES
from fairport.accounts.pages import refuse_staff, render_office
from fairport.accounts.queries import StaffMember
from fairport.checkin import queries
from fairport.checkin.closed import words_of
from fairport.checkin.days import follow_day
from fairport.checkin.forms import CheckForm
from fairport.checkin.operations import Judgement, OtherPort, check_pass
from fairport.checkin.places import member_role_at_port, today_at
from fairport.checkin.times import write_band, write_clock, write_day, write_slot
from fairport.checkin.words import STATES
from fairport.clock.queries import now
from fairport.ports.queries import list_ports

View = Callable[..., HttpResponse]

# The decoder of the camera's picture is WebAssembly, which this page alone may run.
allows_scanning = cast(Callable[[View], View], csp_update({"script-src": ["'wasm-unsafe-eval'"]}))


@staff(*PORT_ROLES)
@require_safe
def day(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """Today's bands of one of the member's ports, in the port's own time."""
    own = member.ports(*PORT_ROLES)
    code = request.GET.get("port", own[0])
    if code not in own:
        return refuse_staff(request, member, code="other_port")
    ports = {port.code: port for port in list_ports()}
    port, at = ports[code], now()
    today = today_at(port=port, at=at)
    bands = follow_day(port=code, day=today, at=at)
    context = {
        "port": port,
        "today": write_day(today),
        "clock": write_clock(at, port.timezone),
        "bands": [{"row": band, "time": write_band(band.band_start, band.band_end)} for band in bands],
        "figures": {
            name: sum(getattr(band, name) for band in bands)
            for name in ("groups", "people", "arrived", "rest", "expected", "late", "missed")
        },
        "other_ports": [ports[other] for other in own if other != code],
        "form": CheckForm(),
    }
    return render_office(request, member, "office/day.html", context)


@staff(*PORT_ROLES)
@require_safe
def band(request: HttpRequest, member: StaffMember, slot_id: int) -> HttpResponse:
    """The groups of one band; of their people only the lead's initials."""
    slot = queries.find_slot(slot_id=slot_id)
    if slot is None:
        raise Http404
    try:
        member_role_at_port(member=member, port=slot.port_id)
    except OtherPort as refusal:
        return refuse_staff(request, member, code=refusal.code)
    groups = queries.groups_in_band(slot_id=slot_id)
    context = {
        "port": slot.port,
        "when": write_slot(slot),
        "groups": [{"row": group, "kind": STATES[group.state][0], "state": STATES[group.state][1]} for group in groups],
    }
    return render_office(request, member, "office/band.html", context)


@staff(*PORT_ROLES)
@allows_scanning
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """Scan or type, and one big answer. A POST, so that no number stands in an address or a log."""
    form = CheckForm(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"form": form}
    if form.is_bound and form.is_valid():
        judgement = check_pass(text=form.cleaned_data["code"], officer=member.user, at=now())
        # The field is empty for the next group.
        context = {"form": CheckForm(), "answer": _answer(member, judgement)}
    return render_office(request, member, "office/check.html", context, status=400 if form.errors else 200)


def _answer(member: StaffMember, judgement: Judgement) -> dict[str, Any]:
    state, words, text = words_of(judgement.answer, judgement.appointment)
    answer: dict[str, Any] = {"code": judgement.answer.value, "state": state, "words": words, "text": text}
    appointment = judgement.appointment
    if appointment is not None:
        answer |= {"port": appointment.slot.port, "when": write_slot(appointment.slot)}
        if member.role_at(appointment.slot.port_id, *PORT_ROLES) is not None:
            answer |= {
                "number": appointment.confirmation_number,
                "size": appointment.people,
                "href": reverse("office_case", args=[appointment.pk]),
            }
    return answer
