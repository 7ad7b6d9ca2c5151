from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fairport.capacity import problems
from fairport.capacity.changes import LONGEST_WORDS, MOST_BANDS, MOST_PLACES, DaysChange, PlanChange
from fairport.domain.plans import DayKind
from fairport.domain.policy import PolicyBand
from fairport.formkit.fields import DayField, Described
from fairport.formkit.times import write_band, write_weekday
from fairport.ports.models import ExceptionReason, ExceptionSource

# A lazy text is as good as a text here; Django's stubs know only some kinds of it.
TEXTS: Mapping[str, Any] = problems.TEXTS
SMALL = {"class": "usa-input--xs", "autocomplete": "off", "inputmode": "numeric", "dir": "ltr"}
# A day as a person thinks of it: with or without a plan, there is one word for each thing that can be done.
AS_PLANNED = "planned"


class PlacesField(forms.IntegerField):
    """A number of places."""

    def __init__(self, **options: Any) -> None:
        wrong = TEXTS["places_wrong"]
        super().__init__(
            min_value=0,
            max_value=MOST_PLACES,
            widget=forms.TextInput(SMALL),
            error_messages={"invalid": wrong, "min_value": wrong, "max_value": wrong, "required": wrong},
            **options,
        )
        # Checked here and told in words, not by the browser.
        self.widget.attrs.pop("min", None)
        self.widget.attrs.pop("max", None)


class DaysForm(forms.Form):
    """One day or several: closed, other places, or again as planned."""

    first_day = DayField(label=_("First day"), required=True)
    last_day = DayField(label=_("Last day"))
    what = forms.ChoiceField(
        label=_("What is it like on these days?"),
        widget=forms.RadioSelect,
        choices=[
            (DayKind.CHANGED.value, Described(_("Other places"), _("In one band or in all of them."))),
            (DayKind.CLOSED.value, Described(_("Closed"), _("No new places. Who is booked is kept or moved."))),
            (AS_PLANNED, Described(_("As planned"), _("Takes back what was said about these days."))),
            (
                DayKind.UNCHANGED.value,
                Described(_("Open as planned, also on a holiday"), _("The calendar does not propose it again.")),
            ),
        ],
    )
    band = forms.ChoiceField(label=_("Band"), required=False)
    places = PlacesField(label=_("Places in each of these bands"), required=False)
    walk_in_reserve = PlacesField(
        label=_("Places without appointment"), help_text=_("Leave it empty to change nothing there."), required=False
    )
    reason = forms.ChoiceField(label=_("Reason that the public reads"), choices=ExceptionReason.choices)
    words = forms.CharField(
        label=_("More about it, for the public"),
        help_text=_("As typed here, in all languages. Name nobody."),
        max_length=LONGEST_WORDS,
        required=False,
        error_messages={"max_length": TEXTS["words_too_long"]},
    )
    source = forms.ChoiceField(choices=ExceptionSource.choices, widget=forms.HiddenInput, required=False)

    def __init__(self, bands: Sequence[PolicyBand], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["band"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", _("All bands")),
            *((band.start.isoformat("minutes"), write_band(band.start, band.end)) for band in bands),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("what") == DayKind.CHANGED and cleaned.get("places") is None and "places" not in self.errors:
            self.add_error("places", TEXTS["places_wrong"])
        return cleaned

    def change(self, *, programme: str, port: str) -> DaysChange:
        """The change that was typed."""
        typed = self.cleaned_data
        return DaysChange(
            programme=programme,
            port=port,
            first_day=typed["first_day"],
            last_day=typed["last_day"] or typed["first_day"],
            kind=None if typed["what"] == AS_PLANNED else DayKind(typed["what"]),
            band_start=time.fromisoformat(typed["band"]) if typed["band"] else None,
            capacity=typed["places"] or 0,
            walk_in_reserve=typed["walk_in_reserve"],
            reason=typed["reason"],
            words=typed["words"],
            source=typed["source"] or ExceptionSource.OFFICER,
        )


class ClockField(forms.TimeField):
    """A time of day in whole minutes, as the port's clock shows it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            input_formats=["%H:%M"],
            widget=forms.TextInput(SMALL),
            required=False,
            error_messages={"invalid": TEXTS["time_wrong"]},
            **options,
        )


class PlanForm(forms.Form):
    """The bands of some weekdays from a day on."""

    weekdays = forms.MultipleChoiceField(
        label=_("Weekdays"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": TEXTS["no_weekday"], "invalid_choice": TEXTS["no_weekday"]},
    )
    first_day = DayField(label=_("From this day on"), required=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["weekdays"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(str(weekday), write_weekday(weekday)) for weekday in range(1, 8)]
        for number in range(1, MOST_BANDS + 1):
            self.fields |= {
                f"start_{number}": ClockField(label=_("Start of band %(number)d") % {"number": number}),
                f"end_{number}": ClockField(label=_("End of band %(number)d") % {"number": number}),
                f"places_{number}": PlacesField(
                    label=_("Places in band %(number)d") % {"number": number}, required=False
                ),
                f"walk_in_{number}": PlacesField(
                    label=_("Without appointment in band %(number)d") % {"number": number}, required=False
                ),
            }

    @staticmethod
    def initial_of(*, weekdays: Sequence[int], first_day: date, bands: Sequence[PolicyBand]) -> dict[str, Any]:
        """What the form shows at first: the bands that the first of the weekdays has then."""
        initial: dict[str, Any] = {
            "weekdays": [str(weekday) for weekday in weekdays],
            "first_day": first_day.isoformat(),
        }
        for number, band in enumerate(bands[:MOST_BANDS], start=1):
            initial |= {
                f"start_{number}": f"{band.start:%H:%M}",
                f"end_{number}": f"{band.end:%H:%M}",
                f"places_{number}": band.capacity,
                f"walk_in_{number}": band.walk_in_reserve,
            }
        return initial

    def rows(self) -> list[dict[str, Any]]:
        """The fields of each band, for a table."""
        return [
            {
                "number": number,
                "fields": [self[f"{name}_{number}"] for name in ("start", "end", "places", "walk_in")],
                "errors": [
                    error for name in ("start", "end", "places", "walk_in") for error in self[f"{name}_{number}"].errors
                ],
            }
            for number in range(1, MOST_BANDS + 1)
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for number in range(1, MOST_BANDS + 1):
            names = [f"{name}_{number}" for name in ("start", "end", "places")]
            if any(name in self.errors for name in names):
                continue
            filled = [name for name in names if cleaned.get(name) is not None]
            if filled and len(filled) < len(names):
                missing = next(name for name in names if name not in filled)
                self.add_error(missing, TEXTS["band_incomplete"])
        return cleaned

    def change(self, *, programme: str, port: str) -> PlanChange:
        """The change that was typed."""
        typed = self.cleaned_data
        bands = tuple(
            PolicyBand(
                typed[f"start_{number}"],
                typed[f"end_{number}"],
                typed[f"places_{number}"],
                typed[f"walk_in_{number}"] or 0,
            )
            for number in range(1, MOST_BANDS + 1)
            if typed[f"start_{number}"] is not None
        )
        weekdays = tuple(sorted(int(weekday) for weekday in typed["weekdays"]))
        return PlanChange(programme=programme, port=port, weekdays=weekdays, bands=bands, first_day=typed["first_day"])
