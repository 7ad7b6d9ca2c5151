from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fairport.domain.codes import CodeKind, format_code, is_well_formed
from fairport.placements import problems
from fairport.placements.models import PlacementReason
from fairport.placements.placing import LONGEST_WORDS, MOST_REGISTRATIONS, SHORTEST_WORDS

# A lazy text is as good as a text here; Django's stubs know only some kinds of it.
TEXTS: Mapping[str, Any] = problems.TEXTS


class ProposeForm(forms.Form):
    numbers = forms.CharField(
        label=_("Registration number"),
        help_text=_("Like FP-7K2M-9QX4T. A group of more than 12 has several: one on each line."),
        error_messages={
            "required": TEXTS["placement_numbers_unfit"],
            "max_length": TEXTS["placement_numbers_unfit"],
        },
        max_length=200,
        widget=forms.Textarea({"rows": 2, "spellcheck": "false", "autocomplete": "off", "dir": "ltr"}),
    )
    slot = forms.TypedChoiceField(
        label=_("Day and band"),
        help_text=_("Places are taken of the walk-in reserve first, then free ones."),
        coerce=int,
        error_messages={
            "required": TEXTS["placement_slot_unfit"],
            "invalid_choice": TEXTS["placement_slot_unfit"],
        },
    )
    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=PlacementReason.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": TEXTS["placement_reason_required"],
            "invalid_choice": TEXTS["placement_reason_required"],
        },
    )
    words = forms.CharField(
        label=_("Why, in words"),
        help_text=_("Who approves reads this. It stays in the file and is erased with it."),
        min_length=SHORTEST_WORDS,
        max_length=LONGEST_WORDS,
        widget=forms.Textarea({"rows": 4}),
        error_messages={
            "required": TEXTS["placement_words_unfit"],
            "min_length": TEXTS["placement_words_unfit"],
            "max_length": TEXTS["placement_words_unfit"],
        },
    )

    def __init__(self, slots: Sequence[tuple[int, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["slot"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Choose a band")), *slots]

    def clean_numbers(self) -> list[str]:
        """The numbers as they are shown."""
        typed = [part for part in re.split(r"[\n,;]+", self.cleaned_data["numbers"]) if part.strip()]
        if any(not is_well_formed(part, CodeKind.REGISTRATION_NUMBER) for part in typed):
            raise forms.ValidationError(TEXTS["placement_numbers_unknown"])
        numbers = [format_code(part, CodeKind.REGISTRATION_NUMBER) for part in typed]
        if not 1 <= len(set(numbers)) == len(numbers) <= MOST_REGISTRATIONS:
            raise forms.ValidationError(TEXTS["placement_numbers_unfit"])
        return numbers


class FilterForm(forms.Form):
    port = forms.ChoiceField(label=_("Port"), required=False)
    reason = forms.ChoiceField(
        label=_("Reason"), required=False, choices=[("", _("Every reason")), *PlacementReason.choices]
    )

    def __init__(self, ports: Sequence[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["port"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Every port")), *((port, port) for port in ports)]
