"""How long a session of staff lasts: 30 minutes without a request, 8 hours in all.

Both run in real time: moving the demonstration's clock signs nobody out.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest

from fairport.accounts.models import User

IDLE: Final = timedelta(minutes=30)
LONGEST: Final = timedelta(hours=8)
# Who just signed in need not show everything again to set up or see their second factor.
FRESH: Final = timedelta(minutes=5)
_BEGUN: Final = "staff_begun"
_SECOND_FACTOR: Final = "staff_second_factor"
_SALT: Final = "fairport.accounts.session"


def begin_session(request: HttpRequest, *, user: User, second_factor: bool) -> None:
    """Starts both periods; `second_factor` says whether it was part of signing in."""
    request.session[_BEGUN] = TimestampSigner(salt=_SALT).sign(str(user.pk))
    request.session.pop(_SECOND_FACTOR, None)
    if second_factor:
        mark_second_factor(request, user=user)
    touch_session(request)


def mark_second_factor(request: HttpRequest, *, user: User) -> None:
    """The second factor was shown in this session."""
    request.session[_SECOND_FACTOR] = user.pk


def has_shown_second_factor(request: HttpRequest, *, user: User) -> bool:
    """Whether this session's user showed the second factor in it."""
    return request.session.get(_SECOND_FACTOR) == user.pk


def touch_session(request: HttpRequest) -> None:
    """A request came: the idle period starts anew."""
    request.session.set_expiry(int(IDLE.total_seconds()))


def is_over(request: HttpRequest, *, user: User) -> bool:
    """Whether the session is too old to go on, or was not begun by signing in as this user."""
    return not _begun_within(request, user, LONGEST)


def is_fresh(request: HttpRequest, *, user: User) -> bool:
    """Whether this user signed in during the last minutes."""
    return _begun_within(request, user, FRESH)


def _begun_within(request: HttpRequest, user: User, period: timedelta) -> bool:
    try:
        begun_by = TimestampSigner(salt=_SALT).unsign(request.session.get(_BEGUN, ""), max_age=period)
    except BadSignature:
        return False
    return begun_by == str(user.pk)
