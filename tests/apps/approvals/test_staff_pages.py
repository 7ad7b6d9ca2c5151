"""The pages about staff: accounts made and closed, roles proposed and taken back, who can do what."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from fairport.accounts.models import Role, RoleGrant, User
from fairport.approvals.models import Proposal
from tests.cast import Cast, make_staff, signed_in

pytestmark = pytest.mark.usefixtures("plain_static", "clock")
STAFF = "/office/staff"
REASON = "She starts at the gate on Monday."
OPERATORS = {"operator", "second_operator"}
READERS = OPERATORS | {"auditor"}


def person(user: User) -> str:
    return reverse("office_person", args=[user.pk])


def actions_on(cast: Cast) -> dict[str, tuple[str, dict[str, str], set[str]]]:
    """Each action: its address, what is sent, and who may."""
    grant = RoleGrant.objects.get(user=cast.second_officer)
    about = [cast.second_officer.pk]
    end = {"reason": REASON}
    return {
        "list": (STAFF, {}, READERS),
        "actions": (reverse("office_actions"), {}, READERS),
        "person": (person(cast.second_officer), {}, READERS),
        "make": (reverse("office_staff_new"), {"full_name": "New One", "email": "new@staff.example"}, OPERATORS),
        "propose": (reverse("office_role_propose", args=about), {"role": "auditor", **end}, OPERATORS),
        "revoke": (reverse("office_role_revoke", args=[*about, grant.pk]), end, OPERATORS),
        "close": (reverse("office_account_close", args=about), end, OPERATORS),
        "reopen": (reverse("office_account_reopen", args=about), end, OPERATORS),
    }


@pytest.mark.parametrize("action", ["list", "actions", "person", "make", "propose", "revoke", "close", "reopen"])
def test_who_can(action: str, cast: Cast) -> None:
    path, sent, allowed = actions_on(cast)[action]
    for name, user in cast.everybody().items():
        browser = signed_in(user)
        assert (browser.get(path).status_code == 200) == (name in allowed), name
        if sent and name not in allowed:
            assert browser.post(path, sent).status_code == 403, name
    assert not User.objects.filter(email="new@staff.example").exists()
    assert not Proposal.objects.exists()
    assert RoleGrant.objects.filter(user=cast.second_officer, revoked_at__isnull=True).exists()


def test_an_account_is_made_and_its_password_shown_once(cast: Cast) -> None:
    browser = signed_in(cast.operator)
    new = {"full_name": "New One", "email": "New@Staff.example"}

    made = browser.post(f"{STAFF}/new", new)

    password = re.search(r'id="temporary-password">([a-z2-9]{20})<', made.content.decode())
    assert password
    user = User.objects.get(email="new@staff.example")
    assert user.check_password(password[1])
    assert user.password_is_temporary
    assert made["Cache-Control"] == "no-store"
    again = browser.post(f"{STAFF}/new", new)
    assert again.status_code == 409
    assert "<code>staff_exists</code>" in again.content.decode()
    assert 'value="New One"' in again.content.decode()


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"full_name": " ", "email": "a@b.example"},
        {"full_name": "A B", "email": "no address"},
        {"full_name": "A\x00B", "email": "a@b.example"},
        {"full_name": "x" * 121, "email": "a@b.example"},
    ],
)
def test_what_is_no_account_is_refused(cast: Cast, sent: dict[str, str]) -> None:
    before = User.objects.count()
    assert signed_in(cast.operator).post(f"{STAFF}/new", sent).status_code == 400
    assert User.objects.count() == before


def propose(cast: Cast, name: str, user: User, **sent: str) -> HttpResponse:
    path = reverse("office_role_propose", args=[user.pk])
    return signed_in(cast.everybody()[name]).post(path, {"reason": REASON, **sent})


def test_a_role_goes_from_proposal_to_the_list(cast: Cast) -> None:
    assert propose(cast, "operator", cast.nobody, role="port_officer", port="ELP")["Location"] == person(cast.nobody)
    proposal = Proposal.objects.get()
    page = signed_in(cast.second_operator).get(person(cast.nobody)).content.decode()
    assert reverse("office_proposal", args=[proposal.pk]) in page
    own = signed_in(cast.operator).post(reverse("office_proposal_approve", args=[proposal.pk]))
    assert own.status_code == 403

    signed_in(cast.second_operator).post(reverse("office_proposal_approve", args=[proposal.pk]))

    rows = signed_in(cast.auditor).get(STAFF, {"person": "Nia"}).context["rows"]
    assert [(row.role, row.proposed_by, row.granted_by) for row in rows] == [
        ("port_officer", cast.operator.full_name, cast.second_operator.full_name)
    ]


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ({"role": "port_officer"}, 400, ""),
        ({"role": "auditor", "port": "SDG"}, 400, ""),
        ({"role": "king"}, 400, ""),
        ({"role": "auditor", "reason": "short"}, 400, ""),
        ({}, 400, ""),
        ({"role": "supervisor", "port": "SDG"}, 409, "role_held"),
    ],
)
def test_a_proposal_that_does_not_fit_keeps_what_was_typed(
    cast: Cast, sent: dict[str, str], status: int, code: str
) -> None:
    page = propose(cast, "operator", cast.supervisor, **sent)
    assert page.status_code == status
    assert sent.get("reason", REASON) in page.content.decode()
    assert code in page.content.decode()
    assert not Proposal.objects.exists()


def test_a_role_for_oneself_is_refused(cast: Cast) -> None:
    page = propose(cast, "operator", cast.operator, role="auditor")
    assert page.status_code == 403
    assert "<code>own_role</code>" in page.content.decode()
    assert "Propose a role" not in signed_in(cast.operator).get(person(cast.operator)).content.decode()


def test_a_role_is_taken_back_and_stays_in_the_history(cast: Cast) -> None:
    grant = RoleGrant.objects.get(user=cast.officer)
    path = reverse("office_role_revoke", args=[cast.officer.pk, grant.pk])
    browser = signed_in(cast.operator)
    assert browser.post(path, {"reason": "no"}).status_code == 400

    assert browser.post(path, {"reason": REASON})["Location"] == person(cast.officer)

    page = signed_in(cast.auditor).get(person(cast.officer)).content.decode()
    assert "Roles before" in page
    assert cast.operator.full_name in page
    assert "taken back before" in browser.get(path).content.decode()
    other = reverse("office_role_revoke", args=[cast.supervisor.pk, grant.pk])
    assert browser.get(other).status_code == 404


def test_an_operator_gives_the_own_role_back_but_not_the_last(cast: Cast) -> None:
    browser = signed_in(cast.operator)
    paths = [
        reverse("office_role_revoke", args=[user.pk, RoleGrant.objects.get(user=user).pk])
        for user in (cast.operator, cast.second_operator)
    ]
    assert browser.post(paths[0], {"reason": REASON})["Location"] == "/office/"
    last = signed_in(cast.second_operator).post(paths[1], {"reason": REASON})
    assert last.status_code == 409
    assert "<code>last_operator</code>" in last.content.decode()


def test_an_account_is_closed_and_opened_again(cast: Cast) -> None:
    browser, about = signed_in(cast.operator), [cast.officer.pk]
    closing, opening = reverse("office_account_close", args=about), reverse("office_account_reopen", args=about)
    assert browser.post(opening, {"reason": REASON}).status_code == 409
    assert browser.post(closing, {"reason": REASON})["Location"] == person(cast.officer)
    assert "Closed" in browser.get(person(cast.officer)).content.decode()
    assert browser.post(reverse("office_account_close", args=[cast.operator.pk]), {"reason": REASON}).status_code == 403

    opened = browser.post(opening, {"reason": REASON})

    assert "temporary-password" in opened.content.decode()
    cast.officer.refresh_from_db()
    assert cast.officer.is_active


def names(page: HttpResponse) -> list[str]:
    return [row.full_name for row in page.context["rows"]]


def test_the_list_filters_and_sorts(cast: Cast) -> None:
    browser = signed_in(cast.auditor)
    everybody = names(browser.get(STAFF))
    assert everybody == sorted(user.full_name for user in cast.everybody().values())
    assert names(browser.get(STAFF, {"port": "ELP"})) == ["Otto Other"]
    assert names(browser.get(STAFF, {"role": "auditor"})) == ["Ava Auditor"]
    assert names(browser.get(STAFF, {"role": "none"})) == ["Nia Nobody"]
    assert names(browser.get(STAFF, {"person": "ona.off"})) == ["Ona Officer"]
    assert names(browser.get(STAFF, {"sort": "port"}))[0] == "Otto Other"
    assert names(browser.get(STAFF, {"sort": "role"}))[-1] == "Nia Nobody"
    assert names(browser.get(STAFF, {"sort": "since"}))[-1] == "Nia Nobody"
    for wrong in ({"role": "king"}, {"port": "XXX"}, {"sort": "x"}, {"person": "\x00"}):
        assert browser.get(STAFF, wrong).status_code == 400
    assert browser.get(STAFF, {"page": "7"}).status_code == 200


def test_pages_keep_a_constant_number_of_queries(cast: Cast) -> None:
    def count(path: str) -> int:
        browser = signed_in(cast.auditor)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert browser.get(path).status_code == 200
        return len(queries)

    paths = (STAFF, reverse("office_actions"), person(cast.officer))
    before = [count(path) for path in paths]
    for number in range(20):
        one = make_staff(f"Member {number}", (Role.AUDITOR, None), (Role.PORT_OFFICER, "ELP"))
        propose(cast, "operator", one, role="ombuds")
    for role in (Role.AUDITOR, Role.OMBUDS, Role.SCHEDULER):
        propose(cast, "operator", cast.officer, role=role)
    assert [count(path) for path in paths] == before


def test_who_can_do_what_is_what_the_views_demand(cast: Cast) -> None:
    page = signed_in(cast.auditor).get(reverse("office_actions"))
    rows: dict[str, Any] = {str(row.action): row for row in page.context["rows"]}
    roles = list(page.context["roles"])

    may = dict(zip(roles, rows["Take a role back"].may, strict=True))
    assert [role for role, allowed in may.items() if allowed] == [Role.OPERATOR.label]
    kinds = {str(kind.label): dict(zip(roles, kind.parts, strict=True)) for kind in page.context["kinds"]}
    assert kinds["Give a role"][Role.OPERATOR.label] == (True, True)
    assert kinds["Give a role"][Role.AUDITOR.label] == (False, False)

    only = signed_in(cast.auditor).get(reverse("office_actions"), {"role": "auditor"})
    assert "Take a role back" not in {str(row.action) for row in only.context["rows"]}
    assert all(row.may == (True,) for row in only.context["rows"])
    assert signed_in(cast.auditor).get(reverse("office_actions"), {"role": "king"}).status_code == 400
