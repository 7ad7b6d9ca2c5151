"""The application's role can do all of this, and cannot change the rules that the database holds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest
from django.db import connection

from fairport.config.database import APP_ROLE
from fairport.domain.policy import Policy
from fairport.domain.transitions import Event
from fairport.registrations.operations import (
    WrongCode,
    change_status,
    discard_draft,
    lapse_overdue,
    open_safeguarding_case,
    purge_expired,
    save_draft,
    sign_in_with_code,
)
from fairport.registrations.queries import pool_rows
from tests.factories.programme import NOW, PROGRAMME
from tests.factories.submissions import register

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_application(policy: Policy) -> Iterator[None]:
    """The test's own connection with the application's rights."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {APP_ROLE}")
        yield
        cursor.execute("RESET ROLE")


def test_everything_about_registrations_runs_with_the_applications_rights(as_application: None, policy: Policy) -> None:
    receipt = register()
    assert len(list(pool_rows(programme=PROGRAMME, on_unreadable=pytest.fail))) == 1
    sign_in_with_code(code=receipt.access_code, address="192.0.2.1", at=NOW + timedelta(hours=1))
    with pytest.raises(WrongCode):
        sign_in_with_code(code="wrong", address="192.0.2.1", at=NOW)
    save_draft(token="a-token-of-a-browser", programme=PROGRAMME, content={}, at=NOW)
    discard_draft(token="a-token-of-a-browser")
    open_safeguarding_case(content={}, language="en", at=NOW)
    assert lapse_overdue(policy=policy, at=NOW + timedelta(days=60), and_then=len) == 1
    change_status(registration_id=receipt.registration_id, event=Event.RENEWED, at=NOW + timedelta(days=60))
    assert purge_expired(at=NOW + timedelta(days=2)) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO registrations_allowed_status_change VALUES ('waiting', 'determined')",
        "DELETE FROM registrations_allowed_status_change",
        "ALTER TABLE registrations_registration DISABLE TRIGGER registrations_status_guard",
        "DROP TRIGGER registrations_status_guard ON registrations_registration",
        "ALTER TABLE registrations_documentclaim DROP CONSTRAINT registrations_one_active_document",
        "SET session_replication_role = replica",
    ],
)
def test_the_rules_are_out_of_the_applications_reach(
    app_role_connection: psycopg.Connection[tuple[object, ...]], statement: str
) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        app_role_connection.execute(statement)
