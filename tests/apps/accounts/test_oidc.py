"""Signing in with the organization's own provider: who exists comes in, and nothing that it says is taken on trust."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.totp.internal import auth as totp
from allauth.socialaccount.models import SocialAccount, SocialToken
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from fairport.accounts.models import FailedSignIns, Role, User
from fairport.audit.events import Subject
from fairport.audit.queries import list_events
from fairport.config.env import SettingError
from fairport.config.oidc import oidc_settings
from tests.cast import make_staff
from tests.factories.programme import load_programme
from tests.factories.providers import CLIENT, LONG_AGO, SECRET, Provider, serving

START = "/office/sign-in/provider"
BACK = "/office/sign-in/provider/back"


@pytest.fixture
def auditor(db: None) -> User:
    load_programme()
    return make_staff("Ava Auditor", (Role.AUDITOR, None))


@pytest.fixture
def provider(settings: Any, monkeypatch: pytest.MonkeyPatch, auditor: User) -> Iterator[Provider]:
    with serving() as running:
        monkeypatch.setenv("FAIRPORT_OIDC_ISSUER", running.address)
        monkeypatch.setenv("FAIRPORT_OIDC_CLIENT_ID", CLIENT)
        monkeypatch.setenv("FAIRPORT_OIDC_CLIENT_SECRET", SECRET)
        monkeypatch.setenv("FAIRPORT_OIDC_NAME", "Harbor Agency")
        configure(settings)
        running.claims = {"email": auditor.email}
        yield running


def configure(settings: Any) -> None:
    from fairport.config.oidc import providers

    settings.OIDC = oidc_settings()
    settings.SOCIALACCOUNT_PROVIDERS = providers(settings.OIDC)
    settings.PUBLIC_ADDRESS = "http://testserver"


def sign_in(client: Client, provider: Provider, *, start: str = START) -> HttpResponse:
    going = client.get(start)
    assert going.status_code == 302
    assert going["Location"].startswith(f"{provider.address}/authorize?")
    return client.get(BACK, provider.authorize(going["Location"]))


def is_in(client: Client) -> bool:
    return client.get("/office/my-sign-in").status_code == 200


def refused(response: HttpResponse, code: str) -> bool:
    return response.status_code == 403 and f"<code>{code}</code>" in response.content.decode()


def test_the_button_is_there_only_where_there_is_a_provider(client: Client, auditor: User) -> None:
    assert START not in client.get("/office/sign-in").content.decode()
    assert client.get(START).status_code == 404
    assert client.get(BACK).status_code == 404


def test_who_exists_signs_in_and_still_needs_the_own_second_factor(
    client: Client, auditor: User, provider: Provider
) -> None:
    page = client.get("/office/sign-in?next=/office/events").content.decode()
    assert "Sign in with Harbor Agency" in page
    assert f"{START}?next=/office/events" in page

    first = sign_in(client, provider)

    assert first["Location"] == "/office/"
    assert client.get("/office/")["Location"] == reverse("mfa_activate_totp"), "the provider vouches for nothing"
    event = list_events(subject=Subject("staff", str(auditor.pk)))[-1]
    assert event.name == "staff.signed_in"
    assert not SocialAccount.objects.exists()
    assert not SocialToken.objects.exists()


def test_without_a_name_the_button_says_so_in_the_own_language(
    client: Client, provider: Provider, settings: Any
) -> None:
    settings.OIDC = {**settings.OIDC, "name": ""}
    assert "Sign in with your organization" in client.get("/office/sign-in").content.decode()


def test_who_has_a_second_factor_shows_it_and_comes_back_where_they_wanted(
    client: Client, auditor: User, provider: Provider
) -> None:
    key = totp.generate_totp_secret()
    totp.TOTP.activate(auditor, key)

    assert sign_in(client, provider, start=f"{START}?next=/office/events")["Location"] == reverse("mfa_authenticate")
    assert not is_in(client)
    code = totp.format_hotp_value(totp.hotp_value(key, list(totp.yield_hotp_counters_from_time())[1]))
    assert client.post(reverse("mfa_authenticate"), {"code": code})["Location"] == "/office/events"
    assert is_in(client)


@pytest.mark.parametrize(
    ("claims", "comes_in"),
    [
        ({"acr": "urn:two"}, True),
        ({"amr": ["pwd", "hwk"]}, True),
        ({"amr": ["pwd"]}, False),
        ({"acr": "urn:one"}, False),
        ({"amr": "hwk"}, False),
        ({"acr": ["urn:two"]}, False),
        ({}, False),
    ],
)
def test_a_provider_vouches_for_the_second_factor_only_by_the_named_values(
    client: Client,
    auditor: User,
    provider: Provider,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    claims: dict[str, Any],
    comes_in: bool,
) -> None:
    totp.TOTP.activate(auditor, totp.generate_totp_secret())
    monkeypatch.setenv("FAIRPORT_OIDC_SECOND_FACTOR", "urn:two, hwk")
    configure(settings)
    provider.claims |= claims

    sign_in(client, provider)

    assert is_in(client) == comes_in


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"email": "stranger@staff.example"}, "provider_no_account"),
        ({"email": "ava.audıtor@staff.example"}, "provider_no_account"),
        ({"email_verified": False}, "provider_address_unverified"),
        ({"email_verified": None}, "provider_address_unverified"),
        ({"email_verified": "false"}, "provider_address_unverified"),
        ({"email": 7}, "provider_refused"),
        ({"nonce": "another"}, "provider_refused"),
        ({"nonce": None}, "provider_refused"),
        ({"aud": "another"}, "provider_refused"),
        ({"aud": [CLIENT, "another"]}, "provider_refused"),
        ({"aud": [CLIENT, "another"], "azp": "another"}, "provider_refused"),
        ({"iss": "https://evil.example"}, "provider_refused"),
        ({"exp": LONG_AGO}, "provider_refused"),
        ({"exp": None}, "provider_refused"),
        ({"sub": None}, "provider_refused"),
    ],
)
def test_a_wrong_token_opens_nothing_and_is_counted(
    client: Client, auditor: User, provider: Provider, claims: dict[str, Any], code: str
) -> None:
    provider.claims |= claims
    before = User.objects.count()

    assert refused(sign_in(client, provider), code)

    assert not is_in(client)
    assert User.objects.count() == before
    assert dict(FailedSignIns.objects.values_list("step", "count")) == {"provider": 1}


def test_a_token_for_several_that_names_us_is_good(client: Client, auditor: User, provider: Provider) -> None:
    provider.claims |= {"aud": [CLIENT, "another"], "azp": CLIENT, "email": auditor.email.upper()}
    assert sign_in(client, provider)["Location"] == "/office/"


@pytest.mark.parametrize("how", ["forged", "none", "shared secret"])
def test_a_signature_of_another_key_opens_nothing(client: Client, auditor: User, provider: Provider, how: str) -> None:
    if how == "forged":
        provider.signing = rsa.generate_private_key(65537, 2048)
    elif how == "none":
        provider.algorithm, provider.signing = "none", ""  # type: ignore[assignment]
    else:
        provider.algorithm, provider.signing = "HS256", "x" * 64  # type: ignore[assignment]
    assert refused(sign_in(client, provider), "provider_refused")


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/jwks", "/token", "/userinfo"])
def test_nonsense_of_the_provider_is_a_refusal(client: Client, auditor: User, provider: Provider, path: str) -> None:
    provider.claims = {}
    provider.broken = {path}
    going = client.get(START)
    if path == "/.well-known/openid-configuration":
        assert refused(going, "provider_refused")
        return
    assert refused(client.get(BACK, provider.authorize(going["Location"])), "provider_refused")


def test_a_provider_that_does_not_answer_is_a_refusal(
    client: Client, auditor: User, provider: Provider, settings: Any
) -> None:
    provider.address = "https://somebody-else.example"
    assert refused(client.get(START), "provider_refused"), "it calls itself something else"
    settings.OIDC = {**settings.OIDC, "issuer": "http://127.0.0.1:1"}
    from fairport.config.oidc import providers

    settings.SOCIALACCOUNT_PROVIDERS = providers(settings.OIDC)
    assert refused(client.get(START), "provider_refused")


def test_an_address_that_is_only_in_the_second_answer_counts_if_it_is_the_same_person(
    client: Client, auditor: User, provider: Provider
) -> None:
    provider.claims = {"email_verified": None}
    provider.userinfo = {"sub": "person-2", "email": auditor.email, "email_verified": True}
    assert refused(sign_in(client, provider), "provider_refused")
    provider.userinfo["sub"] = "person-1"
    assert sign_in(client, provider)["Location"] == "/office/"


def test_an_answer_belongs_to_one_browser_and_works_once(client: Client, auditor: User, provider: Provider) -> None:
    answer = provider.authorize(client.get(START)["Location"])
    stranger = Client()
    assert refused(stranger.get(BACK, answer), "provider_refused")
    assert refused(stranger.get(BACK), "provider_refused")
    assert refused(stranger.get(BACK, {"error": "access_denied", "state": answer["state"]}), "provider_refused")
    assert client.get(BACK, answer)["Location"] == "/office/"
    assert refused(client.get(BACK, answer), "provider_refused")


def test_somebody_who_declines_there_can_use_the_password(client: Client, auditor: User, provider: Provider) -> None:
    answer = provider.authorize(client.get(START)["Location"])
    page = client.get(BACK, {"error": "access_denied", "state": answer["state"]})
    assert refused(page, "provider_refused")
    assert 'name="password"' in page.content.decode()


def test_a_closed_account_stays_closed(client: Client, auditor: User, provider: Provider, settings: Any) -> None:
    User.objects.filter(pk=auditor.pk).update(is_active=False)
    assert sign_in(client, provider)["Location"] == reverse("account_inactive")
    settings.OIDC = {**settings.OIDC, "second_factor": ["mfa"]}
    provider.claims["amr"] = ["mfa"]
    assert sign_in(client, provider)["Location"] == reverse("account_inactive")
    assert not is_in(client)


def test_starting_again_and_again_is_stopped(client: Client, auditor: User, provider: Provider) -> None:
    cache.clear()
    answers = [client.get(START).status_code for _time in range(21)]
    assert answers == [302] * 20 + [429]
    assert provider.asked.count("/.well-known/openid-configuration") == 1


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"ISSUER": "http://login.example"}, "FAIRPORT_OIDC_ISSUER"),
        ({"ISSUER": "login.example"}, "FAIRPORT_OIDC_ISSUER"),
        ({"ISSUER": "https://login.example"}, "FAIRPORT_OIDC_CLIENT_ID"),
        ({"CLIENT_ID": "fairport"}, "FAIRPORT_OIDC_ISSUER"),
        ({"SECOND_FACTOR": "mfa"}, "FAIRPORT_OIDC_ISSUER"),
    ],
)
def test_half_a_configuration_is_refused(monkeypatch: pytest.MonkeyPatch, values: dict[str, str], named: str) -> None:
    for name, value in values.items():
        monkeypatch.setenv(f"FAIRPORT_OIDC_{name}", value)
    with pytest.raises(SettingError, match=named):
        oidc_settings()
