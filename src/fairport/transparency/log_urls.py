"""Addresses of the public logs: `log` holds every event as a hash, `draw-log` every manifest and result."""

from __future__ import annotations

from typing import Any

from django.urls import URLPattern, URLResolver, include, path

from fairport.audit.queries import PUBLIC_NAMES, LogName
from fairport.transparency import log_views


def _addresses(log: LogName) -> list[URLPattern]:
    which: dict[str, Any] = {"log": log}
    return [
        path("checkpoint", log_views.checkpoint, which, name=f"{PUBLIC_NAMES[log]}-checkpoint"),
        path("tile/<path:path>", log_views.tile, which, name=f"{PUBLIC_NAMES[log]}-tile"),
        path("consistency", log_views.consistency, which, name=f"{PUBLIC_NAMES[log]}-consistency"),
        path("cosignatures", log_views.cosignatures, which, name=f"{PUBLIC_NAMES[log]}-cosignatures"),
    ]


urlpatterns: list[URLPattern | URLResolver] = [
    path("keys", log_views.keys, name="keys"),
    *(path(f"{name}/", include(_addresses(log))) for log, name in PUBLIC_NAMES.items()),
]
