"""The commands `fairport log …` and `fairport keys rotate`: what they print and with which status they end."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection

from fairport.audit.events import Subject
from fairport.audit.keys import keys_of
from fairport.audit.models import LogName
from fairport.audit.notes import open_checkpoint
from fairport.audit.operations import append_draw_log_entry, sequence_log
from fairport.audit.queries import checkpoint_note, inclusion_proof, list_events
from fairport.cli import log as commands
from fairport.cli import main
from tests.factories.events import AT, append, log_events

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ready(monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands meet the test's database and key ring."""

    @contextmanager
    def already() -> Iterator[None]:
        yield

    monkeypatch.setattr(commands, "django_ready", already)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["fairport", *arguments])
        with pytest.raises(SystemExit) as caught:
            main()
        printed = capsys.readouterr()
        return int(caught.value.code or 0), printed.out, printed.err

    return call


@pytest.fixture
def own_keyring(tmp_path: Path, settings: Any) -> None:
    settings.KEYRING = Path(shutil.copy(django_settings.KEYRING, tmp_path / "keyring.json"))


def keys() -> list[str]:
    return [str(key) for key in keys_of(log=LogName.EVENTS)]


def test_checkpoint_keys_and_receipt_are_printed(run: Any) -> None:
    (event_id,) = log_events([1])
    assert run("log", "checkpoint") == (0, checkpoint_note(log=LogName.EVENTS), "")
    assert run("log", "prove", str(event_id)) == (0, inclusion_proof(event_id=event_id), "")
    status, printed, _ = run("log", "keys")
    assert status == 0
    assert f"log\t{keys()[0]}\n" in printed
    assert "draw-log\t" in printed


def test_what_is_not_there_is_one_sentence_and_status_1(run: Any) -> None:
    assert run("log", "checkpoint", "--draw-log") == (1, "", "The log has no such checkpoint.\n")
    status, printed, said = run("log", "prove", "1")
    assert (status, printed, said.count("\n")) == (1, "", 1)


def test_sequencing_by_hand(run: Any) -> None:
    append(2)
    assert run("log", "sequence") == (0, "2 leaves added\n", "")


def test_the_database_is_verified(run: Any) -> None:
    ids = log_events([3])
    status, printed, _ = run("log", "verify")
    assert (status, printed.splitlines()[-1]) == (0, "Everything fits what was signed.")
    assert "log: 3 leaves, 1 checkpoints, 0 cosignatures checked; 0 waiting for their place" in printed
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE audit_event SET name = 'other' WHERE id = %s", [ids[1]])
        cursor.execute("SET LOCAL session_replication_role = origin")
    status, printed, _ = run("log", "verify")
    assert (status, printed.splitlines()[-1]) == (1, "NOT as it was signed: see above.")
    assert f"log: event {ids[1]}: its row says something else than its sealed details\n" in printed


def test_a_checkpoint_that_was_kept_is_compared(run: Any, tmp_path: Path) -> None:
    log_events([3])
    kept = tmp_path / "kept.txt"
    kept.write_text(checkpoint_note(log=LogName.EVENTS))
    assert run("log", "verify", "--checkpoint", str(kept))[0] == 0
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("DELETE FROM audit_logcheckpoint")
        cursor.execute('DELETE FROM audit_logleaf WHERE "index" = 2')
        cursor.execute("SET LOCAL session_replication_role = origin")
    status, printed, _ = run("log", "verify", "--checkpoint", str(kept))
    assert (status, "kept.txt: signed for 3 leaves, but there are 2" in printed) == (1, True)


def test_an_exported_folder_is_verified_with_a_key_from_elsewhere(run: Any, tmp_path: Path) -> None:
    log_events([300])
    append_draw_log_entry(draw_id="a/1", kind="manifest", content=b'{"draw_id": "a/1", "sequence": 1}', at=AT)
    sequence_log(at=AT)
    out = tmp_path / "out"
    status, printed, _ = run("log", "export", "--out", str(out))
    assert (status, printed) == (0, f"{out / 'log'}: 300 leaves\n{out / 'draw-log'}: 1 leaves\n")
    draws_key = str(keys_of(log=LogName.DRAWS)[0])
    status, printed, _ = run("log", "verify", str(out), "--vkey", keys()[0], "--vkey", draws_key)
    assert (status, printed.splitlines()[-1]) == (0, "Everything fits what was signed.")
    assert run("log", "verify", str(out / "log"), "--vkey", keys()[0])[0] == 0

    tile = out / "log" / "tile" / "0" / "000"
    tile.write_bytes(bytes(32) + tile.read_bytes()[32:])
    status, printed, _ = run("log", "verify", str(out / "log"), "--vkey", keys()[0])
    assert (status, "log: tile/0/000 does not fit tile/1/000.p/1" in printed) == (1, True)


def test_a_folder_cannot_vouch_for_itself(run: Any, tmp_path: Path) -> None:
    assert run("log", "verify", str(tmp_path))[0] == 2
    assert run("log", "verify", str(tmp_path), "--vkey", keys()[0])[0] == 1
    assert run("log", "verify", str(tmp_path), "--vkey", "nonsense") == (
        1,
        "",
        "This is not a verifier key: 'nonsense'.\n",
    )


@pytest.mark.usefixtures("own_keyring")
def test_a_rotated_key_signs_from_now_on_and_both_are_told(run: Any) -> None:
    log_events([2])
    old = checkpoint_note(log=LogName.EVENTS)
    (old_key,) = keys_of(log=LogName.EVENTS)
    status, printed, _ = run("keys", "rotate", "log")
    sequence_log(at=AT)
    new_key, kept_key = keys_of(log=LogName.EVENTS)
    assert (status, printed.startswith(f"The log key is now {new_key}. ")) == (0, True)
    assert kept_key == old_key
    new = checkpoint_note(log=LogName.EVENTS)
    assert open_checkpoint(note=new.encode(), keys=[new_key]).signers == (new_key,)
    assert open_checkpoint(note=old.encode(), keys=[new_key, kept_key]).signers == (old_key,)
    # The log itself tells of its new key.
    (event,) = list_events(subject=Subject("key", "log"))
    assert event.name == "key.rotated"
    assert run("log", "verify")[0] == 0


def test_only_known_keys_are_rotated(run: Any) -> None:
    status, _, said = run("keys", "rotate", "nonsense")
    assert (status, said.startswith("There is no signing key nonsense")) == (1, True)
