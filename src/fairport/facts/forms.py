from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fairport.domain.codes import CodeKind, format_code, is_well_formed
from fairport.facts import problems
from fairport.facts.files import REASONS, STATES
from fairport.facts.models import Place
from fairport.facts.rules import LONGEST_WORDS, SHORTEST_WORDS
from fairport.registrations.words import CRITERIA

# A lazy text is as good as a text here; Django's stubs know only some kinds of it.
TEXTS: Mapping[str, Any] = problems.TEXTS


class FindForm(forms.Form):
    number = forms.CharField(
        label=_("Registration number"),
        help_text=_("The travelers have it on their receipt, like FP-7K2M-9QX4T."),
        error_messages={"required": TEXTS["number_required"], "max_length": TEXTS["number_unknown"]},
        max_length=40,
        widget=forms.TextInput(
            {
                "class": "usa-input--code",
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "dir": "ltr",
            }
        ),
    )

    def clean_number(self) -> str:
        number: str = self.cleaned_data["number"]
        if not is_well_formed(number, CodeKind.REGISTRATION_NUMBER):
            raise forms.ValidationError(TEXTS["number_unknown"])
        return format_code(number, CodeKind.REGISTRATION_NUMBER)


class OpenReasonForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("Why do you open this file?"),
        choices=list(REASONS.items()),
        widget=forms.RadioSelect,
        error_messages={"required": TEXTS["open_reason_required"], "invalid_choice": TEXTS["open_reason_required"]},
    )


class WordsField(forms.CharField):
    """What an officer saw, or why it is taken back."""

    def __init__(self, **options: Any) -> None:
        unfit = TEXTS["fact_words_unfit"]
        super().__init__(
            min_length=SHORTEST_WORDS,
            max_length=LONGEST_WORDS,
            widget=forms.Textarea({"rows": 4}),
            error_messages={"required": unfit, "min_length": unfit, "max_length": unfit},
            **options,
        )


class ConfirmForm(forms.Form):
    criteria = forms.MultipleChoiceField(
        label=_("What did you see confirmed?"),
        help_text=_("Only what this traveler gave as a reason is in the list."),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": TEXTS["fact_none_chosen"], "invalid_choice": TEXTS["fact_not_claimed"]},
    )
    where = forms.ChoiceField(
        label=_("Where?"),
        choices=Place.choices,
        widget=forms.RadioSelect,
        error_messages={"required": TEXTS["fact_place_required"], "invalid_choice": TEXTS["fact_place_required"]},
    )
    words = WordsField(
        label=_("What you saw"),
        help_text=_("For example a doctor’s letter and its date. It stays in the file and is erased with it."),
    )

    def __init__(self, confirmable: Sequence[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["criteria"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(code, CRITERIA[code]) for code in confirmable]


class WithdrawForm(forms.Form):
    words = WordsField(label=_("Why is it taken back?"), help_text=_("The group is told that it was, and can ask why."))


class FilterForm(forms.Form):
    port = forms.ChoiceField(label=_("Port"), required=False)
    criterion = forms.ChoiceField(
        label=_("Reason"), required=False, choices=[("", _("Every reason")), *CRITERIA.items()]
    )
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *STATES.items()])

    def __init__(self, ports: Sequence[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["port"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Every port")), *((port, port) for port in ports)]
