"""The application's role may do what requests need, and nothing to the tables or to what is written once."""

import psycopg
import pytest
from django.db import connection

from fairport.config.database import APP_ROLE, APPEND_ONLY_TABLES, READ_ONLY_TABLES

pytestmark = pytest.mark.django_db


def test_the_application_owns_no_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relowner = %s::regrole", [APP_ROLE])
        assert cursor.fetchone() == (0,)


def test_every_write_once_table_exists() -> None:
    assert set(APPEND_ONLY_TABLES) | set(READ_ONLY_TABLES) <= set(connection.introspection.table_names())


@pytest.mark.parametrize("table", APPEND_ONLY_TABLES)
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "TRUNCATE {} CASCADE", "ALTER TABLE {} DISABLE TRIGGER ALL"])
def test_what_is_written_once_stays(
    app_role_connection: psycopg.Connection[tuple[object, ...]], table: str, statement: str
) -> None:
    app_role_connection.execute(f"SELECT 1 FROM {table}")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        app_role_connection.execute(statement.format(table))


@pytest.mark.parametrize("table", APPEND_ONLY_TABLES)
def test_no_column_of_a_write_once_table_can_be_updated(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_any_column_privilege(%s, %s, 'UPDATE')", [APP_ROLE, table])
        assert cursor.fetchone() == (False,)


def test_the_application_can_write_everywhere_else() -> None:
    others = set(connection.introspection.table_names()) - set(APPEND_ONLY_TABLES) - set(READ_ONLY_TABLES)
    with connection.cursor() as cursor:
        for table in others:
            cursor.execute(
                "SELECT bool_and(has_table_privilege(%s, %s, p)) FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE',"
                " 'DELETE']) p",
                [APP_ROLE, table],
            )
            assert cursor.fetchone() == (True,), table


def test_the_application_cannot_create_tables(
    app_role_connection: psycopg.Connection[tuple[object, ...]],
) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        app_role_connection.execute("CREATE TABLE mine (id int)")


@pytest.mark.django_db(transaction=True)
def test_a_test_that_commits_leaves_the_tables_empty_even_where_triggers_refuse() -> None:
    from django.core.management import call_command

    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO clock_democlock (id, \"offset\") VALUES (1, interval '1 hour')")
    call_command("flush", interactive=False, verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM clock_democlock")
        assert cursor.fetchone() == (0,)
