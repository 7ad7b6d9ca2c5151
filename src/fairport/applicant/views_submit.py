"""The end of the form: check, send, receipt; and the pages for groups that cannot go through the draw."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fairport.accounts.access import public
from fairport.applicant import draft
from fairport.applicant.forms import AttestationForm, SafeguardingForm, labels_of
from fairport.applicant.journey import Journey, Person
from fairport.applicant.network import client_address
from fairport.applicant.pages import SeeOther, private, refuse_page, wrong_content_type
from fairport.applicant.places import city_across, country_name, port_label, state_name
from fairport.applicant.problems import text_for
from fairport.applicant.session import IDLE_SECONDS, sign_out, signed_in_registration
from fairport.applicant.steps import (
    Step,
    current_policy,
    large_group_page,
    no_criterion_context,
    outside_context,
)
from fairport.applicant.times import format_birth_date, format_clock, format_day_of, format_moment, zone_city
from fairport.appointments.passes import qr_svg
from fairport.audit.events import APPLICANT
from fairport.clock.queries import now
from fairport.draws.queries import draws_of_subject, next_draw_time
from fairport.ports.queries import get_port
from fairport.registrations import operations, queries
from fairport.registrations.interpreters import describe_wish
from fairport.registrations.submission import (
    ChildAlone,
    DocumentInUse,
    FieldProblem,
    GroupTooLarge,
    IdempotencyConflict,
    NotEligible,
    Receipt,
    SubmissionInvalid,
)

# As long as an open registration stays open without a touch.
RECEIPT_WITHOUT_CODE = timedelta(seconds=IDLE_SECONDS)
CASE_KEY = "safeguarding_case"


class ReviewStep(Step):
    """Everything at a glance; sending it registers the group, once."""

    step = "review"
    template = "applicant/register/review.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show_form(AttestationForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = AttestationForm(request.POST)
        if not form.is_valid() or self.token is None:
            return self.show_form(form)
        try:
            operations.submit_registration(
                submission=self.journey.submission(attestation=True),
                at=self.journey.at,
                actor=APPLICANT,
                idempotency_key=draft.idempotency_key(self.token),
                address=client_address(request),
            )
        except SubmissionInvalid as invalid:
            return self.refuse([self._located(problem) for problem in invalid.problems], form, status=422)
        except DocumentInUse as in_use:
            people = self.journey.people_lead_first
            found = [("document_in_use", people[position]) for position in in_use.positions]
            return self.refuse(found, form, status=409, document_in_use=True)
        except operations.TooManyDocumentRefusals as attempts:
            response = self.refuse([(attempts.code, None)], form, status=429)
            response["Retry-After"] = str(attempts.retry_after_seconds)
            return response
        except IdempotencyConflict:
            # Sent twice with a change in between: the first one counts, and its receipt says so.
            return SeeOther(reverse("register_done"))
        except ChildAlone:
            return SeeOther(reverse("register_child"))
        except GroupTooLarge:
            return large_group_page(request, self.policy, status=422)
        except NotEligible as refused:
            if any(reason.code == "outside_location" for reason in refused.verdict.reasons):
                return self.turn_away("applicant/register/outside.html", outside_context(self.journey))
            return self.turn_away("applicant/register/no_criterion.html", no_criterion_context(self.journey))
        operations.discard_draft(token=self.token)
        response = SeeOther(reverse("register_done"))
        draft.remember(response, self.token)
        return response

    def refuse(
        self, found: Sequence[tuple[str, Person | None]], form: AttestationForm, *, status: int, **context: Any
    ) -> HttpResponse:
        """The page again, with what is wrong and whom it is about."""
        codes = list(dict.fromkeys(code for code, _person in found))
        problems = [
            f"{person.name}: {text_for(code)}" if person is not None else text_for(code) for code, person in found
        ]
        return self.show({"form": form, "problems": problems, "problem_codes": codes, **context}, status=status)

    def _located(self, problem: FieldProblem) -> tuple[str, Person | None]:
        area, _dot, rest = problem.field.partition(".")
        place = rest.partition(".")[0]
        people = self.journey.people_lead_first
        return problem.code, people[int(place)] if area == "travelers" and place else None

    def context(self) -> dict[str, Any]:
        journey, lead = self.journey, self.journey.lead
        return {
            "rows": group_rows(journey),
            "people": [
                {"number": number, "is_lead": person is lead, "rows": person_rows(journey, person)}
                for number, person in enumerate(journey.people_lead_first, start=1)
            ],
        }


def group_rows(journey: Journey) -> list[dict[str, object]]:
    """The answers about the whole group, each with the way to change it."""
    ports, contact = journey.ports_form(), journey.contact_form()
    for form in (ports, contact):
        form.is_valid()
    place = country_name(journey.location.country)
    if journey.location.state:
        place = f"{state_name(journey.location.state)}, {place}"
    names = {port.code: port.name for port in journey.policy.ports}
    reach = [text for text in (contact.cleaned_data["email"], contact.cleaned_data["phone"]) if text]
    return [
        {
            "label": _("Language"),
            "value": labels_of(journey.language_form(), "language")[journey.language],
            "change_href": reverse("register_language"),
        },
        {"label": _("Where you are"), "value": place, "change_href": reverse("register_location")},
        {
            "label": _("Ports, best first"),
            "lines": [
                f"{rank}. {port_label(code=code, name=names[code])}" for rank, code in enumerate(ports.ports, start=1)
            ],
            "change_href": reverse("register_ports"),
        },
        {
            "label": _("How we reach you"),
            "lines": reach or [_("Only on this website, with your access code")],
            "change_href": reverse("register_contact"),
        },
        {
            "label": _("Interpreter"),
            "value": describe_wish(contact.wish) or _("No interpreter needed"),
            "change_href": reverse("register_contact"),
        },
    ]


def isolated(name: str) -> SafeString:
    """A name whose script may run the other way than the page's, so that it does not turn what stands around it."""
    return format_html("<bdi>{}</bdi>", name)


def person_rows(journey: Journey, person: Person) -> list[dict[str, object]]:
    """The answers about one traveler."""
    traveler = person.as_new_traveler()
    choices = labels_of(journey.criteria_form(person.key), "criteria")
    reasons = [str(choices[code]) for code in journey.policy.criteria if code in traveler.criteria]
    by_age = journey.criteria_by_age(person)
    if "under_21" in by_age:
        reasons.append(_("Younger than {years} years").format(years=journey.policy.under_age))
    if "over_70" in by_age:
        reasons.append(_("Older than {years} years").format(years=journey.policy.over_age))
    who = [
        format_html(_("Given names: {names}"), names=isolated(traveler.given_names)),
        format_html(_("Family names: {names}"), names=isolated(traveler.family_names)),
        _("Born: {date}").format(date=format_birth_date(traveler.birth_date)),
        _("Nationality: {country}").format(country=country_name(traveler.nationality)),
        _("Document number: {number}").format(number=traveler.document_number or _("none")),
    ]
    return [
        {"label": _("Who"), "lines": who, "change_href": reverse("register_traveler", args=[person.key])},
        {
            "label": _("Reasons"),
            "lines": reasons or [_("None of these")],
            "change_href": reverse("register_reasons", args=[person.key]),
        },
    ]


@public
@private
@require_safe
def done(request: HttpRequest) -> HttpResponse:
    """The receipt, for a day and on this device only."""
    token = draft.token_of(request)
    at = now()
    receipt = queries.receipt_again(idempotency_key=draft.idempotency_key(token), at=at) if token else None
    if receipt is None:
        return SeeOther(reverse("register"))
    if not _may_see_again(request, receipt, at):
        return SeeOther(reverse("register_finished"))
    registration = queries.get_registration(registration_id=receipt.registration_id)
    policy = current_policy(at)
    zone = get_port(code=registration.ports[0]).traveler_timezone
    draw = at.replace(hour=policy.draw.time_utc.hour, minute=policy.draw.time_utc.minute, second=0, microsecond=0)
    held = draws_of_subject(subject_id=registration.pk)
    first_draw = (
        held[-1].draw_time if held else next_draw_time(programme=registration.programme_id, rules=policy.draw, at=at)
    )
    context = {
        "receipt": receipt,
        "qr": qr_svg(receipt.entry_secret),
        "registered": format_moment(receipt.registered_at, zone),
        "first_day": format_day_of(first_draw, zone),
        "draw_clock": format_clock(draw, zone),
        "city": zone_city(zone),
        "window_hours": int(policy.draw.confirmation_window.total_seconds()) // 3600,
        "renew_by": format_day_of(registration.last_sign_of_life_at + policy.renewal_period, zone),
        "renewal_days": policy.renewal_period.days,
        "ports": [city_across(code) or code for code in registration.ports],
    }
    return render(request, "applicant/register/done.html", context)


def _may_see_again(request: HttpRequest, receipt: Receipt, at: datetime) -> bool:
    """Soon after sending, or with the access code; later somebody else may hold this device."""
    if at - receipt.registered_at <= RECEIPT_WITHOUT_CODE:
        return True
    opened = signed_in_registration(request)
    return opened is not None and opened.pk == receipt.registration_id


@public
@private
@require_safe
def finished(request: HttpRequest) -> HttpResponse:
    """For who begins on a device that somebody registered on: the receipt again, or a form of their own. No code."""
    token = draft.token_of(request)
    at = now()
    receipt = queries.receipt_again(idempotency_key=draft.idempotency_key(token), at=at) if token else None
    if receipt is None:
        return SeeOther(reverse("register"))
    context = {"may_see_again": _may_see_again(request, receipt, at)}
    return render(request, "applicant/register/finished.html", context)


@public
@private
@require_POST
def clear(request: HttpRequest) -> HttpResponse:
    """Takes everything about the form off this device and out of the database, except for the registration."""
    token = draft.token_of(request)
    if token is not None:
        operations.discard_draft(token=token)
    sign_out(request)
    response = SeeOther(reverse("register_language" if "anew" in request.POST else "home"))
    draft.forget(response)
    return response


@public
@private
@require_http_methods(["GET", "HEAD", "POST"])
def child(request: HttpRequest) -> HttpResponse:
    """For a child who is alone: not the draw, but people who protect children."""
    template = "applicant/register/child.html"
    if request.method != "POST":
        return render(request, template, {"form": SafeguardingForm()})
    form = SafeguardingForm(request.POST)
    if wrong_content_type(request):
        return refuse_page(request, template, {"form": SafeguardingForm()}, code="wrong_content_type", status=415)
    if not form.is_valid():
        return render(request, template, {"form": form, "problem_codes": form.problem_codes()}, status=422)
    number = operations.open_safeguarding_case(content=form.cleaned_data, language=get_language() or "en", at=now())
    # Not in the address, so that a reload shows it again and opens no second case.
    request.session[CASE_KEY] = number
    return SeeOther(reverse("register_child_done"))


@public
@private
@require_safe
def child_done(request: HttpRequest) -> HttpResponse:
    """The number of the case and what happens now."""
    number = request.session.get(CASE_KEY)
    if number is None:
        return SeeOther(reverse("register_child"))
    return render(request, "applicant/register/child_done.html", {"number": number})


@public
@require_safe
def large_group(request: HttpRequest) -> HttpResponse:
    """What a group over the largest band does."""
    policy = current_policy(now())
    return large_group_page(request, policy, status=200)
