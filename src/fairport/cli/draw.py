"""Commands for the draw: freeze, beacon, run, list, show."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from fairport.cli.bootstrap import Refused, django_ready, print_table

app = typer.Typer(help="The daily draw.", no_args_is_help=True)


class Beacon(StrEnum):
    """Where the draw's randomness comes from."""

    DRAND = "drand"
    LOCAL = "local"


@app.command()
def freeze(
    programme: Annotated[str, typer.Argument(help="A programme, as `fairport policy list` names it.")],
    beacon: Annotated[
        Beacon | None, typer.Option(help="Where the randomness comes from; by default what FAIRPORT_DRAW_BEACON says.")
    ] = None,
) -> None:
    """Freeze the next draw of a programme: its entries and places stand from now on. Prints the draw's id."""
    with django_ready():
        from fairport.audit.events import OPERATOR
        from fairport.audit.operations import sequence_log
        from fairport.clock.queries import now
        from fairport.draws.operations import freeze_draw

        with _progress() as tell:
            draw = freeze_draw(programme=programme, at=now(), actor=OPERATOR, beacon=beacon, on_progress=tell)
        # Whoever freezes by hand may have no worker, and the manifest must be signed before the draw's time.
        sequence_log(at=now())
        print(draw.draw_id)
        if draw.left_out_count:
            print(f"Left out, as their files cannot be opened: {draw.left_out_count} groups", file=sys.stderr)


@app.command()
def run(draw_id: Annotated[str, typer.Argument(help="A frozen draw.")]) -> None:
    """Run a frozen draw: fetch its round of the beacon, order the entries and give out the places."""
    with django_ready():
        from fairport.audit.events import OPERATOR
        from fairport.clock.queries import now
        from fairport.draws.operations import bring_beacon, run_draw

        bring_beacon(draw_id=draw_id, at=now(), actor=OPERATOR)
        with _progress() as tell:
            draw = run_draw(draw_id=draw_id, at=now(), actor=OPERATOR, on_progress=tell)
        print(f"{draw.draw_id}: run, with {draw.entries_count} entries and {draw.people} people")


@app.command()
def beacon(
    draw_id: Annotated[str, typer.Argument(help="A frozen draw whose round no relay gives.")],
    round_number: Annotated[int, typer.Option("--round", min=1, help="The round.")],
    signature: Annotated[str, typer.Option(help="Its signature: 96 hex digits.")],
) -> None:
    """Bring the round that a frozen draw waits for; it is checked like one from a relay. Run the draw after that."""
    try:
        content = bytes.fromhex(signature)
    except ValueError:
        raise typer.BadParameter("a signature has 96 hex digits.") from None
    with django_ready():
        from fairport.audit.events import OPERATOR
        from fairport.clock.queries import now
        from fairport.domain.beacon import DrandBeacon
        from fairport.draws.operations import accept_beacon

        accept_beacon(draw_id=draw_id, beacon=DrandBeacon(round_number, content), at=now(), actor=OPERATOR)
        print(f"Round {round_number} has a good signature and is kept: the draw can be run.")


@contextmanager
def _progress() -> Iterator[Callable[[str, float], None]]:
    """Show a bar on stderr, so that stdout holds nothing but the answer."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=1.0)
        yield lambda stage, share: progress.update(task, description=stage, completed=share)


@app.command("list")
def list_draws() -> None:
    """List the draws, the latest first."""
    with django_ready():
        from fairport.draws.queries import list_draws as all_draws

        table = Table("Draw", "State", "Frozen (UTC)", "Run (UTC)", "Entries", "People", box=None)
        for draw in all_draws():
            run_at = f"{draw.run_at:%Y-%m-%d %H:%M}" if draw.run_at else "-"
            table.add_row(
                draw.draw_id,
                draw.state,
                f"{draw.frozen_at:%Y-%m-%d %H:%M}",
                run_at,
                str(draw.entries_count),
                str(draw.people),
            )
        print_table(table)


@app.command()
def show(draw_id: Annotated[str, typer.Argument(help="A draw.")]) -> None:
    """Show one draw: its times, its published files with their hashes, what came out."""
    with django_ready():
        from fairport.draws.queries import files_of_draw, find_draw, outcomes_of_draw

        draw = find_draw(draw_id=draw_id)
        if draw is None:
            raise Refused(f"There is no draw {draw_id}.")
        rows = {
            "Draw": draw.draw_id,
            "Programme": draw.programme,
            "State": draw.state,
            "Beacon": draw.beacon_kind,
            "Frozen (UTC)": f"{draw.frozen_at:%Y-%m-%d %H:%M}",
            "Run (UTC)": f"{draw.run_at:%Y-%m-%d %H:%M}" if draw.run_at else "-",
            "Entries": str(draw.entries_count),
            "People": str(draw.people),
            "Left out (file not readable)": str(draw.left_out_count),
            **{f"Outcome {name}": str(count) for name, count in outcomes_of_draw(draw_id=draw_id).items()},
            **{file.name: f"sha256 {file.sha256}" for file in files_of_draw(draw_id=draw_id)},
        }
        table = Table(show_header=False, box=None)
        for name, value in rows.items():
            table.add_row(name, value)
        print_table(table)
