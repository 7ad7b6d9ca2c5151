from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fairport.complaints.content import LONGEST_WORDS
from fairport.complaints.models import ComplaintKind, ComplaintOutcome, ComplaintState
from fairport.complaints.problems import TEXTS
from fairport.ports.models import PortOfEntry

TO_DO = "to_do"
STATES_SHOWN = {
    TO_DO: (ComplaintState.OPEN,),
    "answered": (ComplaintState.ANSWERED,),
    "closed": (ComplaintState.CLOSED,),
    "all": (),
}
"""The choices of the list to the states that they mean."""


class ComplaintsForm(forms.Form):
    """What the list shows, as its address holds it."""

    kind = forms.ChoiceField(label=_("About"), required=False, choices=[("", _("Everything")), *ComplaintKind.choices])
    port = forms.ChoiceField(label=_("Port"), required=False)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            (TO_DO, _("Waiting for the ombuds office")),
            ("answered", _("Answered")),
            ("closed", _("Closed")),
            ("all", _("All")),
        ],
    )
    order = forms.ChoiceField(
        label=_("Order"),
        required=False,
        choices=[("oldest", _("Oldest first")), ("newest", _("Newest first")), ("changed", _("Last changed first"))],
    )

    def __init__(self, ports: Sequence[PortOfEntry], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["port"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("All ports")), *((port.code, port.name) for port in ports)]


class AnswerForm(forms.Form):
    words = forms.CharField(
        label=_("Answer to the sender"),
        help_text=_("They read it with their code. Use plain words, and do not name anybody."),
        widget=forms.Textarea({"rows": 6}),
        error_messages={"required": TEXTS["complaint_words_required"]},  # type: ignore[dict-item]
    )
    outcome = forms.ChoiceField(
        label=_("Close it?"),
        required=False,
        choices=[("", _("No, it stays open for the sender’s next words")), *ComplaintOutcome.choices],
        error_messages={"invalid_choice": TEXTS["complaint_outcome_unknown"]},  # type: ignore[dict-item]
    )
    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)

    def clean_words(self) -> str:
        """Length and signs are judged by the operation; here only what a browser adds is taken off."""
        words: str = self.cleaned_data["words"]
        if len(words) > LONGEST_WORDS:
            raise forms.ValidationError(str(TEXTS["text_too_long"]), code="text_too_long")
        return words


class VersionForm(forms.Form):
    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)
