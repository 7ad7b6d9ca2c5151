"""Calls that start at the same moment, each in a thread and on a connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection


def race(*calls: Callable[[], Any]) -> list[Any]:
    """Runs the calls together; what each returned, or the exception that it raised, in their order."""
    results: list[Any] = [RuntimeError("did not run")] * len(calls)
    barrier = threading.Barrier(len(calls))

    def run(place: int) -> None:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=30)
            results[place] = calls[place]()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


def kinds(results: Sequence[Any]) -> list[str]:
    """The types of the results, sorted by name."""
    return sorted(type(result).__name__ for result in results)
