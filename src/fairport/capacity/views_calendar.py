"""A port's places by day: the month with the whole horizon, one day with its bands, and the plan of the weekdays."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from fairport.accounts.access import staff
from fairport.accounts.models import Role
from fairport.accounts.pages import refuse_staff, render_office
from fairport.accounts.queries import StaffMember
from fairport.appointments.places import rules_of
from fairport.capacity.calendar import CalendarDay, read_bands, read_days, today_at
from fairport.clock.queries import now
from fairport.formkit.times import write_band, write_date, write_day, write_month, write_weekday
from fairport.ports.models import CapacityPlan, PortOfEntry
from fairport.ports.plans import list_plans
from fairport.ports.queries import list_ports
from fairport.programmes.queries import NoPolicyInForce, list_programmes

READERS = (Role.SCHEDULER, Role.AUDITOR, Role.SUPERVISOR)
# Those who see the places of every port; supervisors see their own.
EVERYWHERE = (Role.SCHEDULER, Role.AUDITOR)


@staff(*READERS)
@require_safe
def calendar(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """A month of one port; the present month goes on until the horizon's last day."""
    ports = _ports_of(member)
    code = request.GET.get("port", ports[0].code if ports else "")
    port = next((port for port in ports if port.code == code), None)
    programme = programme_of(request)
    if port is None:
        return _without_port(request, member, code)
    at = now()
    today = today_at(port=port, at=at)
    month = _month(request.GET.get("month", ""), today)
    horizon = today + timedelta(days=horizon_days(programme))
    end = _next_month(month) - timedelta(days=1)
    if month <= today <= end:
        end = max(end, horizon)
    first = month - timedelta(days=month.weekday())
    last = end + timedelta(days=6 - end.weekday())
    days = read_days(programme=programme, port=port, first_day=first, last_day=last)
    within = [day for day in days if today <= day.day <= horizon]
    cells = [_cell(day, port, programme, today=today, horizon=horizon, shown=month <= day.day <= end) for day in days]
    context = {
        "port": port,
        "ports": ports,
        "programme": programme,
        "month": write_month(month),
        "months": [
            {"href": _month_href(port, programme, other), "label": write_month(other)}
            for other in (month - timedelta(days=1), end + timedelta(days=1))
        ],
        "weekdays": [(write_weekday(number, short=True), write_weekday(number)) for number in range(1, 8)],
        "weeks": [cells[start : start + 7] for start in range(0, len(cells), 7)],
        "figures": {
            name: sum(getattr(day, name) for day in within) for name in ("capacity", "held", "free", "walk_in")
        },
        "proposals": [
            {"day": write_day(day.day), "holidays": day.undecided, "href": _change_href(port, programme, day)}
            for day in days
            if day.undecided and day.day >= today and day.capacity
        ],
        "may_write": member.has(Role.SCHEDULER),
        "change_href": _change_href(port, programme, None),
    }
    return render_office(request, member, "office/capacity.html", context)


@staff(*READERS)
@require_safe
def day(request: HttpRequest, member: StaffMember, port_code: str, written: str) -> HttpResponse:
    """One day's bands: what is planned, what is there, and what is said about the day."""
    port = port_or_404(port_code)
    if not _may_read(member, port):
        return refuse_staff(request, member, code="other_port")
    chosen = _day_or_404(written)
    programme = programme_of(request)
    (shown,) = read_days(programme=programme, port=port, first_day=chosen, last_day=chosen)
    bands = read_bands(programme=programme, port=port, day=chosen)
    today = today_at(port=port, at=now())
    context = {
        "port": port,
        "programme": programme,
        "title": write_day(chosen),
        "day": shown,
        "bands": [{"row": band, "time": write_band(band.start, band.end)} for band in bands],
        "calendar_href": _month_href(port, programme, chosen.replace(day=1)),
        "before": _day_href(port, programme, chosen - timedelta(days=1)),
        "after": _day_href(port, programme, chosen + timedelta(days=1)),
        "may_write": member.has(Role.SCHEDULER) and chosen >= today,
        "change_href": _change_href(port, programme, shown),
    }
    return render_office(request, member, "office/capacity_day.html", context)


@staff(*READERS)
@require_safe
def plan(request: HttpRequest, member: StaffMember, port_code: str) -> HttpResponse:
    """The plans of a port by weekday, with their dates of effect: those that hold, that will, and that did."""
    port = port_or_404(port_code)
    if not _may_read(member, port):
        return refuse_staff(request, member, code="other_port")
    programme = programme_of(request)
    today = today_at(port=port, at=now())
    rows = list_plans(programme=programme, port=port.code)
    context = {
        "port": port,
        "programme": programme,
        "weekdays": [
            {
                "name": ", ".join(write_weekday(weekday) for weekday in alike),
                "plans": plans,
                "href": f"{reverse('office_capacity_change_plan', args=[port.code])}?"
                + urlencode({"weekday": [str(weekday) for weekday in alike], "programme": programme}, doseq=True),
            }
            for alike, plans in _alike(rows, today)
        ],
        "calendar_href": _month_href(port, programme, today.replace(day=1)),
        "may_write": member.has(Role.SCHEDULER),
    }
    return render_office(request, member, "office/capacity_plan.html", context)


def programme_of(request: HttpRequest) -> str:
    """The programme that an address or a form names, else the first one. Raises Http404 where there is none."""
    known = [programme.slug for programme in list_programmes()]
    asked = request.POST.get("programme") or request.GET.get("programme") or (known[0] if known else "")
    if asked not in known:
        raise Http404
    return asked


def port_or_404(code: str) -> PortOfEntry:
    """A port by its code. Raises Http404."""
    port = next((port for port in list_ports() if port.code == code), None)
    if port is None:
        raise Http404
    return port


def horizon_days(programme: str) -> int:
    """How many days ahead places are given out."""
    try:
        return rules_of(programme=programme, at=now()).draw.horizon_days
    except NoPolicyInForce:
        return 0


def _ports_of(member: StaffMember) -> list[PortOfEntry]:
    own = member.ports(Role.SUPERVISOR)
    return [port for port in list_ports() if member.has(*EVERYWHERE) or port.code in own]


def _may_read(member: StaffMember, port: PortOfEntry) -> bool:
    return member.has(*EVERYWHERE) or member.role_at(port.code, Role.SUPERVISOR) is not None


def _without_port(request: HttpRequest, member: StaffMember, code: str) -> HttpResponse:
    if any(port.code == code for port in list_ports()):
        return refuse_staff(request, member, code="other_port")
    raise Http404


def _day_or_404(written: str) -> date:
    try:
        chosen = date.fromisoformat(written)
    except ValueError:
        raise Http404 from None
    # The neighbours of a day are linked.
    if not 1900 <= chosen.year < 3000:
        raise Http404
    return chosen


def _month(written: str, today: date) -> date:
    try:
        month = date.fromisoformat(f"{written}-01")
    except ValueError:
        return today.replace(day=1)
    return month if 1900 <= month.year < 3000 else today.replace(day=1)


def _next_month(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def _cell(
    day: CalendarDay, port: PortOfEntry, programme: str, *, today: date, horizon: date, shown: bool
) -> dict[str, Any]:
    return {
        "row": day,
        "shown": shown,
        "label": write_day(day.day),
        "is_today": day.day == today,
        "is_past": day.day < today,
        "in_horizon": today <= day.day <= horizon,
        "href": _day_href(port, programme, day.day),
    }


def _month_href(port: PortOfEntry, programme: str, day: date) -> str:
    query = urlencode({"port": port.code, "month": f"{day:%Y-%m}", "programme": programme})
    return f"{reverse('office_capacity')}?{query}"


def _day_href(port: PortOfEntry, programme: str, day: date) -> str:
    address = reverse("office_capacity_day", args=[port.code, day.isoformat()])
    return f"{address}?{urlencode({'programme': programme})}"


def _change_href(port: PortOfEntry, programme: str, day: CalendarDay | None) -> str:
    query = {"programme": programme}
    if day is not None:
        query["day"] = day.day.isoformat()
        if day.undecided:
            query["source"] = "holiday"
    return f"{reverse('office_capacity_change', args=[port.code])}?{urlencode(query)}"


def _alike(rows: Sequence[CapacityPlan], today: date) -> list[tuple[list[int], list[dict[str, Any]]]]:
    """Weekdays with the same plans stand together, as most do; each with what they share."""
    found: list[tuple[list[int], list[dict[str, Any]]]] = []
    for weekday in range(1, 8):
        plans = _stretches([row for row in rows if row.weekday == weekday], today)
        known = next((weekdays for weekdays, shared in found if shared == plans), None)
        if known is None:
            found.append(([weekday], plans))
        else:
            known.append(weekday)
    return found


def _stretches(rows: Sequence[CapacityPlan], today: date) -> list[dict[str, Any]]:
    """The plans of one weekday: bands with the same dates belong together, the latest first."""
    ordered = sorted(rows, key=lambda row: (row.effective_from, row.effective_until or date.max), reverse=True)
    stretches = []
    for (first, last), group in groupby(ordered, key=lambda row: (row.effective_from, row.effective_until)):
        bands = sorted(group, key=lambda row: row.band_start)
        over = last is not None and last < today
        stretches.append(
            {
                "first": write_date(first),
                "last": write_date(last) if last else "",
                "state": "over" if over else ("coming" if first > today else "now"),
                "policy": bands[0].policy_version,
                "bands": [
                    {
                        "time": write_band(band.band_start, band.band_end),
                        "places": band.capacity,
                        "walk_in": band.walk_in_reserve,
                    }
                    for band in bands
                ],
            }
        )
    return stretches
