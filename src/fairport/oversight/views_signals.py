"""Signals: a queue for those who may look, the registrations behind one for a reason, and what was found."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from fairport.accounts.access import staff
from fairport.accounts.models import Role
from fairport.accounts.pages import refuse_staff, render_office
from fairport.accounts.queries import StaffMember
from fairport.checkin.times import write_date
from fairport.clock.queries import now
from fairport.oversight import operations, queries
from fairport.oversight.forms import STATES, OpenForm, ReviewForm, SignalsForm
from fairport.oversight.models import ReviewOutcome
from fairport.oversight.problems import TEXTS
from fairport.oversight.reviewing import FILES_SHOWN, REASONS, OpenFile, OpenSignal
from fairport.oversight.views_watch import ports_seen, sees_officers
from fairport.registrations.countries import country_names
from fairport.registrations.models import IntegritySignal

PAGE_SIZE: Final = 50
WATCHERS: Final = (Role.AUDITOR, Role.OMBUDS, Role.SUPERVISOR)
TAGS: Final = {queries.OPEN: "warn", "nothing": "ok", "same_people": "info", "corrected": "info", "referred": "warn"}
FILERS: Final[dict[str, Promise]] = {
    "staff": gettext_lazy("Member of staff {id}"),
    "helper": gettext_lazy("Helper {id}"),
    "partner": gettext_lazy("Partner {id}"),
}


@staff(*WATCHERS)
@require_safe
def signals(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """The queue; a supervisor sees the signals of the own port. Nobody's name or document is in it."""
    ports = ports_seen(member)
    form = SignalsForm(request.GET or None, ports=ports.items())
    chosen = {"kind": "", "state": queries.OPEN, "port": "", "order": "newest"}
    if form.is_bound and form.is_valid():
        chosen |= {name: value for name, value in form.cleaned_data.items() if value}
    only = [chosen["port"]] if chosen["port"] else None if sees_officers(member) else list(ports)
    found = queries.list_signals(
        kind=chosen["kind"],
        states=() if chosen["state"] == "all" else (chosen["state"],),
        ports=only,
        order=chosen["order"],
    )
    paginator = Paginator(found, PAGE_SIZE)
    page = paginator.get_page(request.GET.get("page"))
    rows = list(page.object_list)
    names = queries.names_of_actors(abouts=[row.about for row in rows if row.about])
    context = {
        "form": form,
        "rows": [_row(row, names) for row in rows],
        "page": page,
        "pages": list(paginator.get_elided_page_range(page.number)),
        "query": f"{urlencode({name: value for name, value in chosen.items() if value})}&",
    }
    return render_office(request, member, "oversight/signals.html", context, status=400 if form.errors else 200)


@staff(*WATCHERS)
@require_safe
def signal(request: HttpRequest, member: StaffMember, signal_id: int) -> HttpResponse:
    """One signal without anybody's name, and who may: the way to open what is behind it."""
    found = _seen(member, signal_id)
    if found is None:
        return _refused(request, member)
    return _show(request, member, found, OpenForm())


@staff(*WATCHERS)
@require_POST
def open_files(request: HttpRequest, member: StaffMember, signal_id: int) -> HttpResponse:
    """The registrations behind a signal. A POST: each opening is told in each of them."""
    found = _seen(member, signal_id)
    if found is None:
        return _refused(request, member)
    form = OpenForm(request.POST)
    if not form.is_valid():
        return _show(request, member, found, form, status=400)
    return _open(request, member, found, form.cleaned_data["reason"], None)


@staff(*WATCHERS)
@require_POST
def review(request: HttpRequest, member: StaffMember, signal_id: int) -> HttpResponse:
    """Records what was found."""
    found = _seen(member, signal_id)
    if found is None:
        return _refused(request, member)
    form = ReviewForm(request.POST)
    # The page with the form was opened for this reason; it is opened again for it where the form is refused.
    reason = request.POST.get("reason", "")
    if not form.is_valid():
        return _open(request, member, found, reason, form, status=400)
    try:
        operations.review_signal(signal_id=signal_id, reviewer=member.user, at=now(), **form.cleaned_data)
    except operations.NotYourSignal:
        return _refused(request, member)
    except operations.ReviewInvalid as refusal:
        form.add_error(refusal.field, str(TEXTS[refusal.problem]))
        return _open(request, member, found, reason, form, status=400)
    except operations.SignalChanged as refusal:
        return _open(request, member, found, reason, form, code=refusal.code, status=409)
    messages.success(request, _("Your review was recorded."))
    return redirect("office_signals")


def _seen(member: StaffMember, signal_id: int) -> IntegritySignal | None:
    """The signal, or None where it is about another port. Raises Http404."""
    try:
        found = queries.get_signal(signal_id=signal_id)
    except IntegritySignal.DoesNotExist as error:
        raise Http404 from error
    if sees_officers(member):
        return found
    return found if set(queries.ports_of_signal(found)) & set(member.ports(Role.SUPERVISOR)) else None


def _show(
    request: HttpRequest, member: StaffMember, found: IntegritySignal, form: OpenForm, *, status: int = 200
) -> HttpResponse:
    context = {
        **_about(found),
        "form": form,
        "may_open": queries.reviewing_role(member=member, signal=found) is not None,
        "reviews": [
            {"outcome": ReviewOutcome(outcome).label, "reviewer": name, "at": at}
            for outcome, name, at in queries.outcomes_of_signal(signal=found)
        ],
    }
    return render_office(request, member, "oversight/signal.html", context, status=status)


def _open(
    request: HttpRequest,
    member: StaffMember,
    found: IntegritySignal,
    reason: str,
    form: ReviewForm | None,
    *,
    code: str = "",
    status: int = 200,
) -> HttpResponse:
    try:
        opened = operations.open_signal(signal_id=found.pk, reader=member.user, reason=reason, at=now())
    except operations.NotYourSignal:
        return _refused(request, member)
    except operations.SignalReasonNeeded:
        again = OpenForm({"reason": reason})
        return _show(request, member, found, again, status=400)
    context = {
        **_about(opened.signal),
        **_opened(opened),
        "form": form or ReviewForm(),
        "reason": reason,
        "reason_words": REASONS[reason],
        "problems": [TEXTS[code]] if code else [],
        "problem_codes": [code] if code else [],
    }
    return render_office(request, member, "oversight/signal_open.html", context, status=status)


def _opened(opened: OpenSignal) -> dict[str, Any]:
    countries = dict(country_names(language=get_language() or "en"))
    return {
        "files": [_file(file, countries) for file in opened.files],
        "total": opened.total,
        "shown": FILES_SHOWN,
        "reviews": [
            {
                "outcome": ReviewOutcome(review.outcome).label,
                "words": review.words,
                "reviewer": review.reviewer,
                "at": review.reviewed_at,
            }
            for review in opened.reviews
        ],
    }


def _file(file: OpenFile, countries: Any) -> dict[str, Any]:
    reach = [] if file.contact is None else [text for text in (file.contact.email, file.contact.phone) if text]
    return {
        "row": file.registration,
        "ports": ", ".join(file.registration.ports),
        "reach": reach,
        "erased": file.contact is None and not file.travelers,
        "travelers": [
            {
                "name": f"{person.given_names} {person.family_names}",
                "born": write_date(person.birth_date),
                "nationality": countries.get(person.nationality, person.nationality),
                "document": person.document_number,
            }
            for person in file.travelers
        ],
    }


def _about(found: IntegritySignal) -> dict[str, Any]:
    names = queries.names_of_actors(abouts=[found.about] if found.about else [])
    return {"signal": found, "ports": ", ".join(queries.ports_of_signal(found)), "who": _who(found, names)}


def _row(row: Any, names: dict[str, str]) -> dict[str, Any]:
    return {
        "row": row,
        "who": _who(row, names),
        "ports": ", ".join(queries.ports_of_signal(row)),
        "state": dict(STATES)[row.state],
        "tag": TAGS.get(row.state, "neutral"),
    }


def _who(row: IntegritySignal, names: dict[str, str]) -> str:
    if not row.about:
        return ""
    kind, _colon, actor_id = row.about.partition(":")
    return names.get(row.about) or str(FILERS.get(kind, "{id}")).format(id=actor_id)


def _refused(request: HttpRequest, member: StaffMember) -> HttpResponse:
    code = operations.NotYourSignal.code
    return refuse_staff(request, member, code=code, text=TEXTS[code])
