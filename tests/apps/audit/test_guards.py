"""Nobody rewrites the log: the application has not the right to, and the triggers refuse even the owner."""

from __future__ import annotations

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction

from fairport.audit.operations import append_draw_log_entry, sequence_log
from tests.factories.events import AT, log_events

TABLES = (
    "audit_event",
    "audit_eventdetails",
    "audit_logleaf",
    "audit_logtile",
    "audit_logcheckpoint",
    "audit_logcosignature",
    "audit_drawlogentry",
)
COLUMNS = {
    "audit_event": "name = name",
    "audit_eventdetails": "sealed = sealed",
    "audit_logleaf": "leaf_hash = leaf_hash",
    "audit_logtile": "root = root",
    "audit_logcheckpoint": "note = note",
    "audit_logcosignature": "line = line",
    "audit_drawlogentry": "content = content",
}


@pytest.mark.django_db
@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "statement", ["UPDATE {table} SET {column}", "DELETE FROM {table}", "TRUNCATE {table} CASCADE"]
)
def test_the_applications_role_is_refused(
    app_role_connection: psycopg.Connection[tuple[object, ...]], table: str, statement: str
) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        app_role_connection.execute(statement.format(table=table, column=COLUMNS[table]))


@pytest.mark.django_db
@pytest.mark.parametrize("table", [table for table in TABLES if table != "audit_logcosignature"])
@pytest.mark.parametrize(
    "statement", ["UPDATE {table} SET {column}", "DELETE FROM {table}", "TRUNCATE {table} CASCADE"]
)
def test_the_owner_is_refused_by_trigger(table: str, statement: str) -> None:
    log_events([256])
    append_draw_log_entry(draw_id="a/1", kind="manifest", content=b"{}", at=AT)
    sequence_log(at=AT)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table=table, column=COLUMNS[table]))


@pytest.mark.django_db
def test_the_application_can_do_all_that_the_sequencer_does(
    app_role_connection: psycopg.Connection[tuple[object, ...]],
) -> None:
    for table in (*TABLES, "audit_unsequencedevent"):
        for right in ("SELECT", "INSERT"):
            row = app_role_connection.execute("SELECT has_table_privilege(%s, %s)", [table, right]).fetchone()
            assert row == (True,), (table, right)
    row = app_role_connection.execute("SELECT has_table_privilege('audit_unsequencedevent', 'DELETE')").fetchone()
    assert row == (True,)
