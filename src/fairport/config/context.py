"""What every page's template may count on."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def page(request: HttpRequest) -> dict[str, object]:
    """`languages`: (code, own name) pairs; `demonstration`: whether the banner must show."""
    return {"languages": settings.LANGUAGES, "demonstration": settings.DEMO}
