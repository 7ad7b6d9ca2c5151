"""The first page, and what it says about help, privacy and accessibility."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from fairport.accounts.access import public


@public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What this is, that it is free, how places are given out, where to start."""
    return render(request, "applicant/home.html")


@public
@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """Questions that people ask."""
    return render(request, "applicant/help.html")


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
