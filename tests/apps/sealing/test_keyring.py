"""The key ring: made once, completed, rotated with the older keys kept, and read again when it was changed."""

from __future__ import annotations

import json
import os
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fairport.sealing.keyring import (
    SIGNING_NAMES,
    KeyringError,
    ensure_keyring,
    read_keyring,
    rotate_signing_key,
    signing_key,
    verifying_keys,
)
from fairport.sealing.operations import create_data_key, erase_data_key
from fairport.sealing.queries import keyring_opens_everything


@pytest.fixture
def ring(tmp_path: Path, settings: Any) -> Path:
    path = tmp_path / "keys" / "keyring.json"
    assert ensure_keyring(path)
    settings.KEYRING = path
    return path


def content(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(path.read_text())
    return loaded


def test_a_new_ring_has_every_key_and_is_its_owners_only(ring: Path) -> None:
    assert set(read_keyring(ring).signing) == set(SIGNING_NAMES)
    assert ring.stat().st_mode & 0o777 == 0o600
    before = ring.read_bytes()
    assert not ensure_keyring(ring)
    assert ring.read_bytes() == before


def test_a_ring_of_an_older_version_gets_what_it_lacks_and_loses_nothing(ring: Path) -> None:
    old = content(ring)
    del old["log_name"], old["signing"]["log"], old["signing"]["draw-log"]
    ring.write_text(json.dumps(old))
    with pytest.raises(KeyringError, match="no log key"):
        signing_key("log")
    assert not ensure_keyring(ring)
    new = content(ring)
    assert read_keyring(ring).log_name.startswith("fairport-")
    assert set(new["signing"]) == set(SIGNING_NAMES)
    assert {key: new[key] for key in ("masters", "index_key", "django_secret")} == {
        key: old[key] for key in ("masters", "index_key", "django_secret")
    }
    assert new["signing"]["pass"] == old["signing"]["pass"]
    assert ring.stat().st_mode & 0o777 == 0o600


def test_a_rotated_key_signs_and_the_older_one_still_verifies(ring: Path) -> None:
    old = signing_key("log")
    new = rotate_signing_key(path=ring, name="log")
    assert signing_key("log") == new != old
    assert list(verifying_keys("log")) == [new.id, old.id]
    signature = old.private.sign(b"text")
    verifying_keys("log")[old.id].public_key().verify(signature, b"text")
    assert signing_key("pass").id == content(ring)["signing"]["pass"][0]["id"]
    assert [path.name for path in ring.parent.iterdir()] == ["keyring.json"]


def test_two_rotations_at_once_lose_no_key(ring: Path) -> None:
    outcomes: list[object] = []
    barrier = threading.Barrier(2)

    def rotate() -> None:
        barrier.wait(timeout=30)
        try:
            outcomes.append(rotate_signing_key(path=ring, name="log"))
        except KeyringError as error:
            outcomes.append(error)

    threads = [threading.Thread(target=rotate) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    made = [outcome for outcome in outcomes if not isinstance(outcome, KeyringError)]
    assert len(outcomes) == 2
    assert len(content(ring)["signing"]["log"]) == 1 + len(made)


def test_there_is_no_key_of_another_name(ring: Path) -> None:
    before = ring.read_bytes()
    with pytest.raises(KeyringError, match="There is no signing key nonsense"):
        rotate_signing_key(path=ring, name="nonsense")
    assert ring.read_bytes() == before


@pytest.mark.parametrize("broken", ["", "[]", "{", '{"format": 1}', "null"])
def test_other_files_are_refused(ring: Path, broken: str) -> None:
    ring.write_text(broken)
    with pytest.raises(KeyringError):
        read_keyring(ring)


def test_a_ring_that_others_can_read_is_refused(ring: Path) -> None:
    os.chmod(ring, 0o644)
    with pytest.raises(KeyringError, match="0600"):
        read_keyring(ring)


def test_a_missing_ring_is_said(tmp_path: Path) -> None:
    with pytest.raises(KeyringError, match="There is no key ring"):
        read_keyring(tmp_path / "none.json")


@pytest.mark.django_db
def test_another_key_ring_is_noticed(tmp_path: Path, settings: Any) -> None:
    data_key = create_data_key()
    assert keyring_opens_everything()
    other = tmp_path / "other.json"
    ensure_keyring(other)
    settings.KEYRING = other
    assert not keyring_opens_everything()
    # Of who was erased nothing is left that a key could open.
    erase_data_key(data_key_id=data_key.pk, at=datetime(2023, 1, 18, tzinfo=UTC))
    assert keyring_opens_everything()
