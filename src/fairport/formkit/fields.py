"""Controls that Django lacks: a date that is remembered, not picked, and a day as an address holds it."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

PARTS = ("day", "month", "year")
EARLIEST = date(1900, 1, 1)
LATEST = date(2999, 12, 31)


class MemorableDateWidget(forms.MultiWidget):
    """Three text inputs, `<name>_day`, `<name>_month` and `<name>_year`, that keep whatever was typed."""

    template_name = "components/form/memorable_date.html"

    def __init__(self, attrs: dict[str, Any] | None = None, *, autocomplete: str = "off") -> None:
        """`autocomplete`: "bday" for the person's own birth date, else "off"."""
        super().__init__(
            {
                part: forms.TextInput(
                    {
                        "inputmode": "numeric",
                        "autocomplete": f"{autocomplete}-{part}" if autocomplete != "off" else "off",
                        # Not `maxlength`: a cut year would be a wrong year.
                        "size": 4 if part == "year" else 2,
                    }
                )
                for part in PARTS
            },
            attrs,
        )

    def decompress(self, value: date | str | None) -> list[str | None]:
        """Parts of a date or of an ISO text such as "1990-02-28"."""
        if isinstance(value, str):
            value = date.fromisoformat(value) if value else None
        return [str(value.day), str(value.month), str(value.year)] if value else [None, None, None]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        labels = (_("Day"), _("Month"), _("Year"))
        for part, label, subwidget in zip(PARTS, labels, context["widget"]["subwidgets"], strict=True):
            subwidget["part"] = part
            subwidget["label"] = label
        return context


class MemorableDateField(forms.MultiValueField):
    """A calendar date in three inputs; cleans to `datetime.date`, or None when optional and empty.

    `earliest` and `latest` (inclusive, both may be None) may be set on the field of a form instance: the field has no
    clock of its own. Error codes: `required`, `incomplete`, `not_a_number`, `year_digits`, `invalid`, `too_early`,
    `too_late`; each has one message, and what was typed stays in the inputs.
    """

    widget = MemorableDateWidget
    default_error_messages = {
        "required": _("Enter the date: day, month and year."),
        "incomplete": _("The date needs a day, a month and a year."),
        "not_a_number": _("Use numbers for the day, the month and the year. For example: 28 4 1986."),
        "year_digits": _("Write the year with four digits. For example: 1986."),
        "invalid": _("This date does not exist. Check the day and the month."),
        "too_early": _("This date is too long ago. Check the year."),
        "too_late": _("This date is in the future. Check the year."),
    }

    def __init__(
        self, *, earliest: date | None = None, latest: date | None = None, autocomplete: str = "off", **kwargs: Any
    ) -> None:
        self.earliest = earliest
        self.latest = latest
        kwargs.setdefault("widget", MemorableDateWidget(autocomplete=autocomplete))
        parts = tuple(forms.CharField(required=False, max_length=20) for _part in PARTS)
        super().__init__(parts, require_all_fields=False, **kwargs)

    def clean(self, value: Any) -> date | None:
        typed = [str(part or "").strip() for part in value] if isinstance(value, (list, tuple)) else ["", "", ""]
        if not any(typed):
            if self.required:
                raise self._error("required")
            return None
        if not all(typed):
            raise self._error("incomplete")
        # isdecimal also holds for the digits of other scripts, which int() reads as well.
        if not all(part.isdecimal() and len(part) <= 4 for part in typed):
            raise self._error("not_a_number")
        if len(typed[2]) != 4:
            raise self._error("year_digits")
        day, month, year = (int(part) for part in typed)
        try:
            cleaned = date(year, month, day)
        except ValueError:
            raise self._error("invalid") from None
        if self.earliest is not None and cleaned < self.earliest:
            raise self._error("too_early")
        if self.latest is not None and cleaned > self.latest:
            raise self._error("too_late")
        self.run_validators(cleaned)
        return cleaned

    def compress(self, data_list: list[Any]) -> date | None:
        """Never called by `clean`, which reads the parts itself; Django's base class asks for it."""
        return self.clean(data_list)

    def has_changed(self, initial: Any, data: Any) -> bool:
        widget = cast(MemorableDateWidget, self.widget)
        before = [part or "" for part in widget.decompress(initial)]
        after = [str(part or "").strip() for part in data or ("", "", "")]
        return before != after

    def _error(self, code: str) -> ValidationError:
        return ValidationError(self.error_messages[code], code=code)


class Described:
    """The label of a choice with a line of explanation under it: `choices=[("code", Described(_("…"), _("…")))]`.

    Shows as its label wherever a plain text is expected.
    """

    def __init__(self, label: Any, description: Any) -> None:
        """Both are texts or lazy translations."""
        self.label = label
        self.description = description

    def __str__(self) -> str:
        return str(self.label)


class DayField(forms.DateField):
    """A day as an address holds it. Days near the calendar's ends have no day after them to count to."""

    def __init__(self, *, label: Any, required: bool = False) -> None:
        wrong = _("Write the day as year, month and day: 2026-11-28.")
        super().__init__(
            label=label,
            required=required,
            help_text=_("For example 2026-11-28."),
            widget=forms.TextInput({"class": "usa-input--small", "autocomplete": "off", "dir": "ltr"}),
            input_formats=["%Y-%m-%d"],
            error_messages={"invalid": wrong, "required": wrong},
            validators=[MinValueValidator(EARLIEST, wrong), MaxValueValidator(LATEST, wrong)],
        )
