"""The office's first page: where somebody's work is, by their roles."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from fairport.accounts.access import staff
from fairport.accounts.models import Role
from fairport.accounts.pages import DESTINATIONS
from fairport.accounts.queries import StaffMember


@staff(*Role)
@require_safe
def home(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """Leads to the first page that the roles open."""
    first = next(destination for destination in DESTINATIONS if member.has(*destination.roles))
    return HttpResponseRedirect(reverse(first.url_name))
