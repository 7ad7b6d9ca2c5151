"""Commands for the published rules: load, list, show."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from fairport.cli.bootstrap import Refused, django_ready, print_table
from fairport.config.paths import PACKAGE

app = typer.Typer(help="The rules of the programmes, as dated versions.", no_args_is_help=True)


def policy_files() -> list[Path]:
    """Return the policy files that come with Fairport."""
    return sorted((PACKAGE / "programmes" / "policies").glob("*.toml"))


@app.command()
def load(file: Annotated[Path, typer.Argument(help="A policy in TOML.")]) -> None:
    """Publish a policy file as a new version; the same bytes again change nothing."""
    with django_ready():
        from fairport.audit.events import OPERATOR
        from fairport.clock.queries import now
        from fairport.domain.policy import PolicyError
        from fairport.programmes.operations import load_policy_file

        try:
            version = load_policy_file(path=file, at=now(), actor=OPERATOR)
        except PolicyError as error:
            raise Refused(f"{file} is not a usable policy:\n{error}") from error
        print(f"{version.programme_id} {version.version} from {version.effective_from}, sha256 {version.sha256}")


@app.command("list")
def list_versions() -> None:
    """List the published versions."""
    with django_ready():
        from fairport.programmes.queries import list_policy_versions, list_programmes

        table = Table("Programme", "Version", "From", "Until", "SHA-256", box=None)
        for programme in list_programmes():
            for version in list_policy_versions(programme=programme.slug):
                until = str(version.effective_until) if version.effective_until else "-"
                table.add_row(programme.slug, version.version, str(version.effective_from), until, version.sha256)
        print_table(table)


@app.command()
def show(
    programme: Annotated[str, typer.Argument(help="A programme, as `fairport policy list` names it.")],
    version: Annotated[str, typer.Argument(help="A version; the latest when left out.")] = "",
) -> None:
    """Print a version's file, byte for byte as it was published."""
    with django_ready():
        from fairport.programmes.queries import list_policy_versions

        versions = [row for row in list_policy_versions(programme=programme) if version in ("", row.version)]
        if not versions:
            raise Refused(f"There is no such policy: {programme} {version}".strip() + ".")
        typer.echo(bytes(versions[-1].source), nl=False)
