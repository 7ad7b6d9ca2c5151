"""What the pages of the registration form have in common: the way from one to the next, and how it ends early."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View

from fairport.applicant import draft
from fairport.applicant.ending import ending_of
from fairport.applicant.forms import labels_of
from fairport.applicant.journey import STEPS, Journey
from fairport.applicant.pages import SeeOther, wrong_content_type
from fairport.applicant.places import accepted_places, country_name, state_name
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


def ended_page(request: HttpRequest, at: datetime) -> HttpResponse | None:
    """The page that stands in the place of the form once the programme has ended."""
    ending = ending_of(programme=PROGRAMME, at=at)
    if ending is None or not ending["is_over"]:
        return None
    return render(request, "applicant/register/ended.html", {"ending": ending}, status=410)


class Step(View):
    """One page of the form. GET shows what is known, POST keeps what was typed and goes on, or shows what is wrong."""

    step: ClassVar[str]
    template: ClassVar[str]
    journey: Journey
    token: str | None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        at = now()
        if ended := ended_page(request, at):
            return ended
        policy = current_policy(at)
        self.token = draft.token_of(request)
        content = queries.read_draft(token=self.token, at=at) if self.token else None
        if self.token and content is None and self.receipt() is not None:
            # Sending again, or going back after it, leads to the same receipt; who begins may be somebody else.
            return SeeOther(reverse("register_done" if self.step == "review" else "register_finished"))
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
