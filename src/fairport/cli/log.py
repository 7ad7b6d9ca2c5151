"""Commands for the public logs and the keys that sign."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fairport.cli.bootstrap import Refused, django_ready

if TYPE_CHECKING:
    from fairport.audit.queries import LogName

app = typer.Typer(help="The public logs: every event as a hash, and every manifest and result.", no_args_is_help=True)
keys_app = typer.Typer(help="The keys that sign.", no_args_is_help=True)

DrawLog = Annotated[bool, typer.Option("--draw-log", help="The draw log instead of the log of all events.")]
VerifierKeys = Annotated[
    list[str] | None, typer.Option("--vkey", help="A public key of the log, from where you trust it; may be repeated.")
]
Witnesses = Annotated[list[str] | None, typer.Option("--witness", help="The public key of a witness; may be repeated.")]


@app.command()
def checkpoint(draw_log: DrawLog = False) -> None:
    """Print the last signed checkpoint with its cosignatures."""
    with django_ready():
        from fairport.audit.queries import checkpoint_note

        print(checkpoint_note(log=_log(draw_log)), end="")


@app.command()
def keys() -> None:
    """Print the public keys of both logs and of the witnesses as C2SP vkeys, today's first."""
    with django_ready():
        from fairport.audit.queries import PUBLIC_NAMES, keys_of, witness_keys

        for log, name in PUBLIC_NAMES.items():
            for key in keys_of(log=log):
                print(f"{name}\t{key}")
        for key in witness_keys():
            print(f"witness\t{key}")


@app.command()
def sequence() -> None:
    """Give everything that has no place in the logs one now; the worker does this every few seconds."""
    with django_ready():
        from fairport.audit.operations import sequence_log
        from fairport.clock.queries import now

        print(f"{sequence_log(at=now())} leaves added")


@app.command()
def export(out: Annotated[Path, typer.Option(help="The folder; files in it are brought up to date.")]) -> None:
    """Write checkpoints, tiles and the draw log's entries as files, from the database."""
    with django_ready():
        from fairport.audit.operations import publish_log
        from fairport.audit.queries import PUBLIC_NAMES

        for log, name in PUBLIC_NAMES.items():
            print(f"{out / name}: {publish_log(log=log, folder=out)} leaves")


@app.command()
def prove(event_id: Annotated[int, typer.Argument(help="The number of an event.")]) -> None:
    """Print the receipt of an event: the proof (C2SP tlog-proof) that the log holds it."""
    with django_ready():
        from fairport.audit.queries import inclusion_proof

        print(inclusion_proof(event_id=event_id), end="")


@app.command()
def cosign(
    file: Annotated[Path, typer.Argument(help="A checkpoint with the lines of witnesses; - reads standard input.")],
    draw_log: DrawLog = False,
) -> None:
    """Keep the cosignatures of known witnesses (FAIRPORT_WITNESSES) for one of our checkpoints."""
    note = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    with django_ready():
        from fairport.audit.operations import add_cosignatures
        from fairport.audit.queries import checkpoint_note
        from fairport.clock.queries import now

        log = _log(draw_log)
        kept = add_cosignatures(log=log, note=note, at=now())
        print(checkpoint_note(log=log, size=kept.size), end="")


@app.command()
def verify(
    folder: Annotated[Path | None, typer.Argument(help="An exported log; without it the database is checked.")] = None,
    vkey: VerifierKeys = None,
    witness: Witnesses = None,
    checkpoint: Annotated[
        list[Path] | None, typer.Option(help="A checkpoint that was kept elsewhere: the database must continue it.")
    ] = None,
) -> None:
    """Check that nothing in a log was changed, dropped, inserted or reordered. Exit status 1 if something was."""
    if folder is None:
        good = _verify_database(checkpoint or [])
    elif vkey:
        good = _verify_folder(folder, vkey, witness or [])
    else:
        raise typer.BadParameter("name the public key of the log with --vkey: a folder cannot vouch for itself.")
    raise typer.Exit(0 if good else 1)


@keys_app.command()
def rotate(name: Annotated[str, typer.Argument(help="log, draw-log or pass.")]) -> None:
    """Make a new signing key and use it from now on; what the older ones signed stays good."""
    with django_ready():
        from fairport.audit.events import OPERATOR
        from fairport.audit.operations import rotate_key
        from fairport.audit.queries import PUBLIC_NAMES, keys_of
        from fairport.clock.queries import now

        key = rotate_key(name=name, at=now(), actor=OPERATOR)
        logs = {public_name: log for log, public_name in PUBLIC_NAMES.items()}
        # Those who verify a log compare vkeys, which have ids of their own.
        told = keys_of(log=logs[name])[0] if name in logs else key.id
        print(f"The {name} key is now {told}. Copy the key ring to the other machines and into its backup.")


def _verify_database(checkpoints: list[Path]) -> bool:
    with django_ready():
        from django.conf import settings

        from fairport.audit.queries import PUBLIC_NAMES, verify_logs

        published = [settings.LOG_FOLDER / name / "checkpoint" for name in PUBLIC_NAMES.values()]
        known = [path for path in published if path.is_file()] + checkpoints
        good = True
        for report in verify_logs(known_notes=[(str(path), path.read_bytes()) for path in known]):
            name = PUBLIC_NAMES[report.log]
            _print_findings(name, report.findings, report.left_out)
            print(
                f"{name}: {report.leaves} leaves, {report.checkpoints} checkpoints, {report.cosignatures} cosignatures"
                f" checked; {report.waiting} waiting for their place"
            )
            if report.opened or report.erased:
                print(f"{name}: the details of {report.opened} events opened; {report.erased} were erased")
            good = good and not report.findings
        print(_VERDICTS[good])
        return good


def _verify_folder(folder: Path, vkeys: list[str], witness_vkeys: list[str]) -> bool:
    from fairport.audit.folder import CHECKPOINT_FILE, verify_folder
    from fairport.audit.notes import parse_key

    log_keys, witnesses = [parse_key(text) for text in vkeys], [parse_key(text) for text in witness_vkeys]
    if (folder / CHECKPOINT_FILE).is_file():
        places = [folder]
    else:
        places = sorted(path.parent for path in folder.glob(f"*/{CHECKPOINT_FILE}"))
    if not places:
        raise Refused(f"There is no checkpoint in {folder}.")
    good = True
    for place in places:
        # What is overdue depends on when this copy was made, not on when it is looked at.
        copied_at = datetime.fromtimestamp((place / CHECKPOINT_FILE).stat().st_mtime, UTC)
        report = verify_folder(folder=place, keys=log_keys, witnesses=witnesses, at=copied_at)
        _print_findings(place.name, report.findings)
        if report.head is not None:
            print(f"{place.name}: {report.head.origin}, {report.head.size} leaves, {report.entries} entries checked")
        for cosignature in report.cosignatures:
            print(f"{place.name}: cosigned by {cosignature.key.name} at {cosignature.at:%Y-%m-%d %H:%M:%S} UTC")
        good = good and not report.findings
    print(_VERDICTS[good])
    return good


def _print_findings(name: str, findings: list[str], left_out: int = 0) -> None:
    for finding in findings:
        print(f"{name}: {finding}")
    if left_out:
        print(f"{name}: and {left_out} more")


def _log(draw_log: bool) -> "LogName":
    from fairport.audit.queries import LogName

    return LogName.DRAWS if draw_log else LogName.EVENTS


_VERDICTS = {True: "Everything fits what was signed.", False: "NOT as it was signed: see above."}
