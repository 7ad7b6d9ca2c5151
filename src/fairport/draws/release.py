"""The release report: how far a line of the files that become public late could still point to one family."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from fairport.domain.draw_format import format_compact_json

RELEASE_FILE: Final = "release.json"
ALIKE: Final = 10
"""Fewer entries than this that say the same are counted as rare."""


def format_release_report(*, pool: bytes, allocation: bytes) -> bytes:
    """The bytes of release.json: of each file how many lines it has, and how many say what fewer than ten lines say.

    A line of the pool says everything after its id. A line of the allocation is counted together with its line of the
    pool, since the id joins them: that is what a reader of both files knows of a selected group.
    """
    pool_lines = dict(line.split(b",", 1) for line in pool.splitlines())
    drawn = [(pool_lines[line[:32]], line[33:]) for line in allocation.splitlines()]
    return format_compact_json(
        {
            "fewer_than": ALIKE,
            "pool": {"lines": len(pool_lines), "rare": _rare(pool_lines.values())},
            "allocation": {"lines": len(drawn), "rare": _rare(drawn)},
        }
    )


def _rare(contents: Iterable[object]) -> int:
    return sum(count for count in Counter(contents).values() if count < ALIKE)
