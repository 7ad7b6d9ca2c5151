from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Warning, register

from fairport.notifications.transport import WayOut, way_out


@register()
def check_way_out(**_options: Any) -> list[CheckMessage]:
    """Outside a demonstration, an installation without a mail server keeps every message waiting; it says so."""
    if way_out() is not WayOut.NONE:
        return []
    return [
        Warning(
            "No mail server is set, so messages wait in the outbox and nobody is told anything.",
            hint="Set FAIRPORT_SMTP_HOST (and FAIRPORT_MAIL_FROM).",
            id="fairport.W001",
        )
    ]
