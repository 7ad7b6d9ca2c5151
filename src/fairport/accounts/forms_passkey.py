"""allauth's forms for passkeys: our words, and an answer for whatever a script sends instead of a passkey."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any, Final

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import forms as passkeys
from cryptography.exceptions import InvalidSignature
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from fairport.accounts.second_factor import WRONG_PASSKEY

LONGEST_NAME: Final = 60
# What the libraries raise about a credential that is no credential: JSON of another shape, bytes that are no CBOR, a
# signature of another key. They check while they read, so the kinds are many.
UNREADABLE: Final = (
    ArithmeticError,
    AttributeError,
    InvalidSignature,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
    struct.error,
)


class _Credential(forms.JSONField):
    """What the browser's script puts in; nobody types it, so one sentence is enough for all that can be wrong."""

    def __init__(self) -> None:
        super().__init__(widget=forms.HiddenInput, error_messages={"required": WRONG_PASSKEY, "invalid": WRONG_PASSKEY})


class _NameField(forms.CharField):
    def __init__(self, *, required: bool) -> None:
        super().__init__(
            label=_("Name of this passkey"),
            help_text=_("So that you know it again, for example: work phone."),
            required=required,
            max_length=LONGEST_NAME,
            widget=forms.TextInput({"autocomplete": "off"}),
            error_messages={
                "required": _("Give it a name."),
                "max_length": _("Write a shorter name: 60 letters or fewer."),
                "null_characters_not_allowed": _("This has signs that cannot be read. Write it again."),
            },
        )


class _Showing(passkeys.AuthenticateWebAuthnForm):
    credential = _Credential()

    def clean_credential(self) -> Authenticator:
        try:
            return super().clean_credential()
        except (ValidationError, *UNREADABLE) as error:
            raise _in_our_words(error) from error


class PasskeyForm(_Showing):
    """The second step of signing in."""


class PasskeyAgainForm(_Showing, passkeys.ReauthenticateWebAuthnForm):
    """Before a change to one's own sign-in."""


class PasskeySignInForm(_Showing, passkeys.LoginWebAuthnForm):
    """Instead of address, password and code."""


class NewPasskeyForm(passkeys.AddWebAuthnForm):
    credential = _Credential()
    name = _NameField(required=False)
    # allauth asks whether the passkey should also work without the password. It does wherever the device can.
    passwordless = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].needed_sometimes = True

    def clean(self) -> dict[str, Any]:
        try:
            cleaned = super().clean()
            if "credential" in cleaned:
                cleaned["credential"] = _kept(cleaned["credential"])
        except (ValidationError, *UNREADABLE) as error:
            raise ValidationError({"credential": [_in_our_words(error)]}) from error
        return cleaned


class PasskeyNameForm(passkeys.EditWebAuthnForm):
    name = _NameField(required=True)


def _in_our_words(error: Exception) -> ValidationError:
    """That there were too many tries is said as it is; everything else is a passkey that does not fit."""
    if isinstance(error, ValidationError) and error.code != "incorrect_code":
        return error
    return ValidationError(WRONG_PASSKEY, code="incorrect_code")


def _kept(credential: Mapping[str, Any]) -> dict[str, Any]:
    """What is stored of a new passkey: nothing that the device or a script added on its own."""
    response = credential["response"]
    properties = credential.get("clientExtensionResults", {}).get("credProps", {})
    return {
        "id": credential["id"],
        "rawId": credential["rawId"],
        "type": credential["type"],
        "response": {name: response[name] for name in ("clientDataJSON", "attestationObject")},
        "clientExtensionResults": {"credProps": {"rk": properties.get("rk") is True}},
    }
