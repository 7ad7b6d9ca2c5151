from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from fairport.accounts.models import FailedSignIns, User
from fairport.accounts.queries import FEW_CODES, has_app, has_second_factor
from fairport.accounts.second_factor import WRONG_CODE
from fairport.accounts.session import begin_session, is_fresh
from fairport.accounts.signing_in import count_failed_sign_in, note_recovery_code, note_sign_in
from fairport.clock.queries import now


class StaffAdapter(DefaultAccountAdapter):
    """Staff accounts are made by an operator: nobody signs up."""

    # In our own plain words, which are translated with everything else; allauth's are not.
    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("This account is closed. Ask who runs this site."),
        "email_password_mismatch": _("The e-mail address or the password is not right. Check both and try again."),
        "enter_current_password": _("This is not your present password. Write it again."),
        "incorrect_code": WRONG_CODE,
        "incorrect_password": _("This is not your password. Write it again."),
        "too_many_login_attempts": _("There were too many wrong tries. Wait a few minutes and try again."),
        "rate_limited": _("There were too many tries. Wait a few minutes and try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        """After the last step of signing in. Who has few recovery codes left is shown where to make new ones."""
        records = get_authentication_records(request, user)
        shown = [record for record in records if record["method"] == "mfa"]
        second_factor = bool(shown) or any(record.get("vouched") for record in records)
        begin_session(request, user=user, second_factor=second_factor)
        note_sign_in(user=user, second_factor=second_factor, how=_how(records), at=now())
        if any(record["type"] == Authenticator.Type.RECOVERY_CODES for record in shown):
            left = note_recovery_code(user=user, at=now())
            if left <= FEW_CODES:
                kwargs["redirect_url"] = reverse("mfa_index")
        return super().post_login(request, user, **kwargs)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Once there is a second factor, that is shown anew: a password may have been seen over a shoulder."""
        methods = super().get_reauthentication_methods(user)
        if not isinstance(user, User) or not has_second_factor(user=user):
            return methods
        # The first one is asked for: recovery codes are for who has nothing else at hand.
        first = "mfa_reauthenticate" if has_app(user=user) else "mfa_reauthenticate:webauthn"
        ways = [method for method in methods if method["id"] != "reauthenticate"]
        return sorted(ways, key=lambda method: method["id"] != first)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        count_failed_sign_in(step=FailedSignIns.Step.PASSWORD, day=now().date())

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Not for who has just signed in: setting up the second factor comes right after that."""
        user = self.request.user
        if isinstance(user, User) and is_fresh(self.request, user=user):
            return False
        return super().is_reauthentication_required(app=app, **kwargs)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("office_home")

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Says nothing: the page that follows tells what happened, and allauth's messages repeat addresses."""


def _how(records: Sequence[Mapping[str, Any]]) -> str:
    """By what somebody signed in."""
    if any(record.get("passwordless") for record in records):
        return "passkey"
    return "provider" if any(record["method"] == "socialaccount" for record in records) else "password"
