"""Codes of authenticator apps: each opens once, and their secrets rest sealed."""

from __future__ import annotations

import base64
from typing import Any, ClassVar

from allauth.mfa import app_settings as mfa_settings
from allauth.mfa.adapter import DefaultMFAAdapter
from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from fairport.accounts.models import User
from fairport.sealing.box import open_for_service, seal_for_service

PURPOSE = "second-factor"
WRONG_CODE = _("This code is not right. Type the one that the app shows now.")
WRONG_PASSKEY = _("This passkey was not accepted. Try again, or use a code.")


class StaffMFAAdapter(DefaultMFAAdapter):
    """Secrets of apps and recovery codes are sealed under a key that is not in the database."""

    error_messages: ClassVar[dict[str, Any]] = {**DefaultMFAAdapter.error_messages, "incorrect_code": WRONG_CODE}

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        return str(_("Passkey"))

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Passkeys belong to the host's name; the phone shows the product's."""
        return {**super().get_public_key_credential_rp_entity(), "name": mfa_settings.TOTP_ISSUER}

    def encrypt(self, text: str) -> str:
        box = seal_for_service(purpose=PURPOSE, context=PURPOSE, value=text.encode())
        return base64.b64encode(box).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        box = base64.b64decode(encrypted_text)
        return open_for_service(purpose=PURPOSE, context=PURPOSE, box=box).decode()


def use_code(*, user: User, code: str) -> bool:
    """Takes a code for good; False if it was taken before.

    allauth remembers a code for one period, but with its tolerance a code is good for longer (RFC 6238, 5.2: never
    accept one twice).
    """
    lifetime = mfa_settings.TOTP_PERIOD * (2 * mfa_settings.TOTP_TOLERANCE + 2)
    return bool(cache.add(_key(user, code), 1, timeout=lifetime))


def code_was_used(*, user: User, code: str) -> bool:
    """Whether a code was taken."""
    return cache.get(_key(user, code)) is not None


def _key(user: User, code: str) -> str:
    return f"staff-code:{user.pk}:{''.join(code.split())}"
