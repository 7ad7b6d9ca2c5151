"""The files of a draw as anybody may have them now."""

from __future__ import annotations

import io
import tarfile
from datetime import datetime

from fairport.draws.models import Draw
from fairport.draws.queries import public_file_names, read_file


class FileNotPublic(Exception):
    """The draw has no such file, or it is not public yet."""

    code = "draw_file_not_public"


def read_public_file(*, draw_id: str, name: str, at: datetime) -> bytes:
    """A file of a draw, byte for byte. Raises FileNotPublic."""
    if name not in public_file_names(draw_id=draw_id, at=at):
        raise FileNotPublic
    return read_file(draw_id=draw_id, name=name)


def pack_public_files(*, draw: Draw, at: datetime) -> bytes:
    """The public files as a gzipped tar archive: a folder to verify once all of them are public."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as archive:
        for name in public_file_names(draw_id=draw.draw_id, at=at):
            content = read_file(draw_id=draw.draw_id, name=name)
            entry = tarfile.TarInfo(f"{draw.draw_id.replace('/', '_')}/{name}")
            entry.size = len(content)
            entry.mtime = int((draw.run_at or draw.frozen_at).timestamp())
            archive.addfile(entry, io.BytesIO(content))
    return target.getvalue()
