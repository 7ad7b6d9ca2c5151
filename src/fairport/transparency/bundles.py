"""The files of a draw in one archive: as anybody may have them now, or all of them for an auditor."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterable
from datetime import datetime

from fairport.audit.events import Actor
from fairport.audit.queries import NotInLog, manifest_proof
from fairport.draws.archives import CHECKPOINT_FILE
from fairport.draws.models import Draw
from fairport.draws.operations import open_all_files
from fairport.draws.queries import public_file_names, read_file


class FileNotPublic(Exception):
    """The draw has no such file, or it is not public yet."""

    code = "draw_file_not_public"


def read_public_file(*, draw_id: str, name: str, at: datetime) -> bytes:
    """A file of a draw, byte for byte; also checkpoint.txt, made from the draw log. Raises FileNotPublic."""
    if name == CHECKPOINT_FILE:
        proof = _checkpoint(draw_id)
        if proof is None:
            raise FileNotPublic
        return proof
    if name not in public_file_names(draw_id=draw_id, at=at):
        raise FileNotPublic
    return read_file(draw_id=draw_id, name=name)


def public_files(*, draw_id: str, at: datetime) -> list[tuple[str, bytes]]:
    """Name and content of all that anybody may have by now, with checkpoint.txt once the log has the manifest."""
    files = [(name, read_file(draw_id=draw_id, name=name)) for name in public_file_names(draw_id=draw_id, at=at)]
    return files + _checkpoint_file(draw_id)


def all_files(*, draw_id: str, at: datetime, actor: Actor) -> list[tuple[str, bytes]]:
    """Name and content of all files, also of those that become public later; it leaves a trace."""
    return open_all_files(draw_id=draw_id, at=at, actor=actor) + _checkpoint_file(draw_id)


def pack_public_files(*, draw: Draw, at: datetime) -> bytes:
    """The public files as a gzipped tar archive: a folder to verify once all of them are public."""
    return _pack(draw, public_files(draw_id=draw.draw_id, at=at))


def pack_all_files(*, draw: Draw, at: datetime, actor: Actor) -> bytes:
    """All files as a gzipped tar archive, for whoever may read them before they are public; it leaves a trace."""
    return _pack(draw, all_files(draw_id=draw.draw_id, at=at, actor=actor))


def _pack(draw: Draw, files: Iterable[tuple[str, bytes]]) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as archive:
        for name, content in files:
            entry = tarfile.TarInfo(f"{draw.draw_id.replace('/', '_')}/{name}")
            entry.size = len(content)
            entry.mtime = int((draw.run_at or draw.frozen_at).timestamp())
            archive.addfile(entry, io.BytesIO(content))
    return target.getvalue()


def _checkpoint_file(draw_id: str) -> list[tuple[str, bytes]]:
    proof = _checkpoint(draw_id)
    return [] if proof is None else [(CHECKPOINT_FILE, proof)]


def _checkpoint(draw_id: str) -> bytes | None:
    try:
        return manifest_proof(draw_id=draw_id).encode()
    except NotInLog:
        # Frozen a moment ago: the sequencer comes every few seconds.
        return None
