"""Who gave an access code: the session holds the registration's id and nothing else."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from fairport.accounts.access import Access, declare
from fairport.applicant.pages import SeeOther
from fairport.registrations.models import Registration
from fairport.registrations.queries import get_registration

KEY: Final = "applicant_registration"
# Phones are lent and computers in shelters are shared.
IDLE_SECONDS: Final = 30 * 60


def sign_in(request: HttpRequest, registration: Registration) -> None:
    """Opens a registration for this browser under a fresh session key."""
    request.session.cycle_key()
    request.session[KEY] = str(registration.pk)
    request.session.set_expiry(IDLE_SECONDS)


def sign_out(request: HttpRequest) -> None:
    """Closes it; the session's row goes too."""
    request.session.flush()


def signed_in_registration(request: HttpRequest) -> Registration | None:
    """The open registration, or None. Each look keeps the session alive."""
    value = request.session.get(KEY)
    if value is None:
        return None
    try:
        registration = get_registration(registration_id=uuid.UUID(value))
    except Registration.DoesNotExist:
        sign_out(request)
        return None
    request.session.set_expiry(IDLE_SECONDS)
    return registration


def applicant_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Calls `view(request, registration, …)` for who gave an access code; anyone else is sent to /status."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        registration = signed_in_registration(request)
        if registration is None:
            response: HttpResponse = SeeOther(reverse("status"))
        else:
            response = view(request, registration, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        return response

    return declare(guarded, Access("applicant"))
