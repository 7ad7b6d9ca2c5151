"""The funnel: shares of decisions by officer, port and criterion, for those who watch over fairness."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils.formats import number_format
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from fairport.accounts.access import staff
from fairport.accounts.models import Role
from fairport.accounts.pages import render_office
from fairport.accounts.queries import StaffMember
from fairport.clock.queries import now
from fairport.domain.funnel import FEWEST_CASES, Judged, Verdict, judge_units, overall_share
from fairport.oversight.forms import WatchForm
from fairport.oversight.funnel_chart import draw_funnel
from fairport.oversight.queries import NamedUnit, units_by_criterion, units_by_officer, units_by_port
from fairport.ports.queries import list_ports
from fairport.registrations.words import CRITERIA

PAGE_SIZE: Final = 50
DEFAULT_DAYS: Final = 90
VERDICTS: Final = {
    Verdict.TOO_FEW: ("neutral", _("Too few to judge")),
    Verdict.WITHIN: ("ok", _("As chance would have it")),
    Verdict.BEYOND_95: ("info", _("Outside 95 %")),
    Verdict.BEYOND_998: ("warn", _("Outside 99.8 %")),
}
ORDERS: Final[dict[str, Any]] = {
    "unusual": lambda row: (row["judged"].p_value, row["name"]),
    "name": lambda row: row["name"],
    "cases": lambda row: (-row["judged"].unit.total, row["name"]),
    "share": lambda row: (-_share(row["judged"]), row["name"]),
}


def sees_officers(member: StaffMember) -> bool:
    """Auditors and the ombuds office see officers by name: it is their task. A supervisor sees the own port only."""
    return member.has(Role.AUDITOR, Role.OMBUDS)


def ports_seen(member: StaffMember) -> dict[str, str]:
    """Code to name of the ports that a member of staff may watch."""
    own = None if sees_officers(member) else member.ports(Role.SUPERVISOR)
    return {port.code: port.name for port in list_ports() if own is None or port.code in own}


@staff(Role.AUDITOR, Role.OMBUDS, Role.SUPERVISOR)
@require_safe
def watch(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """A funnel plot over a period, and its table."""
    everything = sees_officers(member)
    ports = ports_seen(member)
    by = ("officer", "port", "criterion") if everything else ("port", "criterion")
    form = WatchForm(request.GET or None, by=by, ports=ports.items())
    today = now().astimezone(UTC).date()
    chosen: dict[str, Any] = {"by": by[0], "outcome": "exempted", "port": "", "order": "unusual"}
    if form.is_bound and form.is_valid():
        chosen |= {name: value for name, value in form.cleaned_data.items() if value}
    last: date = chosen.get("last", today)
    first: date = chosen.get("first", last - timedelta(days=DEFAULT_DAYS))
    units, share, judged = _judged(chosen, first, last, ports, everything)
    rows = [_row(unit, found) for unit, found in zip(units, judged, strict=True)]
    rows.sort(key=ORDERS[chosen["order"]])
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    query = {name: value for name, value in chosen.items() if value}
    context = {
        "form": form,
        "by": chosen["by"],
        "outcome": dict(form.fields["outcome"].choices)[chosen["outcome"]],  # type: ignore[attr-defined]
        "first": first,
        "last": last,
        "share": _percent(share),
        "cases": sum(unit.unit.total for unit in units),
        "flags": [row for row in rows if row["judged"].flagged],
        "funnel": draw_funnel([row["judged"] for row in rows], share=share),
        "fewest": FEWEST_CASES,
        "rows": list(page.object_list),
        "offset": page.start_index() - 1 if rows else 0,
        "page": page,
        "pages": list(page.paginator.get_elided_page_range(page.number)),
        "query": f"{urlencode(query)}&",
        "everything": everything,
    }
    return render_office(request, member, "oversight/watch.html", context, status=400 if form.errors else 200)


def _judged(
    chosen: dict[str, Any], first: date, last: date, ports: dict[str, str], everything: bool
) -> tuple[list[NamedUnit], float, list[Judged]]:
    """The units that the reader sees, the overall share, and each unit judged against it."""
    since = datetime.combine(first, time(), tzinfo=UTC)
    period = {"since": since, "until": datetime.combine(last, time(), tzinfo=UTC) + timedelta(days=1)}
    outcome = chosen["outcome"]
    only = [chosen["port"]] if chosen["port"] else None if everything else list(ports)
    if chosen["by"] == "officer":
        units = units_by_officer(outcome=outcome, ports=only, **period)
    elif chosen["by"] == "criterion":
        units = units_by_criterion(outcome=outcome, ports=only, **period)
    else:
        # Ports are compared with each other, also where the reader sees only one of them.
        units = units_by_port(outcome=outcome, **period)
    plain = [unit.unit for unit in units]
    share, judged = overall_share(plain), judge_units(plain)
    if chosen["by"] != "port" or only is None:
        return units, share, judged
    kept = [(unit, found) for unit, found in zip(units, judged, strict=True) if unit.unit.key in only]
    return [unit for unit, _found in kept], share, [found for _unit, found in kept]


def _row(unit: NamedUnit, judged: Judged) -> dict[str, Any]:
    kind, label = VERDICTS[judged.verdict]
    return {
        "name": str(CRITERIA.get(unit.name, unit.name)),
        "judged": judged,
        "found": unit.found,
        "share": _percent(_share(judged)),
        "inner": _range(judged.limits_95, judged.unit.total),
        "outer": _range(judged.limits_998, judged.unit.total),
        "tag": kind,
        "verdict": label,
    }


def _share(judged: Judged) -> float:
    return judged.unit.count / judged.unit.total if judged.unit.total else 0.0


def _range(limits: tuple[int, int], total: int) -> str:
    low, high = (100 * limit / total if total else 0.0 for limit in limits)
    return f"{number_format(round(low), 0)}–{number_format(round(high), 0)} %"


def _percent(share: float) -> str:
    # Django's function cuts digits off; it does not round.
    return f"{number_format(round(100 * share, 1), 1)} %"
