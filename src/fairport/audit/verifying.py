"""Checking the logs in the database: every event against its leaf, every leaf against what was signed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from fairport.audit.keys import keys_of, origin_of
from fairport.audit.models import (
    DrawLogEntry,
    Event,
    LogCheckpoint,
    LogCosignature,
    LogName,
    LogTile,
    UnsequencedEvent,
)
from fairport.audit.notes import (
    Head,
    NoteInvalid,
    VerifierKeyInvalid,
    open_checkpoint,
    open_note,
    parse_head,
    parse_key,
)
from fairport.audit.opening import SALT_BYTES, open_salted
from fairport.audit.tiles import GrowingTree
from fairport.domain.merkle import leaf_hash
from fairport.sealing.box import SealBroken

PAGE = 10_000
# So many findings say enough; the rest is counted.
MOST_FINDINGS = 200


@dataclass(slots=True)
class LogReport:
    """What was checked of a log, and what is wrong with it."""

    log: LogName
    leaves: int = 0
    checkpoints: int = 0
    cosignatures: int = 0
    # Details opened and compared, and those that nobody can open any more because the person was erased.
    opened: int = 0
    erased: int = 0
    # Written, and not sequenced yet: normal for seconds.
    waiting: int = 0
    findings: list[str] = field(default_factory=list)
    left_out: int = 0

    def find(self, finding: str) -> None:
        """Adds a finding, or counts it once there are very many."""
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(finding)
        else:
            self.left_out += 1


@dataclass(frozen=True, slots=True)
class KnownHead:
    """A head that must be on the way of the log, and where it comes from."""

    source: str
    head: Head


def verify_logs(*, known_notes: Sequence[tuple[str, bytes]] = ()) -> list[LogReport]:
    """Checks both logs in one snapshot of the database.

    `known_notes` are checkpoints that were kept elsewhere (source, signed note): the log must continue each of them,
    which is the only way to notice that its end was cut off. Raises KeyringError.
    """
    with _one_snapshot():
        return [_verify_log(log, known_notes) for log in LogName]


def _verify_log(log: LogName, known_notes: Sequence[tuple[str, bytes]]) -> LogReport:
    report = LogReport(log)
    heads = [*_signed_heads(report), *_known_heads(report, known_notes)]
    _check_leaves(report, sorted(heads, key=lambda known: known.head.size))
    _check_cosignatures(report)
    if log == LogName.EVENTS:
        _check_events(report)
    else:
        report.waiting = DrawLogEntry.objects.filter(leaf__isnull=True).count()
    return report


def _signed_heads(report: LogReport) -> Iterator[KnownHead]:
    """Every checkpoint of the database whose signature is good."""
    keys, origin = keys_of(log=report.log), origin_of(log=report.log)
    for checkpoint in LogCheckpoint.objects.filter(log=report.log).order_by("size").iterator(chunk_size=PAGE):
        report.checkpoints += 1
        source = f"checkpoint {checkpoint.size}"
        try:
            head = parse_head(open_checkpoint(note=checkpoint.note.encode(), keys=keys).text)
        except NoteInvalid as error:
            report.find(f"{source}: {error}")
            continue
        if head != Head(origin, checkpoint.size, bytes(checkpoint.root)):
            report.find(f"{source}: its row says something else than its signed text")
        yield KnownHead(source, head)


def _known_heads(report: LogReport, notes: Iterable[tuple[str, bytes]]) -> Iterator[KnownHead]:
    origin = origin_of(log=report.log)
    for source, note in notes:
        if not note.startswith(f"{origin}\n".encode()):
            # Of the other log.
            continue
        try:
            yield KnownHead(source, parse_head(open_checkpoint(note=note, keys=keys_of(log=report.log)).text))
        except NoteInvalid as error:
            report.find(f"{source}: {error}")


def _check_leaves(report: LogReport, heads: Sequence[KnownHead]) -> None:
    """Goes over the leaves once, and compares the tree with each signed head on the way."""
    tree = GrowingTree()
    buffer: list[bytes] = []
    waiting = list(reversed(heads))
    broken = 0
    expected = 0
    for index, stored, source, computed in _leaves_with_sources(report.log):
        if index != expected:
            report.find(f"leaf {expected}: missing" if index > expected else f"leaf {index}: in a wrong place")
        if computed is None:
            report.find(f"leaf {index}: its {_KIND[report.log]} {source} is gone")
        elif computed != stored:
            report.find(f"leaf {index}: its {_KIND[report.log]} {source} was changed, or belongs elsewhere")
        expected = index + 1
        report.leaves += 1
        buffer.append(stored)
        if len(buffer) == PAGE or (waiting and tree.size + len(buffer) >= waiting[-1].head.size):
            _grow(report, tree, buffer)
            buffer = []
            while waiting and waiting[-1].head.size <= tree.size:
                known = waiting.pop()
                if known.head.root != tree.root():
                    broken += 1
                    if broken == 1:
                        report.find(f"{known.source}: the first whose root is not that of the leaves up to it")
    _grow(report, tree, buffer)
    if broken > 1:
        report.find(f"the roots of {broken - 1} later checkpoints do not fit either")
    for known in reversed(waiting):
        report.find(f"{known.source}: signed for {known.head.size} leaves, but there are {tree.size}")


def _grow(report: LogReport, tree: GrowingTree, leaf_hashes: Sequence[bytes]) -> None:
    filled = tree.add(leaf_hashes)
    for start in range(0, len(filled), 100):
        part = filled[start : start + 100]
        stored = {
            (tile.level, tile.number): (bytes(tile.hashes), bytes(tile.root))
            for tile in LogTile.objects.filter(log=report.log, number__in={number for _level, number, *_rest in part})
        }
        for level, number, hashes, root in part:
            kept = stored.get((level, number))
            if kept is None:
                report.find(f"tile {level}/{number}: missing")
            elif kept != (hashes, root):
                first = next(
                    (place for place in range(256) if kept[0][place * 32 :][:32] != hashes[place * 32 :][:32]), 0
                )
                what = f"leaf {number * 256 + first}" if level == 0 else f"tile {level - 1}/{number * 256 + first}"
                report.find(f"tile {level}/{number}: does not fit {what}")


def _leaves_with_sources(log: LogName) -> Iterator[tuple[int, bytes, int, bytes | None]]:
    """(index, stored hash, id of the event or entry, hash computed from that; None if it is gone) in order."""
    table, column, data = _TABLES[log]
    statement = (
        f'SELECT leaf."index", leaf.leaf_hash, leaf.{column}, source.{data} FROM audit_logleaf leaf'  # noqa: S608
        f" LEFT JOIN {table} source ON source.id = leaf.{column}"
        ' WHERE leaf.log = %s AND leaf."index" > %s ORDER BY leaf."index" LIMIT %s'
    )
    after = -1
    while True:
        with connection.cursor() as cursor:
            cursor.execute(statement, [log.value, after, PAGE])
            rows = cursor.fetchall()
        for index, stored, source, content in rows:
            yield index, bytes(stored), source, None if content is None else leaf_hash(bytes(content))
        if len(rows) < PAGE:
            return
        after = rows[-1][0]


def _check_cosignatures(report: LogReport) -> None:
    rows = LogCosignature.objects.filter(checkpoint__log=report.log).select_related("checkpoint").order_by("id")
    for row in rows.iterator(chunk_size=PAGE):
        report.cosignatures += 1
        try:
            opened = open_note(note=(row.checkpoint.note + row.line).encode(), keys=[parse_key(row.witness)])
        except (NoteInvalid, VerifierKeyInvalid) as error:
            report.find(f"cosignature {row.pk}: {error}")
            continue
        if [cosignature.at for cosignature in opened.cosignatures] != [row.signed_at]:
            report.find(f"cosignature {row.pk}: its row says something else than its signed line")


def _check_events(report: LogReport) -> None:
    for event in _all_events():
        try:
            salted = open_salted(event)
        except (SealBroken, Event.details.RelatedObjectDoesNotExist):
            report.find(f"event {event.pk}: its sealed details are gone or were changed")
            continue
        if salted is None:
            report.erased += 1
            continue
        report.opened += 1
        if hashlib.sha256(salted).digest() != bytes(event.commitment):
            report.find(f"event {event.pk}: its details are not those that it was committed to")
        elif not _says_the_same(event, salted[SALT_BYTES:]):
            report.find(f"event {event.pk}: its row says something else than its sealed details")
    report.waiting = UnsequencedEvent.objects.count()
    queued = UnsequencedEvent.objects.filter(event_id=OuterRef("pk"))
    for event_id in (
        Event.objects.filter(~Exists(queued), leaf__isnull=True).order_by("id").values_list("id", flat=True)
    ):
        report.find(f"event {event_id}: in no leaf, and not waiting for one")
    there = Event.objects.filter(pk=OuterRef("event_id"))
    gone = UnsequencedEvent.objects.filter(~Exists(there)).order_by("event_id")
    for event_id in gone.values_list("event_id", flat=True):
        report.find(f"event {event_id}: was written, and is gone before it got a leaf")


def _all_events() -> Iterator[Event]:
    after = 0
    while True:
        rows = list(Event.objects.select_related("details__data_key").filter(pk__gt=after).order_by("id")[:PAGE])
        yield from rows
        if len(rows) < PAGE:
            return
        after = rows[-1].pk


def _says_the_same(event: Event, payload: bytes) -> bool:
    told = json.loads(payload)
    return {key: told[key] for key in ("name", "subject", "actor", "at")} == {
        "name": event.name,
        "subject": [event.subject_kind, event.subject_id],
        "actor": [event.actor_kind, event.actor_id],
        "at": event.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
    }


@contextmanager
def _one_snapshot() -> Iterator[None]:
    outer = connection.in_atomic_block
    with transaction.atomic():
        if not outer:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


_KIND = {LogName.EVENTS: "event", LogName.DRAWS: "entry"}
_TABLES = {
    LogName.EVENTS: ("audit_event", "event_id", "commitment"),
    LogName.DRAWS: ("audit_drawlogentry", "entry_id", "content"),
}
