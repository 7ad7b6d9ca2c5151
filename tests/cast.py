"""The cast of the office: who tries to open a page in a test of permissions.

Two officers of San Diego, an officer of El Paso, two supervisors of San Diego, two schedulers, two operators, an
auditor, the ombuds and a vetting officer; and somebody who has an account without a role. The second ones are there for
what needs two people.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import Client

from fairport.accounts.models import Role, User
from fairport.accounts.operations import create_staff, grant_role
from fairport.accounts.session import begin_session
from fairport.audit.events import OPERATOR
from fairport.domain.policy import Policy
from tests.factories.programme import NOW, open_programme

PASSWORD = "a password for tests only"


@dataclass(frozen=True)
class Cast:
    officer: User
    other_officer: User
    supervisor: User
    scheduler: User
    operator: User
    auditor: User
    ombuds: User
    vetting_officer: User
    second_officer: User
    second_supervisor: User
    second_scheduler: User
    second_operator: User
    nobody: User

    def everybody(self) -> dict[str, User]:
        """All of them by the name of their part."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def make_staff(name: str, *grants: tuple[Role, str | None]) -> User:
    """An account with an own password and these roles."""
    email = f"{name.replace(' ', '.').lower()}@staff.example"
    user = create_staff(email=email, full_name=name, password=PASSWORD, at=NOW, actor=OPERATOR, temporary=False)
    for role, port in grants:
        grant_role(user=user, role=role, port=port, at=NOW, actor=OPERATOR)
    return user


def signed_in(user: User) -> Client:
    """A browser in which somebody has signed in with both factors."""
    client = Client()
    client.force_login(user)
    request = HttpRequest()
    request.session = client.session
    begin_session(request, user=user, second_factor=True)
    request.session.save()
    return client


@pytest.fixture
def open_policy(db: None) -> Policy:
    """The founding programme's policy with ports and slots, as on its second Wednesday."""
    return open_programme()


@pytest.fixture
def cast(open_policy: Policy, settings: Any) -> Cast:
    # Fourteen passwords that no test types: hashing them well would take longer than most tests.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *settings.PASSWORD_HASHERS]
    return Cast(
        officer=make_staff("Ona Officer", (Role.PORT_OFFICER, "SDG")),
        other_officer=make_staff("Otto Other", (Role.PORT_OFFICER, "ELP")),
        supervisor=make_staff("Sue Supervisor", (Role.SUPERVISOR, "SDG")),
        scheduler=make_staff("Sky Scheduler", (Role.SCHEDULER, None)),
        operator=make_staff("Ole Operator", (Role.OPERATOR, None)),
        auditor=make_staff("Ava Auditor", (Role.AUDITOR, None)),
        ombuds=make_staff("Ora Ombuds", (Role.OMBUDS, None)),
        vetting_officer=make_staff("Vic Vetting", (Role.VETTING_OFFICER, None)),
        second_officer=make_staff("Ozzy Second", (Role.PORT_OFFICER, "SDG")),
        second_supervisor=make_staff("Sol Second", (Role.SUPERVISOR, "SDG")),
        second_scheduler=make_staff("Sid Second", (Role.SCHEDULER, None)),
        second_operator=make_staff("Oda Second", (Role.OPERATOR, None)),
        nobody=make_staff("Nia Nobody"),
    )


@pytest.fixture
def plain_static(settings: Any) -> None:
    """Pages link static files under their plain names: nothing needs to be collected before a test."""
    settings.WHITENOISE_AUTOREFRESH = True
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
