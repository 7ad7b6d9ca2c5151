"""What the group may keep and check: its own lines of a draw, and the log's proof of its registration."""

from __future__ import annotations

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from fairport.applicant.pages import SeeOther
from fairport.applicant.session import applicant_only
from fairport.audit.events import Subject
from fairport.audit.queries import NotInLog, receipt_of
from fairport.domain.draw_format import is_slug_path
from fairport.draws.queries import own_lines
from fairport.registrations.events import RegistrationSubmitted
from fairport.registrations.models import Registration


@applicant_only
@require_safe
def own_draw_lines(request: HttpRequest, registration: Registration, address: str) -> HttpResponse:
    """The lines of one draw with their proofs, as a file; the draw's page checks it in the browser."""
    draw_id = address.replace("_", "/")
    lines = own_lines(subject_id=registration.pk, draw_id=draw_id) if is_slug_path(draw_id) else None
    if lines is None:
        raise Http404
    return _json_file(lines, f"{address}_own-lines.json")


@applicant_only
@require_safe
def log_receipt(request: HttpRequest, registration: Registration) -> HttpResponse:
    """The proof that the public log holds the registration, as a file; the same as in the API."""
    try:
        receipt = receipt_of(subject=Subject("registration", str(registration.pk)), name=RegistrationSubmitted.name)
    except NotInLog:
        # The status page says that there will be one in a minute.
        return SeeOther(reverse("status"))
    content = {"payload": receipt.payload.decode(), "proof": receipt.proof}
    return _json_file(content, f"{registration.number}_log-receipt.json")


def _json_file(content: dict[str, Any], name: str) -> HttpResponse:
    return HttpResponse(
        json.dumps(content, indent=1) + "\n",
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
