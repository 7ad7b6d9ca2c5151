"""Archives and folders of strangers: unpacked within limits, or refused in one sentence that names the file."""

from __future__ import annotations

import gzip
import io
import os
import shutil
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairport.domain.bundle import BUNDLE_FILES, VerificationFailed
from fairport.draws import archives
from fairport.draws.verifying import verify_draws

ALL_FILES = (*BUNDLE_FILES, "checkpoint.txt")
VECTOR = Path(__file__).parents[2] / "domain" / "vectors" / "by-hand"


def packed(path: Path, *members: tuple[tarfile.TarInfo, bytes], mode: str = "w:gz") -> Path:
    with tarfile.open(path, mode) as archive:
        for name in BUNDLE_FILES:
            archive.add(VECTOR / name, f"draw/{name}")
        for info, content in members:
            info.size = info.size or len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def member(name: str, kind: bytes = tarfile.REGTYPE, **fields: Any) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type = kind
    for field, value in fields.items():
        setattr(info, field, value)
    return info


@pytest.mark.parametrize("mode", ["w:gz", "w"])
def test_an_archive_is_verified_like_its_folder(tmp_path: Path, mode: str) -> None:
    archive = packed(tmp_path / "draw.tar.gz", (member("draw/README"), b"hello"), mode=mode)
    (report,) = verify_draws(paths=[archive])
    (same,) = verify_draws(paths=[VECTOR])
    assert (report.bundle, report.offers, report.entries) == (str(archive), same.offers, same.entries)


@pytest.mark.parametrize(
    ("info", "file", "reason"),
    [
        (member("/etc/passwd"), "/etc/passwd", "leads out"),
        (member("../pool.txt"), "../pool.txt", "leads out"),
        (member("draw/../../pool.txt"), "draw/../../pool.txt", "leads out"),
        (member("draw\\..\\pool.txt"), "draw\\\\..\\\\pool.txt", "leads out"),
        (
            member("draw/checkpoint.txt", tarfile.SYMTYPE, linkname="/etc/passwd"),
            "draw/checkpoint.txt",
            "no plain file",
        ),
        (member("draw/checkpoint.txt", tarfile.LNKTYPE, linkname="draw/pool.txt"), "draw/checkpoint.txt", "no plain"),
        (member("draw/checkpoint.txt", tarfile.CHRTYPE, devmajor=1, devminor=5), "draw/checkpoint.txt", "no plain"),
        (member("draw/checkpoint.txt", tarfile.FIFOTYPE), "draw/checkpoint.txt", "no plain file"),
        (member("draw/pool.txt"), "draw/pool.txt", "there twice"),
        (member("other/checkpoint.txt"), "draw.tar.gz", "folder of one draw"),
    ],
)
def test_an_archive_with_strange_members_is_refused(
    tmp_path: Path, info: tarfile.TarInfo, file: str, reason: str
) -> None:
    content = b"" if info.type != tarfile.REGTYPE else b"x"
    archive = packed(tmp_path / "draw.tar.gz", (info, content))
    with pytest.raises(VerificationFailed) as failed:
        verify_draws(paths=[archive])
    assert failed.value.file == file.replace("\\\\", "\\")
    assert reason in failed.value.reason
    assert str(failed.value).startswith(f"{archive}: ")


@pytest.mark.parametrize("name", ["draw/checkpoint.txt", "draw/anything"])
def test_a_gigabyte_of_zeros_is_refused(tmp_path: Path, name: str) -> None:
    """A megabyte when packed, and never more than a limit when unpacked."""
    archive = tmp_path / "zeros.tar.gz"
    info = member(name, size=1 << 30)
    with gzip.open(archive, "wb", compresslevel=1) as target:
        target.write(info.tobuf())
        for _ in range(1 << 10):
            target.write(bytes(1 << 20))
        target.write(bytes(1024))
    with pytest.raises(VerificationFailed) as failed:
        verify_draws(paths=[archive])
    assert failed.value.file in (name, "zeros.tar.gz")
    assert "bytes, more than" in failed.value.reason or "more than a draw can have" in failed.value.reason


@pytest.mark.parametrize("kind", [tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK, tarfile.XHDTYPE, tarfile.XGLTYPE])
def test_a_gigabyte_that_describes_a_member_is_never_read(tmp_path: Path, kind: bytes) -> None:
    archive = tmp_path / "draw.tar"
    archive.write_bytes(member("draw/pool.txt", kind, size=1 << 30).tobuf())
    with pytest.raises(
        VerificationFailed, match="cannot be unpacked: the description of a member has 1073741824 bytes"
    ):
        verify_draws(paths=[archive])


@given(data=st.data())
@settings(deadline=None, derandomize=True, max_examples=300, database=None)
def test_an_archive_of_any_bytes_is_refused_in_one_sentence(data: st.DataObject) -> None:
    """A right archive with pieces cut out, put in or changed, and noise."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        for name in BUNDLE_FILES:
            archive.add(VECTOR / name, f"draw/{name}")
    raw = bytearray(target.getvalue())
    # Most of the time in the header of a member, where the sizes and the names are.
    headers = [at for at in range(0, len(raw), 512) if raw[at : at + 5] == b"draw/"]
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.sampled_from(headers)) + data.draw(st.integers(0, 511))
        put_in = data.draw(
            st.binary(min_size=1, max_size=12) | st.sampled_from([b"\x80" + b"\xff" * 11, b"-1", b"7" * 11])
        )
        raw[at : at + data.draw(st.sampled_from([len(put_in), 0, 512]))] = put_in
    content = data.draw(st.sampled_from([bytes(raw), gzip.compress(bytes(raw), 1), gzip.compress(bytes(raw), 1)[:-9]]))
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "draw.tar"
        path.write_bytes(content)
        try:
            verify_draws(paths=[path])
        except VerificationFailed as failed:
            said = str(failed)
            assert said.startswith(f"{path}: ")
            assert said.endswith(".")
            assert said.isprintable()


def test_an_archive_that_lies_about_what_follows_is_read_up_to_the_limit_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "LARGEST_ARCHIVE", 200_000)
    archive = packed(tmp_path / "draw.tar.gz", (member("draw/more"), bytes(500_000)))
    with pytest.raises(VerificationFailed, match="more than a draw can have"):
        verify_draws(paths=[archive])


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", b"\x1f\x8b" + bytes(40), gzip.compress(b"x" * 600, mtime=0)],
    ids=["empty", "text", "broken-gzip", "gzip-of-text"],
)
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    archive = tmp_path / "draw.tar.gz"
    archive.write_bytes(content)
    with pytest.raises(VerificationFailed) as failed:
        verify_draws(paths=[archive])
    assert failed.value.file == "draw.tar.gz"


def test_an_archive_that_never_ends_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "draw.tar.gz")
    for path in (tmp_path / "draw.tar.gz", Path("/dev/zero")):
        with pytest.raises(VerificationFailed) as failed:
            verify_draws(paths=[path])
        assert (failed.value.file, failed.value.reason) == (path.name, "is no plain file")


def test_a_cut_archive_is_refused(tmp_path: Path) -> None:
    archive = packed(tmp_path / "draw.tar.gz")
    archive.write_bytes(archive.read_bytes()[:-200])
    with pytest.raises(VerificationFailed, match="cannot be unpacked"):
        verify_draws(paths=[archive])


def _link(path: Path) -> None:
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize("name", ALL_FILES)
@pytest.mark.parametrize("strange", [os.mkfifo, Path.mkdir, _link])
def test_a_folder_with_something_else_than_files_is_refused(
    tmp_path: Path, name: str, strange: Callable[[Path], None]
) -> None:
    folder = Path(shutil.copytree(VECTOR, tmp_path / "draw"))
    (folder / name).unlink(missing_ok=True)
    strange(folder / name)
    with pytest.raises(VerificationFailed) as failed:
        verify_draws(paths=[folder])
    assert (failed.value.file, failed.value.reason) == (name, "is no plain file")
