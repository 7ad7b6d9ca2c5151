"""Small counts are not published: a count of three in a small town can point to a person.

Source: docs/decisions/0040-complaints.md.
"""

from __future__ import annotations

from typing import Final

SMALLEST_PUBLISHED: Final = 10
"""Counts below this, nought included, are published as "fewer than ten", so that nobody learns from the difference."""


def published_count(count: int) -> int | None:
    """The count as it is published, or None where it is below :data:`SMALLEST_PUBLISHED`.

    Tables of such counts hold no sums: a sum and its other parts would tell the part that was left out.
    """
    if count < 0:
        raise ValueError("a count is not negative")
    return count if count >= SMALLEST_PUBLISHED else None
