from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fairport.appointments.suspending import LONGEST_WORDS, Terms
from fairport.approvals.forms import ReasonField
from fairport.formkit.fields import DayField
from fairport.ports.models import PortOfEntry, SuspensionReason


class ReopenForm(forms.Form):
    reason = ReasonField(label=_("Why can it open again?"), help_text=_("Whoever decides reads this."))


class SuspendForm(forms.Form):
    """What is proposed. Everything stays typed between the preview and the proposal."""

    reason = forms.ChoiceField(
        label=_("Why is the port closed?"), choices=SuspensionReason.choices, widget=forms.RadioSelect
    )
    words = forms.CharField(
        label=_("What everyone can read about it"),
        help_text=_("Shown on the public page of the ports as you write it. Needed for another reason."),
        max_length=LONGEST_WORDS,
        required=False,
        widget=forms.Textarea({"rows": 2}),
        error_messages={"max_length": _("Write at most 300 characters.")},
    )
    first_day = DayField(label=_("First closed day"))
    last_day = DayField(label=_("Last closed day"))
    honour_at = forms.MultipleChoiceField(
        label=_("Which ports take its bookings over?"),
        help_text=_(
            "As far as they have room, the nearest first: by day, then by seniority. Who does not fit goes first in "
            "the next draw."
        ),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    why = ReasonField(
        label=_("Why do you propose it?"), help_text=_("Whoever decides reads this. The public does not.")
    )

    def __init__(self, *args: Any, port: PortOfEntry, others: Sequence[PortOfEntry], today: date, **kw: Any) -> None:
        """`others` are the ports that could take bookings over, the nearest first; `today` is the port's."""
        super().__init__(*args, **kw)
        self.port, self.today, self.others = port, today, [other.code for other in others]
        honour = self.fields["honour_at"]
        assert isinstance(honour, forms.MultipleChoiceField)
        honour.choices = [(other.code, other.name) for other in others]
        self.fields["first_day"].help_text = _("Days of the port, for example 2026-11-28. Empty: at once.")
        self.fields["last_day"].help_text = _("Empty: until further notice.")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        first, last = values.get("first_day"), values.get("last_day")
        if first and first < self.today:
            self.add_error("first_day", _("This day is over. Leave it empty to close the port at once."))
        if last and last < (first or self.today):
            self.add_error("last_day", _("The last day is before the first."))
        if values.get("reason") == SuspensionReason.OTHER and not values.get("words", "").strip():
            self.add_error("words", _("Write the reason, so that people understand it."))
        return values

    def terms(self) -> Terms:
        """What the answers come to; only of a valid form."""
        values = self.cleaned_data
        # A first day that has begun is "at once".
        first = values["first_day"] if values["first_day"] and values["first_day"] > self.today else None
        return Terms(
            port=self.port.code,
            first_day=first,
            last_day=values["last_day"],
            reason=values["reason"],
            words=values["words"].strip(),
            honour_at=tuple(code for code in self.others if code in values["honour_at"]),
        )
