"""One's own sign-in: password, authenticator app, passkeys, recovery codes. allauth's views, each behind the door."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from allauth.account import views as account
from allauth.account.decorators import reauthentication_required
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from django import forms
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.messages import success, warning
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from fairport.accounts.access import member_of, next_step
from fairport.accounts.models import User
from fairport.accounts.operations import (
    LastSecondFactor,
    NoSuchFactor,
    end_sessions,
    note_new_recovery_codes,
    note_own_password,
    note_passkey,
    note_second_factor,
    remove_second_factor,
)
from fairport.accounts.pages import render_office
from fairport.accounts.problems import TEXTS
from fairport.accounts.queries import has_app, has_second_factor, own_factors
from fairport.accounts.session import mark_second_factor
from fairport.accounts.views_sign_in import View, page
from fairport.clock.queries import now


def _own(*also: str) -> Callable[[View], View]:
    """A page for who is fully signed in, or is on the way and was sent to one of these pages."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            step = next_step(request, cast(User, request.user))
            if step is not None and step not in also:
                return HttpResponseRedirect(reverse(step))
            return view(request, *args, **kwargs)

        return page(login_required(guarded))

    return decorate


@_own()
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """What one's own sign-in is made of."""
    member = member_of(request)
    if member is None:
        return HttpResponseRedirect(reverse("office_home"))
    return render_office(request, member, "account/overview.html", {"own": own_factors(user=member.user)})


@_own("mfa_activate_totp")
def set_up(request: HttpRequest) -> HttpResponse:
    """Sets up the authenticator app; where it is the first second factor, the recovery codes are shown after it."""
    user = cast(User, request.user)
    if has_app(user=user):
        return HttpResponseRedirect(reverse("mfa_index"))
    with transaction.atomic():
        response = cast(HttpResponse, totp.activate_totp(request))
        if request.method == "POST" and has_app(user=user):
            note_second_factor(user=user, at=now())
            mark_second_factor(request, user=user)
    return response


class NewPasskey(passkeys.AddWebAuthnView):
    """Adds a passkey."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | kwargs | {"first": not has_second_factor(user=cast(User, self.request.user))}

    def form_invalid(self, form: forms.Form) -> HttpResponse:
        # The name shows its own error; the credential is not seen.
        return self.render_to_response(self.get_context_data(form=form, problems=form.errors.get("credential")))

    @transaction.atomic
    def form_valid(self, form: forms.Form) -> HttpResponse:
        user = cast(User, self.request.user)
        response = cast(HttpResponse, super().form_valid(form))
        note_passkey(user=user, at=now())
        mark_second_factor(self.request, user=user)
        success(self.request, _("The passkey was added."))
        return response


class PasskeyName(passkeys.EditWebAuthnView):
    success_url = reverse_lazy("mfa_index")


new_passkey = _own("mfa_activate_totp")(cast(View, NewPasskey.as_view()))
passkey_name = _own()(cast(View, PasskeyName.as_view()))


@_own()
@reauthentication_required(app="allauth.mfa")
def remove_factor(request: HttpRequest, pk: int) -> HttpResponse:
    """Removes the app or a passkey, after a question; the last one stays."""
    user = cast(User, request.user)
    own = own_factors(user=user)
    factor = next((factor for factor in own.factors if factor.id == pk), None)
    if factor is None:
        raise Http404
    refusal = LastSecondFactor.code if len(own.factors) == 1 else None
    if request.method == "POST":
        try:
            remove_second_factor(user=user, factor_id=pk, at=now())
        except LastSecondFactor as error:
            refusal = error.code
        except NoSuchFactor as error:
            raise Http404 from error
        else:
            success(request, _("It was removed."))
            return HttpResponseRedirect(reverse("mfa_index"))
    context: dict[str, Any] = {"factor": factor}
    if refusal:
        context |= {"problems": [TEXTS[refusal]], "problem_codes": [refusal]}
    return render(request, "mfa/remove.html", context, status=409 if refusal else 200)


@_own()
@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """Signs out everywhere else: for a device that was lost or left open."""
    user = cast(User, request.user)
    end_sessions(user=user, at=now())
    update_session_auth_hash(request, user)
    success(request, _("You are signed out everywhere else."))
    return HttpResponseRedirect(reverse("mfa_index"))


@_own("account_change_password")
def own_password(request: HttpRequest) -> HttpResponse:
    """Replaces the password; a temporary one opens nothing else."""
    user = cast(User, request.user)
    with transaction.atomic():
        response = cast(HttpResponse, account.password_change(request))
        if request.method == "POST" and response.status_code == 302:
            note_own_password(user=user, at=now())
    return response


@_own()
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """The recovery codes, readable once after they were made; afterwards how many are left."""
    if request.method == "HEAD":
        # Looking without reading must not count as having seen them.
        return HttpResponse()
    return cast(HttpResponse, recovery.view_recovery_codes(request))


@_own()
def new_recovery_codes(request: HttpRequest) -> HttpResponse:
    """New recovery codes in place of the old."""
    user = cast(User, request.user)
    with transaction.atomic():
        response = cast(HttpResponse, recovery.generate_recovery_codes(request))
        if request.method == "POST" and response.status_code == 302:
            note_new_recovery_codes(user=user, at=now())
            warning(request, _("The old codes open nothing any more."))
    return response
