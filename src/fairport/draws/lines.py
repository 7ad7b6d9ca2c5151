"""One group's own lines of pool.txt and allocation.txt, each with its proof under the published root.

Applicants get them from the freeze on, long before the whole files are public.
"""

from __future__ import annotations

import uuid
from functools import lru_cache
from typing import Any

from fairport.domain.draw import ALLOCATION_FILE, POOL_FILE, MerkleTree
from fairport.draws.models import DrawEntry, DrawFile


class _File:
    """A file of lines that each begin with an entry's id, kept to make proofs: 64 bytes a line beside the file."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._tree = MerkleTree(content.splitlines())

    def proof_of(self, entry_id: str) -> dict[str, Any] | None:
        """The line of an entry (without its LF), its index from 0, and its inclusion proof; None without a line."""
        # An id stands at the beginning of its line and nowhere else: nothing after it has 32 hex digits.
        start = self._content.find(f"{entry_id},".encode("ascii"))
        if start < 0:
            return None
        index = self._content.count(b"\n", 0, start)
        return {
            "line": self._content[start : self._content.index(b"\n", start)].decode("ascii"),
            "index": index,
            "size": self._tree.size,
            "proof": [step.hex() for step in self._tree.proof(index)],
        }


def lines_of(*, subject_id: uuid.UUID, draw_id: str) -> dict[str, Any] | None:
    """See `queries.own_lines`."""
    entry_id = (
        DrawEntry.objects.filter(draw_id=draw_id, subject_id=subject_id).values_list("entry_id", flat=True).first()
    )
    if entry_id is None:
        return None
    return {
        "draw_id": draw_id,
        "pool": _line(draw_id, POOL_FILE, entry_id),
        "allocation": _line(draw_id, ALLOCATION_FILE, entry_id),
    }


def _line(draw_id: str, name: str, entry_id: str) -> dict[str, Any] | None:
    sha256 = DrawFile.objects.filter(draw_id=draw_id, name=name).values_list("sha256", flat=True).first()
    return None if sha256 is None else _file(draw_id, name, sha256).proof_of(entry_id)


@lru_cache(maxsize=2)
def _file(draw_id: str, name: str, sha256: str) -> _File:
    # Nearly all ask for the last draw, and a large tree takes a second to build: the two files of one draw are kept.
    content = DrawFile.objects.values_list("content", flat=True).get(draw_id=draw_id, name=name, sha256=sha256)
    return _File(bytes(content))
