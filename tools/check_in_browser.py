"""Checks a draw's folder with the verifier of the draw pages, in Chromium, and prints how long it took.

    python tools/check_in_browser.py FOLDER
    python tools/check_in_browser.py --entries 1000000

With --entries it makes a draw of that many groups of mixed size first (a local beacon, nothing else on this machine).
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import random
import shutil
import sys
import tempfile
import threading
from functools import partial
from hashlib import sha256
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from fairport.domain.beacon import LocalBeacon, commit_locally
from fairport.domain.bundle import BUNDLE_FILES
from fairport.domain.draw import (
    Cell,
    Params,
    build_manifest,
    format_beacon,
    format_manifest,
    format_params,
    run_draw,
)

WORKER = Path(__file__).resolve().parents[1] / "src" / "fairport" / "static" / "verify-worker.js"
RUN = """async (fingerprints) => {
  const worker = new Worker("/verify-worker.js");
  const begun = performance.now();
  const answer = await new Promise((resolve, reject) => {
    worker.onerror = (event) => reject(new Error(event.message));
    worker.onmessage = ({data}) => { if (data.kind !== "progress") resolve(data); };
    worker.postMessage({kind: "check", address: "/draw/", fingerprints, previous: ""});
  });
  return [(performance.now() - begun) / 1000, answer];
}"""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Says nothing."""


def check_in_browser(folder: Path) -> tuple[float, dict[str, Any]]:
    """Checks the bundle in `folder`; gives the seconds and what the verifier answered (`kind` is report or refused)."""
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser is None:
        sys.exit("Chromium is missing: make chromium installs Debian's.")
    fingerprints = {name: sha256((folder / name).read_bytes()).hexdigest() for name in BUNDLE_FILES}
    with tempfile.TemporaryDirectory(prefix="fairport-") as site:
        (Path(site) / "index.html").write_text("<!doctype html><title>Check</title>")
        (Path(site) / WORKER.name).symlink_to(WORKER)
        (Path(site) / "draw").symlink_to(folder.resolve())
        with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=site)) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            try:
                return _run(browser, f"http://127.0.0.1:{server.server_port}/", fingerprints)
            finally:
                server.shutdown()


def _run(browser: str, address: str, fingerprints: dict[str, str]) -> tuple[float, dict[str, Any]]:
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=["--disable-gpu", *sandbox])
        page = chromium.new_page()
        page.goto(address)
        seconds, answer = page.evaluate(RUN, fingerprints)
        chromium.close()
    return seconds, answer


def make_bundle(folder: Path, *, entries: int) -> None:
    """Writes a draw of that many groups over eight ports; the same for each run."""
    choose = random.Random(entries)  # noqa: S311 - made-up groups, the same each time
    codes = [f"P{number}" for number in range(8)]
    monday = dt.date(2022, 1, 3)
    lines = sorted(
        f"{choose.randbytes(16).hex()},{choose.choice([1, 1, 1, 2, 2, 3, 4, 5, 6, 8, 12])},1,1,"
        f"{monday + dt.timedelta(weeks=choose.randrange(50))},{';'.join(choose.sample(codes, choose.randint(1, 4)))}\n"
        for _ in range(entries)
    )
    pool = "".join(lines).encode("ascii")
    params = format_params(
        Params(
            draw_id="bench/1",
            programme="bench",
            policy_sha256="0" * 64,
            seniority_share=(1, 2),
            seniority_carry=0,
            zones=dict.fromkeys(codes, "America/Chicago"),
            cells=tuple(
                Cell(port=code, date=dt.date(2023, 2, 1), band=dt.time(hour), capacity=60, free=60)
                for code in codes
                for hour in (8, 11, 14)
            ),
            previous=None,
            rain_checks=(),
            rain_checks_dropped=(),
        )
    )
    draw_time = dt.datetime(2023, 1, 18, 18, tzinfo=dt.UTC)
    beacon = LocalBeacon(bytes(32))
    manifest = format_manifest(
        build_manifest(
            pool=pool,
            params=params,
            sequence=1,
            previous_manifest=None,
            frozen_at=draw_time - dt.timedelta(minutes=45),
            draw_time=draw_time,
            beacon=commit_locally(beacon.secret),
        )
    )
    draw = run_draw(pool=pool, params=params, manifest=manifest, beacon=beacon)
    contents = (manifest, params, pool, format_beacon(beacon), draw.allocation_bytes, draw.result_bytes)
    for name, raw in zip(BUNDLE_FILES, contents, strict=True):
        (folder / name).write_bytes(raw)


def main() -> None:
    """Checks, and prints the seconds."""
    parser = argparse.ArgumentParser(description="Check a draw in Chromium.")
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--entries", type=int)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fairport-") as made:
        folder = arguments.folder or Path(made)
        if arguments.entries is not None:
            make_bundle(Path(made), entries=arguments.entries)
        seconds, answer = check_in_browser(folder)
    if answer["kind"] != "report":
        sys.exit(f"Refused: {answer}")
    print(f"{answer['report']['count']:,} entries: {seconds:.1f} s")


if __name__ == "__main__":
    main()
