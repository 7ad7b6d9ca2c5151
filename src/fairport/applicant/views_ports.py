"""Choosing other ports while one waits."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fairport.applicant.forms import PortsForm
from fairport.applicant.pages import SeeOther, private
from fairport.applicant.problems import text_for
from fairport.applicant.session import applicant_only
from fairport.applicant.status_page import policy_for
from fairport.audit.events import APPLICANT
from fairport.clock.queries import now
from fairport.ports.suspensions import shut_ports
from fairport.registrations.models import Registration, RegistrationStatus
from fairport.registrations.operations import PortsFixed, choose_ports

TEMPLATE = "applicant/status/ports.html"


@applicant_only
@private
@require_http_methods(["GET", "HEAD", "POST"])
def ports(request: HttpRequest, registration: Registration) -> HttpResponse:
    """The ports in the group's order; closed ones are named."""
    at = now()
    policy = policy_for(registration, at)
    names = {port.code: port.name for port in policy.ports}
    context = {"closed": sorted(names[code] for code in shut_ports(programme=policy.programme, at=at) if code in names)}
    if registration.status != RegistrationStatus.WAITING:
        return SeeOther(reverse("status"))
    if request.method != "POST":
        chosen = {f"choice_{rank}": code for rank, code in enumerate(registration.ports, start=1)}
        form = PortsForm(initial=chosen, policy=policy, at=at)
        return render(request, TEMPLATE, {**context, "form": form})
    form = PortsForm(request.POST, policy=policy, at=at)
    if not form.is_valid():
        return render(request, TEMPLATE, {**context, "form": form, "problem_codes": form.problem_codes()}, status=422)
    try:
        choose_ports(registration_id=registration.pk, ports=form.ports, at=at, actor=APPLICANT)
    except PortsFixed as refused:
        problems = {"problems": [text_for(refused.code)], "problem_codes": [refused.code]}
        return render(request, TEMPLATE, {**context, "form": form, **problems}, status=409)
    messages.success(request, _("Your ports are saved. They count from the next list of groups on."))
    return SeeOther(reverse("status"))
