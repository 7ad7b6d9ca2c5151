"""Whoever tries Fairport presses Ctrl-C: everything ends, and the next start finds everything again."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import psutil

from tests.journeys.families import one_person
from tests.journeys.holding import look, register_by_api
from tests.journeys.product import Product


def test_nothing_is_left_running_and_nothing_is_lost() -> None:
    with tempfile.TemporaryDirectory(prefix="fairport-") as folder:
        first = Product(Path(folder))
        first.start()
        try:
            code = register_by_api(first, one_person())
            before = look(first, code)
            running = processes_of(first)
        finally:
            status = first.stop()
        assert status == 0, first.end_of_log()
        # The server, its web processes, the worker and the private PostgreSQL were there, and are not any more.
        assert len(running) >= 4
        assert processes_of(first) == []
        with Product(Path(folder), port=first.port).running() as second:
            assert look(second, code) == before


def processes_of(product: Product) -> list[str]:
    """What runs for this product: started with its folder, or working in it."""
    folder = os.fspath(product.var)
    found = []
    for process in psutil.process_iter():
        try:
            mine = process.environ().get("FAIRPORT_VAR") == folder
            command = process.cmdline()
        except psutil.Error:
            continue
        if mine or any(part.startswith(folder) for part in command):
            found.append(" ".join(command))
    return found
