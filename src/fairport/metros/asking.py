"""What a reader asks of the ranking by the address: cohort, state, country and year, checked against the figures."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from fairport.metros import served
from fairport.metros.country_names import country_name

if TYPE_CHECKING:
    from fairport.metros.ranking import Ranking

COHORT_LABELS: Final[dict[str, Promise]] = {
    "large": _("Large: 1,000,000 people and more"),
    "midsize": _("Midsize: 350,000 to 999,999 people"),
    "small": _("Small: 100,000 to 349,999 people"),
    "micro": _("Micropolitan: small towns, any number of people"),
}
COHORT_NAMES: Final[dict[str, Promise]] = {
    "large": _("Large metropolitan areas"),
    "midsize": _("Midsize metropolitan areas"),
    "small": _("Small metropolitan areas"),
    "micro": _("Micropolitan areas"),
}
DEFAULT_COHORT: Final = "large"
LONGEST_ECHO: Final = 80


class OpenChoiceField(forms.ChoiceField):
    """A list in which what was asked for stays selected, also when it is not one of the choices."""

    def __init__(self, *, refusal: Promise, **options: Any) -> None:
        super().__init__(required=False, **options)
        self.needed_sometimes = True
        self.refusal = refusal

    def validate(self, value: str) -> None:
        if value and not self.valid_value(value):
            raise ValidationError(str(self.refusal), code="unknown_choice", params={"value": value})


class EnglishNames(forms.Select):
    """A list whose choices are names that stay English in every language."""

    def create_option(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(*args, **kwargs)
        if option["value"]:
            option["attrs"]["lang"] = "en"
        return option


class RankingForm(forms.Form):
    """The filter above the ranking. `asked()` tells what was asked for once the form is valid."""

    cohort = OpenChoiceField(label=_("Size"), refusal=_("There is no size “%(value)s”. Choose one from the list."))
    state = OpenChoiceField(
        label=_("State"),
        widget=EnglishNames,
        refusal=_("No area in these figures is in a state “%(value)s”. Choose one from the list."),
    )
    country = OpenChoiceField(
        label=_("Most common country of birth"),
        refusal=_(
            "“%(value)s” is the most common country of birth in no area of these figures. Choose one from the list."
        ),
    )
    year = OpenChoiceField(
        label=_("Figures of the five years to"),
        refusal=_("There are no figures of “%(value)s” here. Choose a year from the list."),
    )

    def __init__(self, data: QueryDict) -> None:
        """Raises the `MetrosError` of files that are refused."""
        years = [str(year) for year in served.years()]
        typed_year = _typed(data, "year")
        self.ranking = ranking = served.served_ranking(year=int(typed_year) if typed_year in years else None)
        """The whole ranking of the year that is asked for, or of the newest."""
        super().__init__({"year": typed_year or years[0], **with_capitals_as_listed(data, ranking)})
        language = get_language() or "en"
        areas = ranking.areas
        states = sorted(set(areas["states"].explode().drop_nulls()))
        countries = [
            (name, country_name(name, language=language)[0])
            for name in areas["most_common_country"].drop_nulls().unique()
        ]
        choices: dict[str, list[tuple[str, Any]]] = {
            "cohort": list(COHORT_LABELS.items()),
            "state": [("", _("All states")), *((code, f"{code} – {STATE_NAMES.get(code, code)}") for code in states)],
            "country": [("", _("All countries")), *sorted(countries, key=lambda pair: pair[1].casefold())],
            "year": [(year, year) for year in years],
        }
        for name, known in choices.items():
            field = self.fields[name]
            assert isinstance(field, OpenChoiceField)
            field.choices = known
            typed = self.data.get(name, "")
            if typed and typed not in dict(known):
                # Shown as selected, and still refused: the field's own choices are the known ones.
                field.widget.choices = [*known, (typed, typed)]

    def asked(self) -> dict[str, str]:
        """The parts that were asked for; the cohort and the year always."""
        return {name: value for name, value in self.cleaned_data.items() if value}


def with_capitals_as_listed(data: QueryDict, ranking: Ranking) -> dict[str, str]:
    """The first value of each part, spelled as in the lists whatever its capitals; what is in none stays as typed."""
    lists: dict[str, Iterable[str]] = {
        "cohort": COHORT_LABELS,
        "state": ranking.areas["states"].explode().drop_nulls().unique(),
        "country": ranking.areas["most_common_country"].drop_nulls().unique(),
    }
    parts = {}
    for name, known in lists.items():
        typed = _typed(data, name)
        parts[name] = {word.casefold(): word for word in known}.get(typed.casefold(), typed)
    return {**parts, "cohort": parts["cohort"] or DEFAULT_COHORT}


def _typed(data: QueryDict, name: str) -> str:
    return data.get(name, "").replace("\x00", "").strip()[:LONGEST_ECHO]


STATE_NAMES: Final[dict[str, str]] = {
    "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California", "CO": "Colorado",
    "CT": "Connecticut", "DE": "Delaware", "DC": "District of Columbia", "FL": "Florida", "GA": "Georgia",
    "HI": "Hawaii", "ID": "Idaho", "IL": "Illinois", "IN": "Indiana", "IA": "Iowa", "KS": "Kansas", "KY": "Kentucky",
    "LA": "Louisiana", "ME": "Maine", "MD": "Maryland", "MA": "Massachusetts", "MI": "Michigan", "MN": "Minnesota",
    "MS": "Mississippi", "MO": "Missouri", "MT": "Montana", "NE": "Nebraska", "NV": "Nevada", "NH": "New Hampshire",
    "NJ": "New Jersey", "NM": "New Mexico", "NY": "New York", "NC": "North Carolina", "ND": "North Dakota",
    "OH": "Ohio", "OK": "Oklahoma", "OR": "Oregon", "PA": "Pennsylvania", "PR": "Puerto Rico", "RI": "Rhode Island",
    "SC": "South Carolina", "SD": "South Dakota", "TN": "Tennessee", "TX": "Texas", "UT": "Utah", "VT": "Vermont",
    "VA": "Virginia", "WA": "Washington", "WV": "West Virginia", "WI": "Wisconsin", "WY": "Wyoming",
}  # fmt: skip
"""Names of states stay English, as the names of the areas do."""
