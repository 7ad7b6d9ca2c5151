"""Complaints and reviews that come at the same moment, against a real database."""

from __future__ import annotations

import pytest

from fairport.complaints.models import Complaint
from fairport.complaints.operations import ComplaintChanged, NewComplaint, answer_complaint, file_complaint
from fairport.complaints.queries import read_own_complaint
from fairport.oversight import reviewing
from fairport.oversight.models import SignalReview
from fairport.oversight.operations import SignalChanged, review_signal
from fairport.registrations.models import IntegritySignal
from tests.cast import Cast
from tests.factories.programme import NOW
from tests.factories.racing import kinds, race

pytestmark = pytest.mark.django_db(transaction=True)
TOKEN = "one form's own random token"
ADDRESS = "203.0.113.7"


def file(token: str | None) -> str:
    complaint = NewComplaint(kind="money", words="He wanted 200 dollars.", port="SDG")
    return file_complaint(complaint=complaint, address=ADDRESS, token=token, at=NOW)


def test_a_form_that_is_sent_twice_at_once_files_one_complaint(cast: Cast) -> None:
    first, second = race(lambda: file(TOKEN), lambda: file(TOKEN))
    assert first == second
    assert Complaint.objects.count() == 1


def test_without_the_token_each_sending_is_one(cast: Cast) -> None:
    first, second = race(lambda: file(None), lambda: file(None))
    assert first != second
    assert Complaint.objects.count() == 2


def test_two_answers_at_once_one_is_told_of_the_other(cast: Cast) -> None:
    code = file(None)
    row = Complaint.objects.get()

    def answer() -> str:
        answer_complaint(
            complaint_id=row.pk, words="We look into it.", outcome="", version=1, author=cast.ombuds, at=NOW
        )
        return "answered"

    assert kinds(race(answer, answer)) == [ComplaintChanged.__name__, "str"]
    assert len(read_own_complaint(code=code, address=ADDRESS, at=NOW).said) == 2


def review(signal: IntegritySignal, cast: Cast) -> SignalReview:
    words = "I called all of them: they share a phone."
    return review_signal(signal_id=signal.pk, outcome="nothing", words=words, seen=0, reviewer=cast.ombuds, at=NOW)


def test_two_reviews_at_once_one_is_told_of_the_other(cast: Cast) -> None:
    signal = IntegritySignal.objects.create(kind="email", index=b"x" * 32, raised_at=NOW)
    results = race(lambda: review(signal, cast), lambda: review(signal, cast))
    assert kinds(results) == [SignalChanged.__name__, "SignalReview"]
    assert SignalReview.objects.count() == 1


def test_without_the_lock_the_constraint_alone_refuses_the_second(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    signal = IntegritySignal.objects.create(kind="email", index=b"x" * 32, raised_at=NOW)
    monkeypatch.setattr(
        type(reviewing.IntegritySignal.objects.all()), "select_for_update", lambda rows, **_options: rows.all()
    )
    results = race(lambda: review(signal, cast), lambda: review(signal, cast))
    assert SignalReview.objects.count() == 1
    assert "SignalReview" in kinds(results)
