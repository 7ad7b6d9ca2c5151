"""The command for the ranking of metropolitan areas. It needs no database."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.box import HEAVY_HEAD, SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from fairport.cli.bootstrap import print_table
from fairport.metros.errors import MetrosError
from fairport.metros.formats import BINARY, Format
from fairport.metros.queries import GOLDEN, HOW_TO_GET_DATA, part_of, whole_ranking

if TYPE_CHECKING:
    import polars as pl

    from fairport.metros.ranking import Ranking
    from fairport.metros.sources.census_api import Progress as OnProgress

API = "api"
WIDE_ENOUGH = 125  # columns of a terminal in which full names and all margins stand side by side


class Cohort(StrEnum):
    """Which areas, by population."""

    SMALL = "small"
    MIDSIZE = "midsize"
    LARGE = "large"


def metros(
    source: Annotated[
        str, typer.Option(help="golden (ships with Fairport), api (the Census API), or a folder with summary files.")
    ] = GOLDEN,
    year: Annotated[int | None, typer.Option(min=2009, max=2100, help="The last of the five years.")] = None,
    cohort: Annotated[Cohort | None, typer.Option(help="Only areas of this size.")] = None,
    micro: Annotated[bool, typer.Option("--micro", help="Micropolitan areas as well.")] = False,
    state: Annotated[str | None, typer.Option(help="Only areas in this state: two letters.")] = None,
    country: Annotated[str | None, typer.Option(help="Only areas with this most common country of birth.")] = None,
    compare_year: Annotated[
        int | None, typer.Option(min=2009, max=2100, help="Add the change of the share since this year.")
    ] = None,
    format: Annotated[Format, typer.Option(help="How to write it.")] = Format.TABLE,
    out: Annotated[Path | None, typer.Option(help="Write into this file.", dir_okay=False)] = None,
    key_file: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="A file with the key; else CENSUS_API_KEY.")
    ] = None,
    cache: Annotated[Path | None, typer.Option(file_okay=False, help="Where answers of the API are kept.")] = None,
) -> None:
    """Rank metropolitan areas by their immigrant population, from Census data."""
    if source == API and year is None:
        raise typer.BadParameter("--source api needs --year, the last of the five years.")
    if format == Format.TABLE and out is not None:
        raise typer.BadParameter("--out needs a --format: csv, json, html, parquet or png.")
    if format in BINARY and out is None:
        raise typer.BadParameter(f"--format {format} needs --out.")
    kinds = ("metro", "micro") if micro else ("metro",)

    def read(of_year: int | None) -> "Ranking":
        return (
            _from_api(of_year, key_file, cache) if source == API else whole_ranking(source=_place(source), year=of_year)
        )

    whole = read(year)
    ranking = part_of(whole, kinds=kinds, cohort=cohort, state=state, country=country)
    comparison = None
    if compare_year is not None:
        from fairport.metros.comparison import compare_rankings

        comparison = compare_rankings(whole, read(compare_year))
    if format == Format.TABLE:
        _show(ranking, comparison)
    else:
        from fairport.metros.outputs import write_output

        _write(write_output(ranking, format=format, comparison=comparison), out)
    if ranking.source == GOLDEN and cohort is None:
        print(f"Small, midsize and micropolitan areas: no data here; {HOW_TO_GET_DATA}.", file=sys.stderr)


def _place(source: str) -> str | Path:
    return source if source == GOLDEN else Path(source).expanduser()


def _from_api(year: int | None, key_file: Path | None, cache: Path | None) -> "Ranking":
    from fairport.metros.ranking import rank_areas
    from fairport.metros.sources.census_api import CENSUS_API, default_cache, fetch_tables

    if year is None:
        raise MetrosError("The Census API needs a year.")
    key = key_file.read_text(encoding="utf-8").strip() if key_file else os.environ.get("CENSUS_API_KEY", "").strip()
    base = os.environ.get("FAIRPORT_CENSUS_API", CENSUS_API).rstrip("/")
    with _progress(f"Census API, {year}") as tell:
        tables = fetch_tables(year=year, key=key or None, cache=cache or default_cache(), base=base, on_progress=tell)
    return rank_areas(tables)


@contextmanager
def _progress(what: str) -> Iterator["OnProgress"]:
    """A bar on stderr; nothing in a pipe, and nothing where the cache answers at once."""
    console = Console(stderr=True)
    with Progress(
        TextColumn(what), BarColumn(), TaskProgressColumn(), TimeElapsedColumn(), console=console, transient=True,
        disable=not console.is_terminal,
    ) as bar:  # fmt: skip
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _write(content: bytes, out: Path | None) -> None:
    if out is not None:
        out.write_bytes(content)
    else:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()


def _show(ranking: "Ranking", comparison: "pl.DataFrame | None") -> None:
    from fairport.metros.outputs import SIGNS, TITLES, bar_label, flat_table, row_cells, source_line

    console = Console()
    narrow = console.is_terminal and console.width < WIDE_ENOUGH
    rows = flat_table(ranking, comparison).with_columns(ranking.areas["short_name"])
    for name, title in TITLES.items():
        part = [row for row in rows.iter_rows(named=True) if row["cohort"] == name]
        if not part:
            continue
        table = _empty_table(title, narrow=narrow, with_change=comparison is not None)
        for row in part:
            if narrow:
                row |= {"short_name": bar_label(row["short_name"]), "foreign_born_moe": None, "population_moe": None}
            table.add_row(*row_cells(row, with_change=comparison is not None))
        print_table(table)
    if rows.is_empty():
        print("No area is left by these choices.")
    print(source_line(ranking))
    if ranking.areas["share_moe"].is_not_null().any():
        print(SIGNS)
    if comparison is not None:
        print(
            "Change: percentage points; * differs from none at the 90 % level. Limits of areas may have been redrawn."
        )
    for note in ranking.notes:
        print(f"{note.text} ({len(note.areas)}: {'; '.join(note.areas)})")


def _empty_table(title: str, *, narrow: bool, with_change: bool) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD if narrow else HEAVY_HEAD)
    if narrow:
        table.pad_edge, table.collapse_padding = False, True
    table.add_column("#" if narrow else "Rank", justify="right", no_wrap=True)
    table.add_column("Area", overflow="fold")
    table.add_column("Share", justify="right", no_wrap=True)
    table.add_column("Country" if narrow else "Most common country", overflow="fold")
    for name in ("Foreign-born", "Population", *(["Change"] if with_change else [])):
        table.add_column(name, justify="right", no_wrap=True)
    return table
