from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fairport.checkin import problems, second_looks
from fairport.checkin.files import REASONS, CaseTraveler
from fairport.checkin.models import Outcome, Verdict
from fairport.checkin.timeline import TimelineKind
from fairport.checkin.words import CRITERIA
from fairport.formkit.fields import Described

# A lazy text is as good as a text here; Django's stubs know only some kinds of it.
TEXTS: Mapping[str, Any] = problems.TEXTS


class CheckForm(forms.Form):
    code = forms.CharField(
        label=_("Pass or confirmation number"),
        help_text=_("Scan the code, or type the number under it, like 7K2M9-QX4TA."),
        error_messages={"required": _("Scan a pass or type its number.")},
        max_length=400,
        widget=forms.TextInput(
            {
                "class": "usa-input--code",
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "dir": "ltr",
                "data-scan-input": "",
            }
        ),
    )


class OpenReasonForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("Why do you open this file?"),
        choices=list(REASONS.items()),
        widget=forms.RadioSelect,
        error_messages={"required": TEXTS["open_reason_required"], "invalid_choice": TEXTS["open_reason_required"]},
    )


class ArrivalForm(forms.Form):
    """Who of the expected travelers is here. Nobody is marked at first: only who was seen has arrived."""

    travelers = forms.MultipleChoiceField(
        label=_("Who is here?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": TEXTS["nobody_chosen"], "invalid_choice": TEXTS["not_in_group"]},
    )

    def __init__(self, expected: Sequence[CaseTraveler], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["travelers"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [
            (str(traveler.id), f"{traveler.person.given_names} {traveler.person.family_names}")
            for traveler in expected
            if traveler.person is not None
        ]

    def chosen(self) -> list[uuid.UUID]:
        """The travelers that were marked."""
        return [uuid.UUID(value) for value in self.cleaned_data["travelers"]]


class DeterminationForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("Your decision"),
        widget=forms.RadioSelect,
        choices=[
            (Outcome.EXEMPTED, Described(_("Exempted"), _("A criterion is met. This person may go on."))),
            (
                Outcome.NOT_EXEMPTED,
                Described(_("Not exempted"), _("No criterion is met. It takes effect when a second officer agrees.")),
            ),
            (Outcome.REFERRED, Described(_("Referred"), _("Somebody else decides, for example a doctor is needed."))),
        ],
        error_messages={"required": TEXTS["outcome_required"], "invalid_choice": TEXTS["outcome_required"]},
    )
    criterion = forms.ChoiceField(
        label=_("Criterion that you found"),
        help_text=_("For “exempted” always one. It need not be one that the traveler claimed."),
        required=False,
        error_messages={"invalid_choice": TEXTS["criterion_unknown"]},
    )
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("What you saw and heard, in words that the traveler and a court can follow."),
        widget=forms.Textarea({"rows": 6}),
        error_messages={"required": TEXTS["reason_too_short"]},
    )

    def __init__(self, criteria: Sequence[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["criterion"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("None")), *((code, CRITERIA[code]) for code in criteria)]


class ReviewForm(forms.Form):
    verdict = forms.ChoiceField(
        label=_("Do you agree?"),
        widget=forms.RadioSelect,
        choices=[
            (Verdict.AGREED, Described(_("I agree"), _("The decision takes effect and the group is told."))),
            (
                Verdict.DISAGREED,
                Described(_("I do not agree"), _("The case goes back: an officer decides about it again.")),
            ),
        ],
        error_messages={"required": TEXTS["verdict_required"], "invalid_choice": TEXTS["verdict_required"]},
    )
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Needed if you do not agree: what the first decision missed."),
        required=False,
        widget=forms.Textarea({"rows": 4}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].needed_sometimes = True  # type: ignore[attr-defined]


class FilterForm(forms.Form):
    """What a list shows. Nothing has to be chosen, so no label says that it need not be."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.needed_sometimes = True  # type: ignore[attr-defined]


class SecondLooksForm(FilterForm):
    """What the queue shows; everything is in its address."""

    port = forms.ChoiceField(label=_("Port"), required=False)
    show = forms.ChoiceField(
        label=_("Show"),
        required=False,
        choices=[
            ("", _("Everything that is not in effect")),
            (second_looks.WAITING, _("Waits for a second look")),
            (second_looks.OF_OTHERS, _("Waits, and others decided it")),
            (second_looks.RETURNED, _("Came back: decide again")),
        ],
    )
    order = forms.ChoiceField(
        label=_("Order"),
        required=False,
        choices=[
            ("oldest", _("Oldest first")),
            ("newest", _("Newest first")),
            ("number", _("By confirmation number")),
            ("officer", _("By officer")),
        ],
    )

    def __init__(self, ports: Sequence[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["port"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("All your ports")), *ports]


class FindForm(forms.Form):
    number = forms.CharField(
        label=_("Registration number or confirmation number"),
        help_text=_("Like FP-7K2M-9QX4T, or like 7K2M9-QX4TA."),
        error_messages={"required": TEXTS["number_required"]},
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


class TimelineForm(FilterForm):
    """Which part of what happened is shown."""

    show = forms.ChoiceField(
        label=_("Show"),
        required=False,
        choices=[
            ("", _("Everything")),
            (TimelineKind.STEP, _("Registration, offers, appointments")),
            (TimelineKind.DRAW, _("Draws")),
            (TimelineKind.MESSAGE, _("Messages")),
            (TimelineKind.PORT, _("At the port")),
            (TimelineKind.DECISION, _("Decisions")),
            (TimelineKind.OPENING, _("Who opened the file")),
        ],
    )
    order = forms.ChoiceField(
        label=_("Order"), required=False, choices=[("oldest", _("Oldest first")), ("newest", _("Newest first"))]
    )
