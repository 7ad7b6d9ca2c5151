"""allauth's views for signing in, as far as staff need them: no signing up, no recovery by mail."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, cast

import structlog
from allauth.account import views as account
from allauth.account.utils import get_next_redirect_url
from allauth.core.internal import ratelimit
from allauth.mfa.base import views as mfa
from allauth.mfa.webauthn import views as passkeys
from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fairport.accounts import oidc
from fairport.accounts.access import sign_in
from fairport.accounts.forms import SignInForm
from fairport.accounts.models import FailedSignIns, User
from fairport.accounts.operations import count_failed_sign_in, note_recovery_code
from fairport.accounts.problems import TEXTS
from fairport.accounts.queries import own_factors
from fairport.accounts.session import mark_second_factor
from fairport.clock.queries import now

View = Callable[..., HttpResponse]
logger = structlog.get_logger(__name__)
# Each start of a sign-in asks the provider something.
PROVIDER_LIMIT = {"provider": "20/m/ip"}
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


class SignIn(account.LoginView):
    """Address and password, or one of the other ways."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"provider": settings.OIDC}


def _sign_in_page(request: HttpRequest, problems: Sequence[Any], *, code: str = "", status: int = 200) -> HttpResponse:
    """The page of all ways, with what went wrong on one of them."""
    context = {
        "form": SignInForm(),
        "problems": problems,
        "problem_codes": [code] if code else [],
        "provider": settings.OIDC,
        "redirect_field_name": "next",
        "redirect_field_value": request.POST.get("next"),
    }
    return render(request, "account/login.html", context, status=status)


class PasskeySignIn(passkeys.LoginWebAuthnView):
    """Signing in with nothing but a passkey. What is wrong with it is said on the page of the password."""

    def form_invalid(self, form: forms.Form) -> HttpResponse:
        return _sign_in_page(self.request, form.errors["credential"])


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


login = page(cast(View, SignIn.as_view()))
inactive = page(cast(View, account.account_inactive))
passkey_sign_in = page(_counting(cast(View, PasskeySignIn.as_view())))
authenticate = page(_counting(cast(View, Authenticate.as_view())))
password_again = page(cast(View, account.reauthenticate))
code_again = page(login_required(_counting(cast(View, CodeAgain.as_view()))))
passkey_again = page(login_required(_counting(cast(View, PasskeyAgain.as_view()))))


def _provider_only(view: View) -> View:
    """Exists where a provider is configured; a refusal leads back to the other ways and is counted."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if not settings.OIDC:
            raise Http404
        try:
            return view(request)
        except (oidc.ProviderRefused, oidc.AddressUnverified, oidc.NoStaffAccount) as refusal:
            logger.warning("provider_sign_in_refused", code=refusal.code, why=str(refusal))
            count_failed_sign_in(step=FailedSignIns.Step.PROVIDER, day=now().date())
            return _sign_in_page(request, [TEXTS[refusal.code]], code=refusal.code, status=403)

    return page(require_safe(guarded))


@_provider_only
def provider(request: HttpRequest) -> HttpResponse:
    """Leads to the organization's own sign-in."""
    if limited := ratelimit.consume_or_429(
        request, app="fairport", action="provider", config=PROVIDER_LIMIT, limit_get=True
    ):
        return cast(HttpResponse, limited)
    return oidc.begin(request, next_url=get_next_redirect_url(request))


@_provider_only
def provider_back(request: HttpRequest) -> HttpResponse:
    """Comes back from there."""
    return oidc.finish(request)


@page
@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """Ends the session; also one that waits for its second factor."""
    return account.logout(request)
