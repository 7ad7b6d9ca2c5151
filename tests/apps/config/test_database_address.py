"""Another server, named by FAIRPORT_DATABASE_URL: how it is read, which roles it needs."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from fairport.config.database import (
    APP_ROLE,
    DatabaseError,
    connection_parameters,
    prepare_roles,
    running_database,
)
from fairport.config.embedded_postgres import EmbeddedServer

URL = "FAIRPORT_DATABASE_URL"
OWNER_URL = "FAIRPORT_DATABASE_OWNER_URL"


@dataclass(frozen=True)
class FreshServer:
    """A running server that has nothing of Fairport's."""

    server: EmbeddedServer

    def login(self, name: str, *, rights: str = "") -> str:
        """Make a login, the first one with a database, and return its address."""
        with psycopg.connect(self.server.conninfo(), autocommit=True) as admin:
            admin.execute(f'CREATE ROLE "{name}" LOGIN {rights}')
            if not admin.execute("SELECT 1 FROM pg_database WHERE datname = 'public_service'").fetchone():
                admin.execute(f'CREATE DATABASE public_service OWNER "{name}"')
        return f"postgresql:///public_service?host={quote(str(self.server.socket_folder))}&user={name}"


@pytest.fixture(autouse=True)
def no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in (URL, OWNER_URL, "FAIRPORT_DATABASE_POOL"):
        monkeypatch.delenv(variable, raising=False)


def test_without_an_address_each_role_has_its_login_on_the_private_server(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FAIRPORT_VAR", str(tmp_path))
    app, owner = connection_parameters("app"), connection_parameters("owner")
    assert (app["USER"], owner["USER"]) == ("fairport_app", "fairport_owner")
    assert app["HOST"] == owner["HOST"] == str(EmbeddedServer(tmp_path / "postgres").socket_folder)


def test_every_part_of_an_address_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(URL, "postgresql://web:p%40ss%2Fw%3A@db.example:6543/fair%20port?sslmode=require")
    owner = connection_parameters("owner")
    assert {key: owner[key] for key in ("USER", "PASSWORD", "HOST", "PORT", "NAME", "OPTIONS")} == {
        "USER": "web",
        "PASSWORD": "p@ss/w:",
        "HOST": "db.example",
        "PORT": "6543",
        "NAME": "fair port",
        "OPTIONS": {"sslmode": "require"},
    }
    assert connection_parameters("app")["OPTIONS"] == {"sslmode": "require", "options": "-c role=fairport_app"}


def test_a_socket_folder_is_read_from_the_query(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(URL, "postgresql:///fairport?host=/run/postgresql&user=web&port=5433")
    owner = connection_parameters("owner")
    assert (owner["HOST"], owner["USER"], owner["PORT"], owner["OPTIONS"]) == ("/run/postgresql", "web", "5433", {})


def test_the_owner_may_have_an_address_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(URL, "postgresql://web@db/fairport")
    monkeypatch.setenv(OWNER_URL, "postgresql://boss@db/fairport")
    assert (connection_parameters("app")["USER"], connection_parameters("owner")["USER"]) == ("web", "boss")


@pytest.mark.parametrize("address", ["mysql://web@db/x", "postgresql://web@db", "db", "postgresql://web@db:port/x"])
def test_an_impossible_address_is_refused_without_repeating_it(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv(URL, address)
    with pytest.raises(DatabaseError) as caught:
        connection_parameters("app")
    assert str(caught.value) == "FAIRPORT_DATABASE_URL must look like postgresql://user:password@host:5432/name."


def test_an_unknown_role_is_refused() -> None:
    with pytest.raises(DatabaseError, match="must be owner or app"):
        connection_parameters("admin")


def test_only_a_wanted_pool_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "pool" not in connection_parameters("app")["OPTIONS"]
    monkeypatch.setenv("FAIRPORT_DATABASE_POOL", "7")
    assert connection_parameters("app")["OPTIONS"]["pool"]["max_size"] == 7


def test_a_server_that_does_not_answer_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(URL, f"postgresql:///fairport?host={quote(str(tmp_path))}&user=web")
    with pytest.raises(DatabaseError, match="that FAIRPORT_DATABASE_URL names does not answer") as caught:
        ExitStack().enter_context(running_database())
    assert "\n" not in str(caught.value)


@pytest.fixture
def fresh(server_folder: Path) -> Iterator[FreshServer]:
    server = EmbeddedServer(server_folder)
    with server.running():
        yield FreshServer(server)


def _acts_as(parameters: dict[str, object]) -> tuple[object, ...] | None:
    options = parameters["OPTIONS"]
    assert isinstance(options, dict)
    with psycopg.connect(
        host=str(parameters["HOST"]), user=str(parameters["USER"]), dbname=str(parameters["NAME"]), **options
    ) as connection:
        return connection.execute("SELECT current_user::text, session_user::text").fetchone()


def test_an_owner_that_may_create_roles_makes_the_applications_own(
    fresh: FreshServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(URL, fresh.login("boss", rights="CREATEROLE"))
    prepare_roles()
    prepare_roles()
    assert _acts_as(connection_parameters("app")) == (APP_ROLE, "boss")


def test_a_second_login_is_made_a_member(fresh: FreshServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(OWNER_URL, fresh.login("boss", rights="CREATEROLE"))
    monkeypatch.setenv(URL, fresh.login("web"))
    prepare_roles()
    assert _acts_as(connection_parameters("app")) == (APP_ROLE, "web")


def test_an_owner_that_may_not_is_given_the_statements_for_an_administrator(
    fresh: FreshServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(URL, fresh.login("web"))
    with pytest.raises(DatabaseError) as caught:
        prepare_roles()
    statements = 'CREATE ROLE "fairport_app" NOLOGIN; GRANT "fairport_app" TO "web";'
    assert f"`{statements}`" in str(caught.value)
    with psycopg.connect(fresh.server.conninfo(), autocommit=True) as admin:
        admin.execute(statements)
    prepare_roles()
    assert _acts_as(connection_parameters("app")) == (APP_ROLE, "web")
