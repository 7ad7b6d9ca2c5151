"""Changing a port's days or its plan: typed, shown with all that it would do, and done exactly so."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fairport.accounts.access import staff
from fairport.accounts.models import Role
from fairport.accounts.pages import render_office
from fairport.accounts.queries import StaffMember
from fairport.audit.events import staff as staff_actor
from fairport.capacity.calendar import bands_between, today_at
from fairport.capacity.changes import Change, ChangeRefused, Preview, preview_change
from fairport.capacity.forms import DaysForm, PlanForm
from fairport.capacity.operations import (
    BandInUse,
    Bookings,
    ChangedMeanwhile,
    HeldByDraw,
    PreviewOutdated,
    apply_change,
)
from fairport.capacity.problems import TEXTS
from fairport.capacity.views_calendar import horizon_days, port_or_404, programme_of
from fairport.clock.queries import now
from fairport.formkit.times import write_band, write_date, write_day
from fairport.ports.models import PortOfEntry
from fairport.ports.plans import read_book

REFUSED_NOW = (ChangedMeanwhile, PreviewOutdated, HeldByDraw, BandInUse)
# Bands that a change of days may name: those of the plan in so many days.
LOOKED_AHEAD = 92


@staff(Role.SCHEDULER)
@require_http_methods(["GET", "HEAD", "POST"])
def change_days(request: HttpRequest, member: StaffMember, port_code: str) -> HttpResponse:
    """One day or several, one band or all: other places, closed, or again as planned."""
    port, programme = port_or_404(port_code), programme_of(request)
    today = today_at(port=port, at=now())
    bands = bands_between(
        programme=programme, port=port, first_day=today, last_day=today + timedelta(days=LOOKED_AHEAD)
    )
    if request.method == "POST":
        form = DaysForm(bands, request.POST)
    else:
        form = DaysForm(bands, initial=_days_initial(request, today))
    return _Decision(
        request,
        member,
        port,
        programme,
        form,
        template="office/capacity_change.html",
        change_of=lambda: form.change(programme=programme, port=port.code),
    ).respond()


@staff(Role.SCHEDULER)
@require_http_methods(["GET", "HEAD", "POST"])
def change_plan(request: HttpRequest, member: StaffMember, port_code: str) -> HttpResponse:
    """The bands of some weekdays from a day on; what was planned before stays in the history."""
    port, programme = port_or_404(port_code), programme_of(request)
    if request.method == "POST":
        form = PlanForm(request.POST)
    else:
        form = PlanForm(initial=_plan_initial(request, port, programme))
    return _Decision(
        request,
        member,
        port,
        programme,
        form,
        template="office/capacity_change_plan.html",
        change_of=lambda: form.change(programme=programme, port=port.code),
    ).respond()


class _Decision:
    """One request on the way from the typed form over its preview to the change itself."""

    def __init__(
        self,
        request: HttpRequest,
        member: StaffMember,
        port: PortOfEntry,
        programme: str,
        form: DaysForm | PlanForm,
        *,
        template: str,
        change_of: Callable[[], Change],
    ) -> None:
        self.request, self.member, self.port, self.programme, self.form = request, member, port, programme, form
        self.template, self.change_of = template, change_of
        self.step = request.POST.get("step", "")

    def respond(self) -> HttpResponse:
        """The form, the preview, or back to the calendar once it is done."""
        if self.request.method != "POST" or self.step == "edit":
            return self._show_form()
        if not self.form.is_valid():
            return self._show_form(status=400)
        change, at = self.change_of(), now()
        code = ""
        try:
            if self.step == "apply":
                try:
                    done = apply_change(
                        change=change,
                        seen_version=_integer(self.request.POST.get("seen", "")),
                        fingerprint=self.request.POST.get("fingerprint", ""),
                        bookings=_bookings(self.request.POST.get("bookings", "")),
                        actor=staff_actor(self.member.user.pk),
                        at=at,
                    )
                except REFUSED_NOW as refusal:
                    # Nothing was changed: the new preview says why, with what was typed.
                    code = refusal.code
                else:
                    return self._done(change, done)
            preview = preview_change(change=change, at=at)
        except ChangeRefused as refusal:
            return self._show_form(code=refusal.code, status=409)
        if not code and _integer(self.request.POST.get("seen", "")) != preview.seen_version:
            code = ChangedMeanwhile.code
        return self._show_preview(change, preview, code)

    def _show_form(self, *, code: str = "", status: int = 200) -> HttpResponse:
        context = {**self._common(), **_problem(code), "form": self.form, "seen": self.port.capacity_version}
        return render_office(self.request, self.member, self.template, context, status=status)

    def _show_preview(self, change: Change, preview: Preview, code: str) -> HttpResponse:
        groups = _groups(preview)
        context = {
            **self._common(),
            **_problem(code),
            "typed": _typed(self.form),
            "seen": preview.seen_version,
            "fingerprint": preview.fingerprint,
            "first_day": write_day(change.first_day),
            "last_day": write_date(preview.last_day) if preview.last_day else "",
            "slots": [
                {
                    "row": slot,
                    "day": write_day(slot.day),
                    "time": write_band(slot.band_start, slot.band_end),
                    "difference": f"{slot.after - slot.before:+d}" if slot.after != slot.before else "",
                }
                for slot in preview.slots
            ],
            "places": f"{preview.places:+d}" if preview.places else "0",
            "affected": preview.affected,
            "groups": groups,
            "ways": _ways(groups),
            "stays": len(preview.stays),
            "notice_hours": int(preview.policy.draw.minimum_notice.total_seconds()) // 3600,
            "horizon_days": horizon_days(self.programme),
        }
        status = 409 if code else 200
        return render_office(self.request, self.member, "office/capacity_preview.html", context, status=status)

    def _done(self, change: Change, done: Preview) -> HttpResponse:
        moved = len(done.moves) if self.request.POST.get("bookings") == Bookings.MOVE else 0
        said = _("The places of {port} were changed.").format(port=self.port.name)
        if moved:
            said = _("The places of {port} were changed. Groups that were moved and told: {count}.").format(
                port=self.port.name, count=moved
            )
        messages.success(self.request, said)
        query = {"port": self.port.code, "month": f"{change.first_day:%Y-%m}", "programme": self.programme}
        return HttpResponseRedirect(f"{reverse('office_capacity')}?{urlencode(query)}")

    def _common(self) -> dict[str, Any]:
        query = urlencode({"port": self.port.code, "programme": self.programme})
        return {
            "port": self.port,
            "programme": self.programme,
            "calendar_href": f"{reverse('office_capacity')}?{query}",
        }


def _days_initial(request: HttpRequest, today: date) -> dict[str, Any]:
    asked, source = request.GET.get("day", ""), request.GET.get("source", "")
    initial = {"first_day": asked or today.isoformat(), "last_day": asked, "source": "officer", "reason": "staff"}
    if source == "holiday":
        initial |= {"source": source, "reason": "holiday", "what": "closed"}
    return initial


def _plan_initial(request: HttpRequest, port: PortOfEntry, programme: str) -> dict[str, Any]:
    at = now()
    today = today_at(port=port, at=at)
    asked = [_integer(written) for written in request.GET.getlist("weekday")]
    weekdays = [weekday for weekday in asked if 1 <= weekday <= 7] or [1]
    # The first of these days that no draw has given out yet: nobody is booked on it.
    first_day = today + timedelta(days=horizon_days(programme) + 1)
    book = read_book(programme=programme, ports=[port.code], first_day=first_day, last_day=first_day)
    shown = first_day + timedelta(days=(weekdays[0] - first_day.isoweekday()) % 7)
    return PlanForm.initial_of(weekdays=weekdays, first_day=first_day, bands=book.planned_on(port.code, shown))


def _groups(preview: Preview) -> list[dict[str, Any]]:
    slots = {slot.slot_id: slot for slot in preview.slots}
    rows = []
    for group, target in [
        *((move.group, preview.rooms[move.to_slot_id]) for move in preview.moves),
        *((group, None) for group in preview.stays),
    ]:
        here = slots[group.held.slot_id]
        rows.append(
            {
                "number": group.confirmation_number,
                "size": group.held.size,
                "day": write_day(here.day),
                "time": write_band(here.band_start, here.band_end),
                "to_day": write_day(target.date) if target else "",
                "to_time": write_band(target.band_start, target.band_end) if target else "",
                "order": (here.starts_at, target is None, group.confirmation_number),
            }
        )
    return sorted(rows, key=lambda row: row["order"])


def _ways(groups: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The same in short: from which band to which, how many groups and people."""
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    for group in groups:
        places = {name: group[name] for name in ("day", "time", "to_day", "to_time")}
        way = found.setdefault(tuple(places.values()), {**places, "groups": 0, "people": 0})
        way["groups"] += 1
        way["people"] += group["size"]
    return list(found.values())


def _typed(form: forms.Form) -> list[tuple[str, str]]:
    """What was typed, as hidden fields carry it on."""
    data = cast(QueryDict, form.data)
    return [(name, value) for name in form.fields for value in data.getlist(name)]


def _problem(code: str) -> dict[str, Any]:
    return {"problems": [TEXTS[code]], "problem_codes": [code]} if code else {}


def _integer(written: str) -> int:
    return int(written) if written.isascii() and written.isdecimal() and len(written) < 10 else -1


def _bookings(written: str) -> Bookings:
    return Bookings.MOVE if written == Bookings.MOVE else Bookings.KEEP
