"""Signing in to the office with a password and a second factor, as a browser does it."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from fairport.accounts.models import FailedSignIns, Role, User
from fairport.accounts.operations import create_staff, grant_role, reset_sign_in, temporary_password
from fairport.accounts.session import LONGEST
from fairport.audit.events import OPERATOR, Subject
from fairport.audit.queries import list_events
from tests.cast import PASSWORD, Cast, make_staff, signed_in
from tests.factories.programme import NOW, load_programme

SIGN_IN = "/office/sign-in"


@pytest.fixture
def officer(db: None) -> User:
    load_programme()
    return make_staff("Ona Officer", (Role.PORT_OFFICER, "SDG"))


@pytest.fixture
def secret(officer: User) -> str:
    """The officer's authenticator app is set up; this is its key."""
    key = totp.generate_totp_secret()
    totp.TOTP.activate(officer, key)
    return key


def code_of(key: str, *, step: int = 0) -> str:
    counters = list(totp.yield_hotp_counters_from_time())
    return totp.format_hotp_value(totp.hotp_value(key, counters[1] + step))


def give_password(client: Client, user: User, password: str = PASSWORD) -> HttpResponse:
    return client.post(SIGN_IN, {"login": user.email, "password": password})


def event_names(user: User) -> list[str]:
    return [event.name for event in list_events(subject=Subject("staff", str(user.pk)))]


def test_an_office_page_sends_who_is_not_signed_in_to_sign_in_and_back(client: Client, db: None) -> None:
    response = client.get("/office/")

    assert response.status_code == 302
    assert response["Location"] == f"{SIGN_IN}?next=/office/"
    assert response["Cache-Control"] == "no-store"


def test_password_and_code_open_the_office(client: Client, officer: User, secret: str) -> None:
    first = give_password(client, officer)
    assert first["Location"] == reverse("mfa_authenticate")
    assert client.get("/office/").status_code == 302, "the password alone opens nothing"

    second = client.post(first["Location"], {"code": code_of(secret)})

    assert second["Location"] == "/office/"
    assert client.get("/office/my-sign-in").status_code == 200
    assert event_names(officer)[-1] == "staff.signed_in"


def test_a_code_opens_once_only(client: Client, officer: User, secret: str) -> None:
    code = code_of(secret)
    give_password(client, officer)
    client.post(reverse("mfa_authenticate"), {"code": code})
    client.post(reverse("account_logout"))
    # What allauth itself remembers is over after one period, while its tolerance still takes the code.
    cache.delete(f"allauth.mfa.totp.used?user={officer.pk}&code={code}")

    give_password(client, officer)
    again = client.post(reverse("mfa_authenticate"), {"code": code})

    assert again.status_code == 200
    assert "This code is not right" in again.content.decode()
    assert client.get("/office/my-sign-in").status_code == 302


def test_a_recovery_code_opens_once(client: Client, officer: User, secret: str) -> None:
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

    code = RecoveryCodes.activate(officer).get_unused_codes()[0]
    give_password(client, officer)
    assert client.post(reverse("mfa_authenticate"), {"code": code})["Location"] == "/office/"
    client.post(reverse("account_logout"))
    give_password(client, officer)
    assert client.post(reverse("mfa_authenticate"), {"code": code}).status_code == 200


def test_failures_are_counted_without_saying_whose(client: Client, officer: User, secret: str) -> None:
    wrong = give_password(client, officer, "not the password at all")
    unknown = client.post(SIGN_IN, {"login": "nobody@staff.example", "password": "not the password at all"})
    give_password(client, officer)
    client.post(reverse("mfa_authenticate"), {"code": "000000"})

    assert wrong.status_code == unknown.status_code == 200
    alert = re.compile(r'role="alert".*?</div>', re.S)
    assert alert.findall(wrong.content.decode()) == alert.findall(unknown.content.decode())
    assert dict(FailedSignIns.objects.values_list("step", "count")) == {"password": 2, "code": 1}


def test_guessing_is_stopped_even_for_the_right_password(client: Client, officer: User, secret: str) -> None:
    for _attempt in range(5):
        give_password(client, officer, "not the password at all")

    assert give_password(client, officer).status_code == 200
    assert "too many wrong tries" in give_password(client, officer).content.decode()


def test_guessing_the_code_is_stopped(client: Client, officer: User, secret: str) -> None:
    give_password(client, officer)
    for _attempt in range(5):
        client.post(reverse("mfa_authenticate"), {"code": "000000"})

    assert client.post(reverse("mfa_authenticate"), {"code": code_of(secret)}).status_code == 200
    assert client.get("/office/my-sign-in").status_code == 302


def test_the_first_sign_in_asks_for_an_own_password_and_a_second_factor(client: Client, db: None) -> None:
    load_programme()
    password = temporary_password()
    user = create_staff(email="New@Staff.example", full_name="New Person", password=password, at=NOW, actor=OPERATOR)
    grant_role(user=user, role=Role.AUDITOR, port=None, at=NOW, actor=OPERATOR)

    assert give_password(client, user, password)["Location"] == "/office/"
    assert client.get("/office/")["Location"] == reverse("account_change_password")
    own = "correct horse battery"
    changed = client.post(
        reverse("account_change_password"), {"oldpassword": password, "password1": own, "password2": own}
    )
    assert changed["Location"] == "/office/"
    assert client.get("/office/")["Location"] == reverse("mfa_activate_totp")
    page = client.get(reverse("mfa_activate_totp"))
    assert page.status_code == 200, page["Location"]
    key = page.context["form"].secret
    assert f">{key}</code>" in page.content.decode()
    done = client.post(reverse("mfa_activate_totp"), {"code": code_of(key)})

    assert done["Location"] == reverse("mfa_view_recovery_codes")
    codes = client.get(done["Location"])
    assert len(re.findall(r"<li><code>\d{8}</code>", codes.content.decode())) == 10
    assert client.get("/office/my-sign-in").status_code == 200
    assert event_names(user)[-3:] == ["staff.signed_in", "staff.password_changed", "staff.second_factor_set_up"]


def test_secrets_of_apps_rest_sealed(officer: User, secret: str) -> None:
    stored = Authenticator.objects.get(user=officer).data["secret"]

    assert secret not in stored
    assert totp.TOTP(Authenticator.objects.get(user=officer)).validate_code(code_of(secret))


def test_a_session_without_the_second_factor_cannot_go_on_once_there_is_one(client: Client, officer: User) -> None:
    give_password(client, officer)
    totp.TOTP.activate(officer, totp.generate_totp_secret())

    assert client.get("/office/my-sign-in")["Location"] == reverse("mfa_reauthenticate")
    assert client.get("/office/")["Location"] == reverse("mfa_reauthenticate")


def test_a_reset_ends_sessions_and_asks_for_everything_anew(cast: Cast) -> None:
    browser = signed_in(cast.officer)
    assert browser.get("/office/my-sign-in").status_code == 200

    reset_sign_in(user=cast.officer, password=temporary_password(), at=NOW, actor=OPERATOR)

    assert browser.get("/office/").status_code == 302
    assert browser.get("/office/")["Location"].startswith(SIGN_IN)


def test_a_session_ends_after_eight_hours(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = signed_in(cast.officer)
    real = __import__("time").time
    monkeypatch.setattr("django.core.signing.time.time", lambda: real() + LONGEST.total_seconds() + 1)

    assert browser.get("/office/my-sign-in").status_code == 302
    assert browser.get("/office/")["Location"].startswith(SIGN_IN)


def test_a_session_lasts_half_an_hour_without_a_request(cast: Cast) -> None:
    browser = signed_in(cast.officer)
    browser.get("/office/")

    assert browser.session.get_expiry_age() == 30 * 60


def test_signing_out_needs_a_form_and_ends_the_session(cast: Cast) -> None:
    browser = signed_in(cast.officer)
    assert browser.get(reverse("account_logout")).status_code == 405

    browser.post(reverse("account_logout"))

    assert browser.get("/office/")["Location"].startswith(SIGN_IN)


def test_signing_out_everywhere_else_keeps_this_session_only(cast: Cast) -> None:
    here, there, somebody = signed_in(cast.officer), signed_in(cast.officer), signed_in(cast.second_officer)
    assert here.get(reverse("own_sessions_end")).status_code == 405

    assert here.post(reverse("own_sessions_end"))["Location"] == reverse("mfa_index")

    assert here.get("/office/my-sign-in").status_code == 200
    assert there.get("/office/my-sign-in").status_code == 302
    assert somebody.get("/office/my-sign-in").status_code == 200
    assert event_names(cast.officer)[-1] == "staff.sessions_ended"


def test_a_closed_account_opens_nothing(cast: Cast) -> None:
    browser = signed_in(cast.officer)
    User.objects.filter(pk=cast.officer.pk).update(is_active=False)

    assert browser.get("/office/")["Location"].startswith(SIGN_IN)


def test_nobody_can_sign_up_or_ask_for_a_mail(client: Client, db: None) -> None:
    for path in ("/office/signup/", "/office/password/reset/", "/accounts/signup/", "/accounts/password/reset/"):
        assert client.get(path).status_code == 404
