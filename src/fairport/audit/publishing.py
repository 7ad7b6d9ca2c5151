"""The logs as static files (C2SP `tlog-tiles`), written so that a reader never sees half of one."""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from fairport.audit.folder import CHECKPOINT_FILE
from fairport.audit.keys import PUBLIC_NAMES, keys_of
from fairport.audit.models import LogName
from fairport.audit.notes import Head, NoteInvalid, open_checkpoint, parse_head
from fairport.audit.storage import (
    TILES_AT_ONCE,
    full_note,
    last_checkpoint,
    pages,
    read_entries,
    read_tiles,
    tile_reader,
)
from fairport.audit.tiles import TILE_HASHES, TileName, bundles_of, pack_entries, tiles_of

# Files written at the same time.
WRITERS = 8


def publish_logs() -> None:
    """Brings the files of both logs in FAIRPORT_LOG_FOLDER up to date. Raises LogDamaged, OSError."""
    for log in LogName:
        publish_log(log=log, folder=settings.LOG_FOLDER)


def publish_log(*, log: LogName, folder: Path) -> int:
    """Brings the files of a log in `folder` up to its last checkpoint; returns the size that they then have.

    Only what is new is written; an empty folder gets everything. Raises LogDamaged, OSError.
    """
    if last_checkpoint(log=log) is None:
        return 0
    target = folder / PUBLIC_NAMES[log]
    with _only_one(target):
        # Again under the lock: another process may have signed and written a later one.
        checkpoint = last_checkpoint(log=log)
        assert checkpoint is not None
        published = read_published_head(log=log, folder=folder)
        # Files that went further are of a demonstration that was begun again: written anew.
        since = published.size if published is not None and published.size <= checkpoint.size else 0
        _write_tiles(target, log, tiles_of(size=checkpoint.size, since=since))
        if log == LogName.DRAWS:
            for name in bundles_of(size=checkpoint.size, since=since):
                _write(target / "tile" / name.path, read_tile_file(log=log, name=name))
        # Last: whoever reads it must find all that it covers.
        _write(target / CHECKPOINT_FILE, full_note(checkpoint=checkpoint).encode())
        return checkpoint.size


def read_tile_file(*, log: LogName, name: TileName) -> bytes:
    """The bytes of one file below `tile/`. Raises LogDamaged."""
    if name.level is None:
        return pack_entries(read_entries(start=name.number * TILE_HASHES, count=name.width))
    return tile_reader(log=log)(name.level, name.number, name.width)


def read_published_head(*, log: LogName, folder: Path) -> Head | None:
    """The head that the files of a log show, or None where there is none or it is not signed by us."""
    try:
        note = (folder / PUBLIC_NAMES[log] / CHECKPOINT_FILE).read_bytes()
        return parse_head(open_checkpoint(note=note, keys=keys_of(log=log)).text)
    except (FileNotFoundError, NoteInvalid):
        return None


def _write_tiles(target: Path, log: LogName, names: Iterable[TileName]) -> None:
    # Nearly all of the time goes into waiting for the disk, which takes many files together as fast as one.
    with ThreadPoolExecutor(WRITERS) as writers:
        for page in pages(read_tiles(log=log, names=names), TILES_AT_ONCE):
            paths = [target / "tile" / name.path for name, _hashes in page]
            # Exhausted, so that what failed is raised here.
            list(writers.map(_write, paths, [hashes for _name, hashes in page]))


def _write(path: Path, content: bytes) -> None:
    if path.is_file() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with open(temporary, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


@contextmanager
def _only_one(target: Path) -> Iterator[None]:
    target.mkdir(parents=True, exist_ok=True)
    with open(target / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
