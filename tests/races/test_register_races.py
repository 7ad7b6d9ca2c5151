"""Two threads register at the same moment, against a real database."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from django.db import connection

from fairport.audit.events import APPLICANT
from fairport.registrations import filing
from fairport.registrations.models import DocumentClaim, IntegritySignal, Registration
from fairport.registrations.operations import submit_registration
from fairport.registrations.submission import DocumentInUse, Receipt, Submission
from tests.factories.programme import NOW, load_programme
from tests.factories.submissions import make_submission, make_traveler

pytestmark = pytest.mark.django_db(transaction=True)
KEY = "b1f0a2f4-7a53-4f0b-a3c6-3f1f1b9f4b01"


@pytest.fixture(autouse=True)
def programme(db: None) -> None:
    load_programme()


def race(calls: list[Callable[[], Receipt]]) -> list[Receipt | Exception]:
    """Runs the calls in threads that start together, each on a connection of its own; results or what was raised."""
    results: list[Receipt | Exception] = [RuntimeError("did not run")] * len(calls)
    barrier = threading.Barrier(len(calls))

    def run(place: int) -> None:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=30)
            results[place] = calls[place]()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


def submitting(submission: Submission, key: str | None = None) -> Callable[[], Receipt]:
    return lambda: submit_registration(submission=submission, at=NOW, actor=APPLICANT, idempotency_key=key)


def with_document(number: str) -> Submission:
    return make_submission(travelers=(make_traveler(document_number=number),))


@contextmanager
def both_claim_before_either_commits(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Holds each thread right after its claim until the other has tried too, or waits for the first one's row."""
    both = threading.Barrier(2)
    claim = filing.claim_documents

    def claim_and_wait(**arguments: object) -> None:
        claim(**arguments)  # type: ignore[arg-type]
        try:
            both.wait(timeout=2)
        except threading.BrokenBarrierError:
            return  # The other one waits in the database for this one's commit: that is the constraint at work.

    with monkeypatch.context() as patch:
        patch.setattr(filing, "claim_documents", claim_and_wait)
        yield


def test_one_document_gets_one_registration(monkeypatch: pytest.MonkeyPatch) -> None:
    with both_claim_before_either_commits(monkeypatch):
        results = race([submitting(with_document("RACE1")), submitting(with_document("RACE1"))])
    assert sorted(type(result).__name__ for result in results) == ["DocumentInUse", "Receipt"]
    assert (Registration.objects.count(), DocumentClaim.objects.count()) == (1, 1)


def test_without_the_constraint_both_would_get_in(monkeypatch: pytest.MonkeyPatch) -> None:
    table, name = "registrations_documentclaim", "registrations_one_active_document"
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    try:
        with both_claim_before_either_commits(monkeypatch):
            results = race([submitting(with_document("RACE2")), submitting(with_document("RACE2"))])
        assert [type(result) for result in results] == [Receipt, Receipt]
        assert (Registration.objects.count(), DocumentClaim.objects.count()) == (2, 2)
    finally:
        DocumentClaim.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} UNIQUE (programme_id, document_index)")


def test_two_groups_with_the_same_two_documents_in_another_order_do_not_wait_in_a_circle() -> None:
    first, second = make_traveler(document_number="CIRCLE1"), make_traveler(document_number="CIRCLE2")
    for _ in range(5):
        results = race(
            [
                submitting(make_submission(travelers=(first, second))),
                submitting(make_submission(travelers=(second, first))),
            ]
        )
        outcomes = [result for result in results if not isinstance(result, Receipt)]
        assert all(isinstance(outcome, DocumentInUse) for outcome in outcomes)
        assert Registration.objects.count() == 1


def test_one_key_gets_one_registration_and_both_get_its_receipt() -> None:
    submission = make_submission()
    results = race([submitting(submission, KEY) for _ in range(4)])
    assert isinstance(results[0], Receipt)
    assert results == [results[0]] * 4
    assert Registration.objects.count() == 1


def test_without_the_key_the_same_submission_registers_as_often_as_it_is_sent() -> None:
    submission = make_submission(travelers=(make_traveler(document_number=None),))
    results = race([submitting(submission) for _ in range(4)])
    assert len({result.registration_id for result in results if isinstance(result, Receipt)}) == 4
    assert Registration.objects.count() == 4


def test_namesakes_who_register_at_the_same_moment_are_found() -> None:
    def namesake() -> Submission:
        person = make_traveler(given_names="Ana", family_names="Pérez", birth_date=date(1980, 1, 1))
        return make_submission(travelers=(person,))

    results = race([submitting(namesake()), submitting(namesake())])
    assert [type(result) for result in results] == [Receipt, Receipt]
    assert IntegritySignal.objects.count() == 1
