"""A stranger's bundle never breaks the verifier: one plain sentence that names the file, and status 1."""

import contextlib
import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fairport.domain.__main__ import main
from tests.domain.building import BUNDLE_FILES, BY_HAND

GOOD = {name: (BY_HAND / name).read_bytes() for name in BUNDLE_FILES}
hostile = settings(
    deadline=None, derandomize=True, max_examples=250, suppress_health_check=[HealthCheck.too_slow], database=None
)


def verify(folder: Path | str) -> tuple[int, str, str]:
    """Status, stdout and stderr of the command."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = main(["verify", str(folder)])
    return status, out.getvalue(), err.getvalue()


def assert_refused(folder: Path, *, names: tuple[str, ...] = BUNDLE_FILES) -> None:
    status, out, err = verify(folder)
    assert (status, out) == (1, ""), (status, out, err)
    assert err.startswith(f"{folder}: ")
    assert err.endswith(".\n")
    said = err[:-1].removeprefix(f"{folder}: ")
    assert said.isprintable(), said
    assert any(said.startswith((f"{name}: ", f"{name}, line ")) for name in names), said
    assert len(said) < 1000


def write(folder: Path, **changed: bytes) -> None:
    for name, raw in {**GOOD, **changed}.items():
        (folder / name).write_bytes(raw)


# What strangers write: noise, text with control signs, JSON of any shape, pieces of the right file in a wrong order.
signs = st.text(max_size=40) | st.text('\0\n\r\x1b[2J\u202e\ufeff{}[]",:0123456789-.eE\\u', max_size=80)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | signs,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(signs, inner, max_size=4),
    max_leaves=12,
)
noise = st.one_of(
    st.binary(max_size=200),
    signs.map(lambda text: text.encode("utf-8", "surrogatepass")),
    values.map(lambda value: json.dumps(value).encode() + b"\n"),
    st.integers(1, 200).map(lambda depth: b"[" * depth * 500 + b"\n"),
    st.integers(1, 20).map(lambda digits: b"1" * digits * 500 + b"\n"),
)


@hostile
@given(name=st.sampled_from(BUNDLE_FILES), raw=noise)
def test_noise_instead_of_a_file(name: str, raw: bytes) -> None:
    with TemporaryDirectory() as place:
        folder = Path(place)
        write(folder, **{name: raw})
        assert_refused(folder)


@hostile
@given(name=st.sampled_from(BUNDLE_FILES), data=st.data())
def test_a_piece_cut_out_or_put_in(name: str, data: st.DataObject) -> None:
    raw = GOOD[name]
    start, end = sorted(data.draw(st.tuples(st.integers(0, len(raw)), st.integers(0, len(raw)))))
    put_in = data.draw(st.binary(max_size=20) | signs.map(lambda text: text.encode("utf-8", "surrogatepass")))
    changed = raw[:start] + put_in + raw[end:]
    with TemporaryDirectory() as place:
        folder = Path(place)
        write(folder, **{name: changed})
        if changed == raw:
            assert verify(folder)[0] == 0
        else:
            assert_refused(folder)


@hostile
@given(name=st.sampled_from(["manifest.json", "params.json", "result.json", "beacon.json"]), data=st.data())
def test_any_value_at_any_key(name: str, data: st.DataObject) -> None:
    document = json.loads(GOOD[name])
    key = data.draw(st.sampled_from(sorted(document)) | signs)
    document[key] = data.draw(values)
    with TemporaryDirectory() as place:
        folder = Path(place)
        write(folder, **{name: json.dumps(document).encode() + b"\n"})
        assert_refused(folder)


@hostile
@given(chosen=st.dictionaries(st.sampled_from(BUNDLE_FILES), noise, max_size=6))
def test_any_files_at_all(chosen: dict[str, bytes]) -> None:
    with TemporaryDirectory() as place:
        folder = Path(place)
        for name, raw in chosen.items():
            (folder / name).write_bytes(raw)
        assert_refused(folder)


@pytest.mark.parametrize("raw", [b'{"a\\u001b[2Jb\\nc": 1}\n', b'{"' + b"k" * 100_000 + b'": 1}\n'])
def test_a_key_cannot_write_to_the_readers_terminal(raw: bytes, tmp_path: Path) -> None:
    write(tmp_path, **{"manifest.json": GOOD["manifest.json"].replace(b"{", raw[:-2] + b", ", 1)})
    assert_refused(tmp_path, names=("manifest.json",))


def fifo(path: Path) -> None:
    os.mkfifo(path)


def endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def itself(path: Path) -> None:
    path.symlink_to(path)


def huge(path: Path) -> None:
    with path.open("wb") as target:
        target.truncate(1 << 30)


@pytest.mark.parametrize("name", BUNDLE_FILES)
@pytest.mark.parametrize("strange", [fifo, endless, itself, huge, Path.mkdir])
def test_what_is_no_plain_file_or_too_large_is_not_opened(
    name: str, strange: Callable[[Path], None], tmp_path: Path
) -> None:
    write(tmp_path)
    (tmp_path / name).unlink()
    strange(tmp_path / name)
    assert_refused(tmp_path, names=(name,))


@pytest.mark.parametrize("argument", ["a" * 5000, "no/such", "\n", "~", "-"])
def test_a_strange_argument_is_wrong_usage(argument: str) -> None:
    status, out, err = verify(argument)
    assert (status, out) == (2, "")
    assert err.endswith(" is not a folder.\n")
