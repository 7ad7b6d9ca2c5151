"""Commands for a draw's published files: export, verify."""

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
    """Write a draw's files into a folder, byte for byte as they were fixed."""
    with django_ready():
        from fairport.clock.queries import now
        from fairport.draws.queries import files_of_draw, find_draw, public_file_names, read_file

        if find_draw(draw_id=draw_id) is None:
            raise Refused(f"There is no draw {draw_id}.")
        names = [file.name for file in files_of_draw(draw_id=draw_id)]
        chosen = names if every else public_file_names(draw_id=draw_id, at=now())
        out.mkdir(parents=True, exist_ok=True)
        for name in chosen:
            (out / name).write_bytes(read_file(draw_id=draw_id, name=name))
            print(out / name)
        if withheld := [name for name in names if name not in chosen]:
            print(f"Not public yet: {', '.join(withheld)}.")


def verify(
    folders: Annotated[list[Path], typer.Argument(metavar="DIR...", help="The folder of one draw's files each.")],
) -> None:
    """Compute published draws again and compare. Needs no database; `python -m fairport.domain verify` is the same."""
    from fairport.domain.__main__ import main

    raise typer.Exit(main(["verify", *(str(folder) for folder in folders)]))
