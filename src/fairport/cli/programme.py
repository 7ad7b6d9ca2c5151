"""Commands for the end of a programme: close, reopen, show, verify-record."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from fairport.cli.bootstrap import Refused, django_ready

app = typer.Typer(help="The programmes, and how one ends.", no_args_is_help=True)

Slug = Annotated[str, typer.Argument(help="A programme, as `fairport policy list` names it.")]


@app.command()
def close(
    programme: Slug,
    last_day: Annotated[str, typer.Option(help="The last local day for appointments, like 2027-01-31.")],
    words: Annotated[list[str], typer.Option(help='Why, in each language: --words "en=…" --words "es=…".')],
) -> None:
    """Announce the end of a programme: everybody is told, and nothing else changes yet.

    It takes effect only when two people confirm it at /office/programmes; until then `reopen` takes it back.
    """
    day, texts = _day(last_day), dict(map(_language_and_words, words))
    with django_ready():
        from fairport.audit.events import OPERATOR
        from fairport.clock.queries import now
        from fairport.closing.operations import announce

        closure = announce(programme=programme, last_day=day, words=texts, at=now(), actor=OPERATOR)
        print(f"Announced: the last day of {programme} is {closure.last_day}. Everybody with a registration is told.")
        print("Not final yet: one operator proposes that at /office/programmes, and another approves it.")


@app.command()
def reopen(programme: Slug) -> None:
    """Take an announced end back. A confirmed one is taken back by two people, at /office/programmes."""
    with django_ready():
        from fairport.audit.events import OPERATOR
        from fairport.clock.queries import now
        from fairport.closing.operations import take_back

        take_back(programme=programme, at=now(), actor=OPERATOR)
        print(f"{programme} goes on. Everybody with a registration is told.")


@app.command()
def show(programme: Slug) -> None:
    """Say whether a programme ends, and compare its queue with the one that was written down."""
    with django_ready():
        from fairport.closing.queries import queue_digest
        from fairport.programmes.closing import live_closure
        from fairport.programmes.queries import NoPolicyInForce, list_policy_versions

        if not list_policy_versions(programme=programme):
            raise NoPolicyInForce(f"There is no programme {programme}.")
        size, digest = queue_digest(programme=programme)
        print(f"In the queue: {size} registrations, sha256 {digest}")
        closure = live_closure(programme=programme)
        if closure is None:
            print("No end is announced.")
            return
        print(f"{closure.get_state_display()}: the last day is {closure.last_day}.")
        if closure.queue_sha256:
            print(f"When it was confirmed: {closure.queue_size} registrations, sha256 {closure.queue_sha256}")


@app.command("verify-record")
def verify(file: Annotated[Path, typer.Argument(help="A record that somebody saved from their own page.")]) -> None:
    """Tell whether a saved record is what this installation wrote, and since when the group waits."""
    with django_ready():
        from fairport.applicant.record import RecordForged, RecordMalformed, verify_record

        try:
            record = verify_record(file.read_bytes())
        except (RecordForged, RecordMalformed) as error:
            raise Refused(f"{file}: {error}") from error
        print(f"Genuine: {record['registration_number']}, {record['size']} travelers, {record['programme']}.")
        print(f"Registered {record['registered_at']}; it was {record['status']} on {record['made_at']}.")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"Write the last day as 2027-01-31, not {text!r}.") from error


def _language_and_words(text: str) -> tuple[str, str]:
    language, separator, words = text.partition("=")
    if not separator:
        raise typer.BadParameter(f'Write the language before the words, like "en=…", not {text!r}.')
    return language.strip(), words
