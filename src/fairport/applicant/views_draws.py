"""The group's own lines of a draw, to keep and to check."""

from __future__ import annotations

import json

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from fairport.applicant.session import applicant_only
from fairport.domain.draw_format import is_slug_path
from fairport.draws.queries import own_lines
from fairport.registrations.models import Registration


@applicant_only
@require_safe
def own_draw_lines(request: HttpRequest, registration: Registration, address: str) -> HttpResponse:
    """The lines of one draw with their proofs, as a file; the draw's page checks it in the browser."""
    draw_id = address.replace("_", "/")
    lines = own_lines(subject_id=registration.pk, draw_id=draw_id) if is_slug_path(draw_id) else None
    if lines is None:
        raise Http404
    return HttpResponse(
        json.dumps(lines, indent=1) + "\n",
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{address}_own-lines.json"'},
    )
