"""The JSON interface: one document, routers from the rooms that own the calls."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, URLResolver
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from fairport.accounts.access import Access, declare
from fairport.applicant.api import router as applicant_router
from fairport.applicant.api_complaints import router as complaints_router
from fairport.applicant.api_errors import install_handlers, problem_response
from fairport.checkin.api import router as checkin_router
from fairport.metros.api import router as metros_router
from fairport.transparency.api import router as public_router
from fairport.transparency.api_oversight import router as oversight_router
from fairport.transparency.api_priority import router as priority_router
from fairport.transparency.api_walk_ins import router as walk_ins_router

JSON_TYPE: Final = "application/json"
PROBLEM_TYPE: Final = "application/problem+json"


class Interface(NinjaAPI):
    """Says in its document that refusals are problem documents, which the library has no word for."""

    def get_openapi_schema(self, **arguments: Any) -> OpenAPISchema:
        document = super().get_openapi_schema(**arguments)
        for call in (call for calls in document["paths"].values() for call in calls.values()):
            for status, response in call["responses"].items():
                if int(status) >= 400 and JSON_TYPE in response.get("content", {}):
                    response["content"] = {PROBLEM_TYPE: response["content"].pop(JSON_TYPE)}
        return document


api = Interface(
    title="Fairport",
    version="1",
    urls_namespace="api",
    description="Public appointments given out by a draw that anyone can check. It is free.",
    docs_url=None,
)
ROUTERS: Final = (
    applicant_router,
    complaints_router,
    public_router,
    oversight_router,
    priority_router,
    walk_ins_router,
    checkin_router,
    metros_router,
)
for _router in ROUTERS:
    api.add_router("", _router)
install_handlers(api)


def _api_urls() -> tuple[list[URLPattern | URLResolver], str, str]:
    """The addresses of the interface, each with the declaration of who may call it; the document is public."""
    declared = {
        operation.view_func.__name__: vars(operation.view_func)["access"]
        for router in ROUTERS
        for path_view in router.path_operations.values()
        for operation in path_view.operations
    }
    patterns, app_name, namespace = api.urls
    for pattern in patterns:
        assert isinstance(pattern, URLPattern)
        assert pattern.callback is not None
        pattern.callback = declare(_guarded(pattern.callback), declared.get(str(pattern.name), Access("public")))
    return patterns, app_name, namespace


def _guarded(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Refuses a body that is not JSON before anything reads it, and a wrong method, as problems.

    HEAD is answered as GET without its content (RFC 9110, section 9.3.2), which the library does not do.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.body:
            if request.content_type != JSON_TYPE:
                return problem_response(415, "unsupported_media_type")
            if not _is_json(request.body):
                return problem_response(400, "malformed")
        headers_only = request.method == "HEAD"
        if headers_only:
            request.method = "GET"
        response = view(request, *args, **kwargs)
        if headers_only:
            response["Content-Length"] = str(len(response.content))
            response.content = b""
        if isinstance(response, HttpResponseNotAllowed):
            refusal = problem_response(405, "method_not_allowed")
            refusal["Allow"] = response["Allow"]
            return refusal
        return response

    return guarded


def _is_json(body: bytes) -> bool:
    try:
        # A lone half of a surrogate pair is allowed in JSON, but is no text that can be kept.
        json.dumps(json.loads(body), ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return False
    return True


api_urls = _api_urls()
