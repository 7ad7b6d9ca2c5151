"""The performance report: first page, loading, draw, verification, on this machine, in a folder of its own.

    python tools/bench.py [--registrations 10000 100000] [--requests 300]

`make bench-long` adds a draw over a million registrations, which takes half an hour and ten gigabytes, most of it for
loading them. Nothing else should run meanwhile; the demonstration's own data under var/ is not touched.
"""

import argparse
import http.client
import math
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from bench_draw import add_pure_draws
from bench_metros import add_metros
from rich.console import Console
from rich.table import Table

from fairport.config.embedded_postgres import EmbeddedServer

CHECKOUT = Path(__file__).resolve().parents[1]
FOLDER = CHECKOUT / "var" / "bench"
# A demonstration that was just begun; each draw gets a copy of it.
FRESH = FOLDER / "fresh"
PROGRAMME = "title-42-exemption"
PAGES = ("/", "/ports", "/draws", "/help")
READY_SECONDS = 120
BUDGETS = {100_000: "30 s", 1_000_000: "60 s"}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure Fairport on this machine.")
    parser.add_argument("--registrations", type=int, nargs="+", default=(10_000, 100_000), help="one draw for each")
    parser.add_argument("--requests", type=int, default=300, help="for each page, one after the other")
    arguments = parser.parse_args()
    report = Table("What", "Measured", "Budget")
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with (FOLDER / "serve.log").open("wb") as log:
        begun = time.monotonic()
        server = subprocess.Popen(
            [sys.executable, "-m", "fairport", "serve", "--demo", "--port", str(port)],
            env=environment(FRESH),
            stdout=log,
            stderr=log,
        )
        try:
            wait_until_ready(server, port)
            report.add_row("first start, until ready", f"{time.monotonic() - begun:.1f} s", "")
            measure_pages(report, port, arguments.requests)
        finally:
            server.send_signal(signal.SIGINT)
            server.wait()
    seconds = {count: measure_draw(report, count) for count in sorted(arguments.registrations)}
    add_growth(report, seconds)
    add_pure_draws(report)
    add_metros(report)
    Console().print(report)
    shutil.rmtree(FOLDER)


def environment(folder: Path) -> dict[str, str]:
    """The environment of a demonstration in that folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FAIRPORT_")}
    return {**kept, "FAIRPORT_VAR": str(folder)}


def wait_until_ready(server: subprocess.Popen[bytes], port: int) -> None:
    """Return when the server answers; end the program when it does not come up."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            fetch(port, "/readyz")
            return
        except OSError:
            time.sleep(0.1)
    sys.exit(f"The server did not start: see {FOLDER / 'serve.log'}.")


def fetch(port: int, address: str, encoding: str = "br, gzip") -> tuple[int, bytes]:
    """Return the status and the body as it was sent."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", address, headers={"Accept-Encoding": encoding})
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def measure_pages(report: Table, port: int, requests: int) -> None:
    """Add a line for each page: its size as sent, and how long it takes, one request after the other."""
    for address in PAGES:
        seconds = []
        for _ in range(requests):
            begun = time.perf_counter()
            status, body = fetch(port, address)
            seconds.append(time.perf_counter() - begun)
            if status != 200:
                sys.exit(f"{address} answered {status}.")
        seconds.sort()
        files = {
            name.decode()
            for name in re.findall(rb'(?:href|src)="(/static/[^"]+)"', fetch(port, address, "identity")[1])
        }
        whole = len(body) + sum(len(fetch(port, name)[1]) for name in files)
        median, slow = seconds[len(seconds) // 2], seconds[int(len(seconds) * 0.95)]
        report.add_row(f"{address}: first visit, with its files", f"{whole / 1000:.1f} kB", "60 kB")
        report.add_row(f"{address}: median, 95 % below", f"{median * 1000:.1f} ms, {slow * 1000:.1f} ms", "")


def measure_draw(report: Table, registrations: int) -> float:
    """Load, freeze, run and verify a draw over that many registrations; return the seconds of freeze and run."""
    folder = FOLDER / str(registrations)
    # Not shutil: the files of the database belong to a user of their own.
    subprocess.run(["cp", "-a", str(FRESH), str(folder)], check=True)
    report.add_section()
    with EmbeddedServer(folder / "postgres").running():
        loaded = timed(folder, "demo", "load", "--registrations", str(registrations))
        report.add_row(f"load {registrations:,} registrations", f"{loaded.seconds:.1f} s", "")
        sequenced = timed(folder, "log", "sequence")
        events = int(sequenced.said.split()[0])
        written, taken = events / loaded.seconds, events / sequenced.seconds
        report.add_row(
            "events a second: sequenced and signed, written by loading",
            f"{taken:,.0f}, {written:,.0f}",
            "as many as written",
        )
        frozen = timed(folder, "draw", "freeze", PROGRAMME, "--beacon", "local")
        draw_id = frozen.said
        report.add_row("freeze, of which the program's own work", str(frozen), "")
        run = timed(folder, "draw", "run", draw_id)
        report.add_row("run, of which the program's own work", str(run), "")
        seconds = frozen.seconds + run.seconds
        report.add_row("freeze and run together", f"{seconds:.1f} s", BUDGETS.get(registrations, ""))
        out = folder / "bundle"
        exported = timed(folder, "draw", "export", draw_id, "--all", "--out", str(out))
        report.add_row("export", f"{exported.seconds:.1f} s", "")
        verified = timed(folder, "draw", "verify", str(out))
        report.add_row("draw verify, with signatures where there are any", f"{verified.seconds:.1f} s", "")
    shutil.rmtree(folder)
    return seconds


def add_growth(report: Table, seconds: dict[int, float]) -> None:
    """Add a line for each step between two sizes: how the time of freeze and run grew, beside n log n."""
    counts = sorted(seconds)
    report.add_section()
    for fewer, more in pairwise(counts):
        grown = seconds[more] / seconds[fewer]
        allowed = more * math.log(more) / (fewer * math.log(fewer))
        report.add_row(f"freeze and run, {fewer:,} to {more:,}", f"{grown:.1f} times", f"{allowed:.1f} times (n log n)")


@dataclass(frozen=True)
class Timed:
    """What a command printed, how long it took by the clock and by its own processor time, and its largest memory."""

    said: str
    seconds: float
    own_seconds: float
    megabytes: int

    def __str__(self) -> str:
        return f"{self.seconds:.1f} s, {self.own_seconds:.1f} s; {self.megabytes:,} MB"


def timed(folder: Path, *command: str) -> Timed:
    """Run `fairport COMMAND` on the demonstration in that folder; end the program if it fails."""
    begun = time.monotonic()
    # The usage of this one child, which subprocess does not tell.
    process = subprocess.Popen(
        [sys.executable, "-m", "fairport", *command], env=environment(folder), stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    said = process.stdout.read().strip()
    _pid, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"fairport {' '.join(command)} failed.")
    seconds = time.monotonic() - begun
    return Timed(said, seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024)


if __name__ == "__main__":
    main()
