"""allauth's views for signing in, as far as staff need them: no signing up, no recovery by mail."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.webauthn import views as passkeys
from django import forms
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from fairport.accounts.access import sign_in
from fairport.accounts.forms import SignInForm
from fairport.accounts.models import FailedSignIns, User
from fairport.accounts.operations import count_failed_sign_in, note_recovery_code
from fairport.accounts.queries import own_factors
from fairport.accounts.session import mark_second_factor
from fairport.clock.queries import now

View = Callable[..., HttpResponse]
CODE_LENGTH = 6


def page(view: View) -> View:
    """Never cached; only what a browser sends from a page."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        return response

    return sign_in(require_http_methods(["GET", "HEAD", "POST"])(guarded))


def _counting(view: View) -> View:
    """Counts the wrong answers to a form that asks for a code or a passkey. They are answered with the form again."""

    @wraps(view)
    def counted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if request.method == "POST" and response.status_code == 200:
            count_failed_sign_in(step=_step(request), day=now().date())
        return response

    return counted


def _step(request: HttpRequest) -> str:
    """Which second factor was tried. Recovery codes are longer than the app's; more cannot be said of a wrong one."""
    if "code" not in request.POST:
        return FailedSignIns.Step.PASSKEY
    typed = "".join(request.POST["code"].split())
    return FailedSignIns.Step.CODE if len(typed) <= CODE_LENGTH else FailedSignIns.Step.RECOVERY


class PasskeySignIn(passkeys.LoginWebAuthnView):
    """Signing in with nothing but a passkey. What is wrong with it is said on the page of the password."""

    def form_invalid(self, form: forms.Form) -> HttpResponse:
        context = {
            "form": SignInForm(),
            "problems": form.errors["credential"],
            "redirect_field_name": "next",
            "redirect_field_value": self.request.POST.get("next"),
        }
        return render(self.request, "account/login.html", context)


class Authenticate(mfa.AuthenticateView):
    """The second step. Using up a recovery code, its event and the session are one transaction."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        problems = context["webauthn_form"].errors.get("credential", [])
        return context | {"own": own_factors(user=self.stage.login.user), "problems": problems}

    @transaction.atomic
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return cast(HttpResponse, super().post(request, *args, **kwargs))


class CodeAgain(mfa.ReauthenticateView):
    """The second factor within a session: before a change to it, or where the session began without."""

    @transaction.atomic
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return cast(HttpResponse, super().post(request, *args, **kwargs))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"own": own_factors(user=self.request.user)}

    def form_valid(self, form: forms.Form) -> HttpResponse:
        user = cast(User, self.request.user)
        mark_second_factor(self.request, user=user)
        if form.authenticator.type == "recovery_codes":  # type: ignore[attr-defined]
            note_recovery_code(user=user, at=now())
        return cast(HttpResponse, super().form_valid(form))


class PasskeyAgain(passkeys.ReauthenticateWebAuthnView):
    """The same with a passkey."""

    def form_invalid(self, form: forms.Form) -> HttpResponse:
        return self.render_to_response(self.get_context_data() | {"problems": form.errors["credential"]})

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"own": own_factors(user=self.request.user)}

    def form_valid(self, form: forms.Form) -> HttpResponse:
        mark_second_factor(self.request, user=cast(User, self.request.user))
        return cast(HttpResponse, super().form_valid(form))


login = page(cast(View, account.login))
inactive = page(cast(View, account.account_inactive))
passkey_sign_in = page(_counting(cast(View, PasskeySignIn.as_view())))
authenticate = page(_counting(cast(View, Authenticate.as_view())))
password_again = page(cast(View, account.reauthenticate))
code_again = page(login_required(_counting(cast(View, CodeAgain.as_view()))))
passkey_again = page(login_required(_counting(cast(View, PasskeyAgain.as_view()))))


@page
@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """Ends the session; also one that waits for its second factor."""
    return account.logout(request)
