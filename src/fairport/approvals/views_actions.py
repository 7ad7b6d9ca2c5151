"""Who can do what: read from the views' own declarations and from the kinds that need two people."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from fairport.accounts.access import staff
from fairport.accounts.actions import office_addresses
from fairport.accounts.models import Role
from fairport.accounts.pages import render_office
from fairport.accounts.queries import StaffMember
from fairport.approvals.kinds import all_kinds


class ActionsForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), required=False, choices=[("", _("All")), *Role.choices])


@dataclass(frozen=True, slots=True)
class ActionRow:
    """What is done, where, and for each shown role whether it may."""

    action: Promise | str
    route: str
    may: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class KindRow:
    """What needs two people; for each shown role whether it proposes and whether it decides."""

    label: Promise
    parts: tuple[tuple[bool, bool], ...]


@staff(Role.OPERATOR, Role.AUDITOR)
@require_safe
def actions(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """Rows: what the office can do. Columns: the roles."""
    form = ActionsForm(request.GET)
    chosen = form.cleaned_data["role"] if form.is_valid() else ""
    shown = [Role(chosen)] if chosen else list(Role)
    addresses = [address for address in office_addresses() if address.roles.intersection(shown)]
    kinds = [kind for kind in all_kinds() if (kind.proposers | kind.approvers).intersection(shown)]
    context = {
        "form": form,
        "roles": [role.label for role in shown],
        "rows": sorted(
            (
                ActionRow(address.action, _shown(address.route), tuple(role in address.roles for role in shown))
                for address in addresses
            ),
            key=lambda row: str(row.action),
        ),
        "kinds": [
            KindRow(kind.label, tuple((role in kind.proposers, role in kind.approvers) for role in shown))
            for kind in kinds
        ],
    }
    return render_office(request, member, "staff/actions.html", context, status=400 if form.errors else 200)


def _shown(route: str) -> str:
    """The address with an ellipsis for each part that names something."""
    return "/" + re.sub(r"<[^>]+>", "…", route)
