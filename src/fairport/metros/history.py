"""The share over the years: one-year county figures added up by metropolitan area.

One-year figures exist for counties of 65,000 people and more, so a year may miss counties of an area. Each year tells
how much of the area it covers.
"""

import csv
import re
import unicodedata
from functools import lru_cache
from pathlib import Path

import polars as pl

from fairport.metros.errors import BadValue, FileMissing, FileTruncated, ShareOverWhole
from fairport.metros.sources.summary_files import decode_text
from fairport.metros.tables import SENTINELS

COUNTIES_FILE = "acs1_nativity_county.csv"
_DELINEATION = re.compile(r"(delineation|list1).*\.csv$", re.IGNORECASE)
_CODE, _COUNTY, _STATE = "CBSA Code", "County/County Equivalent", "State Name"


def load_history(*, folder: Path, populations: pl.DataFrame | None = None) -> pl.DataFrame:
    """Return the share of every area by year, from the two files in the folder; read again only when they changed.

    `populations` (`cbsa_code`, `population`) are the whole areas' populations, as in `Ranking.areas`: with them the
    coverage is told in people as well.

    Columns, ordered by `cbsa_code` and `year`: `counties` (with figures that year), `counties_in_area`, `population`,
    `foreign_born` (of the counties with figures), `share_percent` (exact), `population_coverage_percent` (counties
    weighted by their latest known population; null without `populations`, or where the missing part cannot be told).
    Years without any county have no row.

    Raises:
        FileMissing: one of the two files is not there.
        FileTruncated: a file has no header, or a line has too few columns.
        BadValue, ShareOverWhole: a figure is impossible.
    """
    counties_path, delineation_path = find_history_files(folder)
    stamps = tuple((path, path.stat().st_size, path.stat().st_mtime_ns) for path in (counties_path, delineation_path))
    counties, members = _read(*stamps)
    joined = members.join(counties, on="county_key")
    by_year = joined.group_by("cbsa_code", "year").agg(
        counties=pl.len(),
        population=pl.col("population").sum(),
        foreign_born=pl.col("foreign_born").sum(),
        covered=pl.col("latest_population").sum(),
    )
    by_year = by_year.join(members.group_by("cbsa_code").agg(counties_in_area=pl.len()), on="cbsa_code").with_columns(
        share_percent=100 * pl.col("foreign_born") / pl.col("population")
    )
    known = (
        joined.unique(["cbsa_code", "county_key"]).group_by("cbsa_code").agg(known=pl.col("latest_population").sum())
    )
    whole = populations if populations is not None else pl.DataFrame(schema={"cbsa_code": str, "population": pl.Int64})
    return (
        by_year.join(known, on="cbsa_code")
        .join(whole.select("cbsa_code", whole="population"), on="cbsa_code", how="left")
        .with_columns(
            population_coverage_percent=pl.when(pl.col("whole").is_null())
            .then(None)
            .when(pl.col("counties") == pl.col("counties_in_area"))
            .then(100.0)
            # The counties have grown past the whole area's population, so what the missing ones are is not known.
            .when(pl.col("covered") >= pl.max_horizontal("whole", "known"))
            .then(None)
            # Counties that no year knows are the difference to the whole area; together they are never less than none.
            .otherwise(100 * pl.col("covered") / pl.max_horizontal("whole", "known"))
        )
        .select(
            "cbsa_code",
            "year",
            "counties",
            "counties_in_area",
            "population",
            "foreign_born",
            "share_percent",
            "population_coverage_percent",
        )
        .sort("cbsa_code", "year")
    )


def find_history_files(folder: Path) -> tuple[Path, Path]:
    """Return the file of the counties and the one of the delineation; raises `FileMissing`."""
    names = sorted(folder.rglob("*.csv")) if folder.is_dir() else []
    counties = next((path for path in names if path.name == COUNTIES_FILE), None)
    delineation = next((path for path in names if _DELINEATION.search(path.name)), None)
    if counties is None:
        raise FileMissing(f"The folder has no file {COUNTIES_FILE}; docs/metros.md says what it is.")
    if delineation is None:
        raise FileMissing("The folder has no delineation file (List 1 as CSV); docs/metros.md says where to get it.")
    return counties, delineation


@lru_cache(maxsize=2)
def _read(counties: tuple[Path, int, int], delineation: tuple[Path, int, int]) -> tuple[pl.DataFrame, pl.DataFrame]:
    return _read_counties(counties[0]), _read_members(delineation[0])


def _read_counties(path: Path) -> pl.DataFrame:
    """`county_key`, `year`, `population`, `foreign_born`, `latest_population`; lines without figures are left out."""
    keys, years, wholes, parts = [], [], [], []
    for row in csv.DictReader(decode_text(path.read_bytes(), path).splitlines()):
        try:
            key = county_key(row["County"], row["State"])
            # The file has counties that were surveyed in a year without a figure of theirs being published.
            if not row["Total"].strip() or not row["Foreign-born"].strip():
                continue
            year, whole, part = int(row["Year"]), float(row["Total"]), float(row["Foreign-born"])
        except (KeyError, TypeError, AttributeError):
            raise FileTruncated(f"{path.name} has a line without the columns that docs/metros.md names.") from None
        except ValueError:
            raise BadValue(f"{path.name} has a figure for {row['Name']} that is no number.") from None
        if whole in SENTINELS or part in SENTINELS:
            continue
        if whole <= 0 or part < 0 or not (whole.is_integer() and part.is_integer()):
            raise BadValue(f"{path.name} has a figure for {row['Name']} in {year} that is no count.")
        if part > whole:
            raise ShareOverWhole(f"{path.name} has more foreign-born people than people for {row['Name']} in {year}.")
        keys.append(key)
        years.append(year)
        wholes.append(int(whole))
        parts.append(int(part))
    table = pl.DataFrame(
        {"county_key": keys, "year": years, "population": wholes, "foreign_born": parts},
        schema={"county_key": pl.String, "year": pl.Int64, "population": pl.Int64, "foreign_born": pl.Int64},
    ).unique(["county_key", "year"], keep="first", maintain_order=True)
    return table.with_columns(latest_population=pl.col("population").sort_by("year").last().over("county_key"))


def _read_members(path: Path) -> pl.DataFrame:
    """`cbsa_code`, `county_key`. Titles above the header and notes below the table are passed over."""
    lines = decode_text(path.read_bytes(), path).splitlines()
    begin = next((place for place, line in enumerate(lines) if _CODE in line and _COUNTY in line), None)
    if begin is None:
        raise FileTruncated(f"{path.name} has no line with the columns {_CODE}, {_COUNTY} and {_STATE}.")
    rows = [row for row in csv.DictReader(lines[begin:]) if re.fullmatch(r"\d{5}", row[_CODE] or "")]
    if any(not row.get(_COUNTY) or not row.get(_STATE) for row in rows):
        raise FileTruncated(f"{path.name} has a line without county or state.")
    return pl.DataFrame(
        {
            "cbsa_code": [row[_CODE] for row in rows],
            "county_key": [county_key(row[_COUNTY], row[_STATE]) for row in rows],
        },
        schema={"cbsa_code": pl.String, "county_key": pl.String},
    ).unique(maintain_order=True)


def county_key(county: str, state: str) -> str:
    """Return what a county is found by in both files: without accents, capitals and outer spaces."""
    plain = unicodedata.normalize("NFKD", f"{county.strip()}, {state.strip()}")
    return "".join(sign for sign in plain if not unicodedata.combining(sign)).casefold()
