"""The registration form as a whole: what was answered so far, what comes next, and the submission at the end."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import get_language

from fairport.applicant import forms
from fairport.applicant.draft import Typed, as_data
from fairport.domain.eligibility import DeclaredLocation, TravelerFacts, can_lead, criteria_of, is_accepted_location
from fairport.domain.policy import Policy
from fairport.registrations.submission import NewTraveler, Submission
from fairport.registrations.validation import registration_day

STEPS: Final = ("language", "location", "travelers", "reasons", "ports", "contact", "review")
KEY: Final = re.compile(r"[0-9a-f]{8}")


def new_key() -> str:
    """A name for a traveler's page that says nothing about the person and does not move when others are removed."""
    return secrets.token_hex(4)


@dataclass(frozen=True, slots=True)
class Person:
    """One traveler of the draft. `form` is bound; `criteria_form` is None until asked."""

    key: str
    form: forms.TravelerForm
    criteria_form: forms.CriteriaForm | None

    @property
    def is_complete(self) -> bool:
        return self.form.is_valid()

    @property
    def has_reasons(self) -> bool:
        return self.criteria_form is not None and self.criteria_form.is_valid()

    @property
    def name(self) -> str:
        """As typed, complete or not."""
        parts = (self.form["given_names"].value(), self.form["family_names"].value())
        return " ".join(part.strip() for part in parts if part and part.strip())

    @property
    def birth_date(self) -> date:
        return self.as_new_traveler().birth_date

    @property
    def claimed(self) -> frozenset[str]:
        return self.criteria_form.cleaned_data["criteria"] if self.criteria_form and self.has_reasons else frozenset()

    def as_new_traveler(self) -> NewTraveler:
        """Only of a complete person. Raises ValueError for another."""
        if not self.form.is_valid():
            raise ValueError("this traveler is not complete")
        given = self.form.cleaned_data
        return NewTraveler(
            given_names=given["given_names"],
            family_names=given["family_names"],
            birth_date=given["birth_date"],
            nationality=given["nationality"],
            criteria=self.claimed,
            document_number=given["document_number"] or None,
        )


class Journey:
    """The draft's content, read with a policy at a moment. Every answer is kept as typed and checked anew each time."""

    def __init__(self, *, content: dict[str, Any], policy: Policy, at: datetime) -> None:
        """`content`: `language`, `location`, `ports`, `contact` as typed; `travelers` of `key`, `person`, `reasons`."""
        self.content = content
        self.policy = policy
        self.at = at
        self._people: list[Person] | None = None

    @property
    def today(self) -> date:
        """The day on which ages count: that at the first chosen port, once there is one."""
        form = self.ports_form()
        ports = form.ports if form.is_valid() else ()
        submission = replace(forms.empty_submission(self.policy), ports=ports)
        return registration_day(submission=submission, policy=self.policy, at=self.at)

    # ---- answers

    def language_form(self, data: Any = None) -> forms.LanguageForm:
        typed = as_data(self.content.get("language")) if data is None else data
        return forms.LanguageForm(typed, policy=self.policy, initial={"language": get_language()})

    @property
    def language(self) -> str:
        """The language of the messages: the one that the person reads in now, or the chosen one if that is not offered.

        Whoever changes the language of the page on the way would else get messages in the first one.
        """
        reading = get_language() or ""
        if reading in self.policy.languages:
            return reading
        form = self.language_form()
        return str(form.cleaned_data["language"]) if form.is_valid() else self.policy.languages[0]

    def location_form(self, data: Any = None) -> forms.LocationForm:
        typed = as_data(self.content.get("location")) if data is None else data
        initial = {"country": self.policy.location.country}
        return forms.LocationForm(typed, policy=self.policy, at=self.at, initial=initial)

    def traveler_form(self, key: str, data: Any = None) -> forms.TravelerForm:
        """The form of a known traveler, or an empty one for a new key."""
        known = next((person for person in self.people if person.key == key), None)
        if data is None and known is not None:
            return known.form
        others = [person for person in self.people if person.key != key]
        return self._traveler_form(data, others)

    def criteria_form(self, key: str, data: Any = None) -> forms.CriteriaForm:
        typed = as_data(self._entry(key).get("reasons")) if data is None else data
        return forms.CriteriaForm(typed, policy=self.policy)

    def ports_form(self, data: Any = None) -> forms.PortsForm:
        typed = as_data(self.content.get("ports")) if data is None else data
        return forms.PortsForm(typed, policy=self.policy, at=self.at)

    def contact_form(self, data: Any = None) -> forms.ContactForm:
        typed = as_data(self.content.get("contact")) if data is None else data
        return forms.ContactForm(typed, policy=self.policy, at=self.at, country=self.location.country)

    @property
    def location(self) -> DeclaredLocation:
        """The declared place; an empty country while there is no valid answer."""
        form = self.location_form()
        if not form.is_valid():
            return DeclaredLocation("")
        return DeclaredLocation(form.cleaned_data["country"], form.cleaned_data["state"] or None)

    @property
    def people(self) -> list[Person]:
        """All travelers in the order in which they were added, complete or not."""
        if self._people is None:
            people: list[Person] = []
            for entry in self.content.get("travelers", []):
                form = self._traveler_form(as_data(entry["person"]), people)
                reasons = as_data(entry.get("reasons"))
                criteria = None if reasons is None else forms.CriteriaForm(reasons, policy=self.policy)
                people.append(Person(entry["key"], form, criteria))
            self._people = people
        return self._people

    def person(self, key: str) -> Person | None:
        return next((person for person in self.people if person.key == key), None)

    @property
    def lead(self) -> Person | None:
        """The first traveler of 18 or over."""
        today = self.today
        adults = (person for person in self.people if person.is_complete and can_lead(person.birth_date, today))
        return next(adults, None)

    @property
    def people_lead_first(self) -> list[Person]:
        """The travelers in the order of the submission."""
        lead = self.lead
        return sorted(self.people, key=lambda person: person is not lead)

    @property
    def is_child_alone(self) -> bool:
        """Whether everybody is known and nobody is 18 or over."""
        return bool(self.people) and all(person.is_complete for person in self.people) and self.lead is None

    def criteria_by_age(self, person: Person) -> frozenset[str]:
        """What follows from a complete person's birth date."""
        facts = TravelerFacts(person.birth_date, frozenset())
        return criteria_of(facts, policy=self.policy, on=self.today)

    @property
    def has_no_criterion(self) -> bool:
        """Whether everybody answered and nothing counts for anybody."""
        everyone_answered = all(person.is_complete and person.has_reasons for person in self.people)
        return everyone_answered and not any(person.claimed or self.criteria_by_age(person) for person in self.people)

    @property
    def is_outside(self) -> bool:
        """Whether the declared place is one that the policy does not accept."""
        location = self.location
        return bool(location.country) and not is_accepted_location(location, policy=self.policy)

    # ---- changes

    def answer(self, step: str, typed: Typed) -> None:
        """Keeps the answer to a question about the whole group."""
        self.content[step] = typed

    def answer_person(self, key: str, typed: Typed) -> None:
        """Keeps who a traveler is, known or new."""
        self._people = None
        for entry in self.content.setdefault("travelers", []):
            if entry["key"] == key:
                entry["person"] = typed
                return
        self.content["travelers"].append({"key": key, "person": typed})

    def answer_reasons(self, key: str, typed: Typed) -> None:
        self._people = None
        self._entry(key)["reasons"] = typed

    def remove_person(self, key: str) -> None:
        """Takes a traveler out; nothing happens for an unknown key."""
        self._people = None
        self.content["travelers"] = [entry for entry in self.content.get("travelers", []) if entry["key"] != key]

    # ---- the way

    def first_missing(self) -> tuple[str, str]:
        """The first step that has no valid answer, and its address; the review when there is none."""
        if not self.language_form().is_valid():
            return "language", reverse("register_language")
        if not self.location.country or self.is_outside:
            return "location", reverse("register_location")
        if not self.people or self.lead is None or not all(person.is_complete for person in self.people):
            return "travelers", reverse("register_travelers")
        for person in self.people:
            if not person.has_reasons:
                return "reasons", reverse("register_reasons", args=[person.key])
        if not self.ports_form().is_valid():
            return "ports", reverse("register_ports")
        if not self.contact_form().is_valid():
            return "contact", reverse("register_contact")
        return "review", reverse("register_review")

    def may_open(self, step: str) -> bool:
        """Whether every step before this one is answered."""
        return STEPS.index(step) <= STEPS.index(self.first_missing()[0])

    def submission(self, *, attestation: bool) -> Submission:
        """The whole, with the lead traveler first. Only when nothing is missing."""
        contact = self.contact_form()
        ports = self.ports_form()
        if not (contact.is_valid() and ports.is_valid() and self.language_form().is_valid()):
            raise ValueError("the form is not complete")
        return Submission(
            programme=self.policy.programme,
            language=self.language,
            ports=ports.ports,
            travelers=tuple(person.as_new_traveler() for person in self.people_lead_first),
            country=self.location.country,
            state=self.location.state,
            attestation=attestation,
            email=contact.cleaned_data["email"] or None,
            phone=contact.cleaned_data["phone"] or None,
            interpreter=contact.wish,
        )

    # ----

    def _traveler_form(self, typed: Any, others: list[Person]) -> forms.TravelerForm:
        earlier = [person.as_new_traveler() for person in others if person.is_complete]
        return forms.TravelerForm(typed, policy=self.policy, at=self.at, earlier=earlier)

    def _entry(self, key: str) -> dict[str, Any]:
        return next(entry for entry in self.content["travelers"] if entry["key"] == key)
