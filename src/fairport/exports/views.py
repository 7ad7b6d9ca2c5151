"""Lists and counts to take along; each download is an event."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fairport.accounts.access import staff
from fairport.accounts.models import PORT_ROLES, Role
from fairport.accounts.pages import refuse_staff, render_office
from fairport.accounts.queries import StaffMember
from fairport.checkin.places import OtherPort, today_at
from fairport.checkin.times import write_day, write_moment
from fairport.checkin.words import STATES
from fairport.clock.queries import now
from fairport.exports import daily, encounters, reading
from fairport.exports.forms import DayListForm, EncountersForm
from fairport.exports.problems import TEXTS
from fairport.formkit.pdf import render_pdf
from fairport.ports.queries import get_port, list_ports

COUNTERS: Final = (Role.OPERATOR, Role.AUDITOR)


@staff(*PORT_ROLES, *COUNTERS)
@require_safe
def exports(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """What the roles of somebody can take along."""
    return _page(request, member)


@staff(*PORT_ROLES)
@require_safe
def day_list(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """The groups of a port's day as CSV or PDF."""
    form = _day_form(member, request.GET)
    if not form.is_valid():
        return _page(request, member, day_form=form)
    code, wanted = form.cleaned_data["port"], form.cleaned_data["form"]
    port = get_port(code=code)
    day = form.cleaned_data["day"] or today_at(port=port, at=now())
    try:
        rows = daily.export_day(port=code, day=day, form=wanted, officer=member.user, at=now())
    except OtherPort as refusal:
        return refuse_staff(request, member, code=refusal.code)
    name = f"{code}_{day.isoformat()}"
    if wanted == "csv":
        return _file(daily.write_csv(rows).encode(), "text/csv; charset=utf-8", f"{name}.csv")
    people = sum(row.people for row in rows)
    data = {
        "language": (get_language() or "en").split("-")[0],
        "title": _("{port}: {day}").format(port=port.name, day=write_day(day)),
        "summary": ngettext("%(people)s traveler is expected.", "%(people)s travelers are expected.", people)
        % {"people": people},
        "footer": _("Printed {when}, port time. Destroy it after the day.").format(
            when=write_moment(now(), port.timezone)
        ),
        "columns": [_("Band"), _("Number"), _("People"), _("Initials"), _("State"), _("Here")],
        "rows": [
            [
                f"{row.band_start}-{row.band_end}",
                row.confirmation_number,
                str(row.people),
                row.initials,
                str(STATES[row.state][1]),
                f"{row.arrived}/{row.people}" if row.arrived else "",
            ]
            for row in rows
        ],
        "empty": _("Nobody is expected on this day."),
    }
    return _file(render_pdf(template="exports/day_list.typ", data=data, at=now()), "application/pdf", f"{name}.pdf")


@staff(*COUNTERS)
@require_safe
def encounter_counts(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """Counts by month in the columns of the public file of encounters."""
    form = EncountersForm(request.GET)
    if not form.is_valid():
        return _page(request, member, encounters_form=form)
    first, last = form.cleaned_data["first"], form.cleaned_data["last"]
    try:
        found = reading.export_encounters(first_month=first, last_month=last, reader=member.user, at=now())
    except encounters.FieldOfficeUnknown as refusal:
        form.add_error(None, str(TEXTS[refusal.code]))
        return _page(request, member, encounters_form=form)
    content = encounters.write_csv(found.counts).encode()
    response = _file(content, "text/csv; charset=utf-8", f"encounters_{first:%Y-%m}_{last:%Y-%m}.csv")
    # A file of counts has no place for who is not in it.
    response["X-Fairport-Referred"] = str(found.referred)
    response["X-Fairport-Erased"] = str(found.erased)
    return response


def _page(
    request: HttpRequest,
    member: StaffMember,
    *,
    day_form: DayListForm | None = None,
    encounters_form: EncountersForm | None = None,
) -> HttpResponse:
    wrong = day_form or encounters_form
    context: dict[str, Any] = {
        "day_form": (day_form or _day_form(member, None)) if member.has(*PORT_ROLES) else None,
        "encounters_form": (encounters_form or EncountersForm()) if member.has(*COUNTERS) else None,
        "form": wrong,
    }
    return render_office(request, member, "exports/exports.html", context, status=400 if wrong else 200)


def _day_form(member: StaffMember, data: Any) -> DayListForm:
    form = DayListForm(data)
    own = member.ports(*PORT_ROLES)
    # All ports are known to the form, so that another port is refused as such and not as a typing error.
    names = [(port.code, port.name) for port in list_ports()]
    chosen = form.fields["port"]
    chosen.choices = names if data is not None else [name for name in names if name[0] in own]  # type: ignore[attr-defined]
    return form


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
