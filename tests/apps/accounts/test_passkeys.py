"""Passkeys: set up as the second factor, shown at sign-in, renamed, removed; never the last one."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from fairport.accounts.forms_passkey import PasskeySignInForm
from fairport.accounts.models import FailedSignIns, Role, User
from fairport.accounts.operations import reset_sign_in, temporary_password
from fairport.audit.events import OPERATOR, Subject
from fairport.audit.queries import list_events
from tests.cast import PASSWORD, make_staff
from tests.factories.passkeys import Passkey
from tests.factories.programme import NOW, load_programme

NEW = "/office/my-sign-in/passkeys/new"
SIGN_IN = "/office/sign-in"


class Browser(Client):
    """A browser at a host with a name, as passkeys need it."""

    def __init__(self) -> None:
        super().__init__(SERVER_NAME="localhost")

    def give_password(self, user: User) -> HttpResponse:
        return self.post(SIGN_IN, {"login": user.email, "password": PASSWORD})

    def add(self, passkey: Passkey, name: str = "work phone") -> HttpResponse:
        options = self.get(NEW).context["js_data"]["creation_options"]
        return self.post(NEW, {"name": name, "credential": passkey.make(plain(options))})

    def show(self, passkey: Passkey, path: str) -> HttpResponse:
        options = self.get(path).context["js_data"]["request_options"]
        return self.post(path, {"credential": passkey.show(plain(options))})

    def sign_in_without_password(self, passkey: Passkey) -> HttpResponse:
        path = reverse("mfa_login_webauthn")
        options = self.get(path, headers={"Accept": "application/json"}).json()["request_options"]
        return self.post(path, {"credential": passkey.show(options)})


def plain(options: Any) -> Any:
    """The options as the page's script reads them: JSON."""
    from django.core.serializers.json import DjangoJSONEncoder

    return json.loads(json.dumps(options, cls=DjangoJSONEncoder))


def event_names(user: User) -> list[str]:
    return [event.name for event in list_events(subject=Subject("staff", str(user.pk)))]


@pytest.fixture
def officer(db: None) -> User:
    load_programme()
    return make_staff("Ona Officer", (Role.PORT_OFFICER, "SDG"))


@pytest.fixture
def passkey(officer: User) -> Passkey:
    """The officer's only second factor."""
    browser, made = Browser(), Passkey()
    browser.give_password(officer)
    assert browser.add(made).status_code == 302
    return made


def test_a_passkey_is_a_second_factor_of_its_own(officer: User) -> None:
    browser = Browser()
    browser.give_password(officer)
    assert browser.get("/office/")["Location"] == reverse("mfa_activate_totp")
    assert NEW in browser.get(reverse("mfa_activate_totp")).content.decode()

    done = browser.add(Passkey())

    assert done["Location"] == reverse("mfa_view_recovery_codes")
    assert browser.get("/office/my-sign-in").status_code == 200
    assert event_names(officer)[-1] == "staff.passkey_added"
    assert browser.get("/office/")["Location"] == "/office/gate"


def test_password_and_passkey_open_the_office(officer: User, passkey: Passkey) -> None:
    browser = Browser()
    assert browser.give_password(officer)["Location"] == reverse("mfa_authenticate")
    assert browser.get("/office/my-sign-in").status_code == 302, "the password alone opens nothing"

    assert browser.show(passkey, reverse("mfa_authenticate"))["Location"] == "/office/"

    assert browser.get("/office/my-sign-in").status_code == 200
    assert Authenticator.objects.get(user=officer, type="webauthn").last_used_at is not None


def test_a_passkey_alone_opens_the_office(officer: User, passkey: Passkey) -> None:
    browser = Browser()

    assert browser.sign_in_without_password(passkey)["Location"] == "/office/"

    assert browser.get("/office/my-sign-in").status_code == 200
    assert event_names(officer)[-1] == "staff.signed_in"


@pytest.mark.parametrize(
    "thief",
    [
        pytest.param(lambda own: Passkey(id=own.id, user=own.user), id="another key under its name"),
        pytest.param(lambda own: Passkey(user=own.user), id="an unknown passkey"),
        pytest.param(lambda own: Passkey(own.origin, False, own.key, own.id, own.user), id="without PIN or finger"),
        pytest.param(lambda own: Passkey("http://evil.example", True, own.key, own.id, own.user), id="a false page"),
        pytest.param(lambda own: Passkey(own.origin, True, own.key, own.id, "9z9z9z"), id="somebody else's account"),
    ],
)
def test_what_is_not_the_passkey_opens_nothing_and_is_counted(officer: User, passkey: Passkey, thief: Any) -> None:
    stolen = thief(passkey)
    alone = Browser().sign_in_without_password(stolen)
    assert alone.status_code == 200
    assert "This passkey was not accepted" in alone.content.decode()
    if stolen.user == passkey.user:
        browser = Browser()
        browser.give_password(officer)
        second = browser.show(stolen, reverse("mfa_authenticate"))
        assert second.status_code == 200
        assert "This passkey was not accepted" in second.content.decode()
        assert browser.get("/office/my-sign-in").status_code == 302
        assert dict(FailedSignIns.objects.values_list("step", "count")) == {"passkey": 2}


def test_an_answer_is_good_for_its_own_question_once(officer: User, passkey: Passkey) -> None:
    browser = Browser()
    path = reverse("mfa_login_webauthn")
    options = browser.get(path, headers={"Accept": "application/json"}).json()["request_options"]
    answer = passkey.show(options)

    assert Browser().post(path, {"credential": answer}).status_code == 200, "asked of another browser"
    assert browser.post(path, {"credential": answer}).status_code == 302
    browser.post(reverse("account_logout"))
    assert browser.post(path, {"credential": answer}).status_code == 200, "a second time"


def test_guessing_with_passkeys_is_stopped_with_the_codes(officer: User, passkey: Passkey) -> None:
    browser = Browser()
    browser.give_password(officer)
    for _attempt in range(5):
        browser.show(Passkey(user=passkey.user), reverse("mfa_authenticate"))

    right = browser.show(passkey, reverse("mfa_authenticate"))

    assert right.status_code == 200
    assert "too many wrong tries" in right.content.decode()


def test_trying_passkeys_without_a_password_is_stopped(officer: User, passkey: Passkey) -> None:
    browser = Browser()
    path = reverse("mfa_login_webauthn")
    answers = [browser.post(path, {"credential": "{}"}).status_code for _attempt in range(11)]

    assert set(answers[:10]) == {200}
    assert answers[10] == 429


@pytest.mark.parametrize(
    "sent",
    ["", "x", "[]", "{}", "1", "null", '"x"', '{"id": 1}', '{"response": []}', '{"response": {"userHandle": 7}}'],
)
def test_what_is_no_passkey_gets_a_sentence(officer: User, passkey: Passkey, sent: str) -> None:
    for path in (reverse("mfa_login_webauthn"), reverse("mfa_authenticate")):
        browser = Browser()
        if path == reverse("mfa_authenticate"):
            browser.give_password(officer)
        browser.get(path, headers={"Accept": "application/json"})
        answer = browser.post(path, {"credential": sent})
        assert answer.status_code == 200
        assert "This passkey was not accepted" in answer.content.decode()
    browser = Browser()
    browser.sign_in_without_password(passkey)
    browser.get(NEW)
    answer = browser.post(NEW, {"name": "my name for it", "credential": sent})
    assert answer.status_code == 200
    assert "This passkey was not accepted" in answer.content.decode()
    assert "my name for it" in answer.content.decode()


WORDS = st.text("9zAZaz_-={}\x00é", max_size=12)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "rawId", "type", "response"]), inner, max_size=4)
    ),
    max_leaves=6,
)
BYTES = st.binary(max_size=60).map(lambda data: base64.urlsafe_b64encode(data).rstrip(b"=").decode())
TEXTS = WORDS | BYTES
PARTS = ("clientDataJSON", "authenticatorData", "signature", "userHandle", "attestationObject")


@pytest.mark.django_db
@settings(deadline=None)
@given(
    st.fixed_dictionaries(
        {
            "id": TEXTS,
            "rawId": TEXTS,
            "type": st.just("public-key"),
            "response": st.dictionaries(st.sampled_from(PARTS), TEXTS),
        }
    )
    | JSON
)
def test_any_json_in_place_of_a_passkey_is_an_error_of_the_form(sent: Any) -> None:
    form = PasskeySignInForm(data={"credential": json.dumps(sent)})
    assert not form.is_valid()


def test_a_session_of_the_password_alone_cannot_add_a_passkey(officer: User) -> None:
    """Somebody with a stolen password was in before the second factor was set up."""
    thief = Browser()
    thief.give_password(officer)
    totp.TOTP.activate(officer, totp.generate_totp_secret())

    for name in ("mfa_add_webauthn", "mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_activate_totp"):
        assert thief.get(reverse(name))["Location"] == reverse("mfa_reauthenticate"), name
        assert thief.post(reverse(name), {})["Location"] == reverse("mfa_reauthenticate"), name


def test_a_later_change_asks_for_the_second_factor_again(officer: User, passkey: Passkey, monkeypatch: Any) -> None:
    browser = Browser()
    browser.sign_in_without_password(passkey)
    monkeypatch.setattr("fairport.accounts.adapter.is_fresh", lambda request, user: False)
    monkeypatch.setattr("allauth.account.app_settings.AppSettings.REAUTHENTICATION_TIMEOUT", -1)

    asked = browser.get(NEW)

    again = asked["Location"]
    assert again.startswith(reverse("mfa_reauthenticate_webauthn"))
    password = browser.get(reverse("account_reauthenticate"))
    assert password["Location"] == reverse("mfa_reauthenticate_webauthn"), "the password alone is not enough"
    (other,) = browser.get(again).context["reauthentication_alternatives"]
    assert other["url"].startswith(f"{reverse('mfa_reauthenticate')}?")
    monkeypatch.setattr("allauth.account.app_settings.AppSettings.REAUTHENTICATION_TIMEOUT", 300)
    wrong = browser.show(Passkey(user=passkey.user), again)
    assert "This passkey was not accepted" in wrong.content.decode()
    assert browser.show(passkey, again)["Location"] == NEW
    assert browser.get(NEW).status_code == 200


def test_passkeys_are_renamed_and_removed_by_their_owner_only(officer: User, passkey: Passkey) -> None:
    browser, second = Browser(), Passkey()
    browser.sign_in_without_password(passkey)
    browser.add(second, name="")
    first, other = Authenticator.objects.filter(user=officer, type="webauthn").order_by("pk")
    assert other.data["name"] == "Passkey"

    renamed = browser.post(reverse("mfa_edit_webauthn", kwargs={"pk": other.pk}), {"name": "Blue key"})
    assert renamed["Location"] == reverse("mfa_index")
    assert "Blue key" in browser.get(reverse("mfa_index")).content.decode()
    assert browser.post(reverse("mfa_edit_webauthn", kwargs={"pk": other.pk}), {"name": " "}).status_code == 200

    stranger, theirs = Browser(), Passkey()
    somebody = make_staff("Sam Somebody", (Role.AUDITOR, None))
    stranger.give_password(somebody)
    stranger.add(theirs)
    for name in ("mfa_edit_webauthn", "own_factor_remove"):
        assert stranger.post(reverse(name, kwargs={"pk": first.pk}), {"name": "Mine"}).status_code == 404

    gone = browser.post(reverse("own_factor_remove", kwargs={"pk": first.pk}))
    assert gone["Location"] == reverse("mfa_index")
    assert event_names(officer)[-1] == "staff.second_factor_removed"
    assert Browser().sign_in_without_password(passkey).status_code == 200
    assert Browser().sign_in_without_password(second).status_code == 302


def test_the_last_second_factor_stays(officer: User, passkey: Passkey) -> None:
    browser = Browser()
    browser.sign_in_without_password(passkey)
    only = Authenticator.objects.get(user=officer, type="webauthn")

    for method in (browser.get, browser.post):
        page = method(reverse("own_factor_remove", kwargs={"pk": only.pk}))
        assert page.status_code == 409
        assert "last_second_factor" in page.content.decode()
    assert Authenticator.objects.filter(pk=only.pk).exists()


def test_an_app_is_added_beside_a_passkey_and_removed_again(officer: User, passkey: Passkey) -> None:
    browser = Browser()
    browser.sign_in_without_password(passkey)
    key = browser.get(reverse("mfa_activate_totp")).context["form"].secret
    code = totp.format_hotp_value(totp.hotp_value(key, list(totp.yield_hotp_counters_from_time())[1]))

    assert browser.post(reverse("mfa_activate_totp"), {"code": code})["Location"] == reverse("mfa_index")
    app = Authenticator.objects.get(user=officer, type="totp")
    assert browser.get(reverse("own_factor_remove", kwargs={"pk": app.pk})).status_code == 200
    assert browser.post(reverse("own_factor_remove", kwargs={"pk": app.pk})).status_code == 302
    assert not Authenticator.objects.filter(pk=app.pk).exists()


def test_a_reset_takes_passkeys_away(officer: User, passkey: Passkey) -> None:
    reset_sign_in(user=officer, password=temporary_password(), at=NOW, actor=OPERATOR)

    assert Browser().sign_in_without_password(passkey).status_code == 200
    assert not Authenticator.objects.filter(user=officer).exists()


def test_a_closed_account_is_not_opened_by_its_passkey(officer: User, passkey: Passkey) -> None:
    User.objects.filter(pk=officer.pk).update(is_active=False)
    browser = Browser()

    assert browser.sign_in_without_password(passkey)["Location"] == reverse("account_inactive")
    assert browser.get("/office/my-sign-in").status_code == 302


def test_nothing_that_the_device_adds_is_stored(officer: User, passkey: Passkey) -> None:
    stored = Authenticator.objects.get(user=officer, type="webauthn").data

    assert stored.keys() == {"name", "credential"}
    assert stored["credential"].keys() == {"id", "rawId", "type", "response", "clientExtensionResults"}
    assert stored["credential"]["response"].keys() == {"clientDataJSON", "attestationObject"}
