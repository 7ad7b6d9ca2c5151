from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class StaffAdapter(DefaultAccountAdapter):
    """Staff accounts are made by an operator: nobody signs up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
