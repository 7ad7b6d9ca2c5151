"""Merkle trees over lines, as in RFC 6962, section 2.1: roots, inclusion and consistency proofs and their checks.

Leaf ``H(00 + line)``, node ``H(01 + left + right)``, split at the largest power of two below the number of leaves. That
split is the same tree as pairing neighbours level by level and carrying an odd last one up unchanged, which is how it
is built here: a level is one flat byte string of 32-byte hashes, so a million leaves take 32 MB and not 80.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Final

_HASH: Final = 32
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()
"""The root of a tree without leaves."""

# (height, index) → the hash of the complete subtree over the leaves [index * 2**height, (index + 1) * 2**height).
NodeReader = Callable[[int, int], bytes]


class MerkleTree:
    """A tree that is kept to make proofs. It needs 64 bytes a leaf."""

    __slots__ = ("_levels", "size")

    def __init__(self, lines: Iterable[bytes]) -> None:
        levels = [_leaf_level(lines)]
        while len(levels[-1]) > _HASH:
            levels.append(_next_level(levels[-1]))
        self._levels = levels
        self.size = len(levels[0]) // _HASH

    @property
    def root(self) -> bytes:
        """The 32 bytes of the root."""
        return self._levels[-1] or EMPTY_ROOT

    def proof(self, index: int) -> tuple[bytes, ...]:
        """Return the inclusion proof of the leaf at ``index`` (from 0), from the bottom up.

        Raises ``IndexError`` if there is no such leaf.
        """
        if not 0 <= index < self.size:
            raise IndexError(f"the tree has {self.size} leaves, none at {index}")
        path = []
        for level in self._levels[:-1]:
            sibling = (index ^ 1) * _HASH
            if sibling < len(level):
                path.append(level[sibling : sibling + _HASH])
            index >>= 1
        return tuple(path)

    def consistency(self, old_size: int) -> tuple[bytes, ...]:
        """Return the proof that this tree continues the tree of its first ``old_size`` leaves.

        Raises ``IndexError`` if that is not between 0 and the size of this tree.
        """
        return consistency_path(old_size=old_size, new_size=self.size, node=self._node)

    def _node(self, height: int, index: int) -> bytes:
        return self._levels[height][index * _HASH : (index + 1) * _HASH]


def merkle_root(lines: Iterable[bytes]) -> bytes:
    """Return the root over lines (without their LF); :data:`EMPTY_ROOT` for none."""
    level = _leaf_level(lines)
    while len(level) > _HASH:
        level = _next_level(level)
    return level or EMPTY_ROOT


def leaf_hash(line: bytes) -> bytes:
    """Return the hash of one leaf."""
    return hashlib.sha256(b"\0" + line).digest()


def hash_children(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return hashlib.sha256(b"\1" + left + right).digest()


def root_of_hashes(hashes: bytes) -> bytes:
    """Return the root over hashes that lie one after the other, 32 bytes each; :data:`EMPTY_ROOT` for none.

    They are leaf hashes, or roots of complete subtrees of one size, of which the last may cover fewer leaves.
    """
    while len(hashes) > _HASH:
        hashes = _next_level(hashes)
    return hashes or EMPTY_ROOT


def range_hash(*, start: int, end: int, node: NodeReader) -> bytes:
    """Return the tree hash over the leaves [start, end), which is one that occurs in proofs: not empty, and ``start``
    a multiple of the smallest power of two that is not below its length.
    """
    length = end - start
    height = (length - 1).bit_length()
    if length == 1 << height:
        return node(height, start >> height)
    split = start + (1 << (height - 1))
    return hash_children(node(height - 1, start >> (height - 1)), range_hash(start=split, end=end, node=node))


def inclusion_path(*, index: int, size: int, node: NodeReader) -> tuple[bytes, ...]:
    """Return the inclusion proof of a leaf, from the bottom up, reading the tree node by node.

    Raises ``IndexError`` if there is no such leaf.
    """
    if not 0 <= index < size:
        raise IndexError(f"the tree has {size} leaves, none at {index}")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        split = start + (1 << ((end - start - 1).bit_length() - 1))
        if index < split:
            path.append(range_hash(start=split, end=end, node=node))
            end = split
        else:
            path.append(range_hash(start=start, end=split, node=node))
            start = split
    return tuple(reversed(path))


def consistency_path(*, old_size: int, new_size: int, node: NodeReader) -> tuple[bytes, ...]:
    """Return the proof of RFC 6962, section 2.1.2, that a tree continues an older one, reading it node by node.

    It is empty for two equal sizes and for an empty old tree. Raises ``IndexError`` for sizes in another order.
    """
    if not 0 <= old_size <= new_size:
        raise IndexError(f"a tree of {new_size} leaves does not continue one of {old_size}")
    if old_size in (0, new_size):
        return ()
    path: list[bytes] = []
    start, end = 0, new_size
    # Down the right edge of the old tree, until a subtree of the new one ends with it.
    while end != old_size:
        split = start + (1 << ((end - start - 1).bit_length() - 1))
        if old_size <= split:
            path.append(range_hash(start=split, end=end, node=node))
            end = split
        else:
            path.append(range_hash(start=start, end=split, node=node))
            start = split
    if start:
        path.append(range_hash(start=start, end=end, node=node))
    return tuple(reversed(path))


def verify_inclusion(*, line: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Say whether ``proof`` shows that ``line`` is leaf ``index`` of the tree of ``size`` leaves with that root.

    The algorithm is that of RFC 9162, section 2.1.3.2. Proofs of a wrong length or order are false, not errors.
    """
    if not 0 <= index < size:
        return False
    at, last = index, size - 1
    node = leaf_hash(line)
    for sibling in proof:
        if last == 0 or len(sibling) != _HASH:
            return False
        if at & 1 or at == last:
            node = hashlib.sha256(b"\1" + sibling + node).digest()
            while not at & 1 and at:
                at >>= 1
                last >>= 1
        else:
            node = hashlib.sha256(b"\1" + node + sibling).digest()
        at >>= 1
        last >>= 1
    return last == 0 and node == root


def verify_consistency(
    *, old_size: int, new_size: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Say whether ``proof`` shows that the new tree continues the old one: nothing changed, only leaves added.

    The algorithm is that of RFC 9162, section 2.1.4.2; every tree continues the empty one.
    """
    if not 0 <= old_size <= new_size or any(len(step) != _HASH for step in proof):
        return False
    if old_size == new_size:
        return not proof and old_root == new_root and (old_size > 0 or old_root == EMPTY_ROOT)
    if old_size == 0:
        return not proof and old_root == EMPTY_ROOT
    steps = list(proof)
    if old_size & (old_size - 1) == 0:
        steps.insert(0, old_root)
    if not steps:
        return False
    at, last = old_size - 1, new_size - 1
    while at & 1:
        at >>= 1
        last >>= 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            old, new = hash_children(step, old), hash_children(step, new)
            while not at & 1 and at:
                at >>= 1
                last >>= 1
        else:
            new = hash_children(new, step)
        at >>= 1
        last >>= 1
    return last == 0 and old == old_root and new == new_root


def _leaf_level(lines: Iterable[bytes]) -> bytes:
    sha256 = hashlib.sha256
    return b"".join([sha256(b"\0" + line).digest() for line in lines])


def _next_level(level: bytes) -> bytes:
    sha256 = hashlib.sha256
    paired = len(level) - len(level) % (2 * _HASH)
    nodes = [sha256(b"\1" + level[start : start + 2 * _HASH]).digest() for start in range(0, paired, 2 * _HASH)]
    nodes.append(level[paired:])
    return b"".join(nodes)
