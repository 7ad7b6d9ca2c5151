from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fairport.checkin.models import Outcome
from fairport.formkit.fields import DayField
from fairport.oversight import problems
from fairport.oversight.models import ReviewOutcome
from fairport.oversight.queries import OPEN
from fairport.oversight.reviewing import REASONS
from fairport.registrations.models import SignalKind

# A lazy text is as good as a text here; Django's stubs know only some kinds of it.
TEXTS: Mapping[str, Any] = problems.TEXTS
STATES: tuple[tuple[str, Any], ...] = ((OPEN, _("Nobody looked at it yet")), *ReviewOutcome.choices)


class WatchForm(forms.Form):
    """What is compared, as the address of the page holds it. Days are those of UTC, both included."""

    by = forms.ChoiceField(label=_("Compare"), required=False)
    outcome = forms.ChoiceField(label=_("Share of"), required=False, choices=Outcome.choices)
    port = forms.ChoiceField(label=_("Port"), required=False)
    first = DayField(label=_("First day (UTC)"))
    last = DayField(label=_("Last day (UTC)"))
    order = forms.ChoiceField(
        label=_("Order"),
        required=False,
        choices=[
            ("unusual", _("Most unusual first")),
            ("name", _("By name")),
            ("cases", _("Most decisions first")),
            ("share", _("Highest share first")),
        ],
    )

    def __init__(self, *args: Any, by: Sequence[str], ports: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        """`by`: what the reader may compare; `ports`: codes and names of the ports that they may choose."""
        super().__init__(*args, **kwargs)
        words = {"officer": _("Officers"), "port": _("Ports"), "criterion": _("Criteria that were claimed")}
        _choices(self, "by", [(name, words[name]) for name in by])
        _choices(self, "port", [("", _("All ports")), *ports])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and last < first:
            self.add_error("last", _("The last day is before the first one."))
        return cleaned


class SignalsForm(forms.Form):
    kind = forms.ChoiceField(label=_("About"), required=False, choices=[("", _("Everything")), *SignalKind.choices])
    state = forms.ChoiceField(label=_("State"), required=False, choices=[*STATES, ("all", _("All"))])
    port = forms.ChoiceField(label=_("Port"), required=False)
    order = forms.ChoiceField(
        label=_("Order"),
        required=False,
        choices=[("newest", _("Newest first")), ("oldest", _("Oldest first")), ("largest", _("Largest first"))],
    )

    def __init__(self, *args: Any, ports: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choices(self, "port", [("", _("All ports")), *ports])


class OpenForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("Why do you open these registrations?"),
        choices=list(REASONS.items()),
        widget=forms.RadioSelect,
        error_messages={"required": TEXTS["signal_reason_needed"], "invalid_choice": TEXTS["signal_reason_needed"]},
    )


class ReviewForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("What did you find?"),
        choices=ReviewOutcome.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": TEXTS["review_outcome_required"],
            "invalid_choice": TEXTS["review_outcome_required"],
        },
    )
    words = forms.CharField(
        label=_("In words"),
        help_text=_("How you know it, and what was done. It changes no registration and no draw."),
        widget=forms.Textarea({"rows": 5}),
        error_messages={"required": TEXTS["finding_too_short"]},
    )
    seen = forms.IntegerField(min_value=0, max_value=30_000, widget=forms.HiddenInput)


def _choices(form: forms.Form, name: str, choices: Sequence[tuple[str, Any]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices
