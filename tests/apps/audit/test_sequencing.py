"""The sequencer: dense places, signed checkpoints, nothing signed that does not continue what was signed before."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from fairport.audit.keys import keys_of, origin_of
from fairport.audit.models import Event, LogCheckpoint, LogLeaf, LogName, UnsequencedEvent
from fairport.audit.notes import open_checkpoint, parse_head
from fairport.audit.operations import sequence_log
from fairport.audit.sequencing import LogRenamed
from fairport.audit.storage import LogDamaged
from fairport.domain.merkle import merkle_root
from tests.factories.events import AT, append, log_events

pytestmark = pytest.mark.django_db
EVENTS = LogName.EVENTS


def head_of(checkpoint: LogCheckpoint) -> tuple[str, int, bytes]:
    opened = open_checkpoint(note=checkpoint.note.encode(), keys=keys_of(log=LogName(checkpoint.log)))
    head = parse_head(opened.text)
    return head.origin, head.size, head.root


def test_every_event_gets_one_place_in_the_order_of_the_ids() -> None:
    ids = append(5)
    assert sequence_log(at=AT) == 5
    leaves = list(LogLeaf.objects.filter(log=EVENTS).order_by("index").values_list("index", "event_id"))
    assert leaves == list(enumerate(ids))
    assert not UnsequencedEvent.objects.exists()


def test_the_leaf_is_the_commitment_and_the_root_is_that_of_rfc_6962() -> None:
    ids = append(3)
    sequence_log(at=AT)
    commitments = [bytes(Event.objects.get(pk=event_id).commitment) for event_id in ids]
    leaf = LogLeaf.objects.get(log=EVENTS, index=1)
    assert bytes(leaf.leaf_hash) == hashlib.sha256(b"\0" + commitments[1]).digest()
    assert head_of(LogCheckpoint.objects.get()) == (origin_of(log=EVENTS), 3, merkle_root(commitments))


def test_a_checkpoint_is_signed_only_when_there_is_something_new() -> None:
    append(2)
    assert (sequence_log(at=AT), sequence_log(at=AT + timedelta(seconds=5))) == (2, 0)
    append(1)
    sequence_log(at=AT + timedelta(seconds=10))
    signed = LogCheckpoint.objects.order_by("size").values_list("size", "at")
    assert list(signed) == [(2, AT), (3, AT + timedelta(seconds=10))]


@pytest.mark.parametrize("counts", [[1, 255, 1], [256, 256], [300, 300, 1]])
def test_the_tree_that_grows_tile_by_tile_is_the_tree_over_all_leaves(counts: list[int]) -> None:
    ids = log_events(counts)
    commitments = dict(Event.objects.values_list("id", "commitment"))
    for checkpoint in LogCheckpoint.objects.all():
        assert head_of(checkpoint)[2] == merkle_root([bytes(commitments[pk]) for pk in ids[: checkpoint.size]])


def test_an_event_of_a_transaction_that_failed_has_no_place() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        append(2)
        raise ZeroDivisionError
    append(1)
    assert sequence_log(at=AT) == 1
    assert LogLeaf.objects.get().index == 0


def test_a_log_whose_leaves_were_changed_is_not_signed_again() -> None:
    log_events([3])
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE audit_logleaf SET leaf_hash = sha256('other') WHERE \"index\" = 1")
        cursor.execute("SET LOCAL session_replication_role = origin")
    append(1)
    with pytest.raises(LogDamaged), transaction.atomic():
        sequence_log(at=AT)
    assert LogCheckpoint.objects.count() == 1


def test_a_log_cannot_get_another_name(settings: Any) -> None:
    log_events([1])
    settings.LOG_NAME = "other.example"
    append(1)
    with pytest.raises(LogRenamed), transaction.atomic():
        sequence_log(at=AT)


def test_the_name_of_the_settings_stands_in_the_checkpoint(settings: Any) -> None:
    settings.LOG_NAME = "fairport.example/api/v1"
    log_events([1])
    assert head_of(LogCheckpoint.objects.get())[0] == "fairport.example/api/v1/log"


@pytest.mark.parametrize(("size", "constraint"), [(2, "audit_checkpoint_grows"), (5, "audit_checkpoint_covers_leaves")])
def test_the_database_refuses_a_checkpoint_that_is_not_of_all_leaves(size: int, constraint: str) -> None:
    log_events([3])
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        LogCheckpoint.objects.create(log=EVENTS, size=size, root=b"\0" * 32, note="", at=AT)
    assert refused.value.__cause__ is not None
    assert refused.value.__cause__.diag.constraint_name == constraint  # type: ignore[attr-defined]
