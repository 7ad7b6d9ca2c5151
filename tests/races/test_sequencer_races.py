"""Events commit in another order than the ids they drew, and several sequencers run: none is lost, none comes twice."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Max

from fairport.audit import sequencing
from fairport.audit.folder import verify_folder
from fairport.audit.keys import keys_of
from fairport.audit.models import Event, LogLeaf, LogName, UnsequencedEvent
from fairport.audit.operations import sequence_log
from fairport.audit.queries import verify_logs
from fairport.audit.sequencing import NewLeaf
from fairport.domain.merkle import leaf_hash
from tests.factories.events import AT, append

pytestmark = pytest.mark.django_db(transaction=True)
EVENTS = LogName.EVENTS


@pytest.fixture(autouse=True)
def log_folder(tmp_path: Path, settings: Any) -> Path:
    settings.LOG_FOLDER = tmp_path
    return tmp_path


def in_threads(works: list[Callable[[], None]]) -> list[Exception]:
    """Runs the works at the same time, each on a connection of its own; what they raised."""
    raised: list[Exception] = []
    barrier = threading.Barrier(len(works))

    def run(work: Callable[[], None]) -> None:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=30)
            work()
        except Exception as error:
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return raised


@contextmanager
def an_event_that_commits_late() -> Iterator[Callable[[], int]]:
    """Inside, somebody has drawn an id and not committed; the call lets it commit and returns the id."""
    drawn, may_commit = threading.Event(), threading.Event()
    ids: list[int] = []

    def write() -> None:
        with transaction.atomic():
            ids.extend(append(1))
            drawn.set()
            assert may_commit.wait(timeout=30)
        connection.close()

    thread = threading.Thread(target=write)
    thread.start()
    assert drawn.wait(timeout=30)

    def commit() -> int:
        may_commit.set()
        thread.join(timeout=30)
        return ids[0]

    try:
        yield commit
    finally:
        commit()


def sequenced() -> list[int]:
    return list(LogLeaf.objects.filter(log=EVENTS).order_by("index").values_list("event_id", flat=True))


def test_an_event_that_commits_after_a_later_one_was_sequenced_still_gets_its_place() -> None:
    with an_event_that_commits_late() as commit:
        (later,) = append(1, first=1)
        assert sequence_log(at=AT) == 1
        earlier = commit()
    assert earlier < later
    assert sequence_log(at=AT) == 1
    assert sequenced() == [later, earlier]
    assert [report.findings for report in verify_logs()] == [[], []]


def test_a_sequencer_that_goes_by_the_ids_would_lose_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def take_what_is_above_the_last_id() -> list[NewLeaf]:
        last = LogLeaf.objects.filter(log=EVENTS).aggregate(last=Max("event_id"))["last"] or 0
        rows = Event.objects.filter(pk__gt=last).order_by("id").values_list("id", "commitment")
        return [NewLeaf(event_id, leaf_hash(bytes(commitment))) for event_id, commitment in rows]

    monkeypatch.setattr(sequencing, "_SOURCES", ((EVENTS, take_what_is_above_the_last_id),))
    with an_event_that_commits_late() as commit:
        (later,) = append(1, first=1)
        sequence_log(at=AT)
        earlier = commit()
    assert sequence_log(at=AT) == 0
    assert sequenced() == [later]
    # The queue still tells on it.
    assert earlier in UnsequencedEvent.objects.values_list("event_id", flat=True)


def test_many_writers_and_several_sequencers(log_folder: Path) -> None:
    writers, rounds = 4, 25
    left = threading.Semaphore(0)
    written: list[int] = []

    def writing(seed: int) -> Callable[[], None]:
        def write() -> None:
            chance = random.Random(seed)
            for _ in range(rounds):
                try:
                    with transaction.atomic():
                        ids = append(chance.randint(1, 6))
                        if chance.random() < 0.2:
                            raise ZeroDivisionError
                    written.extend(ids)
                except ZeroDivisionError:
                    continue
            left.release()

        return write

    def sequence() -> None:
        while not all_written.is_set():
            sequence_log(at=AT)

    all_written = threading.Event()

    def wait_for_the_writers() -> None:
        for _ in range(writers):
            assert left.acquire(timeout=100)
        all_written.set()

    works = [*(writing(seed) for seed in range(writers)), sequence, sequence, wait_for_the_writers]
    assert in_threads(works) == []
    sequence_log(at=AT)
    assert sorted(sequenced()) == sorted(written)
    places = LogLeaf.objects.filter(log=EVENTS).order_by("index").values_list("index", flat=True)
    assert list(places) == list(range(len(written)))
    assert [report.findings for report in verify_logs()] == [[], []]
    report = verify_folder(folder=log_folder / "log", keys=keys_of(log=EVENTS), at=AT)
    assert (report.findings, report.head and report.head.size) == ([], len(written))
