"""Signing in by the organization's OpenID Connect provider: allauth's code flow, and stricter about what comes back.

allauth (65) trusts the connection to the provider instead of the ID token's signature, and knows no nonce. Here the
token's signature, issuer, audience, time and nonce must all be right (OpenID Connect Core 1.0, section 3.1.3.7).
Nothing of what the provider tells is stored: it only names an account that exists.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from typing import Any, Final, cast

import jwt
from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from requests import RequestException

from fairport.accounts.models import User
from fairport.accounts.queries import find_staff

ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
# The provider's addresses hardly ever change; its keys are fetched for each sign-in.
CONFIGURATION_SECONDS: Final = 600
LEEWAY_SECONDS: Final = 60
# What reading an answer of the provider can raise; it is a refused sign-in, whatever it was.
BROKEN_ANSWERS: Final = (
    AttributeError,
    LookupError,
    OAuth2Error,
    RequestException,
    TypeError,
    ValueError,
    jwt.PyJWTError,
)


class ProviderRefused(Exception):
    """The provider cannot be reached, or its answer does not hold."""

    code = "provider_refused"


class AddressUnverified(Exception):
    """The provider does not say that the person's address is theirs."""

    code = "provider_address_unverified"


class NoStaffAccount(Exception):
    """Nobody who works here has this address: accounts are made by an operator."""

    code = "provider_no_account"


class Adapter(OpenIDConnectOAuth2Adapter):
    """One sign-in by the provider."""

    nonce: str = ""
    _cached_as = property(lambda self: f"oidc-configuration:{settings.OIDC['issuer']}")

    def get_provider(self) -> Any:
        provider = super().get_provider()
        provider.oauth2_adapter_class = Adapter
        return provider

    @property
    def openid_config(self) -> dict[str, Any]:
        known: dict[str, Any] | None = cache.get(self._cached_as)
        if known is None:
            known = cast(dict[str, Any], super().openid_config)
            if known["issuer"].rstrip("/") != settings.OIDC["issuer"].rstrip("/"):
                raise ProviderRefused("The provider calls itself something else than FAIRPORT_OIDC_ISSUER.")
            cache.set(self._cached_as, known, CONFIGURATION_SECONDS)
        return known

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        return f"{settings.PUBLIC_ADDRESS}{reverse('provider_callback')}"

    def complete_login(self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any) -> SocialLogin:
        claims = self._claims(app, kwargs["response"]["id_token"])
        if "email" not in claims:
            told = self._fetch_user_info(token.token)
            # Without this, another person's answer could be put in (section 5.3.2).
            if told["sub"] != claims["sub"]:
                raise ProviderRefused("The provider's two answers are about two people.")
            claims |= {name: told.get(name) for name in ("email", "email_verified")}
        return self.get_provider().sociallogin_from_response(request, {"id_token": claims})

    def _claims(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        key_id = jwt.get_unverified_header(id_token).get("kid")
        with DefaultSocialAccountAdapter().get_requests_session() as session:
            answer = session.get(self.openid_config["jwks_uri"])
            answer.raise_for_status()
        keys = jwt.PyJWKSet.from_dict(answer.json()).keys
        key = next((key for key in keys if key_id in (None, key.key_id)), None)
        if key is None:
            raise ProviderRefused("The token is signed by a key that the provider does not show.")
        claims: dict[str, Any] = jwt.decode(
            id_token,
            key.key,
            algorithms=list(ALGORITHMS),
            audience=app.client_id,
            issuer=self.openid_config["issuer"],
            leeway=LEEWAY_SECONDS,
            options={"require": ["iss", "sub", "aud", "exp", "iat"]},
        )
        if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and claims.get("azp") != app.client_id:
            raise ProviderRefused("The token was made for somebody else.")
        if not self.nonce or not hmac.compare_digest(str(claims.get("nonce", "")), self.nonce):
            raise ProviderRefused("The token does not answer this sign-in.")
        return claims


class _Callback(OAuth2CallbackView):
    def _get_state(self, request: HttpRequest, provider: Any) -> Any:
        state, response = super()._get_state(request, provider)
        self.adapter.nonce = (state or {}).get("nonce", "")
        return state, response


class StaffSocialAdapter(DefaultSocialAccountAdapter):
    """Ends allauth's flow where it would look for, connect or make an account."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        claims = sociallogin.account.extra_data["id_token"]
        next_url = sociallogin.get_redirect_url(request)
        raise ImmediateHttpResponse(_sign_in(request, claims, next_url))

    def on_authentication_error(self, request: HttpRequest, provider: Any, **kwargs: Any) -> None:
        raise ProviderRefused("The provider did not sign the person in.") from kwargs.get("exception")


def begin(request: HttpRequest, *, next_url: str | None) -> HttpResponse:
    """Leads to the provider. Raises ProviderRefused."""
    nonce = secrets.token_urlsafe(32)
    adapter = Adapter(request, settings.OIDC["provider_id"])
    try:
        provider = adapter.get_provider()
        response: HttpResponse = provider.redirect(
            request, process="login", next_url=next_url, auth_params={"nonce": nonce}, nonce=nonce
        )
    except BROKEN_ANSWERS as error:
        raise ProviderRefused("The provider cannot be reached.") from error
    return response


def finish(request: HttpRequest) -> HttpResponse:
    """Comes back from the provider. Raises ProviderRefused, AddressUnverified, NoStaffAccount."""
    try:
        response: HttpResponse = _Callback.adapter_view(Adapter(request, settings.OIDC["provider_id"]))(request)
    except BROKEN_ANSWERS as error:
        raise ProviderRefused("The provider's answer does not hold.") from error
    return response


def vouches(claims: Mapping[str, Any], *, values: frozenset[str]) -> bool:
    """Whether the provider says, by one of `values` in `acr` or `amr`, that a second factor was shown there."""
    methods = claims.get("amr")
    said = {claims.get("acr"), *(methods if isinstance(methods, list) else ())}
    return any(isinstance(value, str) and value in values for value in said)


def _sign_in(request: HttpRequest, claims: Mapping[str, Any], next_url: str | None) -> HttpResponse:
    address = claims.get("email")
    # Some providers write the flag as a word.
    if not isinstance(address, str) or claims.get("email_verified") not in (True, "true"):
        raise AddressUnverified("The provider does not vouch for the address.")
    # Addresses are compared in any case, and beyond ASCII two letters can share a capital.
    user = find_staff(email=address) if address.isascii() else None
    if user is None:
        raise NoStaffAccount("Nobody here has this address.")
    if isinstance(request.user, User):
        get_account_adapter().logout(request)
    vouched = vouches(claims, values=frozenset(settings.OIDC["second_factor"]))
    record_authentication(request, user, "socialaccount", provider=settings.OIDC["provider_id"], vouched=vouched)
    if vouched and user.is_active:
        # Without the stages in between: they would ask for the second factor that was shown at the provider.
        get_account_adapter().login(request, user)
        return cast(
            HttpResponse,
            get_account_adapter().post_login(
                request,
                user,
                email_verification="none",
                signal_kwargs=None,
                email=None,
                signup=False,
                redirect_url=next_url,
            ),
        )
    return cast(HttpResponse, perform_login(request, Login(user=user, redirect_url=next_url)))
