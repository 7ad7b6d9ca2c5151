"""Who may call an address: declared on each view, enforced here, and walked by a test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Literal, TypeVar, cast

from django.conf import settings
from django.http import Http404, HttpRequest

from fairport.accounts.models import Role

View = TypeVar("View", bound=Callable[..., Any])


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


def demo_only(view: View) -> View:
    """Anyone may call it in a demonstration; elsewhere it does not exist."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not settings.DEMO:
            raise Http404
        return view(request, *args, **kwargs)

    return declare(cast(View, guarded), Access("demo"))
