"""Filing a complaint and reading it with its code: nothing is lost, and nobody is known by it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from fairport.audit.models import Event
from fairport.complaints import floods
from fairport.complaints.models import Complaint, ComplaintWindow, ComplaintWords
from fairport.complaints.operations import (
    ComplaintInvalid,
    TooManyComplaintCodes,
    TooManyComplaints,
    TooManyWords,
    WrongComplaintCode,
    add_words,
)
from fairport.complaints.queries import read_own_complaint
from fairport.domain.codes import CodeKind, is_well_formed
from fairport.domain.policy import Policy
from fairport.registrations.submission import IdempotencyConflict
from tests.apps.complaints.conftest import ADDRESS, WORDS, complain, last_complaint
from tests.factories.clock import StandingClock
from tests.factories.programme import NOW

pytestmark = pytest.mark.usefixtures("open_policy", "clock")
TOKEN = "a form's own random token"
FORM = {"kind": "money", "words": WORDS, "port": "SDG", "when": "on Monday", "reach": "", "token": TOKEN}


def everything_stored() -> bytes:
    """All that the tables of complaints and the sessions hold, as bytes."""
    found = b""
    with connection.cursor() as cursor:
        for table in ("complaint", "complaintwords", "complaintwindow"):
            cursor.execute(f"SELECT * FROM complaints_{table}")
            found += repr(cursor.fetchall()).encode()
        cursor.execute("SELECT * FROM django_session")
        return found + repr(cursor.fetchall()).encode()


def test_a_complaint_is_told_a_code_and_read_with_it(clock: StandingClock) -> None:
    browser = Client()
    assert browser.get("/report").status_code == 200
    page = browser.post("/report", FORM)

    assert page.status_code == 200
    code = page.context["code"]
    assert is_well_formed(code, CodeKind.COMPLAINT_CODE)
    assert page["Cache-Control"] == "no-store"
    shown = Client().post("/report/status", {"code": code.lower().replace("-", " ")})
    assert WORDS in shown.content.decode()
    assert "Someone asked me for money" in shown.content.decode()
    assert "Waiting for the ombuds office" in shown.content.decode()
    assert shown["Cache-Control"] == "no-store"


def test_nothing_is_kept_but_what_was_written(clock: StandingClock) -> None:
    browser = Client(REMOTE_ADDR=ADDRESS)
    code = browser.post("/report", FORM).context["code"]
    browser.post("/report/status", {"code": code})

    assert "fairport_session" not in browser.cookies
    stored = everything_stored()
    for trace in (WORDS, ADDRESS, code, code.replace("-", ""), "on Monday"):
        assert trace.encode() not in stored
    assert Event.objects.filter(name="complaint.filed", actor_kind="applicant", actor_id="").count() == 1


def test_a_form_that_is_sent_twice_files_one_complaint(clock: StandingClock) -> None:
    first, second = Client().post("/report", FORM), Client().post("/report", FORM)

    assert first.context["code"] == second.context["code"]
    assert Complaint.objects.count() == 1
    # Without the form's token each sending is a complaint of its own: it is the token that keeps it to one.
    Client().post("/report", FORM | {"token": ""})
    assert Complaint.objects.count() == 2


def test_a_form_that_is_sent_again_with_other_words_can_be_sent_as_a_second_one(clock: StandingClock) -> None:
    Client().post("/report", FORM)
    again = Client().post("/report", FORM | {"words": "Something else happened too."})

    assert again.status_code == 409
    assert "<code>complaint_sent_before</code>" in again.content.decode()
    form = again.context["form"]
    assert form.data["token"] != TOKEN
    assert "Something else happened too." in again.content.decode()
    second = Client().post("/report", {name: form.data[name] for name in FORM})
    assert second.status_code == 200
    assert Complaint.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"kind": ""}, "kind", "choice_required"),
        ({"kind": "gossip"}, "kind", "choice_invalid"),
        ({"port": "XXX"}, "port", "port_unknown"),
        ({"words": " \n "}, "words", "complaint_words_required"),
        ({"words": "x" * 5001}, "words", "text_too_long"),
        ({"words": "a\x07b"}, "words", "text_invalid"),
        ({"words": "a\x00b"}, "words", "text_invalid"),
        ({"reach": "y" * 301}, "reach", "text_too_long"),
        ({"when": "z" * 301}, "when", "text_too_long"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    clock: StandingClock, changes: dict[str, str], field: str, code: str
) -> None:
    page = Client().post("/report", FORM | changes)

    assert page.status_code == 422
    assert field in page.context["form"].errors
    assert code in page.context["problem_codes"]
    assert f"<code>{code}</code>" in page.content.decode()
    if field != "words":
        assert WORDS in page.content.decode()
    assert not Complaint.objects.exists()


def test_operations_refuse_the_same_without_a_form() -> None:
    with pytest.raises(ComplaintInvalid) as refusal:
        complain(kind="gossip", words="", port="XXX", when="q" * 301, reach="\ud800")
    assert {problem.field for problem in refusal.value.problems} == {"kind", "words", "port", "when", "reach"}


def test_more_words_are_added_once_and_open_a_closed_complaint(clock: StandingClock) -> None:
    code = complain()
    Complaint.objects.update(state="closed", outcome="not_ours", closed_at=NOW)
    form = {"code": code, "words": "He came back today.", "token": TOKEN}
    for _ in range(2):
        page = Client().post("/report/words", form)
        assert "What you wrote was added." in page.content.decode()

    found = read_own_complaint(code=code, address=ADDRESS, at=NOW)
    assert [said.text for said in found.said] == [WORDS, "He came back today."]
    assert (found.state, found.outcome, found.closed_at) == ("open", "", None)
    other = Client().post("/report/words", form | {"words": "And again."})
    assert other.status_code == 409
    assert "And again." in other.content.decode()
    with pytest.raises(IdempotencyConflict):
        add_words(code=code, words="And again.", address=ADDRESS, token=TOKEN, at=NOW)


def test_empty_words_and_a_wrong_code_are_told(clock: StandingClock) -> None:
    code = complain()
    empty = Client().post("/report/words", {"code": code, "words": "", "token": "t"})
    assert empty.status_code == 422
    assert WORDS in empty.content.decode()
    for path in ("/report/status", "/report/words"):
        wrong = Client().post(path, {"code": "00000-00000-00000", "words": "x"})
        assert wrong.status_code == 422
        assert "<code>wrong_complaint_code</code>" in wrong.content.decode()
    assert Client().post("/report/status", {"code": ""}).status_code == 422
    assert Client().get("/report/words").status_code == 405


def test_a_sender_can_write_often_but_not_without_end() -> None:
    code = complain()
    for number in range(19):
        add_words(code=code, words=f"Word {number}", address=ADDRESS, token=None, at=NOW)
    with pytest.raises(TooManyWords):
        add_words(code=code, words="One more", address=ADDRESS, token=None, at=NOW)
    add_words(code=code, words="Tomorrow", address=ADDRESS, token=None, at=NOW + timedelta(days=1, minutes=1))


def test_in_a_flood_a_first_complaint_is_kept_and_stands_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(floods, "FLOOD_BY_ADDRESS", 3)
    monkeypatch.setattr(floods, "REFUSED_BY_ADDRESS", 5)
    for number in range(5):
        complain(words=f"Number {number}")
    assert list(Complaint.objects.order_by("number").values_list("in_flood", flat=True)) == [False] * 3 + [True] * 2
    with pytest.raises(TooManyComplaints) as refusal:
        complain()
    assert 0 < refusal.value.retry_after_seconds <= 3600
    # Another network, and the next hour, are as before.
    complain(address="198.51.100.1")
    assert not last_complaint().in_flood
    complain(at=NOW + timedelta(hours=1))
    assert not last_complaint().in_flood


def test_the_page_keeps_what_was_typed_when_it_must_wait(clock: StandingClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(floods, "REFUSED_BY_ADDRESS", 0)
    page = Client().post("/report", FORM)
    assert page.status_code == 429
    assert int(page["Retry-After"]) > 0
    assert WORDS in page.content.decode()


def test_many_in_all_are_a_flood_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(floods, "FLOOD_IN_ALL", 2)
    for number in range(3):
        complain(address=f"198.51.100.{number}")
    assert list(Complaint.objects.order_by("number").values_list("in_flood", flat=True)) == [False, False, True]


def test_wrong_codes_slow_down_and_a_right_one_still_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(floods, "WRONG_CODES_BY_ADDRESS", 2)
    code = complain()
    for _ in range(2):
        with pytest.raises(WrongComplaintCode):
            read_own_complaint(code="no such code", address=ADDRESS, at=NOW)
    with pytest.raises(TooManyComplaintCodes):
        read_own_complaint(code="no such code", address=ADDRESS, at=NOW)
    assert read_own_complaint(code=code, address=ADDRESS, at=NOW).kind == "money"


def test_counts_of_an_hour_are_forgotten() -> None:
    complain()
    assert ComplaintWindow.objects.exists()
    floods.forget_windows(at=NOW + timedelta(minutes=10))
    assert ComplaintWindow.objects.exists()
    floods.forget_windows(at=NOW + timedelta(hours=1))
    assert not ComplaintWindow.objects.exists()


def test_words_are_never_changed() -> None:
    complain()
    # Rows of this transaction whose keys are still to be checked would be refused for another reason.
    connection.check_constraints()
    for statement in (
        "UPDATE complaints_complaintwords SET position = 7",
        "DELETE FROM complaints_complaintwords",
        "TRUNCATE complaints_complaintwords",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert ComplaintWords.objects.count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "closed"},
        {"closed_at": NOW},
        {"outcome": "not_ours"},
        {"erased_at": NOW},
        {"kind": "gossip"},
        {"state": "lost"},
    ],
)
def test_the_database_refuses_what_cannot_be(changes: dict[str, object]) -> None:
    complain()
    with pytest.raises(IntegrityError), transaction.atomic():
        Complaint.objects.update(**changes)


def test_the_form_is_linked_from_every_page(open_policy: Policy, clock: StandingClock) -> None:
    for path in ("/", "/help", "/ports", "/status"):
        assert 'href="/report"' in Client().get(path).content.decode(), path
