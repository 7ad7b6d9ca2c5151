"""Draw ids in addresses: `<programme>_<date>`, since a `/` would end a part of the address."""

from __future__ import annotations

import re
from typing import Final

_DRAW: Final = re.compile(r"([a-z0-9-]{1,64})_([0-9]{4}-[0-9]{2}-[0-9]{2})")


def draw_id_of(address: str) -> str:
    """A draw's id from the form that it has in addresses; empty if it has none."""
    match = _DRAW.fullmatch(address)
    return f"{match[1]}/{match[2]}" if match else ""


def address_of(draw_id: str) -> str:
    """The form of a draw's id in addresses."""
    return draw_id.replace("/", "_")
