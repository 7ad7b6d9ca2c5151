"""Whoever changes the database behind the product's back is found, and what was changed is named.

The tests do it as the superuser with all triggers off, which is more than the application or its owner can.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection

from fairport.audit.keys import keys_of, signer_of
from fairport.audit.models import Event, LogName
from fairport.audit.notes import Head, format_head, sign_note
from fairport.audit.operations import append_draw_log_entry, sequence_log
from fairport.audit.proofs import parse_proof, verify_proof
from fairport.audit.queries import checkpoint_note, inclusion_proof, verify_logs
from fairport.audit.verifying import LogReport
from fairport.sealing.operations import create_data_key, erase_data_key
from tests.factories.events import AT, append, log_events

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_is_kept(db: None) -> Iterator[None]:
    """Rows that refer to nothing would be found at the end of a test that is not rolled back as failed."""
    yield
    connection.set_rollback(True)


@contextmanager
def without_triggers() -> Iterator[Callable[[str, Sequence[Any]], None]]:
    def execute(statement: str, parameters: Sequence[Any] = ()) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters)

    execute("SET LOCAL session_replication_role = replica", ())
    yield execute
    execute("SET LOCAL session_replication_role = origin", ())


def reports(known: Sequence[tuple[str, bytes]] = ()) -> dict[LogName, LogReport]:
    return {report.log: report for report in verify_logs(known_notes=known)}


def findings(known: Sequence[tuple[str, bytes]] = ()) -> list[str]:
    return [finding for report in reports(known).values() for finding in report.findings]


def test_an_untouched_log_has_no_findings_and_says_what_was_checked() -> None:
    log_events([300, 5])
    append_draw_log_entry(draw_id="a/1", kind="manifest", content=b"{}", at=AT)
    sequence_log(at=AT)
    append(2)
    events, draws = reports()[LogName.EVENTS], reports()[LogName.DRAWS]
    assert (events.findings, draws.findings) == ([], [])
    assert (events.leaves, events.checkpoints, events.opened, events.erased, events.waiting) == (305, 2, 307, 0, 2)
    assert (draws.leaves, draws.checkpoints) == (1, 1)


def test_a_changed_event_is_named() -> None:
    ids = log_events([5])
    with without_triggers() as execute:
        execute("UPDATE audit_event SET at = at + interval '1 day' WHERE id = %s", [ids[2]])
    assert findings() == [f"event {ids[2]}: its row says something else than its sealed details"]


def test_an_event_that_was_written_anew_with_a_fitting_commitment_is_named() -> None:
    ids = log_events([5])
    append(1, first=100)
    other = Event.objects.select_related("details").order_by("-id")[0]
    with without_triggers() as execute:
        execute("DELETE FROM audit_unsequencedevent", [])
        execute("DELETE FROM audit_eventdetails WHERE event_id = %s", [ids[1]])
        execute("DELETE FROM audit_event WHERE id = %s", [ids[1]])
        execute("UPDATE audit_eventdetails SET event_id = %s WHERE event_id = %s", [ids[1], other.pk])
        execute("UPDATE audit_event SET id = %s WHERE id = %s", [ids[1], other.pk])
    assert findings() == [f"leaf 1: its event {ids[1]} was changed, or belongs elsewhere"]


def test_changed_details_are_named() -> None:
    ids = log_events([3])
    with without_triggers() as execute:
        execute("UPDATE audit_eventdetails SET sealed = sealed || '\\x00' WHERE event_id = %s", [ids[0]])
    assert findings() == [f"event {ids[0]}: its sealed details are gone or were changed"]


def test_a_dropped_event_is_named() -> None:
    ids = log_events([5])
    with without_triggers() as execute:
        execute("DELETE FROM audit_eventdetails WHERE event_id = %s", [ids[3]])
        execute("DELETE FROM audit_event WHERE id = %s", [ids[3]])
    assert findings() == [f"leaf 3: its event {ids[3]} is gone"]


def test_an_event_dropped_with_its_leaf_is_named() -> None:
    ids = log_events([5, 2])
    with without_triggers() as execute:
        execute("DELETE FROM audit_eventdetails WHERE event_id = %s", [ids[3]])
        execute("DELETE FROM audit_event WHERE id = %s", [ids[3]])
        execute("DELETE FROM audit_logleaf WHERE event_id = %s", [ids[3]])
    assert findings() == [
        "leaf 3: missing",
        "checkpoint 5: the first whose root is not that of the leaves up to it",
        "checkpoint 7: signed for 7 leaves, but there are 6",
    ]


def test_an_event_dropped_before_it_got_a_place_is_named() -> None:
    log_events([1])
    (event_id,) = append(1)
    with without_triggers() as execute:
        execute("DELETE FROM audit_eventdetails WHERE event_id = %s", [event_id])
        execute("DELETE FROM audit_event WHERE id = %s", [event_id])
    assert findings() == [f"event {event_id}: was written, and is gone before it got a leaf"]


def test_an_inserted_event_is_named() -> None:
    log_events([3])
    with without_triggers():
        # No trigger queues it.
        (event_id,) = append(1)
    assert findings() == [f"event {event_id}: in no leaf, and not waiting for one"]


def test_an_event_inserted_between_others_is_found_by_the_roots() -> None:
    log_events([3, 1])
    with without_triggers() as execute:
        (event_id,) = append(1)
        execute('UPDATE audit_logleaf SET "index" = "index" + 100 WHERE "index" >= 1', [])
        execute('UPDATE audit_logleaf SET "index" = "index" - 99 WHERE "index" >= 101', [])
        execute(
            "INSERT INTO audit_logleaf (log, \"index\", leaf_hash, event_id) SELECT 'events', 1,"
            " sha256('\\x00'::bytea || commitment), id FROM audit_event WHERE id = %s",
            [event_id],
        )
    assert findings() == [
        "checkpoint 3: the first whose root is not that of the leaves up to it",
        "the roots of 1 later checkpoints do not fit either",
    ]


def test_events_in_each_others_places_are_named() -> None:
    ids = log_events([4])
    with without_triggers() as execute:
        for new, old in ((-1, ids[0]), (ids[0], ids[1]), (ids[1], -1)):
            execute("UPDATE audit_logleaf SET event_id = %s WHERE event_id = %s", [new, old])
    assert findings() == [
        f"leaf 0: its event {ids[1]} was changed, or belongs elsewhere",
        f"leaf 1: its event {ids[0]} was changed, or belongs elsewhere",
    ]


def test_leaves_in_another_order_are_found_by_the_roots() -> None:
    log_events([1, 3])
    with without_triggers() as execute:
        for new, old in ((100, 1), (1, 2), (2, 100)):
            execute('UPDATE audit_logleaf SET "index" = %s WHERE "index" = %s', [new, old])
    assert findings() == ["checkpoint 4: the first whose root is not that of the leaves up to it"]


def test_a_tile_names_the_leaf_whose_hash_was_changed_with_its_event() -> None:
    ids = log_events([300])
    with without_triggers() as execute:
        execute("UPDATE audit_event SET commitment = sha256('other') WHERE id = %s", [ids[17]])
        execute(
            "UPDATE audit_logleaf SET leaf_hash = sha256('\\x00'::bytea || sha256('other')) WHERE event_id = %s",
            [ids[17]],
        )
    assert findings() == [
        "tile 0/0: does not fit leaf 17",
        "checkpoint 300: the first whose root is not that of the leaves up to it",
        f"event {ids[17]}: its details are not those that it was committed to",
    ]


def test_a_checkpoint_with_another_root_or_without_our_signature_is_named() -> None:
    log_events([2, 2, 2])
    origin, private = signer_of(log=LogName.EVENTS)
    resigned = sign_note(text=format_head(Head(origin, 4, b"\1" * 32)), name=origin, private=private)
    with without_triggers() as execute:
        execute("UPDATE audit_logcheckpoint SET root = %s WHERE size = 2", [b"\0" * 32])
        execute("UPDATE audit_logcheckpoint SET note = %s WHERE size = 4", [resigned])
        execute("UPDATE audit_logcheckpoint SET note = replace(note, %s, %s) WHERE size = 6", ["\n6\n", "\n7\n"])
    assert findings() == [
        "checkpoint 2: its row says something else than its signed text",
        "checkpoint 4: its row says something else than its signed text",
        f"checkpoint 6: The signature of {origin} does not fit this note.",
        "checkpoint 4: the first whose root is not that of the leaves up to it",
    ]


def test_a_cut_off_end_is_found_with_a_checkpoint_that_was_kept_elsewhere() -> None:
    ids = log_events([3, 2])
    kept = checkpoint_note(log=LogName.EVENTS).encode()
    with without_triggers() as execute:
        execute("DELETE FROM audit_logcheckpoint WHERE size = 5", [])
        for table, column in (("audit_logleaf", "event_id"), ("audit_eventdetails", "event_id"), ("audit_event", "id")):
            execute(f"DELETE FROM {table} WHERE {column} = ANY(%s)", [ids[3:]])
    assert findings() == []
    assert findings([("kept.txt", kept)]) == ["kept.txt: signed for 5 leaves, but there are 3"]


def test_a_changed_entry_of_the_draw_log_is_named() -> None:
    append_draw_log_entry(draw_id="a/1", kind="manifest", content=b"{}", at=AT)
    sequence_log(at=AT)
    with without_triggers() as execute:
        execute("UPDATE audit_drawlogentry SET content = '[]'", [])
    (finding,) = findings()
    assert finding.startswith("leaf 0: its entry ")


def test_erasing_a_person_leaves_the_log_valid() -> None:
    data_key = create_data_key()
    (event_id,) = append(1, data_key=data_key)
    log_events([2])
    before = parse_proof(inclusion_proof(event_id=event_id).encode())
    assert before.extra is not None
    erase_data_key(data_key_id=data_key.pk, at=AT)
    report = reports()[LogName.EVENTS]
    assert (report.findings, report.opened, report.erased) == ([], 2, 1)
    # Whoever kept the receipt and the payload can still show both; we cannot open them any more.
    after = inclusion_proof(event_id=event_id).encode()
    commitment = bytes(Event.objects.get(pk=event_id).commitment)
    proven = verify_proof(content=after, leaf_data=commitment, keys=keys_of(log=LogName.EVENTS))
    assert (proven.index, proven.extra) == (before.index, None)
