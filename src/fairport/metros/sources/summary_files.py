"""A folder with downloaded summary files: table-based ones from 2021 on, and the prototype of 2020.

Only the rows of whole metropolitan and micropolitan areas are kept while a file is read: it holds every census tract.
"""

import csv
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from importlib.resources import files
from io import BytesIO
from pathlib import Path

import polars as pl

from fairport.metros.errors import BadValue, ColumnMissing, FileMissing, FileTruncated, LabelMissing, YearMissing
from fairport.metros.labels import COUNTRY_TABLE, NATIVITY_TABLE, resolve_columns
from fairport.metros.tables import SourceTables, build_tables, margin_of

_DATA = re.compile(r"acsdt5y(?P<year>\d{4})-(?P<what>b05002|b05006)\.dat$", re.IGNORECASE)
_OTHERS = (
    re.compile(r"(?P<what>geos)(?P<year>\d{4})5yr\.(txt|csv)$", re.IGNORECASE),
    re.compile(r"acs(?P<year>\d{4})(5yr)?_table_(?P<what>shells)\.(txt|csv)$", re.IGNORECASE),
    re.compile(r"(?P<what>variables)[-_]?(?P<year>\d{4})\.json$", re.IGNORECASE),
)
# Summary level 310, any version of the delineation, geographic component 00: the whole area. Other components are its
# urban or rural part, under the same code.
_AREA_ID = re.compile(rb"310..00US(\d{5})(?!\d)")
_ID_COLUMNS = ("GEO_ID", "DADSID", "GEOID")
SHIPPED_LABELS = 2020
Fingerprint = tuple[tuple[str, int, int], ...]


@dataclass
class YearFiles:
    """The files of one year, by what they are: b05002, b05006, geos, shells, variables."""

    year: int
    paths: dict[str, Path] = field(default_factory=dict)

    def path(self, what: str, example: str) -> Path:
        """Return the file; raises `FileMissing` with the name that it should have."""
        if what not in self.paths:
            raise FileMissing(f"The folder has no file {example} for {self.year}; docs/metros.md says where to get it.")
        return self.paths[what]


def find_files(folder: Path) -> dict[int, YearFiles]:
    """Return what the folder and its subfolders hold, by year; years without a data file are left out.

    Raises:
        FileMissing: there is no such folder.
    """
    if not folder.is_dir():
        raise FileMissing(f"There is no folder {folder}.")
    found: dict[int, YearFiles] = {}
    with_data: set[int] = set()
    for path in sorted(folder.rglob("*")):
        match = next((m for pattern in (_DATA, *_OTHERS) if (m := pattern.match(path.name))), None)
        if match is None or not path.is_file():
            continue
        year = int(match["year"])
        found.setdefault(year, YearFiles(year)).paths.setdefault(match["what"].lower(), path)
        if match["what"].lower().startswith("b0"):
            with_data.add(year)
    return {year: found[year] for year in sorted(with_data)}


def fingerprint(folder: Path) -> Fingerprint:
    """Return path, size and time of change of every file that would be read; raises `FileMissing`."""
    paths = [path for year in find_files(folder).values() for path in year.paths.values()]
    return tuple((str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in sorted(paths))


def read_tables(*, folder: Path, year: int | None = None) -> SourceTables:
    """Return the figures of a year, by default the newest one in the folder.

    Raises:
        YearMissing, FileMissing, FileTruncated, LabelMissing, and what `build_tables` raises.
    """
    years = find_files(folder)
    if not years:
        raise FileMissing(
            f"The folder {folder} has no summary files like acsdt5y2023-b05002.dat; "
            "docs/metros.md says where to get them."
        )
    if year is not None and year not in years:
        raise YearMissing(f"The folder has no summary files of {year}; it has {', '.join(map(str, years))}.")
    chosen = years[max(years) if year is None else year]
    columns = resolve_columns(_labels(chosen))
    names = _read_names(chosen)
    codes = columns.codes()
    values = names.select("cbsa_code")
    downloaded: list[float] = []
    for table in (NATIVITY_TABLE, COUNTRY_TABLE):
        path = chosen.path(table.lower(), f"acsdt5y{chosen.year}-{table.lower()}.dat")
        wanted = [code for code in codes if code.startswith(table)]
        rows = _read_rows(path, wanted + [margin_of(code) for code in wanted])
        _refuse_missing_areas(path, names, rows)
        values = values.join(rows, on="cbsa_code", how="left")
        downloaded.append(path.stat().st_mtime)
    return build_tables(
        year=chosen.year, source="files", dated=_day(max(downloaded)), columns=columns, names=names, values=values
    )


def _day(timestamp: float) -> date:
    return datetime.fromtimestamp(timestamp, UTC).date()


def _labels(chosen: YearFiles) -> dict[str, str]:
    if "variables" in chosen.paths:
        return labels_of_variables(_json(chosen.paths["variables"]))
    if chosen.year == SHIPPED_LABELS:
        shipped: dict[str, str] = json.loads(files("fairport.metros").joinpath("data", "labels-2020.json").read_bytes())
        return shipped
    return _labels_of_shells(chosen.path("shells", f"ACS{chosen.year}5YR_Table_Shells.txt"))


def labels_of_variables(content: object) -> dict[str, str]:
    """Return code → label from the content of the API's `variables.json` or of a group; raises `LabelMissing`."""
    variables = content.get("variables") if isinstance(content, dict) else None
    if not isinstance(variables, dict):
        raise LabelMissing('The list of variables has no part "variables".')
    return {
        code: entry["label"]
        for code, entry in variables.items()
        if isinstance(entry, dict) and isinstance(entry.get("label"), str)
    }


def _json(path: Path) -> object:
    try:
        return json.loads(path.read_bytes())
    except ValueError:
        raise FileTruncated(f"{path.name} is no whole JSON file: download it again.") from None


def _labels_of_shells(path: Path) -> dict[str, str]:
    """The shells tell a row's place in the tree by its indent; make of it the labels that the API would give."""
    labels: dict[str, str] = {}
    above: list[str] = []
    rows = _dialect_rows(decode_text(path.read_bytes(), path))
    try:
        for row in rows:
            if row["Table ID"] not in (NATIVITY_TABLE, COUNTRY_TABLE) or not row["Unique ID"]:
                continue
            above = [*above[: int(float(row["Indent"]))], row["Label"].strip()]
            labels[f"{row['Unique ID'].strip()}E"] = "!!".join(["Estimate", *above])
    except (KeyError, ValueError, TypeError, AttributeError):
        raise LabelMissing(
            f"{path.name} has not the columns Table ID, Indent, Unique ID and Label in every line."
        ) from None
    return labels


def _dialect_rows(text: str) -> Iterator[dict[str, str]]:
    lines = text.splitlines()
    if lines and "|" in lines[0]:
        return csv.DictReader(lines, delimiter="|", quoting=csv.QUOTE_NONE)
    return csv.DictReader(lines)


def decode_text(content: bytes, path: Path) -> str:
    """Return text in UTF-8 or the Windows code page of the prototype; raises `BadValue`."""
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadValue(f"{path.name} is no text in UTF-8 or Windows-1252.")


def _read_names(chosen: YearFiles) -> pl.DataFrame:
    """`cbsa_code` and `name` of every area in the Geos file."""
    path = chosen.path("geos", f"Geos{chosen.year}5YR.txt")
    with path.open("rb") as file:
        header = file.readline()
        kept = [line for line in file if _AREA_ID.search(line)]
    rows = list(_dialect_rows(decode_text(header + b"".join(kept), path)))
    id_column = next((name for name in _ID_COLUMNS if rows and name in rows[0]), None)
    if id_column is None or "NAME" not in rows[0]:
        raise FileTruncated(f"{path.name} has no metropolitan areas, or no columns GEO_ID and NAME: download it again.")
    found: dict[str, str] = {}
    for row in rows:
        identified = _AREA_ID.fullmatch((row[id_column] or "").encode())
        if identified is None:
            continue
        if row["NAME"] is None:
            raise FileTruncated(f"{path.name} ends in the middle of a line: download it again.")
        found[identified[1].decode()] = row["NAME"].strip()
    return pl.DataFrame({"cbsa_code": list(found), "name": list(found.values())}, schema_overrides={"name": pl.String})


def _read_rows(path: Path, wanted: Iterable[str]) -> pl.DataFrame:
    """The wanted columns (API codes) of the rows of whole areas, as text."""
    with path.open("rb") as file:
        header = file.readline()
        delimiter = b"|" if b"|" in header else b","
        fields = header.count(delimiter)
        kept, last = [], b""
        for line in file:
            # An identifier stands at the beginning of its line, perhaps quoted.
            if line.startswith((b"310", b'"310')):
                kept.append(line)
            last = line
    broken = any(line.count(delimiter) != fields for line in [*kept, last])
    if not fields or broken or (kept and kept[-1] is last and not last.endswith(b"\n")):
        raise FileTruncated(f"{path.name} ends in the middle of a line, or a line is broken: download it again.")
    table = pl.read_csv(BytesIO(header + b"".join(kept)), separator=delimiter.decode(), infer_schema=False)
    names = {re.sub(r"_([EM])(\d+)$", r"_\2\1", name): name for name in table.columns}
    if absent := [code for code in wanted if code not in names]:
        raise ColumnMissing(f"{path.name} has no column for {absent[0]}, which the labels of that year name.")
    return (
        table.with_columns(cbsa_code=pl.col(table.columns[0]).str.extract(r"^310..00US(\d{5})$"))
        .filter(pl.col("cbsa_code").is_not_null())
        .select("cbsa_code", **{code: pl.col(names[code]) for code in wanted})
    )


def _refuse_missing_areas(path: Path, names: pl.DataFrame, rows: pl.DataFrame) -> None:
    """Every area outside Puerto Rico has a line in each table, if only an empty one; else the file was cut off."""
    missing = names.filter(~pl.col("name").str.contains(", PR ")).join(rows, on="cbsa_code", how="anti")
    if missing.height:
        raise FileTruncated(
            f"{path.name} has no line for {missing.height} areas ({missing['name'][0]} is one): download it again."
        )
