"""Where the dot of an area stands on the map."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Final

from fairport.metros.wording import short_place

# The Census Bureau's gazetteer of these areas, as it is downloaded: tab-separated, with a header.
GAZETTEER: Final = "*_Gaz_cbsa_national.txt"


def places(*, folder: Path | None) -> Mapping[str, tuple[float, float]]:
    """What an area is found by → (latitude, longitude) in degrees; `place_of` knows how to look.

    The middle of the area by the gazetteer file of the newest year in `folder`; for areas that it does not hold, and
    without one, the first city of the area's name (GeoNames; tools/make_metro_places.py).
    """
    found = [] if folder is None else sorted(folder.rglob(GAZETTEER), key=lambda path: path.name)
    return _with_gazetteer(found[-1], found[-1].stat().st_mtime_ns) if found else _shipped()


def place_of(
    known: Mapping[str, tuple[float, float]], *, cbsa_code: str, short_name: str
) -> tuple[float, float] | None:
    """Where an area is; by its first city when its code is new, as codes are when an area's limits are redrawn."""
    return known.get(cbsa_code) or known.get(short_place(short_name))


@lru_cache(maxsize=1)
def _shipped() -> Mapping[str, tuple[float, float]]:
    text = files("fairport.metros").joinpath("data/places.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    by_place = _read(rows, "place", "latitude", "longitude")
    return by_place | _read([row for row in rows if row["cbsa_code"]], "cbsa_code", "latitude", "longitude")


@lru_cache(maxsize=2)
def _with_gazetteer(path: Path, changed: int) -> Mapping[str, tuple[float, float]]:
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    # The file's last column has spaces behind its name.
    header = [name.strip() for name in lines[0].split("\t")]
    rows = (dict(zip(header, line.split("\t"), strict=False)) for line in lines[1:])
    return {**_shipped(), **_read(rows, "GEOID", "INTPTLAT", "INTPTLONG")}


def _read(rows: Iterable[Mapping[str, str]], key: str, latitude: str, longitude: str) -> dict[str, tuple[float, float]]:
    return {row[key].strip(): (float(row[latitude]), float(row[longitude])) for row in rows}
