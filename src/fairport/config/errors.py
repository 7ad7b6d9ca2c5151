"""Refusals that happen before or outside a view, as a page or as a problem document."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Refusal:
    """What happened, without a full stop, and what to do now, in whole sentences."""

    heading: Promise
    advice: Promise


REFUSALS = {
    "bad_request": Refusal(_("This request could not be read"), _("Go back and try again.")),
    "forbidden": Refusal(_("You may not open this page"), _("Go back, or start again from the first page.")),
    "not_found": Refusal(_("This page does not exist"), _("Check the address, or start again from the first page.")),
    "body_too_large": Refusal(_("What was sent is too large"), _("Send less text and no files.")),
    "csrf_failed": Refusal(
        _("This page could not be sent"),
        _(
            "It was open for too long, or your browser blocked a cookie. Go back, fill in this one page again and send "
            "it. What you sent from the pages before is kept."
        ),
    ),
    "server_error": Refusal(
        _("Something failed on our side"), _("Nothing that you sent was changed. Try again in a few minutes.")
    ),
}
TEMPLATES = {400: "400.html", 403: "403.html", 404: "404.html", 413: "413.html", 500: "500.html"}


def refuse(request: HttpRequest, *, status: int, code: str) -> HttpResponse:
    """A translated refusal: RFC 9457 under /api/, else the page of that status."""
    refusal = REFUSALS[code]
    if request.path.startswith("/api/"):
        title = f"{refusal.heading}. {refusal.advice}"
        problem = {"type": "about:blank", "title": title, "status": status, "code": code, "errors": []}
        return JsonResponse(problem, status=status, content_type="application/problem+json")
    return render(request, TEMPLATES[status], {"refusal": refusal, "code": code}, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refuse(request, status=400, code="bad_request")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refuse(request, status=403, code="forbidden")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refuse(request, status=404, code="not_found")


def server_error(request: HttpRequest) -> HttpResponse:
    return refuse(request, status=500, code="server_error")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return refuse(request, status=403, code="csrf_failed")
