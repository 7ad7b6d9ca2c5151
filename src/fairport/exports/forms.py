from __future__ import annotations

import re
from datetime import date
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from fairport.exports.problems import TEXTS
from fairport.formkit.fields import DayField

LONGEST_MONTHS: Final = 60
_MONTH: Final = re.compile(r"((?:19|20|21)[0-9]{2})-(0[1-9]|1[0-2])")


class DayListForm(forms.Form):
    port = forms.ChoiceField(label=_("Port"))
    day = DayField(label=_("Day at the port"))
    form = forms.ChoiceField(
        label=_("Form"), choices=[("pdf", _("PDF, to print")), ("csv", _("CSV, for other programs"))]
    )


class MonthField(forms.CharField):
    """A month as 2026-11; cleans to its first day."""

    def __init__(self, *, label: Any) -> None:
        super().__init__(
            label=label,
            help_text=_("For example 2026-11."),
            widget=forms.TextInput({"class": "usa-input--small", "autocomplete": "off", "dir": "ltr"}),
            error_messages={"required": _("Write the month as year and month: 2026-11.")},
        )

    def clean(self, value: Any) -> date:
        match = _MONTH.fullmatch(super().clean(value).strip())
        if match is None:
            raise forms.ValidationError(_("Write the month as year and month: 2026-11."))
        return date(int(match[1]), int(match[2]), 1)


class EncountersForm(forms.Form):
    first = MonthField(label=_("First month"))
    last = MonthField(label=_("Last month"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last:
            months = (last.year - first.year) * 12 + last.month - first.month
            if not 0 <= months < LONGEST_MONTHS:
                self.add_error("last", forms.ValidationError(str(TEXTS["export_months"]), code="export_months"))
        return cleaned
