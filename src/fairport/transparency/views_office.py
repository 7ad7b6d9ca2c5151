"""For auditors: every file of every draw from the moment it exists."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from fairport.accounts.access import staff
from fairport.accounts.models import Role
from fairport.accounts.pages import render_office
from fairport.accounts.queries import StaffMember
from fairport.audit.events import staff as staff_actor
from fairport.clock.queries import now
from fairport.draws.queries import find_draw, list_draws
from fairport.transparency.addresses import draw_id_of
from fairport.transparency.bundles import pack_all_files
from fairport.transparency.figures import draw_row

DRAWS_SHOWN = 60


@staff(Role.AUDITOR, Role.OMBUDS)
@require_safe
def draws(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """The latest draws, each with all of its files in one archive."""
    at = now()
    rows = [draw_row(draw=draw, at=at) for draw in list_draws(limit=DRAWS_SHOWN)]
    return render_office(request, member, "office/draws.html", {"rows": rows})


@staff(Role.AUDITOR, Role.OMBUDS)
@require_safe
def draw_bundle(request: HttpRequest, member: StaffMember, address: str) -> HttpResponse:
    """All files of a draw, also those that become public later."""
    found = find_draw(draw_id=draw_id_of(address))
    if found is None:
        raise Http404
    return HttpResponse(
        pack_all_files(draw=found, at=now(), actor=staff_actor(member.user.pk)),
        content_type="application/gzip",
        headers={"Content-Disposition": f'attachment; filename="{address}.tar.gz"'},
    )
