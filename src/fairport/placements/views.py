"""Placing a group outside the draw: who was placed, what may still be, and a new proposal."""

from __future__ import annotations

import uuid
from typing import Any, Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from fairport.accounts.access import staff
from fairport.accounts.models import PORT_ROLES, Role
from fairport.accounts.pages import refuse_staff, render_office
from fairport.accounts.queries import StaffMember
from fairport.approvals.operations import AlreadyProposed, ProposalNotAllowed
from fairport.checkin.times import write_date, write_moment, write_slot
from fairport.clock.queries import now
from fairport.domain.transitions import TransitionRefused
from fairport.placements import operations, queries
from fairport.placements.forms import FilterForm, ProposeForm
from fairport.placements.models import ExceptionalPlacement, PlacementReason
from fairport.placements.problems import TEXTS
from fairport.ports.models import AppointmentSlot
from fairport.ports.operations import NoPlaceLeft
from fairport.ports.queries import list_ports
from fairport.registrations.conflicts import OwnCase, OwnRegistration
from fairport.registrations.models import Registration
from fairport.sealing.box import SealBroken

PAGE_SIZE: Final = 50
EVERYWHERE: Final = (Role.SCHEDULER, Role.AUDITOR, Role.OMBUDS)
REFUSALS: Final = (
    operations.NumbersUnfit,
    operations.SizeUnfit,
    operations.SlotUnfit,
    operations.PortClosed,
    operations.CapReached,
    operations.WordsUnfit,
    NoPlaceLeft,
    TransitionRefused,
    AlreadyProposed,
    SealBroken,
)


@staff(*PORT_ROLES, *EVERYWHERE)
@require_safe
def placements(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """Who was placed by whom, and how much of each week's cap is used."""
    ports = _ports(member)
    form = FilterForm(ports, request.GET)
    port, reason = "", ""
    if form.is_valid():
        port, reason = form.cleaned_data["port"], form.cleaned_data["reason"]
    shown = [port] if port else list(ports)
    paginator = Paginator(queries.placements_at(ports=shown, reason=reason), PAGE_SIZE)
    page = paginator.get_page(request.GET.get("page"))
    context = {
        "form": form,
        "weeks": queries.coming_weeks(ports=shown, at=now()),
        "placements": [_row(placement) for placement in page.object_list],
        "page": page,
        "pages": list(paginator.get_elided_page_range(page.number)),
        "query": urlencode({"port": port, "reason": reason}) + "&",
        "own_ports": member.ports(*PORT_ROLES),
    }
    return render_office(request, member, "placements/placements.html", context, status=400 if form.errors else 200)


@staff(*PORT_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """Proposes a place; a second person approves."""
    own = member.ports(*PORT_ROLES)
    port = request.GET.get("port", own[0])
    if port not in own:
        return refuse_staff(request, member, code="other_port")
    slots = queries.bands_with_places(port=port, at=now())
    choices = [(slot.pk, _band(slot)) for slot in slots]
    form = ProposeForm(choices, request.POST if request.method == "POST" else None)
    code = None
    if form.is_bound and form.is_valid():
        numbers = form.cleaned_data["numbers"]
        ids = list(Registration.objects.filter(number__in=numbers).values_list("pk", flat=True))
        if len(ids) != len(numbers):
            form.add_error("numbers", str(TEXTS["placement_numbers_unknown"]))
        else:
            try:
                operations.propose_placement(
                    registration_ids=ids,
                    slot_id=form.cleaned_data["slot"],
                    reason=PlacementReason(form.cleaned_data["reason"]),
                    words=form.cleaned_data["words"],
                    proposer=member.user,
                    at=now(),
                )
            except (OwnCase, OwnRegistration, ProposalNotAllowed) as refusal:
                return refuse_staff(request, member, code=refusal.code, text=TEXTS[refusal.code])
            except REFUSALS as refusal:
                code = refusal.code
            else:
                messages.success(request, _("Proposed. A supervisor or a scheduler decides."))
                return HttpResponseRedirect(reverse("office_placements"))
    context: dict[str, Any] = {
        "form": form,
        "port": port,
        "other_ports": [other for other in own if other != port],
        "weeks": queries.coming_weeks(ports=[port], at=now()),
    }
    if code is not None:
        context |= {"problems": [TEXTS[code]], "problem_codes": [code]}
    status = 409 if code else 400 if form.errors else 200
    return render_office(request, member, "placements/propose.html", context, status=status)


@staff(*PORT_ROLES, Role.SCHEDULER)
@require_safe
def placement(request: HttpRequest, member: StaffMember, registration_id: uuid.UUID) -> HttpResponse:
    """What is proposed for a group, for the person who decides."""
    try:
        found = queries.open_proposed_placement(registration_id=registration_id, reader=member, at=now())
    except queries.OtherPort as refusal:
        return refuse_staff(request, member, code=refusal.code)
    except SealBroken as error:
        return refuse_staff(request, member, code=error.code, text=TEXTS[error.code], status=410)
    if found is None:
        raise Http404
    payload = found.proposal.payload
    context = {
        "proposal": found.proposal,
        "reason": PlacementReason(payload["reason"]).label,
        "people": payload["people"],
        "port": found.slot.port,
        "when": write_slot(found.slot),
        "places": _places(found.slot),
        "registrations": found.registrations,
        "words": found.words,
        "left": found.left,
    }
    return render_office(request, member, "placements/placement.html", context)


def _ports(member: StaffMember) -> tuple[str, ...]:
    if member.has(*EVERYWHERE):
        return tuple(port.code for port in list_ports())
    return member.ports(*PORT_ROLES)


def _band(slot: AppointmentSlot) -> str:
    return _("{when} ({places})").format(when=write_slot(slot), places=_places(slot))


def _places(slot: AppointmentSlot) -> str:
    reserve = slot.walk_in_places_left
    free = ngettext("%d free place", "%d free places", slot.free) % slot.free
    return _("{reserve} of the walk-in reserve, {free}").format(reserve=reserve, free=free)


def _row(placement: ExceptionalPlacement) -> dict[str, Any]:
    slot = placement.appointment.slot
    return {
        "number": placement.appointment.registration.number,
        "port": placement.port_id,
        "when": write_slot(slot),
        "week": write_date(placement.week),
        "people": placement.people,
        "reason": PlacementReason(placement.reason).label,
        "proposed_by": placement.proposed_by.full_name,
        "approved_by": placement.approved_by.full_name,
        "approved_at": write_moment(placement.approved_at, slot.port.timezone),
    }
