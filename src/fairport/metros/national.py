"""The national figures of the founding article: a small table that ships with the package."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class NationalFigure:
    """One figure. `percent` is of all people where the topic is a share of a population, else of all born abroad.

    `year` is None where the article names none. `at_least` means that it says "over" instead of a figure.
    """

    topic: str
    name: str
    year: int | None
    percent: float
    at_least: bool
    source: str


@lru_cache(maxsize=1)
def national_figures() -> tuple[NationalFigure, ...]:
    """All of them, in the order of the file data/national-figures.csv."""
    text = files("fairport.metros").joinpath("data/national-figures.csv").read_text(encoding="utf-8")
    return tuple(
        NationalFigure(
            topic=row["topic"],
            name=row["name"],
            year=int(row["year"]) if row["year"] else None,
            percent=float(row["percent"]),
            at_least=row["qualifier"] == "more_than",
            source=row["source"],
        )
        for row in csv.DictReader(text.splitlines())
    )
