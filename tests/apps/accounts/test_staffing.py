"""Accounts and roles: made, given and taken back, each told as an event."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from fairport.accounts.models import Role, RoleGrant, User
from fairport.accounts.operations import (
    RoleHeld,
    RoleUnfit,
    StaffExists,
    StaffInvalid,
    create_staff,
    grant_role,
    revoke_role,
    temporary_password,
)
from fairport.accounts.queries import Grant, grants_of, has_role, ports_of
from fairport.audit.events import OPERATOR, Subject
from fairport.audit.queries import list_events
from tests.cast import Cast, make_staff, signed_in
from tests.factories.programme import NOW, load_programme


@pytest.fixture
def person(db: None) -> User:
    load_programme()
    return make_staff("Pat Person")


def test_a_temporary_password_is_long_and_another_each_time() -> None:
    passwords = {temporary_password() for _ in range(100)}
    assert len(passwords) == 100
    assert {len(password) for password in passwords} == {20}


@pytest.mark.parametrize(("email", "name"), [("not an address", "A"), ("a@b.example", " "), ("a@b.example", "x" * 121)])
def test_what_is_no_address_or_no_name_is_refused(db: None, email: str, name: str) -> None:
    with pytest.raises(StaffInvalid):
        create_staff(email=email, full_name=name, password="irrelevant here", at=NOW, actor=OPERATOR)
    assert not User.objects.exists()


def test_an_address_is_one_account_in_any_case(person: User) -> None:
    with pytest.raises(StaffExists):
        create_staff(email=person.email.upper(), full_name="Again", password="irrelevant", at=NOW, actor=OPERATOR)


def test_roles_are_held_until_they_are_taken_back(person: User) -> None:
    boss = make_staff("Bo Boss", (Role.OPERATOR, None))
    officer = grant_role(user=person, role=Role.PORT_OFFICER, port="SDG", at=NOW, actor=OPERATOR)
    grant_role(user=person, role=Role.PORT_OFFICER, port="ELP", at=NOW, actor=OPERATOR)
    assert ports_of(user=person, role=Role.PORT_OFFICER) == ("ELP", "SDG")
    assert has_role(user=person, role=Role.PORT_OFFICER, port="SDG")
    assert not has_role(user=person, role=Role.SUPERVISOR)

    revoke_role(grant_id=officer.pk, reason="moved away", revoked_by=boss, at=NOW)
    revoke_role(grant_id=officer.pk, reason="moved away", revoked_by=boss, at=NOW)

    assert grants_of(user=person) == (Grant(Role.PORT_OFFICER, "ELP"),)
    names = [event.name for event in list_events(subject=Subject("staff", str(person.pk)))]
    assert names == ["staff.created", "staff.role_granted", "staff.role_granted", "staff.role_revoked"]
    assert grant_role(user=person, role=Role.PORT_OFFICER, port="SDG", at=NOW, actor=OPERATOR).pk != officer.pk


@pytest.mark.parametrize(
    ("role", "port"),
    [
        (Role.PORT_OFFICER, None),
        (Role.SUPERVISOR, None),
        (Role.AUDITOR, "SDG"),
        (Role.SUPERVISOR, "XXX"),
        ("king", None),
    ],
)
def test_a_role_and_its_port_must_fit(person: User, role: str, port: str | None) -> None:
    with pytest.raises(RoleUnfit):
        grant_role(user=person, role=role, port=port, at=NOW, actor=OPERATOR)
    assert not RoleGrant.objects.exists()


def test_a_role_is_held_once(person: User) -> None:
    grant_role(user=person, role=Role.AUDITOR, port=None, at=NOW, actor=OPERATOR)
    with pytest.raises(RoleHeld):
        grant_role(user=person, role=Role.AUDITOR, port=None, at=NOW, actor=OPERATOR)
    with pytest.raises(IntegrityError, match="accounts_grant_once"), transaction.atomic():
        RoleGrant.objects.create(user=person, role=Role.AUDITOR, port_id=None, granted_at=NOW)


def test_the_database_refuses_a_port_role_without_a_port(person: User) -> None:
    with pytest.raises(IntegrityError, match="accounts_grant_port_where_needed"), transaction.atomic():
        RoleGrant.objects.create(user=person, role=Role.PORT_OFFICER, port_id=None, granted_at=NOW)


def test_a_role_that_was_taken_back_closes_its_pages_at_once(cast: Cast) -> None:
    browser = signed_in(cast.officer)
    assert browser.get("/office/check").status_code == 200

    grant = RoleGrant.objects.get(user=cast.officer)
    revoke_role(grant_id=grant.pk, reason="moved away", revoked_by=cast.operator, at=NOW)

    assert browser.get("/office/check").status_code == 403


def test_a_closed_account_holds_nothing(cast: Cast) -> None:
    User.objects.filter(pk=cast.officer.pk).update(is_active=False)
    assert grants_of(user=User.objects.get(pk=cast.officer.pk)) == ()
