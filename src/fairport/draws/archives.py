"""Unpacking the archive of a bundle that a stranger sent: only the files of one draw, none larger than it can be."""

from __future__ import annotations

import gzip
import stat
import tarfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Any, Final

from fairport.domain.bundle import BUNDLE_FILES, LARGEST_FILE
from fairport.domain.draw_format import DrawFileError

CHECKPOINT_FILE: Final = "checkpoint.txt"
LARGEST_ARCHIVE: Final = 2 * LARGEST_FILE
LARGEST_DESCRIPTION: Final = 64 * 1024
MOST_MEMBERS: Final = 100
_CONTENT: Final = (tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.CONTTYPE)
_KNOWN: Final = frozenset((*BUNDLE_FILES, CHECKPOINT_FILE))
_PIECE: Final = 1024 * 1024


class _Bounded:
    """Reads an unpacked stream up to a limit, whatever the archive says of itself."""

    def __init__(self, stream: Any, limit: int) -> None:
        self._stream = stream
        self._left = limit

    def read(self, size: int) -> bytes:
        piece = self._stream.read(size)
        self._left -= len(piece)
        if self._left < 0:
            raise tarfile.ReadError("it unpacks to more than a draw can have")
        return piece


class _Member(tarfile.TarInfo):
    """A member whose name and attributes, where they stand in blocks of their own, are not read without end."""

    def _proc_member(self, archive: tarfile.TarFile) -> tarfile.TarInfo:
        # The archive's own content is passed over in pieces; what describes a member is read at once.
        if self.type not in _CONTENT and self.size > LARGEST_DESCRIPTION:
            raise tarfile.ReadError(f"the description of a member has {self.size} bytes")
        member: tarfile.TarInfo = super()._proc_member(archive)  # type: ignore[misc]
        return member


def unpack_bundle(*, archive: Path, into: Path) -> Path:
    """Unpacks a `.tar.gz` or `.tar` of one draw's folder into the empty folder `into`; returns the draw's folder.

    Files that do not belong to a bundle are left out. Raises DrawFileError, whose file is the member's path, or the
    archive's name if it is none.
    """
    if not stat.S_ISREG(archive.stat().st_mode):
        raise DrawFileError(archive.name, "is no plain file")
    folders: set[str] = set()
    try:
        with archive.open("rb") as packed:
            is_gzip = packed.read(2) == b"\x1f\x8b"
            packed.seek(0)
            stream: Any = gzip.GzipFile(fileobj=packed) if is_gzip else packed
            # As a stream, so that nothing is read twice and nothing is read beyond the limit.
            with tarfile.open(fileobj=_Bounded(stream, LARGEST_ARCHIVE), mode="r|", tarinfo=_Member) as tar:  # type: ignore[call-overload]
                for number, member in enumerate(tar, 1):
                    if number > MOST_MEMBERS:
                        raise DrawFileError(archive.name, f"has more than {MOST_MEMBERS} members")
                    _unpack_member(tar, member, into, folders)
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile, ValueError, OverflowError) as error:
        if isinstance(error, DrawFileError):
            raise
        raise DrawFileError(archive.name, f"cannot be unpacked: {error}") from None
    if len(folders) != 1:
        raise DrawFileError(archive.name, "must hold the folder of one draw")
    return into / folders.pop()


def _unpack_member(tar: tarfile.TarFile, member: tarfile.TarInfo, into: Path, folders: set[str]) -> None:
    name = member.name
    parts = PurePosixPath(name).parts
    shown = name.encode("ascii", "backslashreplace").decode("ascii")[:200]
    if name.startswith("/") or "\\" in name or "\0" in name or ".." in parts:
        raise DrawFileError(shown, "is a path that leads out of the archive's folder")
    if member.isdir():
        return
    if member.type not in (tarfile.REGTYPE, tarfile.AREGTYPE) or member.issparse():
        raise DrawFileError(shown, "is no plain file: an archive of a draw has no links, devices or holes")
    if member.size > LARGEST_FILE:
        raise DrawFileError(shown, f"has {member.size} bytes, more than a file of a draw can have")
    if len(parts) != 2 or parts[1] not in _KNOWN:
        return
    folders.add(parts[0])
    target = into / parts[0] / parts[1]
    target.parent.mkdir(exist_ok=True)
    if target.exists():
        raise DrawFileError(shown, "is there twice")
    source = tar.extractfile(member)
    assert source is not None  # of a plain file there is always one
    with target.open("wb") as written:
        while piece := source.read(_PIECE):
            written.write(piece)
