"""The forms of a complaint. What is wrong with an answer is said by `complaints.content`, for pages and API alike."""

from __future__ import annotations

import secrets
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from fairport.applicant.forms import QuestionForm, choice_field
from fairport.complaints.models import ComplaintKind
from fairport.complaints.operations import ComplaintInvalid, NewComplaint
from fairport.ports.queries import list_ports

# Without a maximum length at the fields: the operation says what is too long, in the words of the product.
_LINE = {"autocomplete": "off"}


def new_token() -> str:
    """What a form carries so that sending it twice files one complaint."""
    return secrets.token_urlsafe(24)


class ReportForm(QuestionForm):
    """A complaint. `token` is the form's own; a form that lost it is filed all the same."""

    codes = {
        "kind": {"required": "choice_required", "invalid_choice": "choice_invalid"},
        "port": {"invalid_choice": "port_unknown"},
        "when": {"null_characters_not_allowed": "text_invalid"},
        "words": {"required": "complaint_words_required", "null_characters_not_allowed": "text_invalid"},
        "reach": {"null_characters_not_allowed": "text_invalid"},
    }
    kind = forms.ChoiceField(label=_("What is it about?"), choices=ComplaintKind.choices, widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("What happened?"),
        help_text=_("In any language. Names of people you do not need to write. At most 5,000 letters."),
        widget=forms.Textarea({"rows": 8}),
    )
    port = forms.ChoiceField(label=_("At which port?"), required=False)
    when = forms.CharField(
        label=_("When did it happen?"),
        help_text=_("As far as you remember."),
        required=False,
        widget=forms.TextInput(_LINE),
    )
    reach = forms.CharField(
        label=_("How can the ombuds office reach you?"),
        help_text=_("You do not have to say it: you can read the answer here with a code."),
        required=False,
        widget=forms.TextInput(_LINE),
    )
    token = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice_field(self, "port").choices = [
            ("", _("No port, or I do not want to say")),
            *((port.code, port.name) for port in list_ports()),
        ]

    def complaint(self) -> NewComplaint:
        """What was written, for the operation."""
        answers = {name: self.cleaned_data[name] for name in ("kind", "words", "port", "when", "reach")}
        return NewComplaint(**answers, language=get_language() or "en")

    def add_problems(self, refusal: ComplaintInvalid) -> None:
        """Marks the fields that the operation refused."""
        for problem in refusal.problems:
            self.add_problem(problem.field, problem.code)


class ReportCodeForm(QuestionForm):
    """The code of a complaint. Whether it is one is told by the operation alone, in one way for all wrong ones."""

    codes = {"code": {"required": "complaint_code_required", "null_characters_not_allowed": "wrong_complaint_code"}}
    code = forms.CharField(
        label=_("Code of your complaint"),
        help_text=_("15 letters and numbers. Dashes and small letters do not matter."),
        widget=forms.TextInput(
            {"class": "usa-input--code", "autocomplete": "off", "dir": "ltr", "spellcheck": "false"}
        ),
    )


class ReportWordsForm(QuestionForm):
    """More about a complaint; its code comes along, since there is no session."""

    codes = {
        "words": {"required": "complaint_words_required", "null_characters_not_allowed": "text_invalid"},
        "code": {"required": "complaint_code_required", "null_characters_not_allowed": "wrong_complaint_code"},
    }
    words = forms.CharField(
        label=_("Do you want to add something?"),
        help_text=_("At most 5,000 letters."),
        widget=forms.Textarea({"rows": 6}),
    )
    code = forms.CharField(widget=forms.HiddenInput)
    token = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput)
