"""The logs at their public addresses: what a monitor fetches adds up to the signed root."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from fairport.audit.keys import keys_of
from fairport.audit.models import LogName
from fairport.audit.notes import open_checkpoint, parse_head, parse_key
from fairport.audit.operations import append_draw_log_entry, sequence_log
from fairport.audit.tiles import tiles_of, unpack_entries
from fairport.domain.merkle import leaf_hash, root_of_hashes, verify_consistency
from tests.factories.events import AT, append, log_events

pytestmark = pytest.mark.django_db


def fetch(client: Client, path: str) -> Any:
    response = client.get(f"/api/v1/{path}")
    assert response.status_code == 200, (path, response.content)
    return response


def test_a_monitor_computes_the_signed_root_from_the_tiles(client: Client) -> None:
    log_events([200, 400])
    answer = fetch(client, "log/checkpoint")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer["Cache-Control"] == "public, max-age=3"
    head = parse_head(open_checkpoint(note=answer.content, keys=keys_of(log=LogName.EVENTS)).text)
    level0 = b""
    for name in tiles_of(size=head.size):
        tile = fetch(client, f"log/tile/{name.path}")
        assert tile["Content-Type"] == "application/octet-stream"
        assert "immutable" in tile["Cache-Control"]
        assert len(tile.content) == 32 * name.width
        if name.level == 0:
            level0 += tile.content
    assert (head.size, root_of_hashes(level0)) == (600, head.root)


def test_partial_tiles_of_older_checkpoints_stay(client: Client) -> None:
    log_events([200, 400])
    assert len(fetch(client, "log/tile/0/000.p/200").content) == 200 * 32


@pytest.mark.parametrize(
    "path",
    [
        *("0/003", "0/002.p/89", "1/000", "0/0", "0/000.p/0", "0/000.p/256", "00/000", "0/x000/000", "64/000"),
        *("entries/000", "entries/000.p/1", "../checkpoint", "0/000.p/200/", "-1/000", "0/٠٠٠"),
    ],
)
def test_what_no_checkpoint_covers_or_nobody_publishes_is_not_there(client: Client, path: str) -> None:
    log_events([600])
    assert client.get(f"/api/v1/log/tile/{path}").status_code == 404


def test_a_log_without_leaves_has_no_checkpoint(client: Client) -> None:
    answer = client.get("/api/v1/log/checkpoint")
    assert (answer.status_code, answer.json()["code"]) == (404, "checkpoint_unknown")


def test_leaves_that_no_checkpoint_covers_are_not_told(client: Client) -> None:
    log_events([3])
    append(1)
    assert client.get("/api/v1/log/tile/0/000.p/4").status_code == 404


def test_the_draw_log_publishes_its_entries(client: Client) -> None:
    contents = [b'{"manifest": 1}', b"", b"x" * 65_535]
    for number, content in enumerate(contents):
        append_draw_log_entry(draw_id=f"a/{number}", kind="manifest", content=content, at=AT)
    sequence_log(at=AT)
    entries = unpack_entries(fetch(client, "draw-log/tile/entries/000.p/3").content)
    assert entries == contents
    hashes = fetch(client, "draw-log/tile/0/000.p/3").content
    assert hashes == b"".join(map(leaf_hash, contents))


def test_consistency_of_every_pair_of_checkpoints(client: Client) -> None:
    sizes = [1, 3, 256, 300]
    log_events([1, 2, 253, 44])
    heads = {}
    for size in sizes:
        note = fetch(client, f"log/consistency?old=0&new={size}").content.partition(b"\n\n")[2]
        heads[size] = parse_head(open_checkpoint(note=note, keys=keys_of(log=LogName.EVENTS)).text)
    for old in sizes:
        for new in [size for size in sizes if size >= old]:
            top = fetch(client, f"log/consistency?old={old}&new={new}").content.decode().partition("\n\n")[0]
            first, *lines = top.split("\n")
            assert first == f"old {old}"
            proof = [bytes.fromhex(base64_to_hex(line)) for line in lines]
            assert verify_consistency(
                old_size=old, new_size=new, old_root=heads[old].root, new_root=heads[new].root, proof=proof
            )


def base64_to_hex(line: str) -> str:
    import base64

    return base64.b64decode(line, validate=True).hex()


@pytest.mark.parametrize(
    ("query", "status"),
    [("old=-1", 422), ("old=x", 422), ("new=", 422), ("old=9", 404), ("new=2", 404), ("old=1e3", 422)],
)
def test_other_sizes_are_refused(client: Client, query: str, status: int) -> None:
    log_events([3])
    assert client.get(f"/api/v1/log/consistency?{query}").status_code == status


def test_every_public_key_is_listed(client: Client) -> None:
    listed = fetch(client, "keys").json()
    assert [parse_key(text) for text in listed["log"]] == keys_of(log=LogName.EVENTS)
    assert [parse_key(text) for text in listed["draw-log"]] == keys_of(log=LogName.DRAWS)
    assert listed["log"] != listed["draw-log"]
    assert set(listed["pass"][0]) == {"id", "public_key"}
    assert listed["witnesses"] == []


@pytest.mark.parametrize("path", ["log/checkpoint", "log/tile/0/000", "log/consistency", "keys"])
def test_these_are_only_read(client: Client, path: str) -> None:
    assert client.post(f"/api/v1/{path}").status_code == 405
