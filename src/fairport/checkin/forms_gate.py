"""What an officer asks a group at the gate."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from fairport.checkin import problems
from fairport.formkit.fields import MemorableDateField
from fairport.registrations.countries import country_names
from fairport.registrations.interpreters import InterpreterWish, interpreter_choices, read_wish
from fairport.registrations.joining import RELATIONS, NewChild

TEXTS: Mapping[str, Any] = problems.TEXTS
QUIET: Final = {"autocomplete": "off", "spellcheck": "false"}


class ChildForm(forms.Form):
    """A child who is here with the group and could not be added before."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    given_names = forms.CharField(
        label=_("Given names"),
        widget=forms.TextInput(QUIET),
        error_messages={
            "required": TEXTS["name_required"],
            "null_characters_not_allowed": TEXTS["name_invalid"],
        },
    )
    family_names = forms.CharField(
        label=_("Family names"),
        widget=forms.TextInput(QUIET),
        error_messages={
            "required": TEXTS["name_required"],
            "null_characters_not_allowed": TEXTS["name_invalid"],
        },
    )
    birth_date = MemorableDateField(label=_("Birth date"), help_text=_("Day, month, year. For example: 28 4 1986"))
    nationality = forms.ChoiceField(
        label=_("Nationality"),
        error_messages=dict.fromkeys(("required", "invalid_choice"), TEXTS["nationality_unknown"]),
    )
    document_number = forms.CharField(
        label=_("Passport or identity card number"),
        help_text=_("If this child has one."),
        required=False,
        widget=forms.TextInput({**QUIET, "dir": "ltr"}),
        error_messages={"null_characters_not_allowed": TEXTS["document_invalid"]},
    )
    relation = forms.ChoiceField(
        label=_("How does the child belong to the group?"),
        widget=forms.RadioSelect,
        choices=list(RELATIONS.items()),
        error_messages=dict.fromkeys(("required", "invalid_choice"), TEXTS["relation_unknown"]),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"key": uuid.uuid4()})
        super().__init__(*args, **kwargs)
        field = self.fields["nationality"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Choose a country")), *country_names(language=get_language() or "en")]

    def new_child(self) -> NewChild:
        """What was typed, once it is valid."""
        given = self.cleaned_data
        return NewChild(
            given_names=given["given_names"],
            family_names=given["family_names"],
            birth_date=given["birth_date"],
            nationality=given["nationality"],
            relation=given["relation"],
            document_number=given["document_number"] or None,
        )


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
