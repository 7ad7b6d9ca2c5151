"""The questions, one form a page.

A form reads what was typed; what is wrong with it is said by `registrations.validation`, the same for pages and API.
Each form hands over its part of a submission, which is checked with everything else left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar, cast

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from fairport.applicant.places import country_choices, port_label, state_choices
from fairport.applicant.problems import text_for
from fairport.domain.policy import Policy
from fairport.domain.policy_values import DERIVED_CRITERIA
from fairport.formkit.fields import Described, MemorableDateField
from fairport.registrations.interpreters import InterpreterWish, interpreter_choices, read_wish
from fairport.registrations.submission import NewTraveler, Submission
from fairport.registrations.validation import PSEUDO_LANGUAGE, open_ports, validate_submission

CRITERIA_WORDS: Mapping[str, Described] = {
    "physical_illness": Described(
        _("A physical illness"), _("An illness of the body that needs care or medicine, now or again and again.")
    ),
    "mental_illness": Described(
        _("A mental illness"), _("For example strong fear, deep sadness, or hearing or seeing what others do not.")
    ),
    "disability": Described(
        _("A disability"), _("It is hard for this person to see, hear, walk, think, learn or speak.")
    ),
    "pregnancy": Described(_("Pregnant"), _("This person is expecting a baby.")),
    "no_housing": Described(
        _("No safe home"), _("This person has no housing: they sleep outside, in a camp or in a shelter.")
    ),
    "threat": Described(
        _("Danger"), _("Someone hurt, threatened, kidnapped or followed this person, or may do so in Mexico.")
    ),
}
NONE_OF_THESE = "none"
RANKS = (
    _("First choice"),
    _("Second choice"),
    _("Third choice"),
    _("Fourth choice"),
    _("Fifth choice"),
    _("Sixth choice"),
    _("Seventh choice"),
    _("Eighth choice"),
)


def empty_submission(policy: Policy) -> Submission:
    """A submission without an answer, to check one part at a time."""
    return Submission(
        programme=policy.programme,
        language=policy.languages[0],
        ports=(),
        travelers=(),
        country="",
        state=None,
        attestation=False,
    )


def choice_field(form: forms.BaseForm, name: str) -> forms.ChoiceField:
    """A field of a form that is known to offer choices."""
    return cast(forms.ChoiceField, form.fields[name])


def labels_of(form: forms.BaseForm, name: str) -> dict[str, Any]:
    """Value to label of a field's choices."""
    return {str(value): label for value, label in cast(Any, choice_field(form, name).choices)}


class QuestionForm(forms.Form):
    """A form whose errors carry the product's stable codes.

    `codes`: for each field, Django's code to ours. `own_words`: fields that say more exactly what is wrong than the
    code's text does. `fields_of`: the submission's field to the form's.
    """

    codes: ClassVar[Mapping[str, Mapping[str, str]]] = {}
    own_words: ClassVar[frozenset[str]] = frozenset()
    fields_of: ClassVar[Mapping[str, str]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, codes in self.codes.items():
            for theirs, ours in () if name in self.own_words else codes.items():
                self.fields[name].error_messages[theirs] = text_for(ours)

    def add_problem(self, field: str, code: str) -> None:
        """Notes a problem at a field that has none yet."""
        if field not in self.errors:
            self.add_error(field, ValidationError(text_for(code), code=code))

    def check_part(self, submission: Submission, *, policy: Policy, at: datetime) -> None:
        """Notes what is wrong with this form's part of a submission, and nothing else."""
        for problem in validate_submission(submission=submission, policy=policy, at=at):
            if problem.field in self.fields_of:
                self.add_problem(self.fields_of[problem.field], problem.code)

    def problem_codes(self) -> list[str]:
        """The stable codes of all errors, each once, in the order of the fields."""
        codes = [
            self.codes.get(name, {}).get(str(error.code), str(error.code))
            for name, errors in self.errors.as_data().items()
            for error in errors
        ]
        return list(dict.fromkeys(codes))


class LanguageForm(QuestionForm):
    """The language of the pages and of every message about the registration."""

    codes = {"language": {"required": "language_not_offered", "invalid_choice": "language_not_offered"}}
    language = forms.ChoiceField(label=_("Choose your language"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, policy: Policy, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = {*policy.languages, PSEUDO_LANGUAGE}
        choice_field(self, "language").choices = [pair for pair in settings.LANGUAGES if pair[0] in offered]


class LocationForm(QuestionForm):
    """Where the group is now: declared, never measured."""

    codes = {
        "country": {"required": "country_required", "invalid_choice": "country_unknown"},
        "state": {"invalid_choice": "state_unknown"},
    }
    fields_of = {"location.country": "country", "location.state": "state"}
    country = forms.ChoiceField(label=_("Country where you are today"))
    state = forms.ChoiceField(
        label=_("State of Mexico where you are today"), help_text=_("Only if you are in Mexico."), required=False
    )

    def __init__(self, *args: Any, policy: Policy, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._policy, self._at = policy, at
        choice_field(self, "country").choices = country_choices()
        state = choice_field(self, "state")
        state.choices = state_choices(policy)
        # In Mexico it is needed, so it must not be called optional; the hint says when it is not.
        state.needed_sometimes = True  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        country = cleaned.get("country", "")
        # A state of Mexico says nothing about who is elsewhere.
        cleaned["state"] = cleaned.get("state") if country == self._policy.location.country else ""
        part = replace(empty_submission(self._policy), country=country, state=cleaned["state"])
        self.check_part(part, policy=self._policy, at=self._at)
        return cleaned


class TravelerForm(QuestionForm):
    """One person, as their document or their family writes it."""

    codes = {
        "given_names": {"required": "name_required", "null_characters_not_allowed": "name_invalid"},
        "family_names": {"required": "name_required", "null_characters_not_allowed": "name_invalid"},
        "birth_date": {
            "required": "birth_date_required",
            "incomplete": "birth_date_invalid",
            "not_a_number": "birth_date_invalid",
            "year_digits": "birth_date_invalid",
            "invalid": "birth_date_invalid",
        },
        "nationality": {"required": "nationality_required", "invalid_choice": "nationality_unknown"},
        "document_number": {"null_characters_not_allowed": "document_invalid"},
    }
    own_words = frozenset({"birth_date"})
    given_names = forms.CharField(
        label=_("Given names"),
        help_text=_("All first and middle names."),
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )
    family_names = forms.CharField(
        label=_("Family names"),
        help_text=_("All last names. If this person has only one name, write it in both places."),
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )
    birth_date = MemorableDateField(label=_("Birth date"), help_text=_("Day, month, year. For example: 28 4 1986"))
    nationality = forms.ChoiceField(
        label=_("Nationality"), help_text=_("The country that this person is a citizen of.")
    )
    document_number = forms.CharField(
        label=_("Passport or identity card number"),
        help_text=_("If this person has one. You can register without it."),
        required=False,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false", "dir": "ltr"}),
    )

    def __init__(
        self, *args: Any, policy: Policy, at: datetime, earlier: Sequence[NewTraveler] = (), **kwargs: Any
    ) -> None:
        """`earlier`: the group's travelers before this one; nobody's document stands twice in a group."""
        super().__init__(*args, **kwargs)
        self._policy, self._at, self._earlier = policy, at, tuple(earlier)
        choice_field(self, "nationality").choices = country_choices()

    @property
    def fields_of(self) -> Mapping[str, str]:  # type: ignore[override]
        """This person's place in the submission is after the earlier ones."""
        names = ("given_names", "family_names", "birth_date", "nationality", "document_number")
        return {f"travelers.{len(self._earlier)}.{name}": name for name in names}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        person = NewTraveler(
            given_names=cleaned.get("given_names", ""),
            family_names=cleaned.get("family_names", ""),
            # One that cannot be read has its own message already.
            birth_date=cleaned.get("birth_date") or self._at.date() - timedelta(days=366),
            nationality=cleaned.get("nationality", ""),
            criteria=frozenset(),
            document_number=cleaned.get("document_number") or None,
        )
        part = replace(empty_submission(self._policy), travelers=(*self._earlier, person))
        self.check_part(part, policy=self._policy, at=self._at)
        return cleaned


class CriteriaForm(QuestionForm):
    """What makes one traveler's wait dangerous. The age is not asked: it follows from the birth date."""

    codes = {"criteria": {"required": "criteria_required", "invalid_choice": "criterion_unknown"}}
    criteria = forms.MultipleChoiceField(
        label=_("What is true for this person today?"),
        help_text=_("Tick all that are true."),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, policy: Policy, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = [(code, CRITERIA_WORDS[code]) for code in policy.criteria if code not in DERIVED_CRITERIA]
        choice_field(self, "criteria").choices = [*asked, (NONE_OF_THESE, pgettext_lazy("criteria", "None of these"))]

    def clean_criteria(self) -> frozenset[str]:
        ticked = frozenset(self.cleaned_data["criteria"])
        if NONE_OF_THESE in ticked and len(ticked) > 1:
            raise ValidationError(text_for("criteria_none_and_some"), code="criteria_none_and_some")
        return ticked - {NONE_OF_THESE}


class PortsForm(QuestionForm):
    """Ports in order of preference, one select a rank, so that ordering needs no script."""

    def __init__(self, *args: Any, policy: Policy, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._policy, self._at = policy, at
        open_now = open_ports(policy=policy, at=at)
        ports = [port for port in policy.ports if port.code in open_now]
        choices = [(port.code, port_label(code=port.code, name=port.name)) for port in ports]
        for rank, label in enumerate(RANKS[: len(ports)], start=1):
            self.fields[f"choice_{rank}"] = forms.ChoiceField(
                label=label,
                required=rank == 1,
                choices=[("", _("Choose a port") if rank == 1 else _("No other port")), *choices],
                error_messages={"required": text_for("ports_required"), "invalid_choice": text_for("port_unknown")},
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        chosen = {name: cleaned[name] for name in self.fields if cleaned.get(name)}
        part = replace(empty_submission(self._policy), ports=tuple(chosen.values()))
        named = dict(enumerate(chosen))
        for problem in validate_submission(submission=part, policy=self._policy, at=self._at):
            area, _dot, place = problem.field.partition(".")
            if area == "ports":
                self.add_problem(named[int(place)] if place else "choice_1", problem.code)
        return cleaned

    @property
    def ports(self) -> tuple[str, ...]:
        """The chosen codes in order; only of a valid form."""
        return tuple(code for name in self.fields if (code := self.cleaned_data[name]))

    def problem_codes(self) -> list[str]:
        ours = {"required": "ports_required", "invalid_choice": "port_unknown"}
        return list(dict.fromkeys(ours.get(code, code) for code in super().problem_codes()))


class ContactForm(QuestionForm):
    """How we can write, since the access code is enough: optional; and which interpreter they need at the port."""

    codes = {
        "email": {"invalid": "email_invalid", "null_characters_not_allowed": "email_invalid"},
        "phone": {"null_characters_not_allowed": "phone_invalid"},
        "interpreter": {"invalid_choice": "interpreter_unknown"},
        "interpreter_words": {"null_characters_not_allowed": "interpreter_words_invalid"},
    }
    fields_of = {
        "contact.email": "email",
        "contact.phone": "phone",
        "interpreter.language": "interpreter",
        "interpreter.words": "interpreter_words",
    }
    email = forms.CharField(
        label=_("E-mail"),
        required=False,
        widget=forms.EmailInput({"autocomplete": "email", "dir": "ltr"}),
    )
    phone = forms.CharField(
        label=_("Phone"),
        help_text=_("With the country code, for example +52 664 123 4567."),
        required=False,
        widget=forms.TextInput({"inputmode": "tel", "autocomplete": "tel", "dir": "ltr"}),
    )
    interpreter = forms.ChoiceField(
        label=_("Which interpreter do you need at the port?"),
        help_text=_("An officer talks with you there. An interpreter is free."),
        required=False,
        choices=interpreter_choices,
    )
    interpreter_words = forms.CharField(
        label=_("Another language, or what else helps"),
        help_text=_("For example: I need to see your lips, or somebody who reads to me."),
        required=False,
        widget=forms.TextInput({"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, policy: Policy, at: datetime, country: str, **kwargs: Any) -> None:
        """`country`: where a number without a country code belongs."""
        super().__init__(*args, **kwargs)
        self._policy, self._at, self._country = policy, at, country

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        part = replace(
            empty_submission(self._policy),
            country=self._country,
            email=cleaned.get("email"),
            phone=cleaned.get("phone"),
            interpreter=self.wish,
        )
        self.check_part(part, policy=self._policy, at=self._at)
        return cleaned

    @property
    def wish(self) -> InterpreterWish | None:
        """The interpreter that was asked for; only of a form that was cleaned."""
        given = self.cleaned_data
        return read_wish(language=given.get("interpreter"), words=given.get("interpreter_words"))


class AttestationForm(QuestionForm):
    """The last question: is it true?"""

    codes = {"attestation": {"required": "attestation_required"}}
    attestation = forms.BooleanField(label=_("Everything that I wrote is true, as far as I know."))


class SafeguardingForm(QuestionForm):
    """What a child, or who is with them, tells the people trained to help. One answer is enough."""

    codes = {
        "whereabouts": {"required": "whereabouts_required", "max_length": "text_too_long"},
        "name": {"max_length": "text_too_long"},
        "contact": {"max_length": "text_too_long"},
    }
    name = forms.CharField(
        label=_("Your name"), required=False, max_length=200, widget=forms.TextInput({"autocomplete": "off"})
    )
    whereabouts = forms.CharField(
        label=_("Where are you? Where can we find you?"),
        help_text=_("For example a shelter, a street, a town."),
        max_length=1000,
        widget=forms.Textarea({"rows": 3}),
    )
    contact = forms.CharField(
        label=_("How can we reach you?"),
        help_text=_("A phone number, an e-mail address, or a person you trust."),
        required=False,
        max_length=300,
        widget=forms.TextInput({"autocomplete": "off"}),
    )


class AccessCodeForm(QuestionForm):
    """The code from the receipt. Whether it is one is told by the sign-in alone, in one way for all wrong ones."""

    codes = {"code": {"required": "access_code_required", "null_characters_not_allowed": "wrong_code"}}
    code = forms.CharField(
        label=_("Access code"),
        help_text=_("20 letters and numbers from your receipt. Dashes and small letters do not matter."),
        widget=forms.TextInput(
            {"class": "usa-input--code", "autocomplete": "off", "dir": "ltr", "spellcheck": "false"}
        ),
    )
