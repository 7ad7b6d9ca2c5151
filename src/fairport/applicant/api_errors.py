"""Refusals of the JSON interface as RFC 9457 problem documents, in the language of the reader."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from fairport.applicant.problems import TEXTS, text_for
from fairport.appointments.operations import (
    NothingToCancel,
    OfferClosed,
    OfferExpired,
    OfferNotFound,
    OfferTakenBack,
    UndoTooLate,
)
from fairport.audit.queries import NotInLog
from fairport.complaints.operations import (
    ComplaintGone,
    ComplaintInvalid,
    TooManyComplaintCodes,
    TooManyComplaints,
    TooManyWords,
    WrongComplaintCode,
)
from fairport.domain.transitions import TransitionRefused
from fairport.programmes.queries import NoPolicyInForce
from fairport.registrations.operations import TooManyAttempts, TooManyDocumentRefusals, WrongCode
from fairport.registrations.submission import (
    ChildAlone,
    DocumentInUse,
    GroupTooLarge,
    IdempotencyConflict,
    NotEligible,
    SubmissionInvalid,
)

STATUS_OF: Final[Mapping[type[Exception], int]] = {
    SubmissionInvalid: 422,
    NotEligible: 422,
    ChildAlone: 422,
    GroupTooLarge: 422,
    DocumentInUse: 409,
    IdempotencyConflict: 409,
    TooManyAttempts: 429,
    TooManyDocumentRefusals: 429,
    WrongCode: 401,
    OfferNotFound: 404,
    OfferExpired: 409,
    OfferClosed: 409,
    OfferTakenBack: 409,
    NothingToCancel: 409,
    UndoTooLate: 409,
    TransitionRefused: 409,
    NoPolicyInForce: 404,
    NotInLog: 404,
    ComplaintInvalid: 422,
    ComplaintGone: 409,
    TooManyComplaints: 429,
    TooManyComplaintCodes: 429,
    TooManyWords: 429,
    WrongComplaintCode: 401,
}
"""Every expected failure of an operation that the interface calls, and its status."""

MOST_ERRORS: Final = 100
_CHALLENGE: Final = 'Bearer realm="access code"'
# What the schema library calls its findings, where we say it in our own words; the rest is `field_invalid`.
_FINDINGS: Final = {"missing": "field_required", "extra_forbidden": "unknown_field"}


class Refused(Exception):
    """A call that no operation was asked about: its status, its code, and the fields that are wrong."""

    code = "invalid"

    def __init__(self, status: int, code: str, fields: Iterable[tuple[str, str]] = ()) -> None:
        super().__init__(code)
        self.status = status
        self.problem = code
        self.fields = tuple(fields)


def problem_response(status: int, code: str, fields: Iterable[tuple[str, str]] = ()) -> HttpResponse:
    """The problem document of a code; `fields` are pairs of a field's name and its own code."""
    errors = [{"field": field, "code": code, "message": text_for(code)} for field, code in fields]
    document = {
        "type": "about:blank",
        "title": text_for(code),
        "status": status,
        "code": code,
        "errors": errors[:MOST_ERRORS],
    }
    response = JsonResponse(document, status=status, content_type="application/problem+json")
    response["Cache-Control"] = "no-store"
    if status == 401:
        response["WWW-Authenticate"] = _CHALLENGE
    return response


def install_handlers(api: NinjaAPI) -> None:
    """Makes every refusal of the interface a problem document."""
    handlers: dict[type[Exception], Callable[[HttpRequest, Any], HttpResponse]] = {
        **dict.fromkeys(STATUS_OF, _operation_refused),
        Refused: _call_refused,
        ValidationError: _schema_refused,
        AuthenticationError: _not_signed_in,
        HttpError: _unreadable,
        Http404: _nothing_there,
    }
    for refusal, handler in handlers.items():
        api.add_exception_handler(refusal, handler)


def _operation_refused(request: HttpRequest, refusal: Any) -> HttpResponse:
    response = problem_response(STATUS_OF[type(refusal)], refusal.code, _fields_of(refusal))
    if isinstance(refusal, TooManyAttempts | TooManyComplaints):
        response["Retry-After"] = str(refusal.retry_after_seconds)
    return response


def _fields_of(refusal: Exception) -> list[tuple[str, str]]:
    if isinstance(refusal, SubmissionInvalid | ComplaintInvalid):
        return [(problem.field, str(problem.code)) for problem in refusal.problems]
    if isinstance(refusal, NotEligible):
        places = {"outside_location": "location", "no_criterion": "travelers"}
        return [(places.get(reason.code, ""), reason.code) for reason in refusal.verdict.reasons]
    if isinstance(refusal, DocumentInUse):
        return [(f"travelers.{position}.document_number", refusal.code) for position in refusal.positions]
    return []


def _call_refused(request: HttpRequest, refused: Refused) -> HttpResponse:
    return problem_response(refused.status, refused.problem, refused.fields)


def _schema_refused(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return problem_response(422, "invalid", [_finding(found) for found in error.errors])


def _finding(found: Mapping[str, Any]) -> tuple[str, str]:
    kind = str(found["type"])
    code = _FINDINGS.get(kind) or (kind if kind in TEXTS else "field_invalid")
    # The first two parts name the place (body, query) and the argument of our function.
    place = found["loc"][2:] if found["loc"][0] == "body" else found["loc"][1:]
    return ".".join(str(part) for part in place), code


def _not_signed_in(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return problem_response(401, "access_code_required")


def _unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem_response(error.status_code, "malformed" if error.status_code == 400 else "bad_request")


def _nothing_there(request: HttpRequest, error: Http404) -> HttpResponse:
    return problem_response(404, "not_found")
