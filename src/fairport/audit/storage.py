"""The logs' rows: events and leaves written by COPY, tiles read back, and the edge from which a tree grows on."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from fairport.audit.events import Actor, Subject
from fairport.audit.models import DrawLogEntry, LogCheckpoint, LogCosignature, LogLeaf, LogName, LogTile
from fairport.audit.tiles import HASH_BYTES, TILE_HASHES, TILE_HEIGHT, GrowingTree, TileReader

# Leaves read from the database at once.
PAGE = 50_000


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
    rows = [
        LogTile(log=log, level=level, number=number, hashes=hashes, root=root) for level, number, hashes, root in tiles
    ]
    LogTile.objects.bulk_create(rows, batch_size=200)


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
