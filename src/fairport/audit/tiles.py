"""The public form of a log (C2SP `tlog-tiles`): where its tiles are, and what is computed from them.

A tile holds up to 256 hashes. Tile `number` of `level` covers the leaves from `number * 256**(level + 1)` on, and each
of its hashes is the root of a full tile below. Nothing here knows where tiles are kept: a reader hands them over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from fairport.domain.merkle import EMPTY_ROOT, NodeReader, root_of_hashes

HASH_BYTES = 32
TILE_HASHES = 256
TILE_HEIGHT = 8
FULL_TILE = HASH_BYTES * TILE_HASHES
LENGTH_BYTES = 2
LONGEST_ENTRY = 2 ** (8 * LENGTH_BYTES) - 1

# (level, number, width) → the hashes of the tile, 32 bytes each.
TileReader = Callable[[int, int, int], bytes]
_PATH = re.compile(
    r"(?P<level>entries|0|[1-9][0-9]?)/(?P<number>(?:x[0-9]{3}/){0,5}[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)
_ENTRIES = "entries"


@dataclass(frozen=True, slots=True, order=True)
class TileName:
    """Which tile, and how many hashes (1 to 256) it has. `level` is None for a bundle of entries."""

    level: int | None
    number: int
    width: int

    @property
    def path(self) -> str:
        """Below `tile/`, for instance `0/x001/x234/067.p/5`."""
        groups = []
        rest = self.number
        while True:
            rest, group = divmod(rest, 1000)
            groups.append(f"{group:03}")
            if not rest:
                break
        number = "/".join([*(f"x{group}" for group in reversed(groups[1:])), groups[0]])
        partial = "" if self.width == TILE_HASHES else f".p/{self.width}"
        return f"{_ENTRIES if self.level is None else self.level}/{number}{partial}"


def parse_tile_path(path: str) -> TileName | None:
    """The tile of a path below `tile/`, or None if there is no such path."""
    found = _PATH.fullmatch(path)
    if found is None:
        return None
    level = None if found["level"] == _ENTRIES else int(found["level"])
    width = int(found["width"] or TILE_HASHES)
    name = TileName(level, int(found["number"].replace("x", "").replace("/", "")), width)
    # One path for one tile, as for the number's leading groups of zeros.
    return name if name.path == path and (level or 0) < 64 else None


def tiles_of(*, size: int, since: int = 0) -> Iterator[TileName]:
    """The tiles of hashes of a tree, without those that a tree of its first `since` leaves had just so."""
    level = 0
    while size >> (TILE_HEIGHT * level):
        hashes = size >> (TILE_HEIGHT * level)
        old_hashes = since >> (TILE_HEIGHT * level)
        if hashes != old_hashes:
            for number in range(old_hashes // TILE_HASHES, -(-hashes // TILE_HASHES)):
                yield TileName(level, number, min(TILE_HASHES, hashes - number * TILE_HASHES))
        level += 1


def bundles_of(*, size: int, since: int = 0) -> Iterator[TileName]:
    """The bundles of entries of a log, beside the tiles of level 0."""
    for name in tiles_of(size=size, since=since):
        if name.level == 0:
            yield TileName(None, name.number, name.width)


def has_tile(*, name: TileName, size: int) -> bool:
    """Whether a tree of `size` leaves fills this tile."""
    return name.number * TILE_HASHES + name.width <= size >> (TILE_HEIGHT * (name.level or 0))


def node_reader(*, size: int, read_tile: TileReader) -> NodeReader:
    """Reads nodes of the tree of the first `size` leaves from its tiles, each tile once."""
    tiles: dict[tuple[int, int], bytes] = {}

    def node(height: int, index: int) -> bytes:
        level, above = divmod(height, TILE_HEIGHT)
        number, first = divmod(index << above, TILE_HASHES)
        if (level, number) not in tiles:
            width = min(TILE_HASHES, (size >> (TILE_HEIGHT * level)) - number * TILE_HASHES)
            tiles[level, number] = read_tile(level, number, width)
        start = first * HASH_BYTES
        return root_of_hashes(tiles[level, number][start : start + (HASH_BYTES << above)])

    return node


@dataclass(slots=True)
class GrowingTree:
    """The right edge of a tree: all that is needed to add leaves, and no more than 255 hashes a level.

    `edge[level]` are the hashes that do not fill a tile of that level yet.
    """

    size: int = 0
    edge: list[bytes] = field(default_factory=list)

    def add(self, leaf_hashes: Iterable[bytes]) -> list[tuple[int, int, bytes, bytes]]:
        """Adds leaves; returns the tiles that they filled as (level, number, hashes, root)."""
        filled: list[tuple[int, int, bytes, bytes]] = []
        added = b"".join(leaf_hashes)
        self.size += len(added) // HASH_BYTES
        level = 0
        while added:
            if level == len(self.edge):
                self.edge.append(b"")
            hashes = self.edge[level] + added
            count = len(hashes) // FULL_TILE
            # The tiles of a level that are complete now end with this one.
            first = (self.size >> (TILE_HEIGHT * (level + 1))) - count
            roots = []
            for place in range(count):
                tile = hashes[place * FULL_TILE : (place + 1) * FULL_TILE]
                roots.append(root_of_hashes(tile))
                filled.append((level, first + place, tile, roots[-1]))
            self.edge[level] = hashes[count * FULL_TILE :]
            added = b"".join(roots)
            level += 1
        return filled

    def root(self) -> bytes:
        """The root over all leaves so far."""
        below = b""
        for hashes in self.edge:
            if hashes or below:
                below = root_of_hashes(hashes + below)
        return below or EMPTY_ROOT


def pack_entries(entries: Iterable[bytes]) -> bytes:
    """A bundle of entries: each with its length in two bytes in front."""
    return b"".join(len(entry).to_bytes(LENGTH_BYTES, "big") + entry for entry in entries)


def unpack_entries(bundle: bytes) -> list[bytes] | None:
    """The entries of a bundle, or None if its lengths do not add up."""
    entries = []
    at = 0
    while at < len(bundle):
        start = at + LENGTH_BYTES
        end = start + int.from_bytes(bundle[at:start], "big")
        if start > len(bundle) or end > len(bundle):
            return None
        entries.append(bundle[start:end])
        at = end
    return entries
