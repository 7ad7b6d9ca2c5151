"""The figures for pages, API and commands. Polars is imported when a ranking is read, not when a server starts."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from fairport.metros.errors import NoDataHere

if TYPE_CHECKING:
    from fairport.metros.ranking import Ranking

GOLDEN = "golden"
HOW_TO_GET_DATA = (
    "get a free key at https://api.census.gov/data/key_signup.html and use --source api with --year, or download the "
    "summary files as docs/metros.md says and name their folder"
)
Fingerprint = tuple[tuple[str, int, int], ...]


def load_ranking(
    *,
    source: str | Path = GOLDEN,
    year: int | None = None,
    kinds: Collection[str] = ("metro",),
    cohort: str | None = None,
    state: str | None = None,
    country: str | None = None,
) -> Ranking:
    """Return the ranking, or the part of it that is asked for.

    `source` is "golden" or the folder with downloaded files; a folder is read again only when one of its files changed.
    `year` is the last year of the five, by default the newest there.

    Raises:
        NoDataHere: the fifteen published areas are asked for something they do not hold.
        UnknownChoice: no area of the vintage has that kind, cohort, state or country.
        MetrosError: the folder's files are refused; the subclass says why.
    """
    return part_of(whole_ranking(source=source, year=year), kinds=kinds, cohort=cohort, state=state, country=country)


def whole_ranking(*, source: str | Path = GOLDEN, year: int | None = None) -> Ranking:
    """Return every ranked area of a source; raises what `load_ranking` raises."""
    if source == GOLDEN:
        return _golden(year)
    from fairport.metros.sources import summary_files

    folder = Path(source)
    return _from_folder(folder, year, summary_files.fingerprint(folder))


def part_of(
    ranking: Ranking,
    *,
    kinds: Collection[str] = ("metro",),
    cohort: str | None = None,
    state: str | None = None,
    country: str | None = None,
) -> Ranking:
    """Return a part of a ranking; where the shipped figures do not hold it, `NoDataHere` says how to get it."""
    from fairport.metros.ranking import COHORTS, MICRO

    if ranking.source == GOLDEN and cohort in {*COHORTS, MICRO} - set(ranking.areas["cohort"]):
        raise NoDataHere(f"There are no data here for the cohort {cohort}: {HOW_TO_GET_DATA}.")
    return ranking.select(kinds=kinds, cohort=cohort, state=state, country=country)


@lru_cache(maxsize=1)
def _golden(year: int | None) -> Ranking:
    from fairport.metros.ranking import rank_areas
    from fairport.metros.sources import published

    if year not in (None, published.YEAR):
        raise NoDataHere(f"There are no data here for {year}: {HOW_TO_GET_DATA}.")
    return rank_areas(published.read_tables())


@lru_cache(maxsize=4)
def _from_folder(folder: Path, year: int | None, fingerprint: Fingerprint) -> Ranking:
    from fairport.metros.ranking import rank_areas
    from fairport.metros.sources import summary_files

    return rank_areas(summary_files.read_tables(folder=folder, year=year))
