"""The status page: everything about one registration, and every step that is the applicant's to take."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from fairport.accounts.access import public
from fairport.applicant import draft
from fairport.applicant.forms import AccessCodeForm
from fairport.applicant.network import client_address
from fairport.applicant.pages import SeeOther, private, wrong_content_type
from fairport.applicant.problems import text_for
from fairport.applicant.session import applicant_only, sign_in, sign_out, signed_in_registration
from fairport.applicant.status_page import status_context
from fairport.appointments import operations as appointments
from fairport.audit.events import APPLICANT
from fairport.clock.queries import now
from fairport.domain.transitions import TransitionRefused
from fairport.registrations import operations
from fairport.registrations.models import Registration
from fairport.registrations.submission import DocumentInUse

# What an operation refuses, and the status that goes with it.
REFUSALS: dict[type[Exception], int] = {
    appointments.OfferNotFound: 404,
    appointments.OfferExpired: 409,
    appointments.OfferClosed: 409,
    appointments.OfferTakenBack: 409,
    appointments.NothingToCancel: 409,
    appointments.UndoTooLate: 409,
    DocumentInUse: 409,
    TransitionRefused: 409,
}


@public
@private
@require_http_methods(["GET", "HEAD", "POST"])
def status(request: HttpRequest) -> HttpResponse:
    """The registration of this session; without one, the question for the access code."""
    if request.method == "POST":
        return _sign_in(request)
    registration = signed_in_registration(request)
    if registration is None:
        return render(request, "applicant/status/sign_in.html", {"form": AccessCodeForm()})
    return render(request, "applicant/status/status.html", status_context(registration=registration, at=now()))


def _sign_in(request: HttpRequest) -> HttpResponse:
    template = "applicant/status/sign_in.html"
    form = AccessCodeForm(request.POST)
    if wrong_content_type(request):
        return _refuse(request, template, {"form": AccessCodeForm()}, code="wrong_content_type", status=415)
    if not form.is_valid():
        return render(request, template, {"form": form, "problem_codes": form.problem_codes()}, status=422)
    try:
        registration = operations.sign_in_with_code(
            code=form.cleaned_data["code"], address=client_address(request), at=now()
        )
    except operations.WrongCode as wrong:
        form.add_problem("code", wrong.code)
        return render(request, template, {"form": form, "problem_codes": [wrong.code]}, status=403)
    except operations.TooManyAttempts as attempts:
        response = _refuse(request, template, {"form": form}, code=attempts.code, status=429)
        response["Retry-After"] = str(attempts.retry_after_seconds)
        return response
    sign_in(request, registration)
    return SeeOther(reverse("status"))


@public
@private
@require_POST
def close(request: HttpRequest) -> HttpResponse:
    """Closes the registration on this device, and the receipt that may still be open beside it."""
    sign_out(request)
    response = SeeOther(reverse("home"))
    draft.forget(response)
    return response


def _refuse(request: HttpRequest, template: str, context: dict[str, Any], *, code: str, status: int) -> HttpResponse:
    problems = {"problems": [text_for(code)], "problem_codes": [code]}
    return render(request, template, {**context, **problems}, status=status)


def _act(request: HttpRequest, registration: Registration, act: Callable[[], object], *, said: str) -> HttpResponse:
    """Calls one operation; back to the status page with what was done, or that page with why it was not."""
    try:
        act()
    except tuple(REFUSALS) as refused:
        code: str = refused.code  # type: ignore[attr-defined]
        registration.refresh_from_db()
        context = status_context(registration=registration, at=now())
        return _refuse(request, "applicant/status/status.html", context, code=code, status=REFUSALS[type(refused)])
    messages.success(request, said)
    return SeeOther(reverse("status"))


def _offer_id(request: HttpRequest) -> uuid.UUID:
    """The offer that the page showed; something that is no id is nobody's offer."""
    try:
        return uuid.UUID(request.POST.get("offer", ""))
    except ValueError:
        return uuid.UUID(int=0)


@applicant_only
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, registration: Registration) -> HttpResponse:
    """Takes the offered place."""
    if request.method != "POST":
        return SeeOther(reverse("status"))
    return _act(
        request,
        registration,
        lambda: appointments.confirm_offer(
            registration_id=registration.pk, offer_id=_offer_id(request), at=now(), actor=APPLICANT
        ),
        said=_("You have an appointment. Print your pass or write down its number."),
    )


@applicant_only
@require_http_methods(["GET", "HEAD", "POST"])
def decline(request: HttpRequest, registration: Registration) -> HttpResponse:
    """Gives the offered place back, after asking once more."""
    if request.method != "POST":
        context = status_context(registration=registration, at=now())
        if context["offer"] is None:
            return SeeOther(reverse("status"))
        return render(request, "applicant/status/decline.html", context)
    return _act(
        request,
        registration,
        lambda: appointments.decline_offer(
            registration_id=registration.pk, offer_id=_offer_id(request), at=now(), actor=APPLICANT
        ),
        said=_("You said no to the place. You are in the draws again."),
    )


@applicant_only
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, registration: Registration) -> HttpResponse:
    """Gives the appointment back, after asking once more."""
    if request.method != "POST":
        context = status_context(registration=registration, at=now())
        if context["appointment"] is None:
            return SeeOther(reverse("status"))
        return render(request, "applicant/status/cancel.html", context)
    return _act(
        request,
        registration,
        lambda: appointments.cancel_appointment(registration_id=registration.pk, at=now(), actor=APPLICANT),
        said=_("Your appointment is cancelled. You are in the draws again."),
    )


@applicant_only
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, registration: Registration) -> HttpResponse:
    """Ends the registration, after asking once more; it can be undone for a while."""
    if request.method != "POST":
        context = status_context(registration=registration, at=now())
        if not context["may_withdraw"]:
            return SeeOther(reverse("status"))
        return render(request, "applicant/status/withdraw.html", context)
    return _act(
        request,
        registration,
        lambda: appointments.withdraw(registration_id=registration.pk, at=now(), actor=APPLICANT),
        said=_("Your registration is withdrawn. You can undo this for a short time."),
    )


@applicant_only
@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: HttpRequest, registration: Registration) -> HttpResponse:
    """Takes a withdrawal back."""
    if request.method != "POST":
        return SeeOther(reverse("status"))
    return _act(
        request,
        registration,
        lambda: appointments.undo_withdrawal(registration_id=registration.pk, at=now(), actor=APPLICANT),
        said=_("Your registration is not withdrawn any more."),
    )


@applicant_only
@require_http_methods(["GET", "HEAD", "POST"])
def renew(request: HttpRequest, registration: Registration) -> HttpResponse:
    """A sign of life; also the way back after a lapse or a missed appointment."""
    if request.method != "POST":
        return SeeOther(reverse("status"))
    return _act(
        request,
        registration,
        lambda: appointments.renew(registration_id=registration.pk, at=now(), actor=APPLICANT),
        said=_("Thank you. Your registration is in the draw, with the date when you registered."),
    )
