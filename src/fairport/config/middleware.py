"""Requests that no page of ours ever needs are refused before they are read."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from fairport.config.errors import refuse


class BodyLimitMiddleware:
    """Refuses a body over `MAX_BODY_BYTES`, and one of unknown length, with status 413."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if "HTTP_TRANSFER_ENCODING" in request.META or not length.isdigit() or int(length) > settings.MAX_BODY_BYTES:
            return refuse(request, status=413, code="body_too_large")
        return self.get_response(request)
