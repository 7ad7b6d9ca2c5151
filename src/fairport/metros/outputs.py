"""The ranking as a file: CSV, JSON, Parquet, a page on its own, a picture."""

import json
from collections.abc import Callable
from html import escape
from io import BytesIO
from typing import Any

import polars as pl

from fairport.metros.charts import Bar, bar_chart
from fairport.metros.errors import UnknownChoice
from fairport.metros.formats import Format
from fairport.metros.ranking import COHORTS, MICRO, Ranking

TITLES = {
    "large": "Large metropolitan areas: 1,000,000 people and more",
    "midsize": "Midsize metropolitan areas: 350,000 to 999,999 people",
    "small": "Small metropolitan areas: 100,000 to 349,999 people",
    MICRO: "Micropolitan areas",
}
BARS = 15
COLUMNS = [
    "rank", "cohort", "cbsa_code", "name", "kind", "states", "share_percent", "share_moe", "not_distinguishable",
    "most_common_country", "most_common_country_count", "most_common_country_moe",
    "foreign_born", "foreign_born_moe", "population", "population_moe",
]  # fmt: skip
CHANGE_COLUMNS = ["earlier_rank", "earlier_cohort", "earlier_share_percent", "share_change", "share_change_moe",
                  "change_significant", "renamed"]  # fmt: skip


def write_output(ranking: Ranking, *, format: Format, comparison: pl.DataFrame | None = None) -> bytes:
    """Return the file's content; `comparison` comes from `compare_rankings`. Texts are UTF-8.

    Margins are in people or percentage points, with two decimals for points. CSV writes several states with a hyphen,
    as the names do, and nothing for what is not known. PNG shows the first 15 of one cohort.

    Raises:
        UnknownChoice: PNG of no area, or of more than one cohort; a table is no file.
    """
    writers: dict[Format, Callable[[Ranking, pl.DataFrame | None], bytes]] = {
        Format.CSV: _csv,
        Format.JSON: _json,
        Format.HTML: _html,
        Format.PARQUET: _parquet,
        Format.PNG: _png,
    }
    if format not in writers:
        raise UnknownChoice(f"The format {format} is no file.")
    return writers[format](ranking, comparison)


def flat_table(ranking: Ranking, comparison: pl.DataFrame | None = None) -> pl.DataFrame:
    """Return the columns of the files, in their order; the columns of the change only with a comparison."""
    table = ranking.areas
    columns = list(COLUMNS)
    if comparison is not None:
        table = table.join(comparison, on="cbsa_code", how="left", maintain_order="left")
        columns += CHANGE_COLUMNS
    points = [name for name in ("share_moe", "share_change", "share_change_moe") if name in columns]
    return table.select(columns).with_columns(pl.col(points).round(2))


def _csv(ranking: Ranking, comparison: pl.DataFrame | None) -> bytes:
    return flat_table(ranking, comparison).with_columns(pl.col("states").list.join("-")).write_csv().encode()


def _json(ranking: Ranking, comparison: pl.DataFrame | None) -> bytes:
    content: dict[str, Any] = {
        "vintage": ranking.vintage,
        "year": ranking.year,
        "source": ranking.source,
        "dated": ranking.dated.isoformat() if ranking.dated else None,
        "notes": [{"code": note.code, "text": note.text, "areas": list(note.areas)} for note in ranking.notes],
        "areas": flat_table(ranking, comparison).to_dicts(),
    }
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()


def _parquet(ranking: Ranking, comparison: pl.DataFrame | None) -> bytes:
    buffer = BytesIO()
    flat_table(ranking, comparison).write_parquet(buffer)
    return buffer.getvalue()


def _png(ranking: Ranking, _comparison: pl.DataFrame | None) -> bytes:
    cohorts = ranking.areas["cohort"].unique().to_list()
    if len(cohorts) != 1:
        raise UnknownChoice("A picture shows one cohort that has areas: choose it with --cohort.")
    return bar_chart(chart_bars(ranking.areas), rtl=False, width="wide", kind="png")


def chart_bars(areas: pl.DataFrame) -> tuple[Bar, ...]:
    """Return the bars of the first 15 areas."""
    return tuple(
        Bar(
            label=bar_label(row["short_name"]),
            value=row["share_percent"],
            text=f"{row['share_percent']:.1f} %",
            low=None if row["share_moe"] is None else max(0.0, row["share_exact"] - row["share_moe"]),
            high=None if row["share_moe"] is None else min(100.0, row["share_exact"] + row["share_moe"]),
        )
        for row in areas.head(BARS).iter_rows(named=True)
    )


def bar_label(short_name: str) -> str:
    """Return the first city and the states: "New York, NY-NJ-PA". A bar has no room for more."""
    cities, _comma, states = short_name.rpartition(", ")
    return f"{cities.split('-')[0].split('/')[0]}, {states}"


def _html(ranking: Ranking, comparison: pl.DataFrame | None) -> bytes:
    """One file with its style and its pictures inside: it needs no other host and no script."""
    table = flat_table(ranking, comparison).with_columns(ranking.areas["short_name"])
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>Metropolitan areas by foreign-born share, {ranking.vintage}</title>",
        f"<style>{_STYLE}</style></head><body>",
        f"<h1>Metropolitan areas by foreign-born share, {ranking.vintage}</h1>",
        f"<p>{escape(source_line(ranking))}</p>",
    ]
    for cohort in (*COHORTS, MICRO):
        rows = table.filter(pl.col("cohort") == cohort)
        if rows.is_empty():
            continue
        bars = chart_bars(ranking.areas.filter(pl.col("cohort") == cohort))
        svg = bar_chart(bars, rtl=False, width="wide", kind="svg").decode()
        parts += [
            f"<h2>{TITLES[cohort]}</h2>",
            f'<div role="img" aria-label="Bar chart of the first {len(bars)}; the table below has the figures.">',
            svg[svg.index("<svg") :],
            "</div>",
            _html_table(rows, with_change=comparison is not None),
        ]
    parts += [f"<p>{escape(note.text)} ({escape('; '.join(note.areas))})</p>" for note in ranking.notes]
    parts.append(f"<p>{SIGNS}</p></body></html>\n")
    return "\n".join(parts).encode()


def source_line(ranking: Ranking) -> str:
    """Return where the figures come from."""
    dated = f", as of {ranking.dated.isoformat()}" if ranking.dated else ""
    return f"U.S. Census Bureau, American Community Survey {ranking.vintage}, tables B05002 and B05006{dated}."


SIGNS = "± is the 90 % margin of error. ≈: the share cannot be told apart from that of the next area of the cohort."


def _html_table(rows: pl.DataFrame, *, with_change: bool) -> str:
    head = ["Rank", "Area", "Foreign-born share", "Most common country of birth", "Foreign-born", "Population"]
    lines = [
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row_cells(row, with_change=with_change)) + "</tr>"
        for row in rows.iter_rows(named=True)
    ]
    titles = "".join(f'<th scope="col">{title}</th>' for title in [*head, *(["Change"] if with_change else [])])
    return f"<table><thead><tr>{titles}</tr></thead><tbody>{''.join(lines)}</tbody></table>"


def row_cells(row: dict[str, Any], *, with_change: bool) -> list[str]:
    """Return what a person reads of one area: rank, name, share, country, foreign-born, population, change."""
    near = " ≈" if row["not_distinguishable"] else ""
    cells = [
        str(row["rank"]),
        row["short_name"],
        f"{row['share_percent']:.1f} %{margin_text(row['share_moe'], 1)}{near}",
        row["most_common_country"] or "–",
        f"{row['foreign_born']:,}{margin_text(row['foreign_born_moe'])}",
        f"{row['population']:,}{margin_text(row['population_moe'])}",
    ]
    if with_change:
        change = row["share_change"]
        mark = "" if not row["change_significant"] else " *"
        cells.append("–" if change is None else f"{change:+.1f}{margin_text(row['share_change_moe'], 1)}{mark}")
    return cells


def margin_text(margin: float | None, decimals: int = 0) -> str:
    """Return " ±1.2", or nothing where there is no margin or the total is controlled."""
    return f" ±{margin:,.{decimals}f}" if margin else ""


_STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;color:#171717;margin:2rem auto;max-width:70rem;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%;margin:1rem 0;display:block;overflow-x:auto}"
    "th,td{text-align:start;padding:.35rem .6rem;border-bottom:1px solid #dcdee0;vertical-align:top}"
    "td:nth-child(1),td:nth-child(3),td:nth-child(n+5){font-variant-numeric:tabular-nums;white-space:nowrap}"
    "td:nth-child(2){min-width:15rem}"
    # A name that is wider in the reader's own font may stand out to the left.
    "svg{max-width:100%;height:auto;overflow:visible}[role=img]{padding-inline-start:2rem}"
)
