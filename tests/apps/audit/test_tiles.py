"""Tiles: their paths, which of them a tree has, and a tree that grows leaf by leaf against one built at once."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairport.audit.tiles import (
    HASH_BYTES,
    GrowingTree,
    TileName,
    bundles_of,
    has_tile,
    node_reader,
    pack_entries,
    parse_tile_path,
    tiles_of,
    unpack_entries,
)
from fairport.domain.merkle import consistency_path, inclusion_path, root_of_hashes


def leaves(count: int) -> list[bytes]:
    return [hashlib.sha256(number.to_bytes(4, "big")).digest() for number in range(count)]


@pytest.mark.parametrize(
    ("name", "path"),
    [
        (TileName(0, 1_234_067, 256), "0/x001/x234/067"),
        (TileName(0, 0, 1), "0/000.p/1"),
        (TileName(63, 999, 255), "63/999.p/255"),
        (TileName(2, 1000, 256), "2/x001/000"),
        (TileName(None, 12, 3), "entries/012.p/3"),
    ],
)
def test_paths_there_and_back(name: TileName, path: str) -> None:
    assert (name.path, parse_tile_path(path)) == (path, name)


@pytest.mark.parametrize(
    "path",
    ["", "0", "0/1", "0/000.p/256", "0/000.p/01", "0/000.p", "0/x000/001", "64/000", "00/000", "x/000", "0/000/"],
)
def test_other_paths_are_none(path: str) -> None:
    assert parse_tile_path(path) is None


def test_the_tiles_of_a_tree_of_70_000_leaves() -> None:
    """The example of the specification."""
    names = list(tiles_of(size=70_000))
    assert sum(name.level == 0 and name.width == 256 for name in names) == 273
    assert [name for name in names if name.width < 256] == [
        TileName(0, 273, 112),
        TileName(1, 1, 17),
        TileName(2, 0, 1),
    ]
    assert [name for name in names if name.level == 1 and name.width == 256] == [TileName(1, 0, 256)]
    assert list(tiles_of(size=256)) == [TileName(0, 0, 256), TileName(1, 0, 1)]
    assert list(tiles_of(size=0)) == []
    assert all(has_tile(name=name, size=70_000) for name in names)
    assert not has_tile(name=TileName(0, 273, 113), size=70_000)


@given(old=st.integers(0, 2000), more=st.integers(0, 2000))
def test_what_is_new_since_a_smaller_tree(old: int, more: int) -> None:
    size = old + more
    assert set(tiles_of(size=size, since=old)) == set(tiles_of(size=size)) - set(tiles_of(size=old))
    assert [name.number for name in bundles_of(size=size, since=old)] == [
        name.number for name in tiles_of(size=size, since=old) if name.level == 0
    ]


@settings(max_examples=20, deadline=None)
@given(parts=st.lists(st.integers(0, 700), min_size=1, max_size=5))
def test_a_growing_tree_has_the_roots_and_tiles_of_the_whole(parts: list[int]) -> None:
    tree = GrowingTree()
    hashes = leaves(sum(parts))
    filled: dict[tuple[int, int], bytes] = {}
    size = 0
    for part in parts:
        for level, number, content, root in tree.add(hashes[size : size + part]):
            assert root == root_of_hashes(content)
            filled[level, number] = content
        size += part
        assert (tree.size, tree.root()) == (size, root_of_hashes(b"".join(hashes[:size])))
    full = {(name.level, name.number) for name in tiles_of(size=size) if name.width == 256}
    assert filled.keys() == full
    assert all(len(content) == 256 * HASH_BYTES for content in filled.values())


def test_proofs_from_tiles_are_those_of_the_tree_in_memory() -> None:
    size = 66_000
    tree = GrowingTree()
    hashes = leaves(size)
    tiles = {(level, number): content for level, number, content, _root in tree.add(hashes)}
    for level, edge in enumerate(tree.edge):
        tiles[level, (size >> (8 * level)) // 256] = edge
    levels = [b"".join(hashes)]
    while len(levels[-1]) > HASH_BYTES:
        level_hashes = levels[-1]
        pairs = range(0, len(level_hashes) - len(level_hashes) % 64, 64)
        above = b"".join(hashlib.sha256(b"\1" + level_hashes[at : at + 64]).digest() for at in pairs)
        levels.append(above + level_hashes[len(level_hashes) - len(level_hashes) % 64 :])

    def in_memory(height: int, index: int) -> bytes:
        return levels[height][index * 32 : index * 32 + 32]

    from_tiles = node_reader(size=size, read_tile=lambda level, number, width: tiles[level, number][: width * 32])
    for index in (0, 255, 256, 65_535, 65_536, size - 1):
        assert inclusion_path(index=index, size=size, node=from_tiles) == inclusion_path(
            index=index, size=size, node=in_memory
        )
    for old in (1, 255, 256, 257, 65_536, 65_537, size):
        assert consistency_path(old_size=old, new_size=size, node=from_tiles) == consistency_path(
            old_size=old, new_size=size, node=in_memory
        )


@given(entries=st.lists(st.binary(max_size=300), max_size=10))
def test_bundles_there_and_back(entries: list[bytes]) -> None:
    bundle = pack_entries(entries)
    assert unpack_entries(bundle) == entries
    assert unpack_entries(bundle + b"\0") is None
    assert unpack_entries(bundle + b"\0\5abcd") is None
