"""Merkle trees over lines, as in RFC 6962, section 2.1: roots, inclusion proofs and their check.

Leaf ``H(00 + line)``, node ``H(01 + left + right)``, split at the largest power of two below the number of leaves. That
split is the same tree as pairing neighbours level by level and carrying an odd last one up unchanged, which is how it
is built here: a level is one flat byte string of 32-byte hashes, so a million leaves take 32 MB and not 80.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Final

_HASH: Final = 32
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()
"""The root of a tree without leaves."""


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


def merkle_root(lines: Iterable[bytes]) -> bytes:
    """Return the root over lines (without their LF); :data:`EMPTY_ROOT` for none."""
    level = _leaf_level(lines)
    while len(level) > _HASH:
        level = _next_level(level)
    return level or EMPTY_ROOT


def leaf_hash(line: bytes) -> bytes:
    """Return the hash of one leaf."""
    return hashlib.sha256(b"\0" + line).digest()


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


def _leaf_level(lines: Iterable[bytes]) -> bytes:
    sha256 = hashlib.sha256
    return b"".join([sha256(b"\0" + line).digest() for line in lines])


def _next_level(level: bytes) -> bytes:
    sha256 = hashlib.sha256
    paired = len(level) - len(level) % (2 * _HASH)
    nodes = [sha256(b"\1" + level[start : start + 2 * _HASH]).digest() for start in range(0, paired, 2 * _HASH)]
    nodes.append(level[paired:])
    return b"".join(nodes)
