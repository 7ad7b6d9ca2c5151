"""The ranking: cohorts, shares, ranks, and which neighbours cannot be told apart."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from fairport.metros.errors import UnknownChoice
from fairport.metros.margins import Z_90
from fairport.metros.tables import Note, SourceTables

THRESHOLD = 100_000
# Cohort → the smallest population in it. The published ranking's own limits.
COHORTS = {"large": 1_000_000, "midsize": 350_000, "small": THRESHOLD}
MICRO = "micro"
KINDS = ("metro", MICRO)


@dataclass(frozen=True)
class Ranking:
    """One vintage, ranked. `areas` and `births` are described in docs/metros.md, "For programmers"."""

    year: int
    source: str
    dated: date | None
    areas: pl.DataFrame
    births: pl.DataFrame
    notes: tuple[Note, ...] = ()

    @property
    def vintage(self) -> str:
        """The five years of the estimates, "2016-2020"."""
        return f"{self.year - 4}-{self.year}"

    def select(
        self,
        *,
        kinds: Collection[str] = ("metro",),
        cohort: str | None = None,
        state: str | None = None,
        country: str | None = None,
    ) -> "Ranking":
        """Return the part that is asked for. Ranks stay those within the whole cohort.

        `state` is a postal code: an area that lies in several states is in each of them. `country` is the most common
        country of birth. Capitals do not matter.

        Raises:
            UnknownChoice: no area of the vintage has that kind, cohort, state or country.
        """
        areas = self.areas
        if cohort is not None and cohort not in (*COHORTS, MICRO):
            raise UnknownChoice(f'There is no cohort "{cohort}": choose {", ".join(COHORTS)} or {MICRO}.')
        if unknown := sorted(set(kinds) - set(KINDS)):
            raise UnknownChoice(f'There is no kind of area "{unknown[0]}": choose metro or micro.')
        if state is not None and state.upper() not in set(areas["states"].explode()):
            raise UnknownChoice(f'No area of these figures is in a state "{state}": give two letters, like CA.')
        if country is not None:
            spelled = {name.casefold(): name for name in areas["most_common_country"].drop_nulls().unique()}
            if country.casefold() not in spelled:
                raise UnknownChoice(f'"{country}" is the most common country of birth in no area of these figures.')
            areas = areas.filter(pl.col("most_common_country") == spelled[country.casefold()])
        wanted = {*kinds, MICRO} if cohort == MICRO else set(kinds)
        areas = areas.filter(pl.col("kind").is_in(sorted(wanted)))
        if cohort is not None:
            areas = areas.filter(pl.col("cohort") == cohort)
        if state is not None:
            areas = areas.filter(pl.col("states").list.contains(state.upper()))
        return replace(self, areas=areas, births=self.births.join(areas, on="cbsa_code", how="semi"))


def rank_areas(tables: SourceTables) -> Ranking:
    """Rank every area of a vintage.

    Metropolitan areas of fewer than 100,000 people are left out. Micropolitan areas are a cohort of their own, of any
    population. Order: the share rounded to one decimal, then the larger foreign-born population, then the code.
    """
    areas = tables.areas.with_columns(
        cohort=pl.when(pl.col("kind") == MICRO)
        .then(pl.lit(MICRO))
        .when(pl.col("population") >= COHORTS["large"])
        .then(pl.lit("large"))
        .when(pl.col("population") >= COHORTS["midsize"])
        .then(pl.lit("midsize"))
        .when(pl.col("population") >= COHORTS["small"])
        .then(pl.lit("small")),
        # Half up in whole numbers, (2a + b) // 2b: a binary fraction would decide the halves by chance.
        share_tenths=(2_000 * pl.col("foreign_born") + pl.col("population")) // (2 * pl.col("population")),
    ).filter(pl.col("cohort").is_not_null())
    births = _rank_births(tables.births.join(areas, on="cbsa_code", how="semi"))
    areas = (
        _with_margins(areas)
        .join(_most_common(tables, births), on="cbsa_code", how="left", maintain_order="left")
        .sort(
            pl.col("cohort").replace_strict({**{name: n for n, name in enumerate(COHORTS)}, MICRO: len(COHORTS)}),
            -pl.col("share_tenths"),
            -pl.col("foreign_born"),
            "cbsa_code",
        )
        .with_columns(
            rank=pl.int_range(1, pl.len() + 1).over("cohort"),
            # Polars divides by multiplying, which would print 30.700000000000003.
            share_percent=(pl.col("share_tenths") / 10).round(1),
        )
    )
    areas = _mark_neighbours(areas)
    return Ranking(tables.year, tables.source, tables.dated, areas.select(RANKING_COLUMNS), births, tables.notes)


RANKING_COLUMNS = [
    "rank", "cohort", "cbsa_code", "name", "short_name", "kind", "states", "share_percent", "share_moe",
    "not_distinguishable", "most_common_country", "most_common_country_count", "most_common_country_moe",
    "foreign_born", "foreign_born_moe", "population", "population_moe", "share_tenths", "share_exact",
]  # fmt: skip


def _with_margins(areas: pl.DataFrame) -> pl.DataFrame:
    """Add `share_exact` and `share_moe`, in percent and percentage points: `margins.margin_of_share`, for a column."""
    share = pl.col("foreign_born") / pl.col("population")
    part = pl.col("foreign_born_moe").cast(pl.Float64) ** 2
    whole = share**2 * pl.col("population_moe").cast(pl.Float64) ** 2
    radicand = pl.when(part >= whole).then(part - whole).otherwise(part + whole)
    return areas.with_columns(share_exact=100 * share, share_moe=100 * radicand.sqrt() / pl.col("population"))


def _rank_births(births: pl.DataFrame) -> pl.DataFrame:
    return births.sort("cbsa_code", -pl.col("estimate"), "country").with_columns(
        rank=pl.int_range(1, pl.len() + 1).over("cbsa_code")
    )


def _most_common(tables: SourceTables, births: pl.DataFrame) -> pl.DataFrame:
    none = pl.lit(None, pl.Int64)
    if tables.published_countries is not None:
        return tables.published_countries.select(
            "cbsa_code",
            most_common_country="country",
            most_common_country_count=none,
            most_common_country_moe=none,
        )
    return births.filter((pl.col("rank") == 1) & (pl.col("estimate") > 0)).select(
        "cbsa_code",
        most_common_country="country",
        most_common_country_count="estimate",
        most_common_country_moe="moe",
    )


def _mark_neighbours(areas: pl.DataFrame) -> pl.DataFrame:
    """Add `not_distinguishable`: the share does not differ at the 90 % level from that of the next area of the cohort.

    Null where a margin is missing and for the last area. Exact shares are compared, not the rounded ones.
    """
    following = pl.col("share_exact").shift(-1).over("cohort")
    error = ((pl.col("share_moe") / Z_90) ** 2 + (pl.col("share_moe").shift(-1).over("cohort") / Z_90) ** 2).sqrt()
    return areas.with_columns(not_distinguishable=(pl.col("share_exact") - following).abs() <= Z_90 * error)
