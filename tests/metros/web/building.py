"""A folder as a server would have it: two vintages, all sizes, Puerto Rico without figures, years by county."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.metros.census import Area, births_with, golden_areas, write_summary_files

OTHERS = (
    ("16580", "Champaign-Urbana, IL Metro Area", 225_547, 27_000, "India"),
    ("29740", "Las Cruces, NM Metro Area", 217_522, 36_000, "Mexico"),
    ("41420", "Salem, OR Metro Area", 432_863, 53_000, "Mexico"),
    ("46520", "Urban Honolulu, HI Metro Area", 979_682, 195_000, "Philippines"),
    ("11260", "Anchorage, AK Metro Area", 398_807, 38_000, "Philippines"),
    ("18180", "Concord, NH Metro Area", 99_999, 6_000, "India"),
    ("21580", "Española, NM Micro Area", 39_000, 5_000, "Mexico"),
    ("26780", "Hutchinson, MN Micro Area", 35_873, 900, "Mexico"),
)
PUERTO_RICO = Area("41980", "San Juan-Bayamón-Caguas, PR Metro Area", None, None)
MIAMI = "33100"
MIAMIS_COUNTIES = ("Broward County", "Miami-Dade County", "Palm Beach County")


def areas(*, more: Sequence[tuple[str, str, int, int, str]] = OTHERS, percent: int = 100) -> list[Area]:
    """The published fifteen and others; `percent` scales the people born abroad."""
    others = [
        Area(code, name, people, abroad * percent // 100, births_with(country, abroad * percent // 100))
        for code, name, people, abroad, country in more
    ]
    published = [
        Area(area.code, area.name, area.population, int(area.foreign_born or 0) * percent // 100, {})
        for area in golden_areas()
    ]
    if percent == 100:
        published = golden_areas()
    return [*published, *others, PUERTO_RICO]


def write_folder(folder: Path, *, more: Sequence[tuple[str, str, int, int, str]] = OTHERS) -> Path:
    """Writes everything; gives the folder."""
    write_summary_files(folder, year=2023, areas=areas(more=more))
    write_summary_files(folder, year=2020, areas=areas(more=more, percent=95))
    lines = ["State,County,Name,Year,Total,Native,Foreign-born,Percent Foreign-born"]
    for year in (*range(2005, 2020), *range(2021, 2025)):
        for place, county in enumerate(MIAMIS_COUNTIES[: 3 if year > 2007 else 2]):
            people = 1_500_000 + 400_000 * place
            abroad = people * (300 + 5 * (year - 2005) + 40 * place) // 1000
            lines.append(f'Florida,{county},"{county}, Florida",{year},{people}.0,{people - abroad}.0,{abroad}.0,1')
    (folder / "acs1_nativity_county.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    delineation = ["CBSA Code,CBSA Title,County/County Equivalent,State Name"]
    delineation += [f'{MIAMI},"Miami, FL",{county},Florida' for county in MIAMIS_COUNTIES]
    (folder / "list1_2023.csv").write_text("\n".join(delineation) + "\n", encoding="utf-8")
    return folder
