"""Commands that run Fairport: serve, worker, migrate, manage."""

import logging
import os
import sys
from typing import Annotated

import typer

from fairport.cli.bootstrap import Refused, django_ready, keyring_path
from fairport.cli.policy import policy_files
from fairport.config.database import grant_app_privileges, owner_connection, prepare_roles, running_database

PASS_THROUGH = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


def add_commands(app: typer.Typer) -> None:
    """Put the commands of this module into `app`."""
    app.command()(serve)
    app.command()(worker)
    app.command()(migrate)
    app.command(context_settings=PASS_THROUGH, add_help_option=False)(manage)
    app.command(hidden=True)(prepare)


def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65_535, help="The port to listen on.")] = 8000,
    demo: Annotated[bool, typer.Option("--demo", help="With demonstration data, accounts and clock.")] = False,
) -> None:
    """Serve everything: web server, worker and, unless another is named, the database. Ctrl-C stops it cleanly."""
    from fairport.config.serve import refuse_impossible
    from fairport.config.serve import serve as run

    refuse_impossible(host=host, port=port, demo=demo)
    _ensure_keyring()
    with running_database():
        status = run(host=host, port=port, demo=demo)
    raise typer.Exit(status)


def worker() -> None:
    """Run the background work: the daily draw, messages, everything that falls due."""
    with django_ready(log_level=logging.INFO):
        from django.core.management import call_command

        call_command(
            "procrastinate", "worker", "--concurrency=2", "--shutdown-graceful-timeout=20", "--delete-jobs=successful"
        )


def migrate(
    quiet: Annotated[bool, typer.Option("--quiet", help="Say only what goes wrong.")] = False,
) -> None:
    """Bring the database's tables up to date, as their owner, and give the application its rights on them."""
    _ensure_keyring()
    with running_database():
        prepare_roles()
    with django_ready(database_as="owner"):
        from django.core.management import call_command

        call_command("migrate", interactive=False, verbosity=0 if quiet else 1)
        with owner_connection() as connection:
            grant_app_privileges(connection)


def manage(context: typer.Context) -> None:
    """Run one of Django's own commands (`fairport manage help` lists them)."""
    if context.args[:1] == ["migrate"] and len(context.args) == 1:
        migrate()
        return
    owner = context.args[:1] in (["migrate"], ["flush"], ["sqlflush"])
    with django_ready(database_as="owner" if owner else "app"):
        from django.core.management import execute_from_command_line

        execute_from_command_line(["fairport manage", *context.args])


def prepare(
    demo: Annotated[bool, typer.Option("--demo", help="Also the demonstration's data.")] = False,
) -> None:
    """Load the policies and collect the static files; `serve` runs this before it starts."""
    with django_ready():
        from fairport.audit.events import OPERATOR
        from fairport.clock.operations import begin_demonstration
        from fairport.clock.queries import is_demonstration, now
        from fairport.config.static_files import collect_static_files
        from fairport.programmes.operations import load_policy_file
        from fairport.sealing.queries import keyring_opens_everything

        if not keyring_opens_everything():
            # With other keys nobody's access code would work, and new registrations would be sealed apart.
            raise Refused(
                f"The key ring {os.path.relpath(keyring_path())} does not belong to this database: put its own key"
                " ring there, or name it by FAIRPORT_KEYRING."
            )
        if demo:
            begin_demonstration()
        elif is_demonstration():
            raise Refused(
                "This database holds a demonstration, whose accounts anybody can use: serve it with --demo, or use"
                " another database."
            )
        for path in policy_files():
            load_policy_file(path=path, at=now(), actor=OPERATOR)
        collect_static_files()
        if demo:
            from fairport.config.demo import prepare_demo

            print("\n".join(prepare_demo(at=now())))


def _ensure_keyring() -> None:
    from fairport.sealing.keyring import ensure_keyring

    path = keyring_path()
    if ensure_keyring(path):
        print(
            f"Made a new key ring: {os.path.relpath(path)}. Keep a copy of it apart from the database's.",
            file=sys.stderr,
        )
