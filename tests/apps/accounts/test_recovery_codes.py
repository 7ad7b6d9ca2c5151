"""Recovery codes: made once, shown once, each good once; using one and making new ones is told as an event."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from fairport.accounts.models import FailedSignIns, Role, User
from fairport.accounts.queries import FEW_CODES, own_factors
from fairport.audit.events import Subject
from fairport.audit.queries import list_events
from tests.cast import PASSWORD, make_staff, signed_in
from tests.factories.programme import load_programme

VIEW = "/office/my-sign-in/recovery-codes"


@pytest.fixture
def auditor(db: None) -> User:
    load_programme()
    user = make_staff("Ava Auditor", (Role.AUDITOR, None))
    totp.TOTP.activate(user, totp.generate_totp_secret())
    return user


@pytest.fixture
def codes(auditor: User) -> list[str]:
    unused: list[str] = RecoveryCodes.activate(auditor).get_unused_codes()
    return unused


def come_in(user: User, code: str) -> tuple[Client, HttpResponse]:
    browser = Client()
    browser.post("/office/sign-in", {"login": user.email, "password": PASSWORD})
    return browser, browser.post(reverse("mfa_authenticate"), {"code": code})


def shown(page: HttpResponse) -> list[str]:
    return re.findall(r"<li><code>(\d{8})</code>", page.content.decode())


def event_names(user: User) -> list[str]:
    return [event.name for event in list_events(subject=Subject("staff", str(user.pk)))]


def test_they_are_shown_once(auditor: User, codes: list[str]) -> None:
    browser = signed_in(auditor)
    browser.head(VIEW)

    assert shown(browser.get(VIEW)) == codes
    again = browser.get(VIEW)

    assert shown(again) == []
    assert not any(code in again.content.decode() for code in codes)
    assert "10 codes are left" in again.content.decode()


def test_using_one_is_an_event_and_counts_down(auditor: User, codes: list[str]) -> None:
    browser, answer = come_in(auditor, codes[0])

    assert answer["Location"] == "/office/"
    assert own_factors(user=auditor).recovery_codes == 9
    assert event_names(auditor)[-2:] == ["staff.signed_in", "staff.recovery_code_used"]
    assert "9 codes are left" in browser.get(reverse("mfa_index")).content.decode()
    assert "few recovery codes" not in browser.get(reverse("mfa_index")).content.decode()


def test_each_opens_once(auditor: User, codes: list[str]) -> None:
    come_in(auditor, codes[0])
    browser, again = come_in(auditor, codes[0])

    assert again.status_code == 200
    assert browser.get(reverse("mfa_index")).status_code == 302
    assert dict(FailedSignIns.objects.values_list("step", "count")) == {"recovery": 1}


def test_whoever_has_few_left_is_sent_to_make_new_ones(auditor: User, codes: list[str]) -> None:
    wrapper = RecoveryCodes.activate(auditor)
    assert all(wrapper.validate_code(code) for code in codes[: 9 - FEW_CODES])

    browser, answer = come_in(auditor, codes[9 - FEW_CODES])

    assert answer["Location"] == reverse("mfa_index")
    assert "few recovery codes" in browser.get(answer["Location"]).content.decode()


def test_guessing_them_is_stopped(auditor: User, codes: list[str]) -> None:
    browser, _wrong = come_in(auditor, "00000000")
    for _attempt in range(4):
        browser.post(reverse("mfa_authenticate"), {"code": "00000000"})

    stopped = browser.post(reverse("mfa_authenticate"), {"code": codes[0]})

    assert stopped.status_code == 200
    assert "too many wrong tries" in stopped.content.decode()
    assert own_factors(user=auditor).recovery_codes == 10


def test_new_ones_make_the_old_useless(auditor: User, codes: list[str]) -> None:
    browser = signed_in(auditor)
    path = reverse("mfa_generate_recovery_codes")
    assert "You have 10 unused codes" in browser.get(path).content.decode()

    made = browser.post(path)

    assert made["Location"] == VIEW
    assert event_names(auditor)[-1] == "staff.recovery_codes_made"
    new = shown(browser.get(VIEW))
    assert len(set(new) - set(codes)) == 10
    assert come_in(auditor, codes[0])[1].status_code == 200
    assert come_in(auditor, new[0])[1].status_code == 302


def test_new_ones_need_a_fresh_sign_in(auditor: User, codes: list[str], monkeypatch: Any) -> None:
    monkeypatch.setattr("fairport.accounts.adapter.is_fresh", lambda request, user: False)
    browser = signed_in(auditor)

    for method in (browser.get, browser.post):
        assert method(reverse("mfa_generate_recovery_codes"))["Location"].startswith(reverse("mfa_reauthenticate"))

    assert RecoveryCodes.activate(auditor).get_unused_codes() == codes
    again = browser.post(reverse("mfa_reauthenticate"), {"code": codes[0]})
    assert again.status_code == 302
    assert event_names(auditor)[-1] == "staff.recovery_code_used"
    assert browser.get(reverse("mfa_generate_recovery_codes")).status_code == 200
