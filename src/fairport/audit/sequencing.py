"""The sequencer: gives every committed event its place in the log, and signs what the log then is.

Transactions commit in another order than the ids they drew, so an id says nothing about what is still to come. The
sequencer therefore takes what the queue holds (a trigger fills it in the event's transaction), and numbers it densely.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Literal

from django.conf import settings
from django.db import connection, transaction

from fairport.audit.keys import signer_of
from fairport.audit.models import DrawLogEntry, LogCheckpoint, LogName
from fairport.audit.notes import Head, format_head, parse_head, parse_note, sign_note
from fairport.audit.publishing import publish_logs, read_published_head
from fairport.audit.storage import (
    LogDamaged,
    NewLeaf,
    insert_leaves,
    insert_tiles,
    last_checkpoint,
    load_edge,
    log_size,
    take_queued_events,
    tile_reader,
)
from fairport.audit.tiles import node_reader
from fairport.domain.merkle import leaf_hash, range_hash

LOCK_CLASS = 0x4C4F4753  # "LOGS": keeps these advisory locks apart from any others
# Leaves of one transaction and checkpoint.
BATCH = 20_000


class LogRenamed(Exception):
    """The log has signed checkpoints under another name, which stands in every proof: it must stay."""

    code = "log_renamed"


def sequence_log(*, at: datetime) -> int:
    """Gives all committed events and draw-log entries their places, signs checkpoints, and writes the public files.

    Returns how many leaves were added. Any number of processes may call it. Raises KeyringError, LogRenamed,
    LogDamaged, and OSError where the logs' folder cannot be written: the checkpoints are in the database by then.
    """
    added = 0
    for log, take in _SOURCES:
        count = BATCH
        while count == BATCH:
            count = _sequence_batch(log, take, at)
            added += count
    # Also with nothing new: the process before this one may have died between its commit and the files.
    transaction.on_commit(publish_logs)
    return added


def append_draw_log_entry(*, draw_id: str, kind: Literal["manifest", "result"], content: bytes, at: datetime) -> None:
    """Puts a manifest or result into the draw log, in the caller's transaction; the sequencer gives it its place.

    A second one of its kind for a draw breaks `audit_one_manifest_one_result_a_draw` (IntegrityError).
    """
    DrawLogEntry.objects.create(draw_id=draw_id, kind=kind, content=content, at=at)


def _sequence_batch(log: LogName, take: Callable[[], list[NewLeaf]], at: datetime) -> int:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [LOCK_CLASS, log.value])
        # Statements from here on see all that the sequencer before this one committed.
        leaves = take()
        if not leaves:
            return 0
        origin, private = signer_of(log=log)
        latest = last_checkpoint(log=log)
        size = log_size(log=log)
        tree = load_edge(log=log, size=size)
        _refuse_damage(log, origin, latest, size, tree.root())
        _refuse_fork(log, size, tree.root())
        insert_leaves(log=log, first_index=size, leaves=leaves)
        insert_tiles(log=log, tiles=tree.add(leaf.leaf_hash for leaf in leaves))
        root = tree.root()
        note = sign_note(text=format_head(Head(origin, tree.size, root)), name=origin, private=private)
        LogCheckpoint.objects.create(log=log, size=tree.size, root=root, note=note, at=at.astimezone(UTC))
    return len(leaves)


def _refuse_damage(log: LogName, origin: str, latest: LogCheckpoint | None, size: int, root: bytes) -> None:
    """A log must never sign what does not continue what it signed before (C2SP tlog-checkpoint)."""
    if latest is None:
        if size:
            raise LogDamaged(f"The {log.value} log has leaves and no checkpoint.")
        return
    signed = parse_head(parse_note(latest.note.encode()).text)
    if signed.origin != origin:
        raise LogRenamed(f"The log is called {signed.origin}, not {origin}: set FAIRPORT_LOG_NAME back.")
    if (signed.size, signed.root) != (size, root):
        raise LogDamaged(
            f"The {log.value} log is not what its last checkpoint signed, so nothing is added: run `fairport log"
            " verify`."
        )


def _refuse_fork(log: LogName, size: int, root: bytes) -> None:
    """An older backup looks sound in itself, but what was published after it can never be taken back."""
    published = read_published_head(log=log, folder=settings.LOG_FOLDER)
    if published is None or (published.size, published.root) == (size, root) or settings.DEMO:
        # A demonstration is begun again with the same keys.
        return
    behind = 0 < published.size < size
    node = node_reader(size=size, read_tile=tile_reader(log=log))
    if not behind or range_hash(start=0, end=published.size, node=node) != published.root:
        raise LogDamaged(
            f"A checkpoint of {published.size} leaves of the {log.value} log was published, which this database does"
            " not continue; nothing is added."
        )


def _take_events() -> list[NewLeaf]:
    return [NewLeaf(event_id, leaf_hash(commitment)) for event_id, commitment in take_queued_events(limit=BATCH)]


def _take_entries() -> list[NewLeaf]:
    waiting = DrawLogEntry.objects.filter(leaf__isnull=True).order_by("id")[:BATCH]
    return [NewLeaf(entry.pk, leaf_hash(bytes(entry.content))) for entry in waiting]


_SOURCES: tuple[tuple[LogName, Callable[[], list[NewLeaf]]], ...] = (
    (LogName.EVENTS, _take_events),
    (LogName.DRAWS, _take_entries),
)
