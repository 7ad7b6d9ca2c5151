"""The logs as files: complete, brought up to date, checked with a public key alone, and changed bytes found."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from fairport.audit.folder import FolderReport, check_draws, verify_folder
from fairport.audit.keys import keys_of
from fairport.audit.models import LogName
from fairport.audit.operations import append_draw_log_entry, publish_log, sequence_log
from fairport.audit.queries import checkpoint_note, public_tile
from fairport.audit.storage import LogDamaged
from tests.factories.events import AT, append, log_events

pytestmark = pytest.mark.django_db
EVENTS, DRAWS = LogName.EVENTS, LogName.DRAWS


def publish(folder: Path, log: LogName = EVENTS) -> Path:
    publish_log(log=log, folder=folder)
    return folder / {EVENTS: "log", DRAWS: "draw-log"}[log]


def check(folder: Path, log: LogName = EVENTS) -> FolderReport:
    return verify_folder(folder=folder, keys=keys_of(log=log), at=AT)


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != ".lock"
    }


def test_files_are_the_bytes_of_the_addresses(tmp_path: Path) -> None:
    log_events([600])
    files = files_of(publish(tmp_path))
    assert files.pop("checkpoint").decode() == checkpoint_note(log=EVENTS)
    assert set(files) == {"tile/0/000", "tile/0/001", "tile/0/002.p/88", "tile/1/000.p/2"}
    for path, content in files.items():
        assert public_tile(log=EVENTS, path=path.removeprefix("tile/")) == content


def test_files_brought_up_to_date_hold_all_of_files_written_at_once(tmp_path: Path) -> None:
    for count in (10, 300, 250, 1):
        log_events([count])
        grown = publish(tmp_path / "grown")
    at_once = files_of(publish(tmp_path / "at-once"))
    assert at_once.items() <= files_of(grown).items()
    assert check(grown).findings == check(tmp_path / "at-once" / "log").findings == []


def test_a_missing_checkpoint_file_writes_everything_again(tmp_path: Path) -> None:
    log_events([300])
    folder = publish(tmp_path)
    for path in ("checkpoint", "tile/0/000"):
        (folder / path).unlink()
    publish(tmp_path)
    assert check(folder).findings == []


def test_a_log_without_leaves_has_no_files(tmp_path: Path) -> None:
    assert publish_log(log=EVENTS, folder=tmp_path / "none") == 0
    assert not (tmp_path / "none").exists()


def changed(path: str, at: int = 40) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        content = bytearray((folder / path).read_bytes())
        content[at] ^= 1
        (folder / path).write_bytes(content)

    return change


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        (changed("tile/0/000"), "tile/0/000 does not fit tile/1/000.p/2: one of the two was changed"),
        (changed("tile/0/002.p/88"), "the tiles lead to another root"),
        (changed("tile/1/000.p/2"), "tile/0/001 does not fit tile/1/000.p/2: one of the two was changed"),
        (changed("checkpoint", 3), "checkpoint: "),
        (changed("checkpoint", -5), "checkpoint: "),
        (lambda folder: (folder / "tile/0/001").unlink(), "tile/0/001: missing"),
        (lambda folder: (folder / "tile/1/000.p/2").write_bytes(b""), "tile/1/000.p/2: missing"),
        (lambda folder: (folder / "checkpoint").unlink(), "checkpoint: there is none"),
        (lambda folder: (folder / "tile/0/000").rename(folder / "tile/0/001"), "tile/0/000: missing"),
    ],
)
def test_a_changed_file_is_named(tmp_path: Path, change: Callable[[Path], None], finding: str) -> None:
    log_events([600])
    folder = publish(tmp_path)
    change(folder)
    findings = check(folder).findings
    assert any(finding in found for found in findings), findings


def manifest(number: int, **changes: Any) -> bytes:
    told = {"draw_id": f"a/{number}", "programme": "a", "sequence": number, "draw_time": "2023-01-18T12:00:00Z"}
    return json.dumps(told | changes).encode()


def result(of: bytes) -> bytes:
    import hashlib

    return json.dumps({"manifest_sha256": hashlib.sha256(of).hexdigest(), "seed": "00"}).encode()


def put(*entries: tuple[str, str, bytes]) -> None:
    for draw_id, kind, content in entries:
        append_draw_log_entry(draw_id=draw_id, kind=kind, content=content, at=AT)  # type: ignore[arg-type]
    sequence_log(at=AT)


def test_the_draw_log_is_checked_with_its_entries(tmp_path: Path) -> None:
    put(("a/1", "manifest", manifest(1)), ("a/1", "result", result(manifest(1))), ("a/2", "manifest", manifest(2)))
    folder = publish(tmp_path, DRAWS)
    report = check(folder, DRAWS)
    assert (report.findings, report.entries) == ([], 3)
    changed("tile/entries/000.p/3", 9)(folder)
    assert "entry 0: was changed, or its hash was" in check(folder, DRAWS).findings


def test_a_second_manifest_for_one_draw_is_seen_by_anybody() -> None:
    twice = manifest(1, draw_time="2023-01-18T13:00:00Z")
    found = check_draws(entries=[manifest(1), twice, result(manifest(1)), result(twice)], at=AT)
    assert found == [
        "draw a/1: 2 manifests, and only one can be true",
        "programme a: 2 manifests with the sequence 1",
    ]


def test_two_draws_with_one_sequence_two_results_and_strange_entries_are_seen() -> None:
    entries = [
        manifest(1),
        manifest(2, sequence=1),
        result(manifest(1)),
        result(manifest(1)),
        result(b"?"),
        b"{",
        b"[]",
    ]
    found = check_draws(entries=entries, at=AT)
    assert found[:3] == [
        "entry 5: neither a manifest nor a result",
        "entry 6: neither a manifest nor a result",
        "programme a: 2 manifests with the sequence 1",
    ]
    assert found[3] == "draw a/1: 2 results, and only one can be true"
    assert "which is not in the log" in found[4]


def test_a_result_a_day_overdue_is_seen() -> None:
    entries = [manifest(1)]
    assert check_draws(entries=entries, at=AT + timedelta(days=1)) == []
    late = check_draws(entries=entries, at=AT + timedelta(days=1, seconds=1))
    assert late == ["draw a/1: no result a day after its time"]
    assert check_draws(entries=[*entries, result(manifest(1))], at=AT + timedelta(days=9)) == []


def test_a_real_manifest_and_result_are_recognised() -> None:
    from fairport.draws.operations import run_draw
    from fairport.draws.queries import read_file
    from tests.factories.draws import DRAW_TIME, WORKER, freeze, register_group
    from tests.factories.programme import open_programme

    open_programme()
    register_group(2)
    draw = freeze()
    run_draw(draw_id=draw.draw_id, at=DRAW_TIME, actor=WORKER)
    entries = [read_file(draw_id=draw.draw_id, name=name) for name in ("manifest.json", "result.json")]
    assert check_draws(entries=entries, at=DRAW_TIME + timedelta(days=9)) == []


def test_an_older_backup_does_not_fork_what_was_published(log_folder: Path) -> None:
    log_events([3, 2])
    publish(log_folder)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("DELETE FROM audit_logcheckpoint WHERE size = 5")
        cursor.execute('DELETE FROM audit_logleaf WHERE "index" >= 3')
        cursor.execute("SET LOCAL session_replication_role = origin")
    append(1)
    with pytest.raises(LogDamaged, match="5 leaves of the events log was published"), transaction.atomic():
        sequence_log(at=AT)


def test_files_that_are_behind_are_no_fork_and_those_of_another_key_do_not_count(log_folder: Path) -> None:
    log_events([3])
    publish(log_folder)
    log_events([2])
    assert log_events([1])
    folder = log_folder / "log"
    (folder / "checkpoint").write_bytes((folder / "checkpoint").read_bytes().replace(b"\n3\n", b"\n9\n"))
    log_events([1])
    publish(log_folder)
    assert check(folder).findings == []
