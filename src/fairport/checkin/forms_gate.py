"""What an officer asks a group at the gate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fairport.checkin import problems
from fairport.registrations.interpreters import InterpreterWish, interpreter_choices, read_wish

TEXTS: Mapping[str, Any] = problems.TEXTS


class InterpreterForm(forms.Form):
    """Which interpreter the group wishes, as they say it now."""

    language = forms.ChoiceField(
        label=_("Interpreter"),
        required=False,
        choices=interpreter_choices,
        error_messages={"invalid_choice": TEXTS["interpreter_unknown"]},
    )
    words = forms.CharField(
        label=_("Another language, or what else helps"),
        required=False,
        widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={"null_characters_not_allowed": TEXTS["interpreter_words_invalid"]},
    )

    def wish(self) -> InterpreterWish | None:
        """What was typed, once it is valid."""
        return read_wish(language=self.cleaned_data["language"], words=self.cleaned_data["words"])
