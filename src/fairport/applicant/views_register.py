"""The registration form: one question a page, every answer kept as typed, nothing personal in an address."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django import forms as django_forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.http import require_safe

from fairport.accounts.access import public
from fairport.applicant import draft
from fairport.applicant.forms import labels_of
from fairport.applicant.journey import KEY, STEPS, Journey, new_key
from fairport.applicant.pages import SeeOther, private, wrong_content_type
from fairport.applicant.places import accepted_places, city_across, country_name, state_name
from fairport.applicant.problems import text_for
from fairport.clock.queries import now
from fairport.domain.policy import Policy
from fairport.programmes.queries import NoPolicyInForce, policy_in_force
from fairport.registrations import operations, queries
from fairport.registrations.submission import Receipt

PROGRAMME = "title-42-exemption"


def step_names() -> list[str]:
    """The steps in the words of the progress bar."""
    return [
        _("Language"),
        _("Where you are"),
        _("Travelers"),
        _("Reasons"),
        _("Ports"),
        _("Contact"),
        _("Check and send"),
    ]


def current_policy(at: datetime) -> Policy:
    """The policy of the programme now. Without one there is no registration: the page does not exist."""
    try:
        return policy_in_force(programme=PROGRAMME, on=at.date()).policy
    except NoPolicyInForce as error:
        raise Http404 from error


class Step(View):
    """One page of the form. GET shows what is known, POST keeps what was typed and goes on, or shows what is wrong."""

    step: ClassVar[str]
    template: ClassVar[str]
    journey: Journey
    token: str | None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        at = now()
        policy = current_policy(at)
        self.token = draft.token_of(request)
        content = queries.read_draft(token=self.token, at=at) if self.token else None
        if self.token and content is None and self.receipt() is not None:
            return SeeOther(reverse("register_done"))
        self.journey = Journey(content=content or {}, policy=policy, at=at)
        if not self.journey.may_open(self.step):
            return SeeOther(self.journey.first_missing()[1])
        response = super().dispatch(request, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        return response

    @property
    def policy(self) -> Policy:
        return self.journey.policy

    def receipt(self) -> Receipt | None:
        """The receipt of this draft, if it was submitted already."""
        if self.token is None:
            return None
        return queries.receipt_again(idempotency_key=draft.idempotency_key(self.token), at=now())

    def save(self) -> None:
        """Keeps the draft; a device without a token gets one with the answer."""
        self.token = self.token or draft.new_token()
        operations.save_draft(token=self.token, programme=PROGRAMME, content=self.journey.content, at=self.journey.at)

    def go_on(self, address: str) -> HttpResponse:
        """To the next page, the review when nothing is missing any more."""
        step, missing = self.journey.first_missing()
        response = SeeOther(missing if step == "review" else address)
        draft.remember(response, self.token or "")
        return response

    def show(self, context: dict[str, Any] | None = None, *, status: int = 200) -> HttpResponse:
        """This step's page."""
        context = {
            "steps": step_names(),
            "current": STEPS.index(self.step) + 1,
            "back_href": self.back_href(),
            **self.context(),
            **(context or {}),
        }
        response = render(self.request, self.template, context, status=status)
        if self.token:
            draft.remember(response, self.token)
        return response

    def show_form(self, form: Any, **context: Any) -> HttpResponse:
        """The page of a form as it stands: 422 when it was just sent and is wrong."""
        status = 200
        if form.is_bound and form.errors:
            context["problem_codes"] = form.problem_codes()
            if self.request.method == "POST":
                status = 422
        if wrong_content_type(self.request):
            context["problems"] = [text_for("wrong_content_type")]
            context["problem_codes"] = ["wrong_content_type"]
            status = 415
        return self.show({"form": form, **context}, status=status)

    def turn_away(self, template: str, context: dict[str, Any]) -> HttpResponse:
        """The explanation why this group cannot register here; nothing of the draft is kept."""
        if self.token:
            operations.discard_draft(token=self.token)
        response = render(self.request, template, context, status=422)
        draft.forget(response)
        return response

    def back_href(self) -> str:
        return reverse(f"register_{STEPS[STEPS.index(self.step) - 1]}")

    def context(self) -> dict[str, Any]:
        return {}


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
        ports = [
            {
                "name": port.name,
                "across": city_across(port.code),
                "places": sum(band.capacity for band in port.bands),
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


def outside_context(journey: Journey) -> dict[str, Any]:
    """Where the group says it is, and where it may be."""
    location = journey.location
    here = country_name(location.country)
    if location.state:
        here = f"{state_name(location.state)}, {here}"
    return {
        "here": here,
        "country": country_name(journey.policy.location.country),
        "places": accepted_places(journey.policy),
        "code": "outside_location",
    }


def no_criterion_context(journey: Journey) -> dict[str, Any]:
    """What would have counted."""
    policy = journey.policy
    choices = labels_of(journey.criteria_form(journey.people[0].key), "criteria")
    return {
        "criteria": [choices[code] for code in policy.criteria if code in choices],
        "under_age": policy.under_age,
        "over_age": policy.over_age,
        "code": "no_criterion",
    }


def large_group_page(request: HttpRequest, policy: Policy, *, status: int) -> HttpResponse:
    """Why a group over the largest band is placed by an officer."""
    context = {"largest": policy.draw.largest_group, "code": "group_too_large"}
    return render(request, "applicant/register/large_group.html", context, status=status)


@public
@private
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """To where this device left off; the first question on a new one."""
    at = now()
    token = draft.token_of(request)
    content = queries.read_draft(token=token, at=at) if token else None
    if content is None:
        return SeeOther(reverse("register_language"))
    return SeeOther(Journey(content=content, policy=current_policy(at), at=at).first_missing()[1])
