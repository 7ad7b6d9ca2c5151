"""What all pages of the applicant share: redirects after a POST, privacy headers, forms refused with their codes."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from fairport.applicant.problems import text_for

FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")


class SeeOther(HttpResponseRedirect):
    """303: the answer to a POST is another page, which a reload asks for again without sending anything twice."""

    status_code = 303


def private(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For pages with personal data: no cache keeps them, also not the browser's on a shared device."""

    @wraps(view)
    def uncached(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        return response

    return uncached


def refuse_page(
    request: HttpRequest, template: str, context: dict[str, Any], *, code: str, status: int, **values: Any
) -> HttpResponse:
    """A page with the refusal's text on top, its stable code, and a 4xx status."""
    text = text_for(code, **values)
    return render(request, template, {**context, "problems": [text], "problem_codes": [code]}, status=status)


def wrong_content_type(request: HttpRequest) -> bool:
    """Whether a POST is not a form, so that its answers cannot be read."""
    return request.method == "POST" and request.content_type not in FORM_TYPES
