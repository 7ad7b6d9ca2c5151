"""Verifying what travelers claim: find the group, see what it claims, confirm, or take back."""

from __future__ import annotations

import uuid
from typing import Any, Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from fairport.accounts.access import staff
from fairport.accounts.models import PORT_ROLES, Role
from fairport.accounts.pages import refuse_staff, render_office
from fairport.accounts.queries import StaffMember
from fairport.approvals.operations import AlreadyProposed
from fairport.clock.queries import now
from fairport.facts import operations
from fairport.facts.files import REASONS, STATES, FactsFile, FactsTraveler, OpenFact, state_of
from fairport.facts.forms import ConfirmForm, FilterForm, FindForm, OpenReasonForm, WithdrawForm
from fairport.facts.models import Place
from fairport.facts.problems import TEXTS
from fairport.facts.queries import verified_at
from fairport.facts.rules import port_and_role
from fairport.ports.queries import get_port, list_ports
from fairport.registrations.conflicts import OwnCase, OwnRegistration
from fairport.registrations.models import Registration
from fairport.registrations.queries import find_by_number
from fairport.registrations.words import CRITERIA
from fairport.sealing.box import SealBroken

# Why files are opened here, asked once a session.
REASON_KEY: Final = "office_facts_reason"
CONFLICTS: Final = (
    operations.FileClosed,
    operations.NotInGroup,
    operations.NotClaimed,
    operations.NothingChosen,
    operations.AlreadyVerified,
    operations.FactNotThere,
    operations.WordsUnfit,
    AlreadyProposed,
)
PAGE_SIZE: Final = 50
READERS: Final = (Role.AUDITOR, Role.OMBUDS)
TAGS: Final = {"holds": "ok", "ended": "neutral", "withdrawn": "stop"}


@staff(*PORT_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """Finds a group by its registration number. The number is posted, so that it stands in no address."""
    form = FindForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        registration = find_by_number(number=form.cleaned_data["number"])
        if registration is not None:
            return HttpResponseRedirect(reverse("office_facts_file", args=[registration.pk]))
        form.add_error("number", str(TEXTS["number_unknown"]))
    return render_office(request, member, "facts/find.html", {"form": form}, status=400 if form.errors else 200)


@staff(*PORT_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def file(request: HttpRequest, member: StaffMember, registration_id: uuid.UUID) -> HttpResponse:
    """Who is in the group, what they claim and what was verified; opens for a reason."""
    refusal = _refuse_other_port(request, member, registration_id)
    if refusal is not None:
        return refusal
    if request.method == "POST":
        form = OpenReasonForm(request.POST)
        if form.is_valid():
            request.session[REASON_KEY] = form.cleaned_data["reason"]
            return HttpResponseRedirect(request.path)
        return _ask_reason(request, member, form)
    if request.session.get(REASON_KEY) not in REASONS:
        return _ask_reason(request, member, OpenReasonForm())
    opened = _open(request, member, registration_id)
    return opened if isinstance(opened, HttpResponse) else _render_file(request, member, opened)


@staff(*PORT_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(
    request: HttpRequest, member: StaffMember, registration_id: uuid.UUID, traveler_id: uuid.UUID
) -> HttpResponse:
    """Confirms what one traveler claims; a second person approves it."""
    opened = _opened_before(request, member, registration_id)
    if isinstance(opened, HttpResponse):
        return opened
    traveler = next((each for each in opened.travelers if each.person.id == traveler_id), None)
    if traveler is None:
        raise Http404
    form = ConfirmForm(traveler.confirmable, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            operations.confirm_facts(
                registration_id=registration_id,
                traveler_id=traveler_id,
                criteria=form.cleaned_data["criteria"],
                where=Place(form.cleaned_data["where"]),
                words=form.cleaned_data["words"],
                officer=member.user,
                at=now(),
            )
        except (OwnCase, OwnRegistration) as refusal:
            return refuse_staff(request, member, code=refusal.code, text=TEXTS[refusal.code])
        except CONFLICTS as refusal:
            return _render_file(request, member, opened, code=refusal.code)
        messages.success(request, _("Recorded. It counts once a second person has approved it."))
        return HttpResponseRedirect(reverse("office_facts_file", args=[registration_id]))
    context = {"form": form, "file": opened, "name": _name(traveler), "waits": traveler.waiting is not None}
    return render_office(request, member, "facts/confirm.html", context, status=400 if form.errors else 200)


@staff(Role.SUPERVISOR)
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, member: StaffMember, registration_id: uuid.UUID, fact_id: uuid.UUID) -> HttpResponse:
    """Takes a verified fact back."""
    opened = _opened_before(request, member, registration_id)
    if isinstance(opened, HttpResponse):
        return opened
    pairs = [(each, fact) for each in opened.travelers for fact in each.facts if fact.row.pk == fact_id]
    if not pairs:
        raise Http404
    traveler, fact = pairs[0]
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            operations.withdraw_fact(
                registration_id=registration_id,
                fact_id=fact_id,
                reason=form.cleaned_data["words"],
                supervisor=member.user,
                at=now(),
            )
        except (OwnCase, operations.SupervisorNeeded) as refusal:
            return refuse_staff(request, member, code=refusal.code, text=TEXTS[refusal.code])
        except CONFLICTS as refusal:
            return _render_file(request, member, opened, code=refusal.code)
        messages.success(request, _("Taken back. The group is told."))
        return HttpResponseRedirect(reverse("office_facts_file", args=[registration_id]))
    context = {"form": form, "file": opened, "name": _name(traveler), "criterion": CRITERIA[fact.row.criterion]}
    return render_office(request, member, "facts/withdraw.html", context, status=400 if form.errors else 200)


@staff(*PORT_ROLES, *READERS)
@require_safe
def everything(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """What was verified, by whom, at which port; nobody's name and no words."""
    ports = tuple(port.code for port in list_ports()) if member.has(*READERS) else member.ports(*PORT_ROLES)
    form = FilterForm(ports, request.GET)
    asked = form.cleaned_data if form.is_valid() else {"port": "", "criterion": "", "state": ""}
    at = now()
    rows = verified_at(
        ports=[asked["port"]] if asked["port"] else ports, at=at, criterion=asked["criterion"], state=asked["state"]
    )
    paginator = Paginator(rows, PAGE_SIZE)
    page = paginator.get_page(request.GET.get("page"))
    context = {
        "form": form,
        "facts": [
            {
                "row": row,
                "criterion": CRITERIA[row.criterion],
                "where": Place(row.where).label,
                "state": STATES[state_of(row, at=at)],
                "tag": TAGS[state_of(row, at=at)],
            }
            for row in page.object_list
        ],
        "page": page,
        "pages": list(paginator.get_elided_page_range(page.number)),
        "query": urlencode(asked) + "&",
    }
    return render_office(request, member, "facts/everything.html", context, status=400 if form.errors else 200)


def _refuse_other_port(request: HttpRequest, member: StaffMember, registration_id: uuid.UUID) -> HttpResponse | None:
    registration = Registration.objects.filter(pk=registration_id).first()
    if registration is None:
        raise Http404
    try:
        port_and_role(member=member, registration=registration)
    except operations.OtherPort as refusal:
        return refuse_staff(request, member, code=refusal.code)
    return None


def _ask_reason(request: HttpRequest, member: StaffMember, form: OpenReasonForm) -> HttpResponse:
    return render_office(request, member, "facts/open_reason.html", {"form": form}, status=400 if form.errors else 200)


def _opened_before(request: HttpRequest, member: StaffMember, registration_id: uuid.UUID) -> FactsFile | HttpResponse:
    """The open file, or where to go first."""
    refusal = _refuse_other_port(request, member, registration_id)
    if refusal is not None:
        return refusal
    if request.session.get(REASON_KEY) not in REASONS:
        return HttpResponseRedirect(reverse("office_facts_file", args=[registration_id]))
    return _open(request, member, registration_id)


def _open(request: HttpRequest, member: StaffMember, registration_id: uuid.UUID) -> FactsFile | HttpResponse:
    try:
        return operations.open_file(
            registration_id=registration_id, officer=member.user, reason=request.session[REASON_KEY], at=now()
        )
    except SealBroken as error:
        return refuse_staff(request, member, code=error.code, text=TEXTS[error.code], status=410)


def _render_file(
    request: HttpRequest, member: StaffMember, opened: FactsFile, *, code: str | None = None
) -> HttpResponse:
    context: dict[str, Any] = {
        "file": opened,
        "registration": opened.registration,
        "zone": get_port(code=opened.port).timezone,
        "travelers": [_traveler_view(traveler, opened, member) for traveler in opened.travelers],
    }
    if code is not None:
        context |= {"problems": [TEXTS[code]], "problem_codes": [code]}
    return render_office(request, member, "facts/file.html", context, status=409 if code else 200)


def _traveler_view(traveler: FactsTraveler, opened: FactsFile, member: StaffMember) -> dict[str, Any]:
    waiting = traveler.waiting
    return {
        "id": traveler.person.id,
        "name": _name(traveler),
        "birth_date": traveler.person.birth_date,
        "claimed": [CRITERIA[criterion] for criterion in traveler.person.criteria],
        "facts": [_fact_view(fact, opened) for fact in traveler.facts],
        "waiting": waiting
        and {
            "href": reverse("office_proposal", args=[waiting.proposal.pk]),
            "criteria": [CRITERIA[criterion] for criterion in waiting.criteria],
            "where": waiting.where.label,
            "words": waiting.words,
            "by": waiting.proposal.proposed_by.full_name,
            "at": waiting.proposal.proposed_at,
            "is_own": waiting.proposal.proposed_by_id == member.user.pk,
        },
        "may_confirm": bool(traveler.confirmable),
    }


def _fact_view(fact: OpenFact, opened: FactsFile) -> dict[str, Any]:
    return {
        "row": fact.row,
        "criterion": CRITERIA[fact.row.criterion],
        "state": STATES[fact.state],
        "tag": TAGS[fact.state],
        "where": Place(fact.row.where).label,
        "words": fact.words,
        "withdrawal": fact.withdrawal,
        "may_withdraw": opened.may_withdraw and fact.state == "holds",
    }


def _name(traveler: FactsTraveler) -> str:
    return f"{traveler.person.given_names} {traveler.person.family_names}"
