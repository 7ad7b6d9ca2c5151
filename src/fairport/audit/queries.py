from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Min, QuerySet

from fairport.audit import models
from fairport.audit.events import Actor, Subject
from fairport.audit.keys import PUBLIC_NAMES, keys_of, witness_keys
from fairport.audit.models import DrawLogEntry, LogCheckpoint, LogLeaf, LogName
from fairport.audit.notes import encode_base64
from fairport.audit.opening import SALT_BYTES, open_salted
from fairport.audit.proofs import LogProof, format_proof
from fairport.audit.publishing import read_tile_file
from fairport.audit.storage import full_note, last_checkpoint, tile_reader
from fairport.audit.tiles import has_tile, node_reader, parse_tile_path
from fairport.audit.verifying import verify_logs
from fairport.audit.witnesses import CheckpointUnknown
from fairport.domain.merkle import consistency_path, inclusion_path
from fairport.sealing.box import SealBroken
from fairport.sealing.keyring import PASS_KEY, verifying_keys

__all__ = [
    "PUBLIC_NAMES",
    "CheckpointUnknown",
    "LogName",
    "LoggedPayload",
    "NotInLog",
    "ToldEvent",
    "checkpoint_note",
    "consistency_proof",
    "count_events",
    "draw_log_proof",
    "has_receipt",
    "inclusion_proof",
    "keys_of",
    "latest_events",
    "list_events",
    "list_public_keys",
    "logged_payload",
    "manifest_proof",
    "public_tile",
    "receipt_of",
    "verify_logs",
    "witness_keys",
]


class NotInLog(Exception):
    """What is asked for is not covered by a signed checkpoint: it does not exist, or happened seconds ago."""

    code = "not_in_log"


@dataclass(frozen=True, slots=True)
class ToldEvent:
    """An event with its details opened; `details` is None once the person was erased, and where they are damaged."""

    id: int
    name: str
    actor_kind: str
    actor_id: str
    at: datetime
    details: dict[str, Any] | None


def list_events(*, subject: Subject) -> list[ToldEvent]:
    """All events of one subject, oldest first."""
    return [_told(row) for row in _events_of(subject).order_by("id")]


def count_events(*, subject: Subject, name: str) -> int:
    """How often something happened to a subject."""
    return _events_of(subject).filter(name=name).count()


def latest_events(*, subject: Subject, name: str, limit: int) -> list[ToldEvent]:
    """The latest events of one name about a subject, newest first."""
    return [_told(row) for row in _events_of(subject).filter(name=name).order_by("-id")[:limit]]


def _events_of(subject: Subject) -> QuerySet[models.Event]:
    events = models.Event.objects.filter(subject_kind=subject.kind, subject_id=subject.id)
    return events.select_related("details__data_key")


def _told(row: models.Event) -> ToldEvent:
    # A list must not fail by one damaged box: that something happened stands beside it in plain words.
    try:
        details = open_details(row)
    except SealBroken:
        details = None
    return ToldEvent(row.pk, row.name, row.actor_kind, row.actor_id, row.at, details)


def subjects_of_events(*, name: str, actor: Actor, kind: str, subject_ids: Collection[str]) -> set[str]:
    """Those among the subjects of a kind about which this actor caused an event of that name."""
    events = models.Event.objects.filter(
        name=name, actor_kind=actor.kind, actor_id=actor.id, subject_kind=kind, subject_id__in=subject_ids
    )
    return set(events.values_list("subject_id", flat=True))


def open_details(row: models.Event) -> dict[str, Any] | None:
    """The details of one event, or None if its key was erased. Raises SealBroken where they are damaged."""
    plain = open_salted(row)
    if plain is None:
        return None
    opened: dict[str, Any] = json.loads(plain[SALT_BYTES:])["details"]
    return opened


@dataclass(frozen=True, slots=True)
class LoggedPayload:
    """What the person whom an event is about may keep: the payload, and the proof that the log holds it.

    `proof`'s extra line is the salt: SHA-256 of salt and payload is the leaf's data.
    """

    payload: bytes
    proof: str


def list_public_keys() -> dict[str, list[Any]]:
    """Every public key by what it is for, today's first: vkeys, and for `pass` key id and raw key in base64."""
    passes = verifying_keys(PASS_KEY)
    return {
        **{PUBLIC_NAMES[log]: [str(key) for key in keys_of(log=log)] for log in LogName},
        "witnesses": [str(key) for key in witness_keys()],
        "pass": [
            {"id": key_id, "public_key": encode_base64(private.public_key().public_bytes_raw())}
            for key_id, private in passes.items()
        ],
    }


def checkpoint_note(*, log: LogName, size: int | None = None) -> str:
    """The signed checkpoint of that size, by default the last one, with its cosignatures. Raises CheckpointUnknown."""
    return full_note(checkpoint=_checkpoint(log, size))


def inclusion_proof(*, event_id: int) -> str:
    """The receipt of an event (C2SP tlog-proof, with its salt unless erased). Raises NotInLog."""
    row = models.Event.objects.select_related("details__data_key").filter(pk=event_id).first()
    leaf = LogLeaf.objects.filter(event_id=event_id).first()
    if row is None or leaf is None:
        raise NotInLog("This event has no place in the log yet.")
    salted = open_salted(row)
    checkpoint = _checkpoint(LogName.EVENTS, None)
    return _proof(leaf, checkpoint, extra=None if salted is None else salted[:SALT_BYTES])


def logged_payload(*, event_id: int) -> LoggedPayload:
    """An event's payload with its receipt, for the person whom it is about. Raises NotInLog, also once erased."""
    row = models.Event.objects.select_related("details__data_key").filter(pk=event_id).first()
    salted = None if row is None else open_salted(row)
    if salted is None:
        raise NotInLog("There is no such event, or it was erased.")
    return LoggedPayload(payload=salted[SALT_BYTES:], proof=inclusion_proof(event_id=event_id))


def has_receipt(*, subject: Subject, name: str) -> bool:
    """Whether the log holds an event of that name about a subject by now, so that there is a receipt."""
    return LogLeaf.objects.filter(
        event__subject_kind=subject.kind, event__subject_id=subject.id, event__name=name
    ).exists()


def receipt_of(*, subject: Subject, name: str) -> LoggedPayload:
    """The payload and receipt of the first event of that name about a subject. Raises NotInLog."""
    events = models.Event.objects.filter(subject_kind=subject.kind, subject_id=subject.id, name=name)
    event_id = events.order_by("id").values_list("id", flat=True).first()
    if event_id is None:
        raise NotInLog("There is no such event.")
    return logged_payload(event_id=event_id)


def draw_log_proof(*, draw_id: str, kind: DrawLogEntry.Kind) -> str:
    """That a manifest or result is in the draw log (C2SP tlog-proof without extra). Raises NotInLog.

    The checkpoint is the one that a witness cosigned first, else the first that covers the entry: what it shows about
    the time does not get worse later.
    """
    leaf = LogLeaf.objects.filter(entry__draw_id=draw_id, entry__kind=kind).first()
    if leaf is None:
        raise NotInLog("This has no place in the draw log yet.")
    covering = LogCheckpoint.objects.filter(log=LogName.DRAWS, size__gt=leaf.index)
    cosigned = covering.filter(cosignatures__isnull=False).annotate(seen=Min("cosignatures__signed_at"))
    checkpoint = cosigned.order_by("seen", "size").first() or covering.order_by("size").first()
    if checkpoint is None:
        raise NotInLog("No signed checkpoint covers this yet.")
    return _proof(leaf, checkpoint)


def manifest_proof(*, draw_id: str) -> str:
    """The `checkpoint.txt` of a draw: that its manifest is in the draw log. Raises NotInLog until it is sequenced."""
    return draw_log_proof(draw_id=draw_id, kind=DrawLogEntry.Kind.MANIFEST)


def consistency_proof(*, log: LogName, old: int, new: int | None = None) -> str:
    """That the checkpoint of size `new`, by default the last one, continues the tree of `old` leaves.

    The text has the form of C2SP's tlog-witness: `old <size>`, the hashes in base64, an empty line, the checkpoint.
    Raises CheckpointUnknown for a `new` that was not signed or an `old` beyond it.
    """
    checkpoint = _checkpoint(log, new)
    if not 0 <= old <= checkpoint.size:
        raise CheckpointUnknown(f"The log has no tree of {old} leaves before that of {checkpoint.size}.")
    node = node_reader(size=checkpoint.size, read_tile=tile_reader(log=log))
    path = consistency_path(old_size=old, new_size=checkpoint.size, node=node)
    return "\n".join([f"old {old}", *map(encode_base64, path)]) + "\n\n" + full_note(checkpoint=checkpoint)


def public_tile(*, log: LogName, path: str) -> bytes | None:
    """The bytes at a path below `tile/`, or None unless a signed checkpoint fills that tile."""
    name = parse_tile_path(path)
    checkpoint = last_checkpoint(log=log)
    if name is None or checkpoint is None or not has_tile(name=name, size=checkpoint.size):
        return None
    if name.level is None and log != LogName.DRAWS:
        # Events are published as hashes only.
        return None
    return read_tile_file(log=log, name=name)


def _checkpoint(log: LogName, size: int | None) -> LogCheckpoint:
    found = last_checkpoint(log=log) if size is None else LogCheckpoint.objects.filter(log=log, size=size).first()
    if found is None:
        raise CheckpointUnknown("The log has no such checkpoint.")
    return found


def _proof(leaf: LogLeaf, checkpoint: LogCheckpoint, extra: bytes | None = None) -> str:
    if leaf.index >= checkpoint.size:
        raise NotInLog("No signed checkpoint covers this yet.")
    node = node_reader(size=checkpoint.size, read_tile=tile_reader(log=LogName(leaf.log)))
    path = inclusion_path(index=leaf.index, size=checkpoint.size, node=node)
    return format_proof(LogProof(leaf.index, path, full_note(checkpoint=checkpoint), extra))
