"""The organization's OpenID Connect provider, as the environment names it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from fairport.config import env

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def oidc_settings() -> dict[str, Any]:
    """Everything about the provider, or nothing where none is named. Raises SettingError."""
    issuer = env.text("FAIRPORT_OIDC_ISSUER")
    client_id = env.text("FAIRPORT_OIDC_CLIENT_ID")
    secret = env.text("FAIRPORT_OIDC_CLIENT_SECRET")
    name = env.text("FAIRPORT_OIDC_NAME")
    second_factor = env.words("FAIRPORT_OIDC_SECOND_FACTOR")
    if not issuer:
        if client_id or secret or second_factor:
            raise env.SettingError("FAIRPORT_OIDC_ISSUER is missing: the other values of the provider need it.")
        return {}
    address = urlsplit(issuer)
    if not (address.scheme == "https" or (address.scheme == "http" and address.hostname in _LOOPBACK)):
        raise env.SettingError("FAIRPORT_OIDC_ISSUER must be an https:// address.")
    if not client_id:
        raise env.SettingError("FAIRPORT_OIDC_CLIENT_ID is missing.")
    return {
        "provider_id": "staff",
        "name": name,
        "issuer": issuer,
        "client_id": client_id,
        "secret": secret,
        "second_factor": second_factor,
    }


def providers(oidc: dict[str, Any]) -> dict[str, Any]:
    """The same for allauth; nothing where there is none."""
    if not oidc:
        return {}
    app = {
        "provider_id": oidc["provider_id"],
        "name": oidc["name"] or oidc["issuer"],
        "client_id": oidc["client_id"],
        "secret": oidc["secret"],
        "settings": {"server_url": oidc["issuer"], "scope": ["openid", "email"], "oauth_pkce_enabled": True},
    }
    return {"openid_connect": {"APPS": [app]}}
