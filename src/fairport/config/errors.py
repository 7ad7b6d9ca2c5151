"""Refusals that happen before or outside a view, as a page or as a problem document."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

TITLES = {
    "bad_request": _("This request could not be read. Go back and try again."),
    "forbidden": _("You may not open this page."),
    "not_found": _("This page does not exist. Check the address, or start again from the first page."),
    "body_too_large": _("What was sent is too large. Send less text and no files."),
    "csrf_failed": _(
        "This page was open for too long, or your browser blocked a cookie. "
        "Nothing was lost. Go back, reload the page and send it again."
    ),
    "server_error": _("Something failed on our side. Nothing that you sent was changed. Try again in a few minutes."),
}
TEMPLATES = {400: "400.html", 403: "403.html", 404: "404.html", 413: "413.html", 500: "500.html"}


def refuse(request: HttpRequest, *, status: int, code: str) -> HttpResponse:
    """A translated refusal: RFC 9457 under /api/, else the page of that status."""
    title = str(TITLES[code])
    if request.path.startswith("/api/"):
        problem = {"type": "about:blank", "title": title, "status": status, "code": code, "errors": []}
        return JsonResponse(problem, status=status, content_type="application/problem+json")
    return render(request, TEMPLATES[status], {"title": title, "code": code}, status=status)


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
