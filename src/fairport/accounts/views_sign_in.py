"""allauth's views for signing in, as far as staff need them: no signing up, no recovery by mail."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fairport.accounts.access import member_of, sign_in
from fairport.accounts.models import FailedSignIns, User
from fairport.accounts.operations import count_failed_sign_in, note_own_password, note_second_factor
from fairport.accounts.pages import render_office
from fairport.accounts.queries import has_second_factor
from fairport.accounts.session import mark_second_factor
from fairport.clock.queries import now

View = Callable[..., HttpResponse]


def _page(view: View) -> View:
    """Never cached; only what a browser sends from a page."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        return response

    return sign_in(require_http_methods(["GET", "HEAD", "POST"])(guarded))


def _counting(view: View, field: str) -> View:
    """Counts the answers to a form with a wrong code."""

    @wraps(view)
    def counted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if request.method == "POST" and field in request.POST and response.status_code == 200:
            count_failed_sign_in(step=FailedSignIns.Step.CODE, day=now().date())
        return response

    return counted


login = _page(cast(View, account.login))
inactive = _page(cast(View, account.account_inactive))
authenticate = _page(_counting(cast(View, mfa.authenticate), "code"))
password_again = _page(cast(View, account.reauthenticate))


@_page
@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """Ends the session; also one that waits for its second factor."""
    return account.logout(request)


@_page
@login_required
def code_again(request: HttpRequest) -> HttpResponse:
    """The second factor within a session: before a change to it, or where the session began without."""
    response = _counting(cast(View, mfa.reauthenticate), "code")(request)
    if request.method == "POST" and response.status_code == 302:
        mark_second_factor(request, user=cast(User, request.user))
    return response


@_page
@login_required
def set_up(request: HttpRequest) -> HttpResponse:
    """Sets up the authenticator app, and shows the recovery codes after it."""
    user = cast(User, request.user)
    if has_second_factor(user=user):
        return HttpResponseRedirect(reverse("mfa_index"))
    with transaction.atomic():
        response = cast(HttpResponse, totp.activate_totp(request))
        if request.method == "POST" and has_second_factor(user=user):
            note_second_factor(user=user, at=now())
            mark_second_factor(request, user=user)
    return response


@_page
@login_required
def own_password(request: HttpRequest) -> HttpResponse:
    """Replaces the password; a temporary one opens nothing else."""
    user = cast(User, request.user)
    with transaction.atomic():
        response = cast(HttpResponse, account.password_change(request))
        if request.method == "POST" and response.status_code == 302:
            note_own_password(user=user, at=now())
    return response


@_page
@login_required
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """The recovery codes that are not used yet."""
    if not has_second_factor(user=cast(User, request.user)):
        return HttpResponseRedirect(reverse("mfa_activate_totp"))
    return cast(HttpResponse, recovery.view_recovery_codes(request))


@_page
@login_required
def new_recovery_codes(request: HttpRequest) -> HttpResponse:
    """New recovery codes in place of the old."""
    if not has_second_factor(user=cast(User, request.user)):
        return HttpResponseRedirect(reverse("mfa_activate_totp"))
    return cast(HttpResponse, recovery.generate_recovery_codes(request))


@_page
@login_required
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """What one's own sign-in is made of."""
    member = member_of(request)
    if member is None:
        return HttpResponseRedirect(reverse("office_home"))
    return render_office(request, member, "account/overview.html")
