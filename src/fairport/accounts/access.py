"""Who may call an address: declared on each view, enforced here, and walked by a test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Literal, TypeVar, cast

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import reverse

from fairport.accounts.models import Role, User
from fairport.accounts.pages import refuse_staff
from fairport.accounts.queries import StaffMember, get_staff_member, has_second_factor
from fairport.accounts.session import has_shown_second_factor, is_over, touch_session

View = TypeVar("View", bound=Callable[..., Any])
Decorator = Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]


@dataclass(frozen=True, slots=True)
class Access:
    """`public`: anyone. `applicant`: whoever gave an access code. `staff`: second factor and one of `roles`.

    `sign_in`: the pages of signing in. `demo`: anyone, but only in a demonstration.
    """

    who: Literal["public", "applicant", "staff", "sign_in", "demo"]
    roles: frozenset[Role] = frozenset()


def declare(view: View, access: Access) -> View:
    """Writes the declaration on a view."""
    view.access = access  # type: ignore[attr-defined]
    return view


def public(view: View) -> View:
    """Anyone may call it."""
    return declare(view, Access("public"))


def sign_in(view: View) -> View:
    """A page of signing in, which decides by itself how far the person has come."""
    return declare(view, Access("sign_in"))


def demo_only(view: View) -> View:
    """Anyone may call it in a demonstration; elsewhere it does not exist."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not settings.DEMO:
            raise Http404
        return view(request, *args, **kwargs)

    return declare(cast(View, guarded), Access("demo"))


def staff(*roles: Role) -> Decorator:
    """Calls `view(request, member, …)` for a member of staff who holds one of `roles` (at any port).

    Who is not signed in, or was for too long, is sent to sign in; who has no second factor yet to set it up; who has a
    temporary password to replace it; and who holds none of the roles gets a 403 page. Nothing of it is cached.
    """
    if not roles:
        raise ValueError("Name the roles that may call it.")

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            response = _on_the_way(request)
            if response is None:
                member = get_staff_member(user=cast(User, request.user))
                if member.has(*roles):
                    response = view(request, member, *args, **kwargs)
                else:
                    response = refuse_staff(request, member, code="role_missing")
            response["Cache-Control"] = "no-store"
            return response

        return declare(guarded, Access("staff", frozenset(roles)))

    return decorate


def member_of(request: HttpRequest) -> StaffMember | None:
    """Whoever is fully signed in on this request, or None."""
    user = request.user
    if not isinstance(user, User) or next_step(request, user) is not None:
        return None
    return get_staff_member(user=user)


def _on_the_way(request: HttpRequest) -> HttpResponse | None:
    """Where somebody must go before an office page opens; None for who is there."""
    user = request.user
    if isinstance(user, User) and is_over(request, user=user):
        logout(request)
    elif isinstance(user, User):
        touch_session(request)
        step = next_step(request, user)
        return HttpResponseRedirect(reverse(step)) if step else None
    # Only a page that was asked for can be come back to; a form would be sent without its content.
    back_to = request.get_full_path() if request.method in ("GET", "HEAD") else reverse("office_home")
    return redirect_to_login(back_to, resolve_url(settings.LOGIN_URL))


def next_step(request: HttpRequest, user: User) -> str | None:
    """The name of the page that somebody must go to before the office opens; None for who is fully signed in."""
    if is_over(request, user=user):
        return "account_login"
    if user.password_is_temporary:
        return "account_change_password"
    if not has_shown_second_factor(request, user=user):
        # Whoever has one cannot sign in without it, unless it was set up in another browser meanwhile.
        return "mfa_reauthenticate" if has_second_factor(user=user) else "mfa_activate_totp"
    return None
