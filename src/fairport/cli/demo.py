"""Commands for the demonstration: load, advance."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from fairport.cli.bootstrap import Refused, django_ready

app = typer.Typer(help="The demonstration's data and clock.", no_args_is_help=True)

UNITS = {"m": "minutes", "h": "hours", "d": "days"}
LONGEST = timedelta(days=366)


@app.command()
def load(
    registrations: Annotated[int, typer.Option(min=1, max=5_000_000, help="How many registrations to make.")],
    seed: Annotated[int, typer.Option(help="The same seed makes the same people.")] = 1,
) -> None:
    """Add synthetic registrations, plausible and made up."""
    with _demonstration():
        from fairport.clock.queries import now
        from fairport.config.demo import load_registrations

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True)) as progress:
            task = progress.add_task("Registrations", total=registrations)
            load_registrations(
                count=registrations, seed=seed, at=now(), on_progress=lambda done: progress.update(task, completed=done)
            )
        print(f"Loaded {registrations} registrations.")


@app.command()
def advance(
    by: Annotated[str, typer.Argument(help="How far: 45m, 12h or 3d; or until when: 2026-11-30T17:00 UTC.")],
) -> None:
    """Move the demonstration's clock forward; everything that falls due on the way happens."""
    moment = parse_moment(by)
    duration = parse_duration(by) if moment is None else LONGEST
    with _demonstration():
        from fairport.clock.queries import now
        from fairport.config.demo import advance as advance_step_by_step

        present = now()
        target = moment or present + duration
        step = target - present
        if not timedelta(0) < step <= LONGEST:
            raise Refused(f"It is {present:%Y-%m-%d %H:%M} UTC: the clock only moves forward, and by a year at most.")
        columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task("Moving the clock", total=step.total_seconds())

            def show(reached: datetime) -> None:
                left = (target - reached).total_seconds()
                progress.update(
                    task, description=f"{reached:%Y-%m-%d %H:%M} UTC", completed=step.total_seconds() - left
                )

            advance_step_by_step(by=step, on_progress=show)
        print(f"It is now {now():%Y-%m-%d %H:%M} UTC in the demonstration.")


@app.command()
def code(email: Annotated[str, typer.Argument(help="A demonstration account, as `serve` prints them.")]) -> None:
    """Print the code that a demonstration account's authenticator app would show now."""
    with _demonstration():
        from fairport.accounts.operations import demo_code

        print(demo_code(email=email))


def parse_duration(text: str) -> timedelta:
    """Read `45m`, `12h` or `3d`.

    Raises:
        typer.BadParameter: it looks otherwise, or is nothing or longer than a year.
    """
    match = re.fullmatch(r"([0-9]{1,6})([mhd])", text)
    duration = timedelta(**{UNITS[match[2]]: int(match[1])}) if match else timedelta(0)
    if not timedelta(0) < duration <= LONGEST:
        raise typer.BadParameter(
            f"Say how far as 45m, 12h or 3d (at most a year), or until when as 2026-11-30T17:00, not {text!r}."
        )
    return duration


def parse_moment(text: str) -> datetime | None:
    """Read `2026-11-30T17:00`, in UTC unless it names another offset; None where it looks otherwise."""
    if not re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T", text):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


@contextmanager
def _demonstration() -> Iterator[None]:
    with django_ready():
        from django.conf import settings

        if not settings.DEMO:
            raise Refused("This database is not a demonstration's: begin one with `fairport serve --demo`.")
        yield
