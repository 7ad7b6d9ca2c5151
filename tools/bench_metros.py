"""How long `fairport metros` takes over a whole vintage from downloaded files, and how much memory.

    python tools/bench_metros.py [--others 90000]

The files are made up in the shape of the prototype of 2020: 939 areas, every row of B05002 and B05006 with its margin,
and around them as many rows of counties and tracts as the real files have. `make bench` prints this too.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from importlib.resources import files
from pathlib import Path

from rich.console import Console
from rich.table import Table

AREAS = 939
METROS = 392
OTHERS = 90_000
BUDGET = "5 s, 500 MB"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure the ranking of metropolitan areas on this machine.")
    parser.add_argument("--others", type=int, default=OTHERS, help="rows of other places in each file")
    report = Table("What", "Measured", "Budget")
    add_metros(report, parser.parse_args().others)
    Console().print(report)


def add_metros(report: Table, others: int = OTHERS) -> None:
    """Add a line: the command's time from its start to its end, and the most memory it held."""
    with tempfile.TemporaryDirectory(prefix="fairport-metros-") as name:
        folder = Path(name)
        size = write_files(folder, others)
        command = [sys.executable, "-m", "fairport", "metros", "--source", name, "--micro", "--format", "csv"]
        listed = folder / "listed.csv"
        with listed.open("wb") as out:
            begun = time.monotonic()
            process = subprocess.Popen(command, stdout=out)
            # Not `process.wait()`: this tells the memory of that one process.
            _pid, status, used = os.wait4(process.pid, 0)
            seconds = time.monotonic() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            sys.exit("fairport metros failed.")
        lines = listed.read_bytes().count(b"\n") - 1
    what = f"fairport metros, {AREAS} areas ({lines} listed), {size / 1e6:.0f} MB of files"
    report.add_row(what, f"{seconds:.1f} s, {used.ru_maxrss / 1024:.0f} MB", BUDGET)


def write_files(folder: Path, others: int) -> int:
    """Write the two tables and the names; return how many bytes they are."""
    labels: dict[str, str] = json.loads(files("fairport.metros").joinpath("data/labels-2020.json").read_bytes())
    chance = random.Random(1)  # noqa: S311 - made-up figures, the same each time
    codes = [f"{10_000 + 10 * number}" for number in range(AREAS)]
    populations = [
        chance.randint(100_000, 9_000_000) if n < METROS else chance.randint(12_000, 90_000) for n in range(AREAS)
    ]
    abroad = [chance.randint(0, population // 2) for population in populations]
    for table in ("B05002", "B05006"):
        names = [f"{table}_{kind}{code[7:-1]}" for code in labels if code.startswith(table) for kind in "EM"]
        with (folder / f"acsdt5y2020-{table.lower()}.dat").open("w", encoding="cp1252") as file:
            file.write(",".join(["GEO_ID", *names]) + "\n")
            for code, population, born in zip(codes, populations, abroad, strict=True):
                cells = [str(chance.randint(0, born // 2)) for _ in names]
                if table == "B05002":
                    cells[names.index("B05002_E001")], cells[names.index("B05002_E013")] = str(population), str(born)
                file.write(",".join([f"310M500US{code}", *cells]) + "\n")
            cells = [str(chance.randint(0, 999)) for _ in names]
            for number in range(others):
                file.write(",".join([f"1400000US{number:011d}", *cells]) + "\n")
    with (folder / "Geos20205YR.csv").open("w", encoding="cp1252") as file:
        file.write("FILEID,SUMLEVEL,DADSID,NAME\n")
        for number, code in enumerate(codes):
            kind = "Metro" if number < METROS else "Micro"
            file.write(f'ACSSF,310,310M500US{code},"Cañon {code}, TX {kind} Area"\n')
        for number in range(others):
            file.write(f'ACSSF,140,1400000US{number:011d},"Census Tract {number}, Some County, Texas"\n')
    return sum(path.stat().st_size for path in folder.iterdir())


if __name__ == "__main__":
    main()
