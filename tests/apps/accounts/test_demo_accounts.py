"""The demonstration's accounts, which everybody may use: there, and nowhere else."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from fairport.accounts.demo import DEMO_ACCOUNTS, DEMO_PASSWORD
from fairport.accounts.models import Role, RoleGrant, User
from fairport.accounts.operations import DemoAccountsRefused, NoDemoAccount, demo_code, ensure_demo_accounts
from tests.factories.programme import NOW, load_programme

OFFICER = DEMO_ACCOUNTS[0].email


@pytest.fixture
def demo(db: None, settings: Any) -> list[str]:
    settings.DEMO = True
    load_programme()
    return ensure_demo_accounts(at=NOW)


def test_there_is_one_for_each_role_and_making_them_again_keeps_them(demo: list[str]) -> None:
    assert set(RoleGrant.objects.values_list("role", flat=True)) == set(Role.values)
    assert all(any(account.email in line for line in demo) for account in DEMO_ACCOUNTS)

    again = ensure_demo_accounts(at=NOW)

    assert again == demo, "the printed secrets are those of the first time"
    assert User.objects.count() == len(DEMO_ACCOUNTS)


def test_password_and_code_open_the_office_twice_in_a_row(demo: list[str], client: Client) -> None:
    for _time in range(2):
        client.post("/office/sign-in", {"login": OFFICER, "password": DEMO_PASSWORD})
        opened = client.post("/office/sign-in/code", {"code": demo_code(email=OFFICER)})
        assert opened.get("Location") == "/office/"
        client.post("/office/sign-out")


def test_they_do_not_exist_outside_a_demonstration(db: None, settings: Any) -> None:
    settings.DEMO = False
    load_programme()
    with pytest.raises(DemoAccountsRefused):
        ensure_demo_accounts(at=NOW)
    with pytest.raises(DemoAccountsRefused):
        demo_code(email=OFFICER)
    assert not User.objects.exists()


def test_there_is_no_code_for_nobody(demo: list[str]) -> None:
    with pytest.raises(NoDemoAccount):
        demo_code(email="nobody@fairport.example")
