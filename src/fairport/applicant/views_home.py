"""The first page, and what it says about help, privacy and accessibility."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fairport.accounts.access import public
from fairport.applicant.ending import ending_of
from fairport.applicant.places import accepted_places, country_name
from fairport.applicant.steps import PROGRAMME, current_policy
from fairport.clock.queries import now


def programme_facts() -> dict[str, Any]:
    """What the pages say about the rules in force; nothing while the programme has none."""
    try:
        policy = current_policy(now())
    except Http404:
        return {}
    for_seniority, of = policy.draw.seniority_share
    return {
        "policy": policy,
        "country": country_name(policy.location.country),
        "places": accepted_places(policy) if policy.location.enabled else [],
        "seniority_share": _("Half") if (for_seniority, of) == (1, 2) else f"{for_seniority}/{of}",
    }


@public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What this is, that it is free, how places are given out, where to start."""
    context = {"ending": ending_of(programme=PROGRAMME, at=now()), **programme_facts()}
    return render(request, "applicant/home.html", context)


@public
@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """Questions that people ask."""
    return render(request, "applicant/help.html", programme_facts())


@public
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept, why, for how long."""
    return render(request, "applicant/privacy.html")


@public
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """What works for whom, and what does not yet."""
    return render(request, "applicant/accessibility.html")
