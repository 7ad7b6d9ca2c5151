"""What all office pages share: who is signed in, where they can go, and how they are refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fairport.accounts.models import Role
from fairport.accounts.queries import StaffMember

REFUSALS: Final[Mapping[str, Promise]] = {
    "role_missing": _("Your role does not include this page. Ask your operator if it should."),
    "other_port": _("This belongs to another port. You can open it only with a role there."),
    "csrf_failed": _("This page was open for too long. Go back, reload it and send it again."),
}


@dataclass(frozen=True, slots=True)
class Destination:
    """An entry of the office's navigation; `roles` are who sees it."""

    url_name: str
    label: Promise
    roles: tuple[Role, ...]


AT_PORT: Final = (Role.PORT_OFFICER, Role.SUPERVISOR)
DESTINATIONS: Final = (
    Destination("office_gate", _("Gate"), AT_PORT),
    Destination("office_day", _("Today"), AT_PORT),
    Destination("office_walk_ins", _("Walk-ins"), AT_PORT),
    Destination("office_find", _("Find a group"), AT_PORT),
    Destination("office_second_looks", _("Second looks"), AT_PORT),
    Destination("office_facts", _("Verify a reason"), AT_PORT),
    Destination("office_safeguarding", _("Safeguarding"), (Role.SUPERVISOR,)),
    Destination("office_complaints", _("Complaints"), (Role.OMBUDS,)),
    Destination("office_watch", _("Fairness watch"), (Role.AUDITOR, Role.OMBUDS, Role.SUPERVISOR)),
    Destination("office_capacity", _("Calendar of places"), (Role.SCHEDULER, Role.AUDITOR, Role.SUPERVISOR)),
    Destination("office_slots", _("Places"), (Role.SCHEDULER, Role.AUDITOR)),
    Destination("office_ports", _("Closing a port"), (Role.SUPERVISOR, Role.SCHEDULER, Role.AUDITOR)),
    Destination("office_console", _("Draw console"), (Role.OPERATOR, Role.AUDITOR)),
    Destination("office_draws", _("Files of the draws"), (Role.AUDITOR, Role.OMBUDS)),
    Destination("office_operations", _("Operations"), (Role.OPERATOR,)),
    Destination("office_messages", _("Messages"), (Role.OPERATOR,)),
    Destination("office_events", _("Events"), (Role.AUDITOR,)),
    Destination("office_facts_all", _("Verified reasons"), (Role.AUDITOR, Role.OMBUDS)),
    Destination("office_placements", _("Outside the draw"), (*AT_PORT, Role.SCHEDULER, Role.AUDITOR, Role.OMBUDS)),
    Destination(
        "office_approvals",
        _("Approvals"),
        (Role.PORT_OFFICER, Role.SUPERVISOR, Role.SCHEDULER, Role.OPERATOR, Role.AUDITOR, Role.OMBUDS),
    ),
    Destination("office_exports", _("Lists to take along"), (*AT_PORT, Role.OPERATOR, Role.AUDITOR)),
    Destination("office_staff", _("Staff"), (Role.OPERATOR, Role.AUDITOR)),
    Destination("office_programmes", _("Programmes"), (Role.OPERATOR, Role.AUDITOR)),
    Destination("mfa_index", _("My sign-in"), tuple(Role)),
)


def render_office(
    request: HttpRequest,
    member: StaffMember,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """An office page with its navigation; the template extends `office/base.html`."""
    labels = dict(Role.choices)
    roles = dict.fromkeys(str(labels[grant.role]) + (f" {grant.port}" if grant.port else "") for grant in member.grants)
    page = {
        "staff_name": member.user.full_name,
        "staff_role": ", ".join(roles),
        "office_links": [
            {"href": reverse(destination.url_name), "label": destination.label}
            for destination in DESTINATIONS
            if member.has(*destination.roles)
        ],
    }
    return render(request, template, {**page, **(context or {})}, status=status)


def refuse_staff(
    request: HttpRequest, member: StaffMember, *, code: str, text: Promise | str = "", status: int = 403
) -> HttpResponse:
    """A page that says why not, with the stable code."""
    context = {"refusal": text or REFUSALS[code], "code": code}
    return render_office(request, member, "office/refused.html", context, status=status)
