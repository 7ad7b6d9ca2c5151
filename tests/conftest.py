"""What every test may use: a private PostgreSQL server, a database in it, a key ring of its own.

All test runs of a checkout share one throw-away server under `var/test-postgres`: the first one starts it, the last one
out stops it. `FAIRPORT_TEST_DATABASE` names the database, so that several runs can go on at the same time. A server
that `FAIRPORT_DATABASE_URL` names is never touched.
"""

import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection, connections, transaction
from django.db.backends.base.operations import BaseDatabaseOperations

from fairport.config.database import APP_ROLE, create_login_roles, grant_app_privileges
from fairport.config.embedded_postgres import SUPERUSER, EmbeddedServer
from fairport.config.paths import CHECKOUT
from fairport.sealing.keyring import ensure_keyring

pytest_plugins = ["tests.cast"]

# Nothing in it has to survive a crash.
THROW_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "300"}


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[EmbeddedServer]:
    """The running throw-away server, with the two roles."""
    server = EmbeddedServer(CHECKOUT / "var" / "test-postgres", THROW_AWAY)
    with server.running():
        with psycopg.connect(server.conninfo()) as admin:
            admin.execute("SELECT pg_advisory_xact_lock(hashtext('fairport'))")
            create_login_roles(admin)
        yield server


@pytest.fixture(scope="session")
def django_db_modify_db_settings(postgres_server: EmbeddedServer, request: pytest.FixtureRequest) -> None:
    """Points Django to the throw-away server, as its superuser; xdist adds a suffix for each of its processes."""
    parameters = connections["default"].settings_dict
    parameters.update(
        HOST=str(postgres_server.socket_folder), PORT="5432", USER=SUPERUSER, PASSWORD="", NAME="postgres", OPTIONS={}
    )
    parameters["TEST"]["NAME"] = os.environ.get("FAIRPORT_TEST_DATABASE", "test_fairport")
    request.getfixturevalue("django_db_modify_db_settings_parallel_suffix")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Gives the application's role its rights, and lets a test that commits be cleaned up after."""
    with django_db_blocker.unblock(), transaction.atomic():
        connection.ensure_connection()
        grant_app_privileges(connection.connection)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", _empty_all_tables)
        # What it would make anew was never removed, and it takes ten times as long as the rest.
        patch.setattr("django.core.management.commands.flush.emit_post_migrate_signal", lambda *_args, **_kwargs: None)
        yield


def _empty_all_tables(operations: BaseDatabaseOperations, sql_list: list[str]) -> None:
    # The append-only tables refuse Django's TRUNCATE by trigger; as a replica's session none fires. DELETE, since for
    # the few rows of a test it is much faster than TRUNCATE. What only a migration writes stays. What the logs
    # published goes too: an emptied log does not continue it.
    shutil.rmtree(settings.LOG_FOLDER, ignore_errors=True)
    with transaction.atomic(using=operations.connection.alias), operations.connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            """
            DO $$
            DECLARE name text;
            BEGIN
                FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public'
                    AND tablename NOT IN ('django_content_type', 'auth_permission', 'django_migrations',
                        'registrations_allowed_status_change')
                LOOP
                    EXECUTE format('DELETE FROM public.%I', name);
                END LOOP;
            END $$
            """
        )


@pytest.fixture
def app_role_connection(
    django_db_setup: None, postgres_server: EmbeddedServer
) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """A connection to the test database with the application's rights; it is rolled back at the end."""
    database = connections["default"].settings_dict["NAME"]
    application = psycopg.connect(postgres_server.conninfo(user=APP_ROLE, dbname=database))
    try:
        yield application
    finally:
        application.rollback()
        application.close()


@pytest.fixture
def server_folder() -> Iterator[Path]:
    """A folder for a server of a test's own. Pytest closes its own folders to others again and again, and a server that
    root started runs as another user.
    """
    folder = CHECKOUT / "var" / "test-servers" / uuid.uuid4().hex[:8]
    folder.mkdir(parents=True)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session", autouse=True)
def keyring(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Every run has fresh keys, and a folder of its own for the files of the logs."""
    settings.LOG_FOLDER = tmp_path_factory.mktemp("log")
    path = tmp_path_factory.mktemp("keys") / "keyring.json"
    ensure_keyring(path)
    settings.KEYRING = path
    # Most tests live before quicknet's first round; those of the beacon ask for it.
    settings.DRAW_BEACON = "local"
