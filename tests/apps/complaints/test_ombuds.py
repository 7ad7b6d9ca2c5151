"""The ombuds office works on complaints; whoever else looks sees nothing of them."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fairport.accounts.models import Role
from fairport.accounts.operations import grant_role
from fairport.audit.events import OPERATOR, Subject
from fairport.audit.models import Event
from fairport.audit.queries import list_events
from fairport.complaints.content import open_words
from fairport.complaints.models import Complaint
from fairport.complaints.operations import (
    ComplaintChanged,
    ComplaintGone,
    NotClosed,
    OutcomeUnknown,
    OwnMatter,
    add_words,
    answer_complaint,
    forget_complaints,
    open_complaint,
    reopen_complaint,
)
from fairport.complaints.queries import complaints_by_month, list_complaints, read_own_complaint
from fairport.config.tasks import forget_closed_complaints
from fairport.sealing.box import SealBroken
from tests.apps.complaints.conftest import ADDRESS, WORDS, complain, last_complaint
from tests.cast import Cast, make_staff, signed_in
from tests.factories.clock import StandingClock
from tests.factories.programme import NOW

ANSWER = "We talked to the head of the port. Nobody may ask you for money."


@pytest.fixture(autouse=True)
def _standing_clock(cast: Cast, clock: StandingClock) -> None:
    """Every test has the cast and one moment."""


def answer(row: Complaint, cast: Cast, **changes: Any) -> None:
    row.refresh_from_db()
    arguments = {"words": ANSWER, "outcome": "", "version": row.version, "author": cast.ombuds, "at": NOW} | changes
    answer_complaint(complaint_id=row.pk, **arguments)


def query_count(browser: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(path).status_code == 200
    return len(captured)


def test_the_ombuds_answers_and_the_sender_reads_it(cast: Cast) -> None:
    code = complain(when="on Monday", reach="the shelter at the church")
    browser = signed_in(cast.ombuds)
    listed = browser.get("/office/complaints").content.decode()
    assert "Someone asked me for money" in listed
    assert WORDS not in listed
    row = last_complaint()
    page = browser.get(f"/office/complaints/{row.pk}").content.decode()
    assert WORDS in page
    assert "the shelter at the church" in page

    sent = browser.post(
        f"/office/complaints/{row.pk}", {"words": ANSWER, "outcome": "confirmed", "version": row.version}
    )

    assert sent.status_code == 302
    own = Client().post("/report/status", {"code": code}).content.decode()
    assert ANSWER in own
    assert "The ombuds office" in own
    assert cast.ombuds.full_name not in own
    row.refresh_from_db()
    assert (row.state, row.outcome, row.closed_at) == ("closed", "confirmed", NOW)
    told = [event.name for event in list_events(subject=Subject("complaint", str(row.pk)))]
    assert told == ["complaint.filed", "complaint.opened", "complaint.answered"]


@pytest.mark.parametrize("name", ["officer", "supervisor", "scheduler", "operator", "auditor", "nobody"])
@pytest.mark.parametrize("address", ["", "/{id}", "/{id}/reopen"])
def test_nobody_else_comes_in(cast: Cast, name: str, address: str) -> None:
    complain()
    row = last_complaint()
    browser = signed_in(cast.everybody()[name])
    path = f"/office/complaints{address.format(id=row.pk)}"
    for response in (browser.get(path), browser.post(path, {"words": ANSWER, "outcome": "", "version": 1})):
        assert response.status_code == 403
        assert WORDS not in response.content.decode()
    row.refresh_from_db()
    assert row.version == 1
    assert not Event.objects.filter(name="complaint.opened").exists()


def test_a_stranger_is_sent_to_sign_in() -> None:
    complain()
    assert Client().get(f"/office/complaints/{last_complaint().pk}").status_code == 302


def test_who_works_at_the_port_or_is_named_does_not_open_it(cast: Cast) -> None:
    both = make_staff("Pat Both", (Role.OMBUDS, None), (Role.PORT_OFFICER, "SDG"))
    complain()
    at_own_port = last_complaint()
    complain(port="ELP")
    elsewhere = last_complaint()
    complain(port="ELP", words="The officer pat bóth, with the beard, shouted at us.")
    named = last_complaint()
    browser = signed_in(both)

    assert open_complaint(complaint_id=elsewhere.pk, reader=both, at=NOW).said
    for row in (at_own_port, named):
        for call in (
            lambda row=row: open_complaint(complaint_id=row.pk, reader=both, at=NOW),
            lambda row=row: answer(row, cast, author=both),
            lambda row=row: reopen_complaint(complaint_id=row.pk, version=1, author=both, at=NOW),
        ):
            with pytest.raises(OwnMatter):
                call()
        page = browser.get(f"/office/complaints/{row.pk}")
        assert page.status_code == 403
        assert "<code>own_matter</code>" in page.content.decode()
        assert open_complaint(complaint_id=row.pk, reader=cast.ombuds, at=NOW).said
    posted = browser.post(f"/office/complaints/{named.pk}", {"words": ANSWER, "outcome": "", "version": 1})
    assert posted.status_code == 403
    # The role at the port counts at this moment, not when the complaint came.
    grant_role(user=both, role=Role.SUPERVISOR, port="ELP", at=NOW, actor=OPERATOR)
    with pytest.raises(OwnMatter):
        open_complaint(complaint_id=elsewhere.pk, reader=both, at=NOW)


def test_two_who_answer_at_once_see_each_other(cast: Cast) -> None:
    code = complain()
    row = last_complaint()
    add_words(code=code, words="He came back.", address=ADDRESS, token=None, at=NOW)
    with pytest.raises(ComplaintChanged):
        answer(row, cast, version=1)
    typed = {"words": "My long answer", "outcome": "", "version": 1}
    page = signed_in(cast.ombuds).post(f"/office/complaints/{row.pk}", typed)
    assert page.status_code == 409
    text = page.content.decode()
    assert "My long answer" in text
    assert "He came back." in text
    assert 'name="version" value="2"' in text


def test_what_is_wrong_with_an_answer_is_said(cast: Cast) -> None:
    complain()
    row = last_complaint()
    browser = signed_in(cast.ombuds)
    path = f"/office/complaints/{row.pk}"
    for typed in (
        {"words": "", "outcome": ""},
        {"words": ANSWER, "outcome": "lost"},
        {"words": "x" * 5001, "outcome": ""},
        {"words": "a\x07", "outcome": ""},
    ):
        page = browser.post(path, typed | {"version": 1})
        assert page.status_code == 400
        assert page.context["form"].errors
    with pytest.raises(OutcomeUnknown):
        answer(row, cast, outcome="lost")
    assert browser.get(f"/office/complaints/{uuid.uuid4()}").status_code == 404
    assert browser.post(f"/office/complaints/{uuid.uuid4()}", {"words": ANSWER, "version": 1}).status_code == 404
    assert browser.post(f"/office/complaints/{uuid.uuid4()}/reopen", {"version": 1}).status_code == 404


def test_a_closed_complaint_can_be_opened_again(cast: Cast) -> None:
    complain()
    row = last_complaint()
    browser = signed_in(cast.ombuds)
    path = f"/office/complaints/{row.pk}/reopen"
    assert browser.post(path, {"version": 1}).status_code == 409
    with pytest.raises(NotClosed):
        reopen_complaint(complaint_id=row.pk, version=1, author=cast.ombuds, at=NOW)
    answer(row, cast, outcome="not_ours")
    assert browser.post(path, {"version": "x"}).status_code == 409
    assert browser.post(path, {"version": 2}).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.outcome, row.closed_at) == ("open", "", None)


def test_the_list_filters_sorts_and_pages_with_as_many_queries(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, (kind, port) in enumerate([("money", "SDG"), ("misuse", "ELP"), ("other", None)]):
        complain(kind=kind, port=port, at=NOW + timedelta(minutes=number))
    answer(list_complaints(kind="misuse")[0], cast, at=NOW + timedelta(hours=1))
    browser = signed_in(cast.ombuds)

    def numbers(query: str) -> list[str]:
        return [item["row"].kind for item in browser.get(f"/office/complaints?{query}").context["rows"]]

    assert numbers("") == ["money", "other"]
    assert numbers("state=all") == ["money", "misuse", "other"]
    assert numbers("state=all&order=newest") == ["other", "misuse", "money"]
    assert numbers("state=all&order=changed") == ["misuse", "other", "money"]
    assert numbers("state=answered") == ["misuse"]
    assert numbers("state=all&port=SDG") == ["money"]
    assert numbers("state=all&kind=other") == ["other"]
    assert browser.get("/office/complaints?kind=gossip").status_code == 400
    few = query_count(browser, "/office/complaints?state=all")
    monkeypatch.setattr("fairport.complaints.floods.FLOOD_BY_ADDRESS", 10)
    for _ in range(60):
        complain()
    assert query_count(browser, "/office/complaints?state=all") == few
    assert len(numbers("state=all")) == 50
    assert len(numbers("state=all&page=2")) == 13
    assert list_complaints(order="newest").last().in_flood  # type: ignore[union-attr]


def test_a_closed_complaint_is_erased_on_schedule(cast: Cast, clock: StandingClock) -> None:
    kept_for = timedelta(days=180)
    code = complain()
    closed = last_complaint()
    complain()
    waiting = last_complaint()
    answer(closed, cast, outcome="referred")
    assert forget_complaints(kept_for=kept_for, at=NOW + kept_for - timedelta(minutes=1)) == 0
    assert open_complaint(complaint_id=closed.pk, reader=cast.ombuds, at=NOW).said
    clock.at = NOW + kept_for

    forget_closed_complaints(0)

    closed.refresh_from_db()
    assert closed.erased_at == clock.at
    with pytest.raises(ComplaintGone):
        open_complaint(complaint_id=closed.pk, reader=cast.ombuds, at=clock.at)
    with pytest.raises(ComplaintGone):
        add_words(code=code, words="Hello", address=ADDRESS, token=None, at=clock.at)
    with pytest.raises(SealBroken):
        open_words(last_of(closed))
    own = read_own_complaint(code=code, address=ADDRESS, at=clock.at)
    assert (own.said, own.outcome) == ((), "referred")
    page = Client().post("/report/status", {"code": code}).content.decode()
    assert "Everything that was written was erased." in page
    assert Client().post("/report/words", {"code": code, "words": "Hello"}).status_code == 200
    assert signed_in(cast.ombuds).get(f"/office/complaints/{closed.pk}").status_code == 404
    assert "Erased on schedule" in signed_in(cast.ombuds).get("/office/complaints?state=all").content.decode()
    assert open_complaint(complaint_id=waiting.pk, reader=cast.ombuds, at=clock.at).said
    assert forget_complaints(kept_for=kept_for, at=clock.at) == 0


def last_of(row: Complaint) -> Complaint:
    """The row with its key as it is now."""
    return Complaint.objects.select_related("data_key").get(pk=row.pk)


def test_small_counts_are_not_published(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(10):
        complain()
    complain(kind="misuse")
    next_month = NOW + timedelta(days=31)
    complain(at=next_month)

    assert complaints_by_month(at=NOW) == []
    counted = {(row.kind, row.state): row.count for row in complaints_by_month(at=next_month)}
    assert counted["money", "open"] == 10
    assert set(counted.values()) == {10, None}
    assert len(counted) == 12
