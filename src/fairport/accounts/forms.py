"""allauth's forms in the look and words of the office."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm, ReauthenticateForm
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as code_forms
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.utils.translation import gettext_lazy as _

from fairport.accounts.second_factor import use_code

CODE_ATTRIBUTES = {"inputmode": "numeric", "autocomplete": "one-time-code", "class": "usa-input--code", "dir": "ltr"}


class SignInForm(LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress(self.fields["login"], label=_("E-mail address"), autocomplete="username", dir="ltr")
        _dress(self.fields["password"], label=_("Password"), autocomplete="current-password", dir="ltr")


class CodeForm(code_forms.AuthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress(self.fields["code"], label=_("Code from your authenticator app, or a recovery code"), **CODE_ATTRIBUTES)

    def clean_code(self) -> str:
        return _once(self.user, super().clean_code())


class CodeAgainForm(code_forms.ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress(self.fields["code"], label=_("Code from your authenticator app, or a recovery code"), **CODE_ATTRIBUTES)

    def clean_code(self) -> str:
        return _once(self.user, super().clean_code())


class SetUpForm(ActivateTOTPForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress(self.fields["code"], label=_("Code that the app shows now"), **CODE_ATTRIBUTES)


class PasswordAgainForm(ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress(self.fields["password"], label=_("Password"), autocomplete="current-password", dir="ltr")


class OwnPasswordForm(ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress(self.fields["oldpassword"], label=_("Present password"), autocomplete="current-password", dir="ltr")
        _dress(
            self.fields["password1"],
            label=_("New password"),
            help_text=_("At least 12 characters. Three or four words that nobody would guess are good."),
            autocomplete="new-password",
            dir="ltr",
        )
        _dress(self.fields["password2"], label=_("New password once more"), autocomplete="new-password", dir="ltr")


def _dress(field: forms.Field, *, label: Any, help_text: Any = "", **attributes: str) -> None:
    field.label = label
    field.help_text = help_text
    field.error_messages["null_characters_not_allowed"] = _("This has signs that cannot be read. Write it again.")
    field.widget.attrs.pop("placeholder", None)
    field.widget.attrs.update(attributes)


def _once(user: Any, code: str) -> str:
    if not use_code(user=user, code=code):
        raise get_adapter().validation_error("incorrect_code")
    return code
