"""Which figures this server shows: the folder of `FAIRPORT_METROS_DIR`, else the fifteen that ship with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from fairport.metros.errors import FileMissing, YearMissing
from fairport.metros.queries import GOLDEN, whole_ranking

if TYPE_CHECKING:
    import polars as pl

    from fairport.metros.ranking import Ranking

PUBLISHED_YEAR = 2020


def folder() -> Path | None:
    """The folder with downloaded files, or None for the shipped figures."""
    return Path(settings.METROS_DIR) if settings.METROS_DIR else None


def years() -> list[int]:
    """The last years of the vintages that are here, the newest first; raises `FileMissing` for a missing folder."""
    here = folder()
    if here is None:
        return [PUBLISHED_YEAR]
    from fairport.metros.sources.summary_files import find_files

    found = sorted(find_files(here), reverse=True)
    if not found:
        raise FileMissing("The folder of FAIRPORT_METROS_DIR has no summary files.")
    return found


def served_ranking(*, year: int | None = None) -> Ranking:
    """The whole ranking of a year, by default the newest.

    Raises:
        YearMissing: the year is not here.
        MetrosError: the folder's files are refused; the subclass says why.
    """
    here = years()
    chosen = here[0] if year is None else year
    if chosen not in here:
        raise YearMissing(f"There are no figures of {chosen} here.")
    return whole_ranking(source=folder() or GOLDEN, year=chosen)


def earlier_ranking(*, year: int) -> Ranking | None:
    """The ranking to compare a year with: five years earlier, so that no year is in both; else the oldest before it."""
    before = [other for other in years() if other < year]
    if not before:
        return None
    apart = [other for other in before if other <= year - 5]
    return served_ranking(year=max(apart) if apart else min(before))


def history_of(*, ranking: Ranking, cbsa_code: str) -> pl.DataFrame | None:
    """The share over the years of one area, a row a year; None when the folder has no files for that."""
    here = folder()
    if here is None:
        return None
    from fairport.metros.history import load_history

    try:
        history = load_history(folder=here, populations=ranking.areas.select("cbsa_code", "population"))
    except FileMissing:
        return None
    return history.filter(history["cbsa_code"] == cbsa_code)
