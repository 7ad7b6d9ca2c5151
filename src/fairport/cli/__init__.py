"""The command line. Exit status 0: done, 1: failed or refused, 2: used wrongly; an error is one sentence on stderr."""

import sys

import typer

from fairport.cli import demo, draw, draw_files, log, metros, policy, programme, service, staff

app = typer.Typer(
    help="Public appointments given out by a draw that anyone can check.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
service.add_commands(app)
app.add_typer(policy.app, name="policy")
app.add_typer(programme.app, name="programme")
app.add_typer(demo.app, name="demo")
draw_files.add_commands(draw.app)
app.add_typer(draw.app, name="draw")
app.add_typer(log.app, name="log")
app.add_typer(log.keys_app, name="keys")
app.add_typer(staff.app, name="staff")
app.command("metros")(metros.metros)


def main() -> None:
    """Run the command that `sys.argv` names and exit with its status."""
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(1)
    except OSError as error:
        _refuse(f"{error.strerror}: {error.filename}" if error.filename else str(error))
    except Exception as error:
        # An expected failure has a code and says in its message what is wrong. Anything else is a bug: let it be seen.
        if not isinstance(getattr(error, "code", None), str) or not str(error):
            raise
        _refuse(str(error))


def _refuse(message: str) -> None:
    print(message, file=sys.stderr)
    sys.exit(1)
