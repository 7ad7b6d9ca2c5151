from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from fairport.domain.beacon import QUICKNET_PUBLIC_KEY


@register()
def check_beacon_settings(**_options: Any) -> list[CheckMessage]:
    """Nobody serves draws with another chain than quicknet, or with relays that cannot be asked."""
    found: list[CheckMessage] = []
    if settings.DRAND_PUBLIC_KEY != QUICKNET_PUBLIC_KEY:
        found.append(
            Error("Draws take their randomness from drand's quicknet and from no other chain.", id="fairport.E004")
        )
    for relay in settings.DRAND_RELAYS:
        if not relay.startswith(("https://", "http://")):
            message = f"FAIRPORT_DRAND_RELAYS has {relay!r}, which is no http or https address."
            found.append(Error(message, id="fairport.E005"))
    return found
