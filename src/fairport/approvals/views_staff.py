"""Members of staff: who they are, which roles they have by whom; operators make and close accounts here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from fairport.accounts import operations as accounts
from fairport.accounts.access import staff
from fairport.accounts.models import Role, RoleGrant, User
from fairport.accounts.pages import render_office
from fairport.accounts.problems import TEXTS as ACCOUNT_TEXTS
from fairport.accounts.queries import (
    StaffMember,
    all_grants_of,
    failed_sign_ins,
    get_person,
    own_factors,
    staff_row,
    staff_rows,
)
from fairport.approvals import operations
from fairport.approvals.forms_staff import EndForm, NewStaffForm, RoleForm, StaffFilterForm
from fairport.approvals.problems import TEXTS
from fairport.approvals.queries import open_proposals
from fairport.approvals.role_grants import KIND, propose_role
from fairport.audit.events import staff as staff_actor
from fairport.clock.queries import now

PAGE_SIZE: Final = 50
FAILURES_WITHIN: Final = timedelta(days=7)
REFUSALS: Final = (
    accounts.AccountClosed,
    accounts.LastOperator,
    accounts.NotClosed,
    accounts.OwnAccount,
    accounts.OwnRole,
    accounts.RoleHeld,
    accounts.RoleUnfit,
    accounts.StaffExists,
    accounts.StaffInvalid,
    operations.AlreadyProposed,
)
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@staff(Role.OPERATOR, Role.AUDITOR)
@require_safe
def people(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """Who has which role, at which port, since when and by whom."""
    form = StaffFilterForm(request.GET)
    chosen = {name: form.cleaned_data[name] for name in ("person", "role", "port", "sort")} if form.is_valid() else {}
    chosen["sort"] = chosen.get("sort") or "name"
    paginator = Paginator(staff_rows(**chosen), PAGE_SIZE)
    page = paginator.get_page(request.GET.get("page"))
    context = {
        "form": form,
        "rows": [staff_row(values) for values in page.object_list],
        "page": page,
        "pages": list(paginator.get_elided_page_range(page.number)),
        "query": urlencode({name: value for name, value in chosen.items() if value}) + "&",
        "failures": failed_sign_ins(since=(now() - FAILURES_WITHIN).date()),
        "is_operator": member.has(Role.OPERATOR),
    }
    return render_office(request, member, "staff/people.html", context, status=400 if form.errors else 200)


@staff(Role.OPERATOR)
@get_or_post
def new_account(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """Makes an account without any role; its temporary password is on the page that answers, and nowhere else."""
    form = NewStaffForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        password = accounts.temporary_password()
        actor = staff_actor(member.user.pk)
        try:
            user = accounts.create_staff(**form.cleaned_data, password=password, at=now(), actor=actor)
        except (accounts.StaffExists, accounts.StaffInvalid) as refusal:
            return _refused(request, member, "staff/new.html", {"form": form}, refusal)
        return render_office(request, member, "staff/password.html", {"person": user, "password": password})
    return render_office(request, member, "staff/new.html", {"form": form}, status=400 if form.errors else 200)


@staff(Role.OPERATOR, Role.AUDITOR)
@require_safe
def person(request: HttpRequest, member: StaffMember, user_id: int) -> HttpResponse:
    """One member of staff: roles now and before, and what is proposed."""
    return _render_person(request, member, _account(user_id))


@staff(Role.OPERATOR)
@get_or_post
def propose(request: HttpRequest, member: StaffMember, user_id: int) -> HttpResponse:
    """Proposes a role for somebody else; another operator decides."""
    found = _account(user_id)
    form = RoleForm(request.POST if request.method == "POST" else None)
    context = {"person": found, "form": form}
    if request.method == "POST" and form.is_valid():
        role, port, reason = (form.cleaned_data[name] for name in ("role", "port", "reason"))
        try:
            propose_role(user=found, role=role, port=port or None, reason=reason, proposer=member.user, at=now())
        except REFUSALS as refusal:
            return _refused(request, member, "staff/propose.html", context, refusal)
        messages.success(request, _("Proposed. Another operator decides."))
        return _back_to(found)
    return render_office(request, member, "staff/propose.html", context, status=400 if form.errors else 200)


@staff(Role.OPERATOR)
@get_or_post
def revoke(request: HttpRequest, member: StaffMember, user_id: int, grant_id: int) -> HttpResponse:
    """Takes a role back at once; also one's own."""
    found = _account(user_id)
    grant = RoleGrant.objects.filter(pk=grant_id, user=found).select_related("port").first()
    if grant is None:
        raise Http404

    def end(reason: str) -> None:
        accounts.revoke_role(grant_id=grant_id, reason=reason, revoked_by=member.user, at=now())
        messages.success(request, _("The role was taken back."))

    return _end(request, member, "staff/revoke.html", {"person": found, "grant": grant}, end)


@staff(Role.OPERATOR)
@get_or_post
def close(request: HttpRequest, member: StaffMember, user_id: int) -> HttpResponse:
    """Closes an account with all of its roles."""
    found = _account(user_id)

    def end(reason: str) -> None:
        accounts.close_account(user=found, reason=reason, closed_by=member.user, at=now())
        messages.success(request, _("The account was closed."))

    return _end(request, member, "staff/close.html", {"person": found}, end)


@staff(Role.OPERATOR)
@get_or_post
def reopen(request: HttpRequest, member: StaffMember, user_id: int) -> HttpResponse:
    """Opens a closed account, without roles and with a temporary password that is shown once."""
    found = _account(user_id)
    form = EndForm(request.POST if request.method == "POST" else None)
    context = {"person": found, "form": form}
    if request.method == "POST" and form.is_valid():
        password = accounts.temporary_password()
        reason = form.cleaned_data["reason"]
        try:
            accounts.reopen_account(user=found, password=password, reason=reason, reopened_by=member.user, at=now())
        except accounts.NotClosed as refusal:
            return _refused(request, member, "staff/reopen.html", context, refusal)
        return render_office(request, member, "staff/password.html", {"person": found, "password": password})
    return render_office(request, member, "staff/reopen.html", context, status=400 if form.errors else 200)


def _end(
    request: HttpRequest, member: StaffMember, template: str, context: dict[str, Any], end: Callable[[str], None]
) -> HttpResponse:
    """Asks for the reason, and ends something with it."""
    form = EndForm(request.POST if request.method == "POST" else None)
    context |= {"form": form}
    if request.method == "POST" and form.is_valid():
        try:
            end(form.cleaned_data["reason"])
        except REFUSALS as refusal:
            return _refused(request, member, template, context, refusal)
        # Whoever gave their own role back cannot read the page of people any more.
        return _back_to(context["person"]) if context["person"] != member.user else _home()
    return render_office(request, member, template, context, status=400 if form.errors else 200)


def _refused(
    request: HttpRequest, member: StaffMember, template: str, context: dict[str, Any], refusal: Exception
) -> HttpResponse:
    code: str = getattr(refusal, "code", "")
    text = ACCOUNT_TEXTS.get(code) or TEXTS[code]
    context |= {"problems": [text], "problem_codes": [code]}
    status = 403 if isinstance(refusal, accounts.OwnRole | accounts.OwnAccount) else 409
    return render_office(request, member, template, context, status=status)


def _render_person(request: HttpRequest, member: StaffMember, found: User) -> HttpResponse:
    grants = all_grants_of(user=found)
    waiting = [each for each in open_proposals(at=now(), kind=KIND) if each.payload["user"] == found.pk]
    context = {
        "person": found,
        "grants": [grant for grant in grants if grant.revoked_at is None],
        "past": [grant for grant in grants if grant.revoked_at is not None],
        "waiting": [
            {"id": each.pk, "role": Role(each.payload["role"]).label, "port": each.payload["port"] or "", "by": each}
            for each in waiting
        ],
        "factors": own_factors(user=found),
        "is_operator": member.has(Role.OPERATOR),
        "is_self": found == member.user,
    }
    return render_office(request, member, "staff/person.html", context)


def _account(user_id: int) -> User:
    found = get_person(user_id=user_id)
    if found is None:
        raise Http404
    return found


def _back_to(found: User) -> HttpResponse:
    return HttpResponseRedirect(reverse("office_person", args=[found.pk]))


def _home() -> HttpResponse:
    return HttpResponseRedirect(reverse("office_home"))
