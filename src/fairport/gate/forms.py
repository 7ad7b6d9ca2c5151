from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.validators import ProhibitNullCharactersValidator
from django.utils.translation import gettext_lazy as _

from fairport.checkin.forms import CheckForm
from fairport.formkit.fields import DayField
from fairport.gate import problems
from fairport.gate.models import ScanOutcome

# A lazy text is as good as a text here; Django's stubs know only some kinds of it.
TEXTS: Mapping[str, Any] = problems.TEXTS


class GateForm(CheckForm):
    """The field that the camera, a hardware scanner or a person fills; where they stand goes along."""

    port = forms.CharField(required=False, max_length=4, widget=forms.HiddenInput)
    programme = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    device = forms.UUIDField(required=False, widget=forms.HiddenInput({"data-device": ""}))


class ScansForm(forms.Form):
    day = DayField(label=_("Day at the port"))
    outcome = forms.ChoiceField(
        label=_("What came of it"), required=False, choices=[("", _("Everything")), *ScanOutcome.choices]
    )


class CloseConflictForm(forms.Form):
    words = forms.CharField(
        label=_("What did you find out?"),
        help_text=_("Who was really here, and how you know. At least 20 characters. No names."),
        widget=forms.Textarea({"rows": 5}),
        validators=[ProhibitNullCharactersValidator()],
        error_messages={"required": TEXTS["words_too_short"]},
    )
