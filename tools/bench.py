"""The performance report: first page, loading, draw, verification, on this machine, in a folder of its own.

    python tools/bench.py [--registrations 100000] [--requests 300]

Nothing else should run meanwhile; the demonstration's own data under var/ is not touched.
"""

import argparse
import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from bench_draw import add_pure_draws
from bench_metros import add_metros
from rich.console import Console
from rich.table import Table

from fairport.config.embedded_postgres import EmbeddedServer

CHECKOUT = Path(__file__).resolve().parents[1]
FOLDER = CHECKOUT / "var" / "bench"
PROGRAMME = "title-42-exemption"
PAGES = ("/", "/ports", "/draws", "/help")
READY_SECONDS = 120


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure Fairport on this machine.")
    parser.add_argument("--registrations", type=int, default=100_000)
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
            env=environment(),
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
    with EmbeddedServer(FOLDER / "postgres").running():
        measure_draw(report, arguments.registrations)
    add_pure_draws(report)
    add_metros(report)
    Console().print(report)
    shutil.rmtree(FOLDER)


def environment() -> dict[str, str]:
    """The environment of a demonstration in the benchmark's folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FAIRPORT_")}
    return {**kept, "FAIRPORT_VAR": str(FOLDER)}


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


def measure_draw(report: Table, registrations: int) -> None:
    """Add a line for loading, freezing, running and verifying a draw over that many registrations."""
    timed(report, f"load {registrations:,} registrations", "", "demo", "load", "--registrations", str(registrations))
    draw_id, freezing = timed(report, "freeze", "", "draw", "freeze", PROGRAMME, "--beacon", "local")
    _said, running = timed(report, "run", "", "draw", "run", draw_id)
    report.add_row("freeze and run together", f"{freezing + running:.1f} s", "30 s for 100,000")
    out = FOLDER / "bundle"
    timed(report, "export", "", "draw", "export", draw_id, "--all", "--out", str(out))
    timed(report, "draw verify, with signatures where there are any", "", "draw", "verify", str(out))


def timed(report: Table, what: str, budget: str, *command: str) -> tuple[str, float]:
    """Run `fairport COMMAND`, add its time to the report, return what it printed and the seconds."""
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "fairport", *command], env=environment(), stdout=subprocess.PIPE, text=True, check=False
    )
    seconds = time.monotonic() - begun
    if done.returncode != 0:
        sys.exit(f"fairport {' '.join(command)} failed.")
    report.add_row(what, f"{seconds:.1f} s", budget)
    return done.stdout.strip(), seconds


if __name__ == "__main__":
    main()
