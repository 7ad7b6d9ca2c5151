"""Made-up Census data in the shape of each source, with the traps that the real ones have."""

import csv
import io
import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

AREA = "metropolitan statistical area/micropolitan statistical area"
LABELS_2020: dict[str, str] = json.loads(files("fairport.metros").joinpath("data/labels-2020.json").read_bytes())
CHINA_PARTS = ("China, excluding Hong Kong and Taiwan", "Hong Kong", "Taiwan")


@dataclass(frozen=True)
class Area:
    """One area. `births` maps a row's own title to its estimate; whoever is not there has 0. Rows above are sums."""

    code: str
    name: str
    population: int | str | None
    foreign_born: int | str | None
    births: Mapping[str, int | str] | None = field(default_factory=dict)
    population_moe: int | str | None = -555555555
    foreign_born_moe: int | str | None = 1_000


def golden_areas() -> list[Area]:
    """The fifteen published areas as the tables would have them.

    The most common country is never the largest row: regions and rests are larger. Where it is China, another country
    is larger than each of its parts.
    """
    text = files("fairport.metros").joinpath("data/published-2020.csv").read_text(encoding="utf-8")
    return [
        Area(
            row["cbsa_code"],
            row["name"],
            int(row["population"]),
            int(row["foreign_born"]),
            births_with(row["most_common_country"], int(row["foreign_born"])),
        )
        for row in csv.DictReader(text.splitlines())
    ]


def births_with(country: str, foreign_born: int) -> dict[str, int]:
    """A quarter was born in the country, less in each other, and more in "Other …" rows, which are no countries."""
    births = {
        "Other South Eastern Asia": foreign_born * 30 // 100,
        "Philippines": foreign_born * 15 // 100,
        "United Kingdom, excluding England and Scotland": foreign_born // 100,
        "England": foreign_born // 100,
    }
    parts = CHINA_PARTS if country == "China" else (country,)
    return births | {part: foreign_born * 25 // 100 // len(parts) for part in parts}


def figures_of(area: Area, labels: Mapping[str, str]) -> dict[str, str | None]:
    """Code → value as text, estimates and margins, for one area; None where the Census has nothing."""
    told: dict[str, int | str | None] = {}
    below = titles_from(tuple(labels.values()))
    for code, label in labels.items():
        if code.startswith("B05002"):
            titles = {"Total": area.population, "Foreign born": area.foreign_born}
            margins = {"Total": area.population_moe, "Foreign born": area.foreign_born_moe}
            title = title_of(label)
            top = label.count("!!") <= 2 and title in titles
            told[code] = titles[title] if top else 7
            told[margin(code)] = margins[title] if top else 7
        elif area.births is None:
            told[code] = told[margin(code)] = None
        else:
            # A row's own figure, and those of all rows below it.
            figures = [area.births.get(title, 0) for title in below[label]]
            marks = [figure for figure in figures if isinstance(figure, str)]
            told[code] = marks[0] if marks and len(figures) == 1 else sum(f for f in figures if isinstance(f, int))
            told[margin(code)] = 100
    return {code: None if value is None else str(value) for code, value in told.items()}


@lru_cache
def titles_from(labels: tuple[str, ...]) -> dict[str, list[str]]:
    """Label → the titles of its row and of all rows below it."""
    return {
        label: [title_of(other) for other in labels if other == label or is_below(other, label)] for label in labels
    }


def is_below(label: str, parent: str) -> bool:
    """Whether a label's path goes on from the other's; colons do not matter."""
    return label.replace(":", "").startswith(parent.replace(":", "") + "!!")


def title_of(label: str) -> str:
    """The last part of a label."""
    return label.split("!!")[-1].removesuffix(":")


def margin(code: str) -> str:
    """The code of an estimate's margin."""
    return code[:-1] + "M"


def moved_labels(new_rows: Sequence[str] = ("Marshall Islands", "Palau", "Samoa")) -> dict[str, str]:
    """Labels of another year: rows of Oceania came in, so all codes behind them moved, Mexico's too."""
    nativity = {code: label for code, label in LABELS_2020.items() if code.startswith("B05002")}
    paths = [label for code, label in sorted(LABELS_2020.items()) if code.startswith("B05006")]
    place = paths.index("Estimate!!Total:!!Oceania:!!Micronesia")
    paths[place:place] = [f"Estimate!!Total:!!Oceania:!!{row}" for row in new_rows]
    return nativity | {f"B05006_{number:03d}E": label for number, label in enumerate(paths, start=1)}


def write_summary_files(
    folder: Path,
    *,
    year: int,
    areas: Sequence[Area],
    labels: Mapping[str, str] = LABELS_2020,
    other_rows: int = 3,
) -> None:
    """Write what a user would have downloaded: the prototype for 2020, else table-based files.

    Rows of states, of the urban part of each area and of `other_rows` census tracts stand around those of the areas.
    """
    prototype = year == 2020
    data = folder / ("prototype/5YRData" if prototype else "table-based-SF/data/5YRData")
    papers = folder / ("prototype" if prototype else "table-based-SF/documentation")
    data.mkdir(parents=True, exist_ok=True)
    papers.mkdir(parents=True, exist_ok=True)
    delimiter, encoding = (",", "cp1252") if prototype else ("|", "utf-8")
    figures = {area.code: figures_of(area, labels) for area in areas}
    for table in ("B05002", "B05006"):
        codes = [name for code in sorted(labels) if code.startswith(table) for name in (code, margin(code))]
        lines = [delimiter.join(["GEO_ID", *(file_code(code) for code in codes)])]
        lines.append(delimiter.join(["0400000US06", *("9" for _ in codes)]))
        for area in areas:
            cells = [figures[area.code][code] or "" for code in codes]
            lines.append(delimiter.join([f"310M500US{area.code}", *cells]))
            lines.append(delimiter.join([f"310M501US{area.code}", *("5" for _ in codes)]))
        tract = delimiter.join(["", *("123" for _ in codes)])
        lines += [f"1400000US06001{number:06d}{tract}" for number in range(other_rows)]
        (data / f"acsdt5y{year}-{table.lower()}.dat").write_text("\n".join(lines) + "\n", encoding=encoding)
    columns = ["FILEID", "SUMLEVEL", "DADSID" if prototype else "GEO_ID", "NAME"]
    table = [["ACSSF", "310", f"310M500US{area.code}", area.name] for area in areas]
    table += [["ACSSF", "310", f"310M501US{area.code}", f"{area.name} -- Urban"] for area in areas]
    geos = io.StringIO()
    if prototype:
        csv.writer(geos, lineterminator="\n").writerows([columns, *table])
    else:
        geos.write("\n".join("|".join(row) for row in [columns, *table]) + "\n")
    name = f"Geos{year}5YR.{'csv' if prototype else 'txt'}"
    (papers / name).write_text(geos.getvalue(), encoding=encoding)
    if not prototype:
        (papers / f"ACS{year}5YR_Table_Shells.txt").write_text(shells(labels), encoding="utf-8")


def shells(labels: Mapping[str, str]) -> str:
    """The labels as the Census Bureau's file of table shells has them: one title a line with its indent."""
    lines = [
        "Table ID|Line|Indent|Unique ID|Label|Title|Universe|Type",
        "B01001|1.0|0|B01001_001|Total:|Sex by Age|All|int",
    ]
    for code in sorted(labels):
        table, number = code[:-1].split("_")
        parts = labels[code].split("!!")
        lines.append(f"{table}|{int(number)}.0|{len(parts) - 2}|{table}_{number}|{parts[-1]}|Title|People|int")
    return "\n".join(lines) + "\n"


def file_code(code: str) -> str:
    """B05006_150E as the files write it: B05006_E150."""
    return f"{code[:7]}{code[-1]}{code[7:-1]}"


Answer = tuple[int, str, bytes, dict[str, str]]


@dataclass
class StubApi:
    """A server that answers like the Census API; `before` may answer a request itself, by its number from 0."""

    areas: Sequence[Area]
    labels: Mapping[str, str] = field(default_factory=lambda: LABELS_2020)
    key: str = "right-key"
    before: Callable[[int], Answer | None] = lambda _number: None
    requests: list[str] = field(default_factory=list)
    address: str = ""

    def answer(self, target: str) -> Answer:
        """Status, content type, body, headers."""
        self.requests.append(target)
        if (own := self.before(len(self.requests) - 1)) is not None:
            return own
        parts = urlsplit(target)
        query = parse_qs(parts.query)
        if "/groups/" in parts.path:
            table = parts.path.rsplit("/", 1)[-1].removesuffix(".json")
            variables: dict[str, object] = {"NAME": {"label": "Geographic Area Name"}, "GEO_ID": {"label": "Geography"}}
            for code, label in self.labels.items():
                if code.startswith(table):
                    variables[code] = {"label": label, "predicateType": "int", "group": table}
                    variables[margin(code)] = {"label": label.replace("Estimate", "Margin of Error"), "group": table}
            return 200, "application/json", json.dumps({"variables": variables}).encode(), {}
        if query.get("key") != [self.key]:
            return 302, "text/html", b"", {"Location": "/data/missing_key.html"}
        wanted = query["get"][0].split(",")
        if len(wanted) > 50:
            return 400, "text/plain", b"error: too many variables", {}
        rows: list[list[str | None]] = [[*wanted, AREA]]
        for area in self.areas:
            figures = figures_of(area, self.labels) | {"NAME": area.name}
            rows.append([*(figures[name] for name in wanted), area.code])
        return 200, "application/json", json.dumps(rows).encode(), {}


@contextmanager
def serving(api: StubApi) -> Iterator[StubApi]:
    """The stub on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, kind, body, headers = api.answer(self.path)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """The tests read `requests` instead."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    api.address = f"http://127.0.0.1:{server.server_port}/data"
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
