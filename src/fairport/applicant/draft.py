"""The unfinished form: a random token in a cookie, what was typed sealed in the database (48 hours at most)."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.datastructures import MultiValueDict

COOKIE = "fairport_draft"
COOKIE_SECONDS = 48 * 3600
# Far above what any answer may be, so that a wrong answer too is still there after a reload.
TYPED_LENGTH = 1000

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")

Typed = dict[str, list[str]]


def new_token() -> str:
    """A token nobody can guess: 256 random bits."""
    return secrets.token_urlsafe(32)


def token_of(request: HttpRequest) -> str | None:
    """The draft's token from the cookie, if it has the form of one."""
    token = request.COOKIES.get(COOKIE, "")
    return token if _TOKEN.fullmatch(token) else None


def idempotency_key(token: str) -> str:
    """The key under which a draft is submitted: one draft, one registration, however often it is sent."""
    return "form-" + hashlib.sha256(f"fairport/form:{token}".encode()).hexdigest()


def remember(response: HttpResponse, token: str) -> None:
    """Gives the device the token; it is never in an address."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=COOKIE_SECONDS,
        path="/register",
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def forget(response: HttpResponse) -> None:
    """Takes the token off the device."""
    response.delete_cookie(COOKIE, path="/register", samesite="Lax")


def typed_into(form: forms.Form, data: MultiValueDict[str, str]) -> Typed:
    """What was sent for the form's own inputs, right or wrong, as it was typed."""
    names = {
        field.html_name + suffix
        for field in form
        # A date has three inputs.
        for suffix in getattr(field.field.widget, "widgets_names", [""])
    }
    return {name: [value[:TYPED_LENGTH] for value in data.getlist(name)[:20]] for name in sorted(names) if name in data}


def as_data(typed: Mapping[str, list[str]] | None) -> MultiValueDict[str, str] | None:
    """What was typed, as the data of a bound form; None where nothing was."""
    return None if typed is None else MultiValueDict[str, str](dict(typed))


def is_empty(typed: Mapping[str, Any]) -> bool:
    """Whether nothing was typed at all."""
    return not any(value.strip() for values in typed.values() for value in values)
