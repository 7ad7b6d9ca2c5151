from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fairport.formkit.fields import Described
from fairport.registrations.interpreters import LONGEST_WORDS, interpreter_choices, read_wish
from fairport.walkins import problems
from fairport.walkins.models import Outcome, Urgency
from fairport.walkins.registering import MOST_PEOPLE, NewWalkIn

TEXTS: Mapping[str, Any] = problems.TEXTS
ASIDE = {"autocomplete": "off"}


class WalkInForm(forms.Form):
    """What an officer asks a group that came without an appointment."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    people = forms.IntegerField(
        label=_("How many people?"),
        min_value=1,
        max_value=MOST_PEOPLE,
        widget=forms.TextInput({**ASIDE, "class": "usa-input--small", "inputmode": "numeric"}),
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), TEXTS["walk_in_people"]),
    )
    urgency = forms.ChoiceField(
        label=_("Is it urgent?"),
        widget=forms.RadioSelect,
        choices=[
            (Urgency.NONE, Described(_("Not urgent"), _("They are called by their number."))),
            (Urgency.MEDICAL, Described(_("Medical need"), _("Somebody is ill or hurt, or about to give birth."))),
            (Urgency.DANGER, Described(_("Danger"), _("Somebody is threatened or followed here and now."))),
            (Urgency.CHILD_ALONE, Described(_("Child who came alone"), _("Tell a supervisor at once as well."))),
        ],
        error_messages=dict.fromkeys(("required", "invalid_choice"), TEXTS["walk_in_urgency_unknown"]),
    )
    words = forms.CharField(
        label=_("Why do they go first?"),
        help_text=_("Only if it is urgent. Who reads this later is written down."),
        required=False,
        widget=forms.Textarea({"rows": 3}),
    )
    interpreter = forms.ChoiceField(label=_("Interpreter"), required=False, choices=interpreter_choices)
    interpreter_words = forms.CharField(
        label=_("Another language, or what else helps"),
        required=False,
        max_length=LONGEST_WORDS,
        widget=forms.TextInput(ASIDE),
        error_messages={"max_length": TEXTS["interpreter_words_too_long"]},
    )
    registration_number = forms.CharField(
        label=_("Registration number"),
        help_text=_("If they have one, like FP-7K2M-9QX4T."),
        required=False,
        max_length=40,
        widget=forms.TextInput({**ASIDE, "class": "usa-input--code", "spellcheck": "false", "dir": "ltr"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"key": uuid.uuid4(), "urgency": Urgency.NONE})
        super().__init__(*args, **kwargs)
        # Needed for urgent groups: "(optional)" would be wrong for them.
        self.fields["words"].needed_sometimes = True  # type: ignore[attr-defined]

    def new_walk_in(self) -> NewWalkIn:
        """What was typed, once it is valid."""
        given = self.cleaned_data
        return NewWalkIn(
            people=given["people"],
            urgency=given["urgency"],
            words=given["words"],
            interpreter=read_wish(language=given["interpreter"], words=given["interpreter_words"]),
            registration_number=given["registration_number"],
        )


class QueueFilter(forms.Form):
    outcome = forms.ChoiceField(
        label=_("Show"), required=False, choices=[("", _("All groups of today")), *Outcome.choices]
    )
