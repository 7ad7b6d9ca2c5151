"""What every page's template may count on."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def page(request: HttpRequest) -> dict[str, object]:
    """`languages`: (code, own name) pairs; `demonstration`: whether its banner shows; `ombuds_contact`: or ""."""
    return {
        "languages": settings.LANGUAGES,
        "demonstration": settings.DEMO,
        "ombuds_contact": settings.OMBUDS_CONTACT,
    }
