"""Which column is what: found by the labels of the same year, since the codes move from year to year.

A label is a path, `Estimate!!Total:!!Asia:!!Eastern Asia:!!China:`. Older years write no colons, and
Portugal, which is a parent, has none in any year. So a colon tells nothing: the path does.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fairport.metros.errors import LabelMissing

COUNTRY_TABLE = "B05006"
NATIVITY_TABLE = "B05002"
NATIVITY_TITLES = {"population": ("total",), "foreign_born": ("total", "foreign born")}

_CONTINENT_PART = re.compile(r"^(\w+ )+(Europe|Asia|Africa|America)$")
_NAMED_REGIONS = frozenset(
    {"Europe", "Asia", "Africa", "Oceania", "Americas", "Latin America", "Northern America", "Caribbean", "West Indies"}
)
_REST = re.compile(r"^Other |n\.?\s*e\.?\s*c\b", re.IGNORECASE)
# The explanation behind a name: "(inc. Crown Dependencies)", "(Macedonia)", "(Zaire)".
_EXPLANATION = re.compile(r"\s*\([^)]*\)$")

Path = tuple[str, ...]


@dataclass(frozen=True)
class Columns:
    """The columns of one year. Codes are those of the API's estimates: `B05006_150E`; the margin ends in `M`."""

    population: str
    foreign_born: str
    countries: Mapping[str, str]  # country → code, in the table's order

    def codes(self) -> list[str]:
        """Return the codes of all estimates."""
        return [self.population, self.foreign_born, *self.countries.values()]


def resolve_columns(labels: Mapping[str, str]) -> Columns:
    """Return the columns that a year's labels name.

    `labels` maps each estimate's code to its label; codes of other tables, margins and annotations are ignored.

    Raises:
        LabelMissing: the labels name no total, no foreign-born total or no country.
    """
    nativity: dict[Path, str] = {}
    births: dict[Path, str] = {}
    for code in sorted(labels):
        if re.fullmatch(rf"{NATIVITY_TABLE}_\d+E", code):
            nativity[split_label(labels[code])] = code
        elif re.fullmatch(rf"{COUNTRY_TABLE}_\d+E", code):
            births[split_label(labels[code])] = code
    lowered = {tuple(part.lower() for part in path): code for path, code in nativity.items()}
    found = {what: lowered.get(path) for what, path in NATIVITY_TITLES.items()}
    missing = [what.replace("_", "-") for what, code in found.items() if code is None]
    if missing:
        raise LabelMissing(
            f"The labels of table {NATIVITY_TABLE} do not name the total {' and '.join(missing)} population."
        )
    countries = {country_name(path): births[path] for path in country_paths(births)}
    if not countries:
        raise LabelMissing(f"The labels of table {COUNTRY_TABLE} do not name any country.")
    return Columns(population=str(found["population"]), foreign_born=str(found["foreign_born"]), countries=countries)


def split_label(label: str) -> Path:
    """Return the path of a label without `Estimate` and without colons."""
    parts = [part.strip().removesuffix(":").strip() for part in label.split("!!")]
    return tuple(parts[1:] if parts and parts[0] == "Estimate" else parts)


def country_paths(paths: Iterable[Path]) -> list[Path]:
    """Return the paths that are countries: no region, no rest ("Other …", "n.e.c."), no part of a country.

    A country with parts (China, the United Kingdom, Portugal) is counted whole and its parts are left out.
    """
    given = list(paths)
    countries = {path for path in given if len(path) > 1 and not is_aggregate(path[-1])}
    return [
        path for path in given if path in countries and not any(path[:end] in countries for end in range(1, len(path)))
    ]


def is_aggregate(title: str) -> bool:
    """True for a region or a rest. "South Africa" is a country, whatever its form."""
    name = title.strip().removesuffix(":").strip()
    if name == "South Africa":
        return False
    return bool(
        name in _NAMED_REGIONS or _CONTINENT_PART.match(name) or name.endswith("Subregion") or _REST.search(name)
    )


def country_name(path: Path) -> str:
    """Return the name to show: without the explanation in brackets."""
    return _EXPLANATION.sub("", path[-1])
