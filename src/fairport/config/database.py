"""Which PostgreSQL server Fairport talks to, as whom, and what the application may do there.

Two roles: the owner owns every table and runs the migrations; `fairport_app` owns nothing and serves the requests, so
that no request, however wrong, can change a table's shape, drop a trigger or rewrite what is append-only.

| variable | meaning |
| --- | --- |
| none | the private server under `var/postgres`, with a login for each of the two roles |
| `FAIRPORT_DATABASE_URL` | another server; this login is the owner unless the next variable names one |
| `FAIRPORT_DATABASE_OWNER_URL` | the owner's login, when the first one is only the application's |
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal, LiteralString
from urllib.parse import parse_qsl, unquote, urlsplit

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from fairport.config import env
from fairport.config.embedded_postgres import EmbeddedServer
from fairport.config.paths import var_folder

OLDEST_VERSION = 15
OWNER_ROLE = "fairport_owner"
APP_ROLE = "fairport_app"
DATABASE_NAME = "fairport"

# Rows that are written once: the application may add to these tables and read them, and no more. Triggers refuse the
# rest to everybody, the owner included.
APPEND_ONLY_TABLES = (
    "audit_drawlogentry",
    "audit_event",
    "audit_eventdetails",
    "audit_logcheckpoint",
    "audit_logcosignature",
    "audit_logleaf",
    "audit_logtile",
    "checkin_determination",
    "checkin_determinationreview",
    "complaints_complaintwords",
    "draws_drawfile",
    "gate_gatescan",
    "placements_exceptionalplacement",
    "oversight_signalreview",
    "programmes_policyversion",
)
# Written by migrations only.
READ_ONLY_TABLES = ("django_migrations", "registrations_allowed_status_change")

Role = Literal["owner", "app"]


class DatabaseError(Exception):
    """The database cannot be used; the message is one plain sentence for the person who started Fairport."""

    code = "database"


def embedded_server() -> EmbeddedServer:
    """Return the private server of this checkout, running or not."""
    return EmbeddedServer(var_folder() / "postgres")


def uses_embedded_server() -> bool:
    """Tell whether no other server was named."""
    return not os.environ.get("FAIRPORT_DATABASE_URL")


def has_ended() -> bool:
    """Tell whether the private server ended by itself; another server is not watched."""
    return uses_embedded_server() and not embedded_server().is_alive()


def connection_parameters(role: str) -> dict[str, Any]:
    """Return Django's parameters for the connection of `owner` or `app`. Nothing is started and nobody is asked.

    Raises:
        DatabaseError: the role, or an address in the environment, is not one.
        SettingError: the size of the pool is not a number.
    """
    if role not in ("owner", "app"):
        raise DatabaseError(f"FAIRPORT_DATABASE_AS must be owner or app, not {role!r}.")
    if uses_embedded_server():
        parameters = _embedded_parameters(OWNER_ROLE if role == "owner" else APP_ROLE)
    elif role == "owner":
        parameters = _parse(_owner_variable())
    else:
        parameters = _parse("FAIRPORT_DATABASE_URL")
        # The login may be the owner's or a member's: either way the session has the application's rights only.
        parameters["OPTIONS"]["options"] = f"-c role={APP_ROLE}"
    # Only the web server's processes, with their many threads, keep a pool; `fairport serve` sets its size.
    if pool := env.integer("FAIRPORT_DATABASE_POOL", default=0, low=0, high=1000):
        parameters["OPTIONS"]["pool"] = {"min_size": 1, "max_size": pool, "timeout": 20}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
        **parameters,
    }


@contextmanager
def running_database() -> Iterator[None]:
    """Keep the database there while inside: starts the private server, or checks the one that was named.

    Raises:
        DatabaseError: there is no answer, or the server is too old.
        EmbeddedServerError: the private server cannot be started.
    """
    if not uses_embedded_server():
        with _connect(_owner_variable()) as connection:
            _refuse_old_version(connection)
        yield
        return
    server = embedded_server()
    with server.running():
        _prepare_embedded(server)
        yield


def prepare_roles() -> None:
    """Before a migration: see to it that the application's role exists and that its login may act as it.

    Raises:
        DatabaseError: the owner's login may not do that; the message holds the statements for an administrator.
    """
    if uses_embedded_server():
        return
    app_login = _parse("FAIRPORT_DATABASE_URL")["USER"]
    with _connect(_owner_variable()) as connection:
        owner_login = connection.info.user
        logins = sorted({owner_login, app_login} - {APP_ROLE, ""})
        missing = [] if _role_exists(connection, APP_ROLE) else [_statement("CREATE ROLE {} NOLOGIN", APP_ROLE)]
        grants = [_statement("GRANT {} TO {}", APP_ROLE, login) for login in logins if not _may_act(connection, login)]
        try:
            for statement in missing + grants:
                connection.execute(statement)
        except psycopg.errors.InsufficientPrivilege as error:
            wanted = "; ".join(statement.as_string(connection) for statement in missing + grants)
            raise DatabaseError(
                f"The login {owner_login} may not create roles: let an administrator run `{wanted};` and try again."
            ) from error


def grant_app_privileges(connection: psycopg.Connection[Any]) -> None:
    """After a migration: give the application's role exactly its rights on the tables that now exist."""
    role = sql.Identifier(APP_ROLE)
    existing = {row[0] for row in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
    connection.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(role))
    connection.execute(
        sql.SQL("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}").format(role)
    )
    connection.execute(sql.SQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}").format(role))
    connection.execute(sql.SQL("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {}").format(role))
    for table in sorted(existing & set(APPEND_ONLY_TABLES)):
        connection.execute(sql.SQL("REVOKE UPDATE, DELETE ON {} FROM {}").format(sql.Identifier(table), role))
    for table in sorted(existing & set(READ_ONLY_TABLES)):
        connection.execute(sql.SQL("REVOKE INSERT, UPDATE, DELETE ON {} FROM {}").format(sql.Identifier(table), role))


@contextmanager
def owner_connection() -> Iterator[psycopg.Connection[Any]]:
    """Open a connection as the owner; commits at the end."""
    if uses_embedded_server():
        with psycopg.connect(embedded_server().conninfo(user=OWNER_ROLE, dbname=DATABASE_NAME)) as connection:
            yield connection
    else:
        with _connect(_owner_variable()) as connection:
            yield connection


def holds_demonstration() -> bool:
    """Tell whether a demonstration was begun in this database: the clock of every later process is then its clock."""
    with owner_connection() as connection:
        if connection.execute("SELECT to_regclass('public.clock_democlock')").fetchone() == (None,):
            return False
        return connection.execute("SELECT 1 FROM clock_democlock").fetchone() is not None


def create_login_roles(connection: psycopg.Connection[Any]) -> None:
    """On a private server: create the two roles, each with a login. Anyone who reaches its socket is trusted."""
    for role in (OWNER_ROLE, APP_ROLE):
        if not _role_exists(connection, role):
            connection.execute(_statement("CREATE ROLE {} LOGIN", role))


def _prepare_embedded(server: EmbeddedServer) -> None:
    with psycopg.connect(server.conninfo(), autocommit=True) as connection:
        # Two processes may be the first at the same moment.
        connection.execute("SELECT pg_advisory_lock(hashtext('fairport'))")
        create_login_roles(connection)
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE_NAME]).fetchone():
            connection.execute(_statement("CREATE DATABASE {} OWNER {}", DATABASE_NAME, OWNER_ROLE))


def _embedded_parameters(user: str) -> dict[str, Any]:
    server = embedded_server()
    return {
        "NAME": DATABASE_NAME,
        "USER": user,
        "PASSWORD": "",
        "HOST": str(server.socket_folder),
        "PORT": "5432",
        "OPTIONS": {},
    }


def _owner_variable() -> str:
    return "FAIRPORT_DATABASE_OWNER_URL" if os.environ.get("FAIRPORT_DATABASE_OWNER_URL") else "FAIRPORT_DATABASE_URL"


def _parse(variable: str) -> dict[str, Any]:
    wrong = DatabaseError(f"{variable} must look like postgresql://user:password@host:5432/name.")
    try:
        parts = urlsplit(os.environ[variable].strip())
        port = parts.port
    except ValueError as error:
        raise wrong from error
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    name = unquote(parts.path.lstrip("/"))
    if parts.scheme not in ("postgres", "postgresql") or not name:
        raise wrong
    return {
        "NAME": name,
        "USER": unquote(parts.username or options.pop("user", "")),
        "PASSWORD": unquote(parts.password or options.pop("password", "")),
        # A folder as the host (a Unix socket) only fits into the query: ?host=/run/postgresql
        "HOST": options.pop("host", "") or unquote(parts.hostname or ""),
        "PORT": str(port or options.pop("port", "")),
        "OPTIONS": options,
    }


def _connect(variable: str) -> psycopg.Connection[Any]:
    parameters = _parse(variable)
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    arguments = {ours: parameters[theirs] for theirs, ours in names.items() if parameters[theirs]}
    try:
        return psycopg.connect(make_conninfo(**{"connect_timeout": 10, **arguments, **parameters["OPTIONS"]}))
    except psycopg.OperationalError as error:
        reason = " ".join(str(error).split())
        raise DatabaseError(f"The database that {variable} names does not answer: {reason}") from error


def _refuse_old_version(connection: psycopg.Connection[Any]) -> None:
    version = connection.info.server_version
    if version < OLDEST_VERSION * 10_000:
        raise DatabaseError(
            f"Fairport needs PostgreSQL {OLDEST_VERSION} or later, but the server is version {version // 10_000}."
        )


def _role_exists(connection: psycopg.Connection[Any], role: str) -> bool:
    return connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone() is not None


def _may_act(connection: psycopg.Connection[Any], login: str) -> bool:
    """Tell whether `login` may take on the application's role. From version 16 on membership alone is not enough."""
    if not _role_exists(connection, APP_ROLE):
        return False
    kind = "SET" if connection.info.server_version >= 160_000 else "MEMBER"
    row = connection.execute("SELECT pg_has_role(%s, %s, %s)", [login, APP_ROLE, kind]).fetchone()
    return row is not None and bool(row[0])


def _statement(template: LiteralString, *names: str) -> sql.Composed:
    return sql.SQL(template).format(*(sql.Identifier(name) for name in names))
