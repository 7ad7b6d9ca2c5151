from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from fairport.accounts.models import FailedSignIns, User
from fairport.accounts.session import begin_session, is_fresh
from fairport.accounts.signing_in import count_failed_sign_in, note_sign_in
from fairport.clock.queries import now


class StaffAdapter(DefaultAccountAdapter):
    """Staff accounts are made by an operator: nobody signs up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        """After the last step of signing in."""
        second_factor = any(record["method"] == "mfa" for record in get_authentication_records(request, user))
        begin_session(request, user=user, second_factor=second_factor)
        note_sign_in(user=user, second_factor=second_factor, at=now())
        return super().post_login(request, user, **kwargs)

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
