"""What a command needs before it can call an operation: the database, the key ring, Django."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from rich.console import Console
from rich.table import Table

from fairport.config.database import Role, holds_demonstration, running_database
from fairport.config.paths import var_folder

SETTINGS = "fairport.config.settings"


class Refused(Exception):
    """A command refuses what it was asked; the message is one plain sentence."""

    code = "refused"


@contextmanager
def django_ready(*, database_as: Role = "app", log_level: int = logging.WARNING) -> Iterator[None]:
    """Inside, Django is set up and its database answers. A person at a terminal wants no record of what went well.

    Raises:
        DatabaseError, EmbeddedServerError: the database cannot be used.
        Refused: its tables are not up to date, or it stopped answering.
        SettingError: a variable of the environment has an impossible value.
    """
    os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS
    os.environ["FAIRPORT_DATABASE_AS"] = database_as
    with running_database():
        if "FAIRPORT_DEMO" not in os.environ:
            # A command beside a running demonstration must live in the same time as its server.
            os.environ["FAIRPORT_DEMO"] = "1" if holds_demonstration() else "0"
        import django

        django.setup()
        logging.getLogger().setLevel(log_level)
        from django.db import OperationalError, ProgrammingError

        try:
            yield
        except ProgrammingError as error:
            if not isinstance(error.__cause__, psycopg.errors.UndefinedTable | psycopg.errors.UndefinedColumn):
                raise
            raise Refused("The database's tables are not up to date: run `fairport migrate` first.") from error
        except OperationalError as error:
            raise Refused(f"The database stopped answering: {' '.join(str(error).split())}") from error


def keyring_path() -> Path:
    """Return the file of the key ring."""
    chosen = os.environ.get("FAIRPORT_KEYRING")
    return Path(chosen).expanduser() if chosen else var_folder() / "keyring.json"


def print_table(table: Table) -> None:
    """Print a table; in a pipe no cell is cut."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=1000)
    console.print(table)
