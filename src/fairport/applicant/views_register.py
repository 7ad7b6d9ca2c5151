"""The registration form: one question a page, every answer kept as typed, nothing personal in an address."""

from __future__ import annotations

from typing import Any

from django import forms as django_forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_safe

from fairport.accounts.access import public
from fairport.applicant import draft
from fairport.applicant.forms import labels_of
from fairport.applicant.journey import KEY, Journey, new_key
from fairport.applicant.pages import SeeOther, private
from fairport.applicant.places import accepted_places, city_across
from fairport.applicant.problems import text_for
from fairport.applicant.steps import (
    Step,
    current_policy,
    ended_page,
    large_group_page,
    no_criterion_context,
    outside_context,
)
from fairport.clock.queries import now
from fairport.ports.plans import planned_places
from fairport.registrations import queries


class LanguageStep(Step):
    step = "language"
    template = "applicant/register/language.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show_form(self.journey.language_form())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.journey.language_form(request.POST)
        if not form.is_valid():
            return self.show_form(form)
        language = form.cleaned_data["language"]
        self.journey.answer(self.step, draft.typed_into(form, request.POST))
        self.save()
        translation.activate(language)
        response = self.go_on(reverse("register_location"))
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            samesite="Lax",
        )
        return response

    def back_href(self) -> str:
        return reverse("home")


class LocationStep(Step):
    step = "location"
    template = "applicant/register/location.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show_form(self.journey.location_form())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.journey.location_form(request.POST)
        self.journey.answer(self.step, draft.typed_into(form, request.POST))
        if form.is_valid() and self.journey.is_outside:
            return self.turn_away("applicant/register/outside.html", outside_context(self.journey))
        self.save()
        return self.go_on(reverse("register_travelers")) if form.is_valid() else self.show_form(form)

    def context(self) -> dict[str, Any]:
        return {"places": accepted_places(self.policy) if self.policy.location.enabled else []}


class TravelersStep(Step):
    """The list of travelers, with a way to add, change and remove each."""

    step = "travelers"
    template = "applicant/register/travelers.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        if not self.journey.people:
            return SeeOther(reverse("register_traveler", args=[new_key()]))
        return self.show()

    def post(self, request: HttpRequest) -> HttpResponse:
        people = self.journey.people
        if self.journey.is_child_alone:
            return SeeOther(reverse("register_child"))
        if not people or not all(person.is_complete for person in people):
            code = "travelers_incomplete" if people else "travelers_required"
            return self.show({"problems": [text_for(code)], "problem_codes": [code]}, status=422)
        missing = next((person for person in people if not person.has_reasons), people[0])
        return self.go_on(reverse("register_reasons", args=[missing.key]))

    def context(self) -> dict[str, Any]:
        largest = self.policy.draw.largest_group
        return {
            "people": self.journey.people,
            "lead": self.journey.lead,
            "new_key": new_key(),
            "largest": largest,
            "is_full": len(self.journey.people) >= largest,
        }


class TravelerStep(Step):
    """Who one traveler is. A key that is not known yet is a new traveler, so that sending twice adds one."""

    step = "travelers"
    template = "applicant/register/traveler.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not KEY.fullmatch(kwargs["key"]):
            return SeeOther(reverse("register_travelers"))
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        if self.is_one_too_many(key):
            return SeeOther(reverse("register_large_group"))
        return self.show_form(self.journey.traveler_form(key))

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        if self.is_one_too_many(key):
            return large_group_page(request, self.policy, status=422)
        form = self.journey.traveler_form(key, request.POST)
        typed = draft.typed_into(form, request.POST)
        # Someone who only opened the page adds nobody.
        if form.is_valid() or not draft.is_empty(typed):
            self.journey.answer_person(key, typed)
            self.save()
        return self.go_on(reverse("register_travelers")) if form.is_valid() else self.show_form(form)

    def is_one_too_many(self, key: str) -> bool:
        is_new = self.journey.person(key) is None
        return is_new and len(self.journey.people) >= self.policy.draw.largest_group

    def back_href(self) -> str:
        return reverse("register_travelers" if self.journey.people else "register_location")

    def context(self) -> dict[str, Any]:
        keys = [person.key for person in self.journey.people]
        key = self.kwargs["key"]
        return {"number": keys.index(key) + 1 if key in keys else len(keys) + 1}


class RemoveTravelerStep(Step):
    """Takes one traveler out, asking once more."""

    step = "travelers"
    template = "applicant/register/remove.html"

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        person = self.journey.person(key)
        return SeeOther(reverse("register_travelers")) if person is None else self.show({"person": person})

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        if self.journey.person(key) is not None:
            self.journey.remove_person(key)
            self.save()
        return SeeOther(reverse("register_travelers"))

    def back_href(self) -> str:
        return reverse("register_travelers")


class ReasonsStep(Step):
    """What is true for one traveler."""

    step = "reasons"
    template = "applicant/register/reasons.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.key = kwargs["key"]
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        if self.journey.person(key) is None:
            return SeeOther(self.journey.first_missing()[1])
        return self.show_form(self.journey.criteria_form(key))

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        if self.journey.person(key) is None:
            return SeeOther(self.journey.first_missing()[1])
        form = self.journey.criteria_form(key, request.POST)
        self.journey.answer_reasons(key, draft.typed_into(form, request.POST))
        if form.is_valid() and self.journey.has_no_criterion:
            return self.turn_away("applicant/register/no_criterion.html", no_criterion_context(self.journey))
        self.save()
        if not form.is_valid():
            return self.show_form(form)
        after = self.neighbour(1)
        return self.go_on(reverse("register_reasons", args=[after]) if after else reverse("register_ports"))

    def neighbour(self, step: int) -> str | None:
        """The key of the traveler after (1) or before (-1) this one."""
        keys = [person.key for person in self.journey.people]
        if self.key not in keys:
            return None
        place = keys.index(self.key) + step
        return keys[place] if 0 <= place < len(keys) else None

    def back_href(self) -> str:
        before = self.neighbour(-1)
        return reverse("register_reasons", args=[before]) if before else reverse("register_travelers")

    def context(self) -> dict[str, Any]:
        person = self.journey.person(self.key)
        return {
            "person": person,
            "by_age": self.journey.criteria_by_age(person) if person and person.is_complete else frozenset(),
            "under_age": self.policy.under_age,
            "over_age": self.policy.over_age,
        }


class PortsStep(Step):
    step = "ports"
    template = "applicant/register/ports.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show_form(self.journey.ports_form())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.journey.ports_form(request.POST)
        self.journey.answer(self.step, draft.typed_into(form, request.POST))
        self.save()
        return self.go_on(reverse("register_contact")) if form.is_valid() else self.show_form(form)

    def back_href(self) -> str:
        return reverse("register_reasons", args=[self.journey.people[-1].key])

    def context(self) -> dict[str, Any]:
        offered = set(labels_of(self.journey.ports_form(), "choice_1"))
        planned = planned_places(programme=self.policy.programme, first_day=now().date())
        ports = [
            {
                "name": port.name,
                "across": city_across(port.code),
                "places": planned.get(port.code, 0),
                "is_reported": port.capacity_source == "reported",
            }
            for port in self.policy.ports
            if port.code in offered
        ]
        return {"ports": sorted(ports, key=lambda port: str(port["name"]))}


class ContactStep(Step):
    step = "contact"
    template = "applicant/register/contact.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show_form(self.journey.contact_form())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.journey.contact_form(request.POST)
        # A body without any field is no answer: two empty fields are.
        typed = draft.typed_into(form, request.POST)
        if form.is_valid() and not typed:
            form.add_error(None, django_forms.ValidationError(text_for("form_empty"), code="form_empty"))
            return self.show_form(form)
        self.journey.answer(self.step, typed)
        self.save()
        return self.go_on(reverse("register_review")) if form.is_valid() else self.show_form(form)

    def context(self) -> dict[str, Any]:
        return {"renewal_days": self.policy.renewal_period.days}


@public
@private
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """To where this device left off; the first question on a new one."""
    at = now()
    if ended := ended_page(request, at):
        return ended
    token = draft.token_of(request)
    content = queries.read_draft(token=token, at=at) if token else None
    if content is None:
        return SeeOther(reverse("register_language"))
    return SeeOther(Journey(content=content, policy=current_policy(at), at=at).first_missing()[1])
