"""The logs' rows: events and leaves written by COPY, tiles read back, and the edge from which a tree grows on."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, islice
from typing import TypeVar

from django.db import connection
from psycopg import sql

from fairport.audit.events import Actor, Subject
from fairport.audit.models import DrawLogEntry, LogCheckpoint, LogCosignature, LogLeaf, LogName, LogTile
from fairport.audit.tiles import HASH_BYTES, TILE_HASHES, TILE_HEIGHT, GrowingTree, TileName, TileReader

# Leaves and tiles read from the database at once.
PAGE = 50_000
TILES_AT_ONCE = 256

Item = TypeVar("Item")


class LogDamaged(Exception):
    """Rows of a log are missing or do not fit its signed checkpoints; `fairport log verify` says which."""

    code = "log_damaged"


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event to write, with its details sealed under that data key, or for the service where it is None."""

    name: str
    subject: Subject
    commitment: bytes
    data_key_id: uuid.UUID | None
    sealed: bytes


@dataclass(frozen=True, slots=True)
class NewLeaf:
    """A leaf to write: of the event or of the draw-log entry with that id."""

    source_id: int
    leaf_hash: bytes


def insert_events(*, rows: Sequence[EventRow], actor: Actor, at: datetime) -> list[int]:
    """Writes events of one actor and moment with their details; returns their ids in the order given."""
    if not rows:
        return []
    with connection.cursor() as cursor:
        # COPY returns no ids, so they are drawn first.
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('audit_event', 'id')) FROM generate_series(1, %s)", [len(rows)]
        )
        ids = [row[0] for row in cursor.fetchall()]
        with cursor.copy(
            "COPY audit_event (id, name, subject_kind, subject_id, actor_kind, actor_id, at, commitment)"
            " FROM STDIN (FORMAT BINARY)"
        ) as copy:
            copy.set_types(["int8", "varchar", "varchar", "varchar", "varchar", "varchar", "timestamptz", "bytea"])
            for event_id, row in zip(ids, rows, strict=True):
                subject = row.subject
                copy.write_row((event_id, row.name, subject.kind, subject.id, actor.kind, actor.id, at, row.commitment))
        with cursor.copy("COPY audit_eventdetails (event_id, data_key_id, sealed) FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(["int8", "uuid", "bytea"])
            for event_id, row in zip(ids, rows, strict=True):
                copy.write_row((event_id, row.data_key_id, row.sealed))
    return ids


def log_size(*, log: LogName) -> int:
    """How many leaves there are, signed or not."""
    last = LogLeaf.objects.filter(log=log).order_by("-index").values_list("index", flat=True).first()
    return 0 if last is None else last + 1


def last_checkpoint(*, log: LogName) -> LogCheckpoint | None:
    """The largest signed checkpoint."""
    return LogCheckpoint.objects.filter(log=log).order_by("-size").first()


def full_note(*, checkpoint: LogCheckpoint) -> str:
    """A checkpoint with the lines of all witnesses that cosigned it, the earliest first."""
    lines = LogCosignature.objects.filter(checkpoint=checkpoint).order_by("signed_at", "id")
    return checkpoint.note + "".join(lines.values_list("line", flat=True))


def take_queued_events(*, limit: int) -> list[tuple[int, bytes]]:
    """Takes up to so many events out of the sequencer's queue: (id, commitment), in the order of the ids."""
    # As an array: joined with the subquery, a long queue would be read whole for each batch.
    statement = sql.SQL(
        """
        COPY (
            DELETE FROM audit_unsequencedevent AS queued USING audit_event AS event
            WHERE event.id = queued.event_id
              AND queued.event_id = ANY (
                  ARRAY(SELECT event_id FROM audit_unsequencedevent ORDER BY event_id LIMIT {})
              )
            RETURNING event.id, event.commitment
        ) TO STDOUT (FORMAT BINARY)
        """
    ).format(limit)
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(["int8", "bytea"])
        return sorted(copy.rows())


def insert_leaves(*, log: LogName, first_index: int, leaves: Sequence[NewLeaf]) -> None:
    """Writes leaves at the places from `first_index` on."""
    column = "event_id" if log == LogName.EVENTS else "entry_id"
    statement = f'COPY audit_logleaf (log, "index", leaf_hash, {column}) FROM STDIN (FORMAT BINARY)'
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(["varchar", "int8", "bytea", "int8"])
        for index, leaf in enumerate(leaves, first_index):
            copy.write_row((log.value, index, leaf.leaf_hash, leaf.source_id))


def insert_tiles(*, log: LogName, tiles: Sequence[tuple[int, int, bytes, bytes]]) -> None:
    """Keeps full tiles: (level, number, hashes, root)."""
    statement = "COPY audit_logtile (log, level, number, hashes, root) FROM STDIN (FORMAT BINARY)"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(["varchar", "int2", "int8", "bytea", "bytea"])
        for tile in tiles:
            copy.write_row((log.value, *tile))


def load_edge(*, log: LogName, size: int) -> GrowingTree:
    """The tree of the first `size` leaves, ready to grow on."""
    tree = GrowingTree(size=size)
    level = 0
    while size >> (TILE_HEIGHT * level):
        number, width = divmod(size >> (TILE_HEIGHT * level), TILE_HASHES)
        tree.edge.append(_read_hashes(log, level, number, width) if width else b"")
        level += 1
    return tree


def tile_reader(*, log: LogName) -> TileReader:
    """Reads tiles of a log, full or not, from the database."""

    def read(level: int, number: int, width: int) -> bytes:
        if width == TILE_HASHES:
            full = LogTile.objects.filter(log=log, level=level, number=number).values_list("hashes", flat=True).first()
            if full is not None:
                return bytes(full)
        return _read_hashes(log, level, number, width)

    return read


def read_tiles(*, log: LogName, names: Iterable[TileName]) -> Iterator[tuple[TileName, bytes]]:
    """The hashes of tiles, many full ones with one statement. Raises LogDamaged."""
    read = tile_reader(log=log)
    for (level, full), group in groupby(names, key=lambda name: (name.level or 0, name.width == TILE_HASHES)):
        for page in pages(group, TILES_AT_ONCE):
            kept: dict[int, bytes] = {}
            if full:
                rows = LogTile.objects.filter(log=log, level=level, number__in=[name.number for name in page])
                kept = {number: bytes(hashes) for number, hashes in rows.values_list("number", "hashes")}
            for name in page:
                yield name, kept.get(name.number) or read(level, name.number, name.width)


def pages(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """The items in their order, up to so many at a time."""
    rest = iter(items)
    while page := list(islice(rest, size)):
        yield page


def read_leaves(*, log: LogName) -> Iterator[tuple[int, bytes, int]]:
    """All leaves in their order: (index, leaf hash, id of the event or entry)."""
    column = "event_id" if log == LogName.EVENTS else "entry_id"
    after = -1
    while True:
        rows = list(
            LogLeaf.objects.filter(log=log, index__gt=after)
            .order_by("index")
            .values_list("index", "leaf_hash", column)[:PAGE]
        )
        for index, leaf_hash, source_id in rows:
            yield index, bytes(leaf_hash), source_id
        if len(rows) < PAGE:
            return
        after = rows[-1][0]


def read_entries(*, start: int, count: int) -> list[bytes]:
    """The contents of `count` entries of the draw log from the leaf `start` on."""
    entries = DrawLogEntry.objects.filter(leaf__index__gte=start, leaf__index__lt=start + count)
    return [bytes(content) for content in entries.order_by("leaf__index").values_list("content", flat=True)]


def _read_hashes(log: LogName, level: int, number: int, width: int) -> bytes:
    start = number * TILE_HASHES
    if level == 0:
        leaves = LogLeaf.objects.filter(log=log, index__gte=start, index__lt=start + width).order_by("index")
        hashes = b"".join(map(bytes, leaves.values_list("leaf_hash", flat=True)))
    else:
        below = LogTile.objects.filter(log=log, level=level - 1, number__gte=start, number__lt=start + width)
        hashes = b"".join(map(bytes, below.order_by("number").values_list("root", flat=True)))
    if len(hashes) != width * HASH_BYTES:
        raise LogDamaged(f"The {log.value} log lacks hashes of tile {level}/{number}: run `fairport log verify`.")
    return hashes
