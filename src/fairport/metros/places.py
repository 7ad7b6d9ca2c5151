"""Where the dot of an area stands on the map."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Final

# The Census Bureau's gazetteer of these areas, as it is downloaded: tab-separated, with a header.
GAZETTEER: Final = "*_Gaz_cbsa_national.txt"


def places(*, folder: Path | None) -> Mapping[str, tuple[float, float]]:
    """CBSA code → (latitude, longitude) in degrees.

    The middle of the area by the gazetteer file of the newest year in `folder`; for areas that it does not hold, and
    without one, the first city of the area's name (GeoNames; tools/make_metro_places.py).
    """
    if folder is None:
        return _shipped()
    found = sorted(folder.glob(GAZETTEER))
    if not found:
        return _shipped()
    return _with_gazetteer(found[-1], found[-1].stat().st_mtime_ns)


@lru_cache(maxsize=1)
def _shipped() -> Mapping[str, tuple[float, float]]:
    text = files("fairport.metros").joinpath("data/places.csv").read_text(encoding="utf-8")
    return _read(csv.DictReader(text.splitlines()), "cbsa_code", "latitude", "longitude")


@lru_cache(maxsize=2)
def _with_gazetteer(path: Path, changed: int) -> Mapping[str, tuple[float, float]]:
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    # The file's last column has spaces behind its name.
    header = [name.strip() for name in lines[0].split("\t")]
    rows = (dict(zip(header, line.split("\t"), strict=False)) for line in lines[1:])
    return {**_shipped(), **_read(rows, "GEOID", "INTPTLAT", "INTPTLONG")}


def _read(
    rows: Iterable[Mapping[str, str]], code: str, latitude: str, longitude: str
) -> dict[str, tuple[float, float]]:
    return {row[code].strip(): (float(row[latitude]), float(row[longitude])) for row in rows}
