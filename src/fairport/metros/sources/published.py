"""The fifteen large areas of the published ranking (ACS 2016-2020), which ship with Fairport."""

from importlib.resources import files

import polars as pl

from fairport.metros.tables import BIRTH_COLUMNS, SourceTables, finish_tables

YEAR = 2020
FILE = "published-2020.csv"
_SCHEMA = {"rank_large": pl.Int64, "cbsa_code": pl.String, "name": pl.String, "most_common_country": pl.String,
           "foreign_born_share_percent": pl.Float64, "foreign_born": pl.Int64, "population": pl.Int64}  # fmt: skip


def read_tables() -> SourceTables:
    """Return the published figures: no margins, and the most common country without its count."""
    content = files("fairport.metros").joinpath("data", FILE).read_bytes()
    rows = pl.read_csv(content, schema_overrides=_SCHEMA)
    none = pl.lit(None, pl.Int64)
    areas = rows.select(
        "cbsa_code", "name", "population", population_moe=none, foreign_born="foreign_born", foreign_born_moe=none
    )
    return finish_tables(
        year=YEAR,
        source="golden",
        dated=None,
        areas=areas,
        births=pl.DataFrame(schema=BIRTH_COLUMNS),
        published_countries=rows.select("cbsa_code", country="most_common_country"),
    )
