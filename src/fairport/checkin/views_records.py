"""What schedulers, operators and auditors read. Nothing here changes anything, and nothing is about a person's file."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from fairport.accounts.access import staff
from fairport.accounts.models import Role
from fairport.accounts.pages import render_office
from fairport.accounts.queries import StaffMember, failed_sign_ins
from fairport.audit.listing import event_names, list_log
from fairport.checkin.times import write_band, write_day
from fairport.checkin.words import ACTORS
from fairport.clock.queries import now
from fairport.domain.beacon import time_of_round
from fairport.draws.models import Draw
from fairport.draws.queries import awaited_round, list_draws
from fairport.formkit.fields import DayField
from fairport.notifications.queries import count_by_state
from fairport.ports.queries import list_ports, list_slots
from fairport.programmes.queries import list_programmes

PAGE_SIZE = 100
DAYS_SHOWN = 14
DRAWS_SHOWN = 30
FAILURES_WITHIN = timedelta(days=7)


class SlotsForm(forms.Form):
    port = forms.ChoiceField(label=gettext_lazy("Port"), required=False)
    day = DayField(label=gettext_lazy("First day"))


class EventsForm(forms.Form):
    name = forms.ChoiceField(label=gettext_lazy("Event"), required=False)
    day = DayField(label=gettext_lazy("Day (UTC)"))


@staff(Role.SCHEDULER, Role.AUDITOR)
@require_safe
def slots(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """Places of the horizon by port, day and band."""
    today = now().date()
    form = SlotsForm(request.GET or None)
    form.fields["port"].choices = [("", _("All ports")), *((port.code, port.name) for port in list_ports())]  # type: ignore[attr-defined]
    chosen, first = "", today
    if form.is_bound and form.is_valid():
        chosen, first = form.cleaned_data["port"], form.cleaned_data["day"] or today
    rows = [
        {"slot": slot, "day": write_day(slot.date), "band": write_band(slot.band_start, slot.band_end)}
        for programme in list_programmes()
        for slot in list_slots(
            programme=programme.slug,
            ports=[chosen] if chosen else None,
            first_day=first,
            last_day=first + timedelta(days=DAYS_SHOWN),
        )
    ]
    paginator = Paginator(rows, PAGE_SIZE)
    page = paginator.get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "pages": list(paginator.get_elided_page_range(page.number)),
        "query": _query(port=chosen, day=request.GET.get("day", "") if not form.errors else ""),
    }
    return render_office(request, member, "office/slots.html", context, status=400 if form.errors else 200)


@staff(Role.OPERATOR)
@require_safe
def running(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """Whether the machine runs: messages by state, and the draws with how far they are."""
    counts = count_by_state()
    at = now()
    context = {
        "waiting": counts["queued"] + counts["sending"],
        "sent": counts["sent"],
        "dead": counts["dead"],
        "messages_href": reverse("office_messages"),
        "draws": [{"draw": draw, "waits": _waits(draw, at)} for draw in list_draws(limit=DRAWS_SHOWN)],
        "at": at,
        "failures": failed_sign_ins(since=(now() - FAILURES_WITHIN).date()),
    }
    return render_office(request, member, "office/operations.html", context)


@staff(Role.AUDITOR)
@require_safe
def events(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """The log: what, about which subject, by whom, when. Details stay sealed."""
    form = EventsForm(request.GET or None)
    form.fields["name"].choices = [("", _("All events")), *((name, name) for name in event_names())]  # type: ignore[attr-defined]
    name: str | None = None
    day: date | None = None
    if form.is_bound and form.is_valid():
        name, day = form.cleaned_data["name"] or None, form.cleaned_data["day"]
    since = datetime.combine(day, time(), tzinfo=UTC) if day else None
    log = list_log(name=name, since=since, until=since + timedelta(days=1) if since else None)
    paginator = Paginator(log, PAGE_SIZE)
    page = paginator.get_page(request.GET.get("page"))
    context = {
        "form": form,
        "events": [{"row": row, "actor": ACTORS.get(row.actor_kind, row.actor_kind)} for row in page.object_list],
        "page": page,
        "pages": list(paginator.get_elided_page_range(page.number)),
        "query": _query(name=name or "", day=day.isoformat() if day else ""),
    }
    return render_office(request, member, "office/events.html", context, status=400 if form.errors else 200)


def _waits(draw: Draw, at: datetime) -> str:
    """Why a draw whose time has come is not run yet; empty for any other."""
    if draw.run_at is not None or at < draw.draw_time:
        return ""
    promised = awaited_round(draw=draw, at=at)
    if promised is None:
        return _("Due: it is run in a moment")
    late = (at - time_of_round(promised)) // timedelta(minutes=1)
    return ngettext(
        "Waiting for round {round} of the public random number, {late} minute late",
        "Waiting for round {round} of the public random number, {late} minutes late",
        late,
    ).format(round=promised, late=late)


def _query(**values: str) -> str:
    """The address's beginning for other pages of the same list."""
    chosen = {name: value for name, value in values.items() if value}
    return f"{urlencode(chosen)}&" if chosen else ""
