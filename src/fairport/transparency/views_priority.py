"""Who goes first and why: the rules of the programmes, verified facts and placements outside the draw, in figures."""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby, islice
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fairport.accounts.access import public
from fairport.clock.queries import now
from fairport.domain.policy import Policy
from fairport.domain.standing import Standing
from fairport.domain.suppression import SMALLEST_PUBLISHED
from fairport.facts.counts import facts_by_month
from fairport.facts.models import Place
from fairport.placements.models import PlacementReason
from fairport.placements.queries import count_by_week, weeks_counted
from fairport.programmes.queries import NoPolicyInForce, list_programmes, policy_in_force
from fairport.programmes.titles import title_of
from fairport.registrations.words import CRITERIA

SHOWN_MONTHS: Final = 6
SHOWN_WEEKS: Final = timedelta(weeks=26)


@public
@require_safe
def programmes(request: HttpRequest) -> HttpResponse:
    """The rules in force of each programme that say who goes first."""
    today = now().date()
    shown = []
    for programme in list_programmes():
        try:
            shown.append(_rules(policy_in_force(programme=programme.slug, on=today).policy))
        except NoPolicyInForce:
            continue
    return render(request, "transparency/programmes.html", {"programmes": shown})


@public
@require_safe
def facts(request: HttpRequest) -> HttpResponse:
    """Verified facts by month, criterion and place, half a year back; a count below ten is not told."""
    context = {
        "smallest": SMALLEST_PUBLISHED,
        "places": Place.labels,
        "months": [
            {
                "month": month,
                "criteria": [
                    {"label": CRITERIA[criterion], "counts": [row.count for row in of_criterion]}
                    for criterion, of_criterion in groupby(rows, key=lambda row: row.criterion)
                ],
            }
            for month, rows in islice(groupby(facts_by_month(at=now()), key=lambda row: row.month), SHOWN_MONTHS)
        ],
    }
    return render(request, "transparency/facts.html", context)


@public
@require_safe
def placements(request: HttpRequest) -> HttpResponse:
    """Placements outside the draw by port and week, beside the cap; by reason once the week is over.

    Half a year back; the interface has all of them.
    """
    today = now().date()
    since = today - SHOWN_WEEKS
    context = {
        "weeks": weeks_counted(since=since),
        "reasons": [
            {"row": row, "label": PlacementReason(row.reason).label} for row in count_by_week(since=since, until=today)
        ],
    }
    return render(request, "transparency/placements.html", context)


def _rules(policy: Policy) -> dict[str, Any]:
    for_seniority, of = policy.draw.seniority_share
    levels = sorted({policy.tiers.default.tier, *(rule.standing.tier for rule in policy.tiers.rules)})

    def row(who: str, standing: Standing) -> dict[str, Any]:
        tickets = ngettext("%d ticket", "%d tickets", standing.weight) % standing.weight
        return {"who": who, "level": levels.index(standing.tier) + 1, "tickets": tickets}

    rows = [
        row(", ".join(str(CRITERIA[code]) for code in CRITERIA if code in rule.any_of), rule.standing)
        for rule in policy.tiers.rules
    ]
    special = policy.facts.valid_for_criterion
    return {
        "policy": policy,
        "title": title_of(policy, language=get_language()),
        "since": date_format(policy.effective_from, "DATE_FORMAT"),
        "share": f"{for_seniority}/{of}",
        "tiers": [*rows, row(_("Everyone else"), policy.tiers.default)] if rows else [],
        "valid_days": policy.facts.valid_for.days,
        "valid_special": [(CRITERIA[code], _days(special[code].days)) for code in CRITERIA if code in special],
        "cap": policy.exceptional.people_per_port_and_week,
    }


def _days(count: int) -> str:
    return ngettext("%d day", "%d days", count) % count
