"""How long the pure draw and the standard library's verifier take, and how much memory, with pools of several sizes.

    python tools/bench_draw.py [--entries 10000 100000 1000000]

Each measurement runs in a process of its own, so that its memory is its own. `make bench` prints this too.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from hashlib import sha256
from pathlib import Path

from rich.console import Console
from rich.table import Table

from fairport.domain.draw import (
    Cell,
    LocalBeacon,
    Params,
    PoolEntry,
    build_manifest,
    commit_locally,
    format_beacon,
    format_manifest,
    format_params,
    format_pool,
    run_draw,
)

SIZES = (1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 6, 8)
PORTS = ("CLX", "ELP", "NGL", "SDG")
ENTRIES = (10_000, 100_000, 1_000_000)
SECRET = bytes(range(32))
BUDGETS = {1_000_000: ("15 s, 1,500 MB", "30 s")}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure the pure draw on this machine.")
    parser.add_argument("--entries", type=int, nargs="+", default=ENTRIES)
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        draw_once(arguments.one)
        return
    report = Table("What", "Measured", "Budget")
    add_pure_draws(report, arguments.entries)
    Console().print(report)


def add_pure_draws(report: Table, entries: tuple[int, ...] = ENTRIES) -> None:
    """Add two lines for each size: the draw (root, tickets, order, allocation) and the verifier."""
    for count in entries:
        draw_budget, verify_budget = BUDGETS.get(count, ("", ""))
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write_inputs(folder, count)
            seconds, memory = run(__file__, "--one", str(folder)).split()
            report.add_row(f"pure draw of {count:,} entries", f"{seconds} s, {memory} MB", draw_budget)
            begun = time.monotonic()
            run("-m", "fairport.domain", "verify", str(folder))
            report.add_row(
                f"verify {count:,} entries, standard library alone", f"{time.monotonic() - begun:.1f} s", verify_budget
            )


def run(*arguments: str) -> str:
    """What another Python prints; it ends the program when that one fails."""
    done = subprocess.run([sys.executable, *arguments], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(f"{arguments} failed.")
    return done.stdout


def write_inputs(folder: Path, count: int) -> None:
    """A frozen draw of groups of mixed sizes and preferences, the same for the same count."""
    monday = date(2023, 1, 9)
    entries = []
    for number in range(count):
        digest = sha256(number.to_bytes(8, "big")).digest()
        first = digest[16] % len(PORTS)
        entries.append(
            PoolEntry(
                id=digest[:16].hex(),
                size=SIZES[digest[17] % len(SIZES)],
                tier=1,
                weight=1,
                registered=monday - timedelta(weeks=digest[18] % 20),
                ports=(PORTS[first:] + PORTS[:first])[: 1 + digest[19] % len(PORTS)],
            )
        )
    days = [date(2023, 2, 1) + timedelta(days=day) for day in range(11)]
    cells = tuple(Cell(port, day, clock_time(hour), 24, 24) for port in PORTS for day in days for hour in (8, 12, 16))
    pool = format_pool(entries)
    params = format_params(
        Params(
            draw_id="bench/2023-01-18",
            programme="bench",
            policy_sha256="0" * 64,
            seniority_share=(1, 2),
            seniority_carry=0,
            zones=dict.fromkeys(PORTS, "America/Denver"),
            cells=cells,
            previous=None,
            rain_checks=(),
            rain_checks_dropped=(),
        )
    )
    manifest = build_manifest(
        pool=pool,
        params=params,
        sequence=1,
        previous_manifest=None,
        frozen_at=datetime(2023, 1, 18, 17, tzinfo=UTC),
        draw_time=datetime(2023, 1, 18, 18, tzinfo=UTC),
        beacon=commit_locally(SECRET),
    )
    files = {"pool.txt": pool, "params.json": params, "manifest.json": format_manifest(manifest)}
    for name, content in files.items():
        (folder / name).write_bytes(content)


def draw_once(folder: Path) -> None:
    """Draw, write what came out, print seconds and the largest memory in MB."""
    pool, params, manifest = ((folder / name).read_bytes() for name in ("pool.txt", "params.json", "manifest.json"))
    beacon = LocalBeacon(SECRET)
    begun = time.monotonic()
    result = run_draw(pool=pool, params=params, manifest=manifest, beacon=beacon)
    seconds = time.monotonic() - begun
    (folder / "beacon.json").write_bytes(format_beacon(beacon))
    (folder / "allocation.txt").write_bytes(result.allocation_bytes)
    (folder / "result.json").write_bytes(result.result_bytes)
    print(f"{seconds:.1f} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}")


if __name__ == "__main__":
    main()
