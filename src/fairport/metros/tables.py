"""The figures of one vintage, whatever they were read from, checked once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import polars as pl

from fairport.metros.errors import BadAreaName, BadValue, ColumnMissing, ShareOverWhole
from fairport.metros.labels import Columns

# What the Census Bureau writes instead of a figure (ACS technical documentation, "Notes on ACS estimate and annotation
# values"). -555555555 in a margin means that the estimate is controlled to an official count: it has no sampling error.
CONTROLLED = -555555555
SENTINELS = (-999999999, -888888888, -666666666, CONTROLLED, -333333333, -222222222)

AREA_COLUMNS = {
    "cbsa_code": pl.String,
    "name": pl.String,
    "population": pl.Int64,
    "population_moe": pl.Int64,
    "foreign_born": pl.Int64,
    "foreign_born_moe": pl.Int64,
}
BIRTH_COLUMNS = {"cbsa_code": pl.String, "country": pl.String, "estimate": pl.Int64, "moe": pl.Int64}
_SUFFIX = r"^(.*), ([A-Z]{2}(?:-[A-Z]{2})*) (Metro|Micro) Area$"


@dataclass(frozen=True)
class Note:
    """Something a reader of the figures must know. The code is stable; the names are those of the areas meant."""

    code: str
    text: str
    areas: tuple[str, ...] = ()


@dataclass(frozen=True)
class SourceTables:
    """The figures of one vintage.

    `areas` has the columns of `AREA_COLUMNS` and `short_name`, `kind` ("metro" or "micro"), `states` (postal codes).
    `births` has those of `BIRTH_COLUMNS`, without missing estimates. `dated` is the day on which the figures were
    fetched or downloaded. `published_countries` (`cbsa_code`, `country`) stands where a source tells the most common
    country but no counts.
    """

    year: int
    source: str
    dated: date | None
    areas: pl.DataFrame
    births: pl.DataFrame
    notes: tuple[Note, ...] = ()
    published_countries: pl.DataFrame | None = None


def build_tables(
    *, year: int, source: str, dated: date | None, columns: Columns, names: pl.DataFrame, values: pl.DataFrame
) -> SourceTables:
    """Return the checked figures.

    `names` has `cbsa_code` and `name`; `values` has `cbsa_code` and, as text, each estimate (`B05002_013E`) with its
    margin (`B05002_013M`), one row an area. Areas without figures (Puerto Rico has tables of its own) are left out and
    named in a note; areas without countries are kept and named.

    Raises:
        ColumnMissing: a column that the labels name is not there.
        BadValue: a value is neither a count nor one of the known marks for a missing figure.
        ShareOverWhole: a part is larger than its whole.
        BadAreaName: a name does not say what kind of area it is.
    """
    codes = columns.codes()
    wanted = codes + [margin_of(code) for code in codes]
    absent = [code for code in wanted if code not in values.columns]
    if absent:
        raise ColumnMissing(f"The data of {year} have no column {absent[0]}, which the labels of that year name.")
    numbers = _as_counts(values.select("cbsa_code", *wanted), estimates=codes)
    areas = names.join(numbers, on="cbsa_code", how="left").select(
        "cbsa_code",
        "name",
        population=pl.col(columns.population),
        population_moe=pl.col(margin_of(columns.population)),
        foreign_born=pl.col(columns.foreign_born),
        foreign_born_moe=pl.col(margin_of(columns.foreign_born)),
    )
    births = pl.DataFrame(schema=BIRTH_COLUMNS)
    if columns.countries:
        births = pl.concat(
            numbers.select(
                "cbsa_code", country=pl.lit(country), estimate=pl.col(code), moe=pl.col(margin_of(code))
            ).filter(pl.col("estimate").is_not_null())
            for country, code in columns.countries.items()
        )
    return finish_tables(year=year, source=source, dated=dated, areas=areas, births=births)


def finish_tables(
    *,
    year: int,
    source: str,
    dated: date | None,
    areas: pl.DataFrame,
    births: pl.DataFrame,
    published_countries: pl.DataFrame | None = None,
) -> SourceTables:
    """Return checked figures from typed ones; see `build_tables` for what is checked."""
    areas = describe_areas(areas)
    empty = areas.filter(
        pl.col("population").is_null() | pl.col("foreign_born").is_null() | (pl.col("population") == 0)
    )
    areas = areas.join(empty, on="cbsa_code", how="anti").sort("cbsa_code")
    births = births.join(areas, on="cbsa_code", how="semi")
    _refuse_parts_over_whole(areas, births)
    notes = []
    if empty.height:
        notes.append(
            Note(
                "areas_without_figures",
                "The Census tables have no figures for these areas, so they are left out. "
                "Puerto Rico has tables of its own.",
                tuple(empty["short_name"].sort()),
            )
        )
    if published_countries is None:
        bare = areas.join(births.filter(pl.col("estimate") > 0), on="cbsa_code", how="anti")
        if bare.height:
            notes.append(
                Note(
                    "areas_without_countries",
                    "The Census tables have no countries of birth for these areas, so they are listed without one.",
                    tuple(bare["short_name"].sort()),
                )
            )
    return SourceTables(year, source, dated, areas, births, tuple(notes), published_countries)


def describe_areas(areas: pl.DataFrame) -> pl.DataFrame:
    """Add what an area's name says: `short_name`, `kind` and `states`."""
    bad = areas.filter(~pl.col("name").str.contains(_SUFFIX))
    if bad.height:
        raise BadAreaName(
            f'The name "{bad["name"][0]}" of area {bad["cbsa_code"][0]} does not end like "…, TX Metro Area" or '
            '"…, TX Micro Area".'
        )
    return areas.with_columns(
        short_name=pl.col("name").str.replace(r" (Metro|Micro) Area$", ""),
        kind=pl.col("name").str.extract(_SUFFIX, 3).str.to_lowercase(),
        states=pl.col("name").str.extract(_SUFFIX, 2).str.split("-"),
    )


def margin_of(code: str) -> str:
    """Return the code of the margin of an estimate: `B05002_013E` → `B05002_013M`."""
    return code[:-1] + "M"


def _as_counts(values: pl.DataFrame, *, estimates: Iterable[str]) -> pl.DataFrame:
    """Text to whole numbers. Marks for a missing figure become null; a controlled estimate has a margin of 0."""
    names = [name for name in values.columns if name != "cbsa_code"]
    estimate_names = set(estimates)
    text = values.with_columns(
        pl.col(names).cast(pl.String).str.strip_chars().replace({"": None, ".": None, "null": None})
    )
    numbers = text.with_columns(pl.col(names).str.replace(r"\.0+$", "").cast(pl.Int64, strict=False))
    impossible = numbers.select(
        text[name].is_not_null() & (pl.col(name).is_null() | ((pl.col(name) < 0) & ~pl.col(name).is_in(SENTINELS)))
        for name in names
    )
    for name in names:
        if impossible[name].any():
            row = text.filter(impossible[name]).row(0, named=True)
            raise BadValue(f'Column {name} of area {row["cbsa_code"]} has "{row[name]}", which is no count.')
    margins = [name for name in names if name not in estimate_names]
    return numbers.with_columns(
        pl.when(pl.col(margins) == CONTROLLED).then(pl.lit(0, pl.Int64)).otherwise(pl.col(margins)).name.keep()
    ).with_columns(pl.when(pl.col(names) >= 0).then(pl.col(names)).name.keep())


def _refuse_parts_over_whole(areas: pl.DataFrame, births: pl.DataFrame) -> None:
    over = areas.filter(pl.col("foreign_born") > pl.col("population"))
    if over.height:
        row = over.row(0, named=True)
        raise ShareOverWhole(
            f"{row['short_name']} would have {row['foreign_born']:,} foreign-born people among {row['population']:,}: "
            "more than all."
        )
    more = births.join(areas, on="cbsa_code").filter(pl.col("estimate") > pl.col("foreign_born"))
    if more.height:
        row = more.row(0, named=True)
        raise ShareOverWhole(
            f"{row['short_name']} would have {row['estimate']:,} people born in {row['country']} among "
            f"{row['foreign_born']:,} born abroad: more than all."
        )
