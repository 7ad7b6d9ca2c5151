"""Commands for a draw's published files: export, verify."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from fairport.cli.bootstrap import Refused, django_ready


def add_commands(app: typer.Typer) -> None:
    """Put the commands of this module into `app`."""
    app.command()(export)
    app.command()(verify)


def export(
    draw_id: Annotated[str, typer.Argument(help="A draw.")],
    out: Annotated[Path, typer.Option(help="The folder to write to; made when missing.")],
    every: Annotated[
        bool, typer.Option("--all", help="Also what is not public yet, for an auditor: it tells who crosses when.")
    ] = False,
) -> None:
    """Write a draw's files into a folder, byte for byte as they were fixed, with the proof of the draw log."""
    with django_ready():
        from fairport.audit.events import OPERATOR
        from fairport.clock.queries import now
        from fairport.draws.queries import files_of_draw, find_draw
        from fairport.transparency.bundles import all_files, public_files

        if find_draw(draw_id=draw_id) is None:
            raise Refused(f"There is no draw {draw_id}.")
        if every:
            files = all_files(draw_id=draw_id, at=now(), actor=OPERATOR)
        else:
            files = public_files(draw_id=draw_id, at=now())
        out.mkdir(parents=True, exist_ok=True)
        for name, content in files:
            (out / name).write_bytes(content)
            print(out / name)
        written = {name for name, _ in files}
        if withheld := [file.name for file in files_of_draw(draw_id=draw_id) if file.name not in written]:
            print(f"Not public yet: {', '.join(withheld)}.")


def verify(
    paths: Annotated[
        list[Path], typer.Argument(metavar="DIR...", help="One draw's folder each, or its archive (.tar.gz).")
    ],
    log_vkey: Annotated[
        list[str] | None,
        typer.Option(help="A public key of the draw log, from where you trust it; may be repeated."),
    ] = None,
    witness: Annotated[
        list[str] | None, typer.Option(help="The public key of a witness of the log; may be repeated.")
    ] = None,
) -> None:
    """Compute published draws again and compare, with drand's signature and the draw log. Needs no database.

    Ends with status 3 where nothing is wrong but files are missing: such a draw is only partly checked, not proven.
    """
    from fairport.audit.notes import parse_key
    from fairport.domain.__main__ import describe, exit_status
    from fairport.draws.verifying import verify_draws

    for path in paths:
        if not os.path.exists(path):
            print(f"{path} does not exist.", file=sys.stderr)
            raise typer.Exit(2)
    reports = verify_draws(
        paths=paths,
        log_keys=[parse_key(text) for text in log_vkey or []],
        witnesses=[parse_key(text) for text in witness or []],
    )
    print("\n".join(describe(report) for report in reports))
    raise typer.Exit(exit_status(reports))
