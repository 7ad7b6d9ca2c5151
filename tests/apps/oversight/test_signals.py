"""Signals: raised once for people to look at, reviewed by those who may, and never more than that."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fairport.accounts.models import Role
from fairport.audit.events import Actor, Subject
from fairport.audit.models import Event
from fairport.audit.queries import list_events
from fairport.config.tasks import watch_over_fairness
from fairport.domain.policy import Policy
from fairport.draws.models import DrawEntry
from fairport.oversight.models import IndexedFile, SharedIndex, SignalReview
from fairport.oversight.operations import (
    NotYourSignal,
    ReviewInvalid,
    SignalChanged,
    SignalReasonNeeded,
    find_patterns,
    index_files,
    open_signal,
    review_signal,
)
from fairport.oversight.queries import list_signals
from fairport.registrations.models import IntegritySignal, Registration
from fairport.registrations.operations import insert_registrations, submit_registration
from fairport.sealing.operations import erase_data_key
from tests.apps.oversight.conftest import LIMITS, shown_rows
from tests.cast import Cast, make_staff, signed_in
from tests.factories.clock import StandingClock
from tests.factories.draws import hold_draw
from tests.factories.programme import NOW
from tests.factories.submissions import make_submission, make_traveler, register

_person = itertools.count()
WORDS = "I called all three: they share the phone of the shelter."


def look(*, at: Any = NOW) -> list[IntegritySignal]:
    """What the worker does within an hour; the signals that there are then."""
    index_files(at=at)
    find_patterns(at=at, limits=LIMITS)
    return list(IntegritySignal.objects.order_by("pk"))


def share_a_phone(count: int, *, ports: tuple[str, ...] = ("SDG",)) -> None:
    """Registrations with one phone number and e-mail addresses of their own."""
    for _ in range(count):
        register(ports=ports, phone="+526641110000", email=f"person{next(_person)}@example.org")


def review(signal: IntegritySignal, cast: Cast, **changes: Any) -> SignalReview:
    arguments = {"outcome": "nothing", "words": WORDS, "seen": 0, "reviewer": cast.ombuds, "at": NOW} | changes
    return review_signal(signal_id=signal.pk, **arguments)


@pytest.mark.usefixtures("open_policy")
class TestFinding:
    def test_one_phone_in_many_registrations_is_a_signal_once(self) -> None:
        share_a_phone(2)
        assert look() == []
        share_a_phone(1, ports=("CLX", "ELP"))
        (signal,) = look()
        assert (signal.kind, signal.size, signal.ports, signal.level) == ("phone", 3, ["CLX", "ELP", "SDG"], 0)
        share_a_phone(1)
        assert look() == [signal]

    def test_it_is_raised_again_when_it_has_doubled(self) -> None:
        share_a_phone(6)
        (signal,) = look()
        assert (signal.size, signal.level) == (6, 1)
        share_a_phone(5)
        assert len(look()) == 1
        share_a_phone(1)
        assert [(each.size, each.level) for each in look()] == [(6, 1), (12, 2)]

    def test_an_address_counts_in_any_case_of_its_letters(self) -> None:
        for email in ("Ana@example.org", "ana@EXAMPLE.org", "ana@example.org"):
            register(email=email, phone=None)
        assert [(signal.kind, signal.size) for signal in look()] == [("email", 3)]

    def test_one_document_over_time_is_a_signal(self) -> None:
        for _ in range(2):
            receipt = register(travelers=(make_traveler(document_number="AB123"),), email=None, phone=None)
            # Withdrawn, so that the document may be used again.
            Registration.objects.filter(pk=receipt.registration_id).update(status="lapsed")
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM registrations_documentclaim")
        assert [(signal.kind, signal.size) for signal in look()] == [("document", 2)]

    @pytest.mark.parametrize(("kind", "expected"), [("helper", 1), ("partner", 1), ("staff", 1), ("applicant", 0)])
    def test_who_files_many_registrations_is_told_once_a_month(self, kind: str, expected: int) -> None:
        for _ in range(3):
            submit_registration(
                submission=make_submission(email=None, phone=None),
                at=NOW,
                actor=Actor(kind, "7"),
                idempotency_key=None,
            )
        found = look()
        assert [(signal.kind, signal.about, signal.size) for signal in found] == [("filer", f"{kind}:7", 3)] * expected
        assert len(look(at=NOW + timedelta(days=10))) == expected
        assert len(look(at=NOW + timedelta(days=29))) == 2 * expected
        assert len(look(at=NOW + timedelta(days=60))) == 2 * expected

    def test_a_partner_without_a_name_is_nobody_in_particular(self) -> None:
        for _ in range(3):
            submit_registration(
                submission=make_submission(email=None, phone=None), at=NOW, actor=Actor("partner"), idempotency_key=None
            )
        assert look() == []

    def test_the_index_follows_a_changed_contact_and_forgets_an_erased_file(self) -> None:
        share_a_phone(1)
        look()
        registration = Registration.objects.select_related("data_key").get()
        assert SharedIndex.objects.count() == 3
        assert index_files(at=NOW) == 0
        # A contact that is sealed anew, or a group that grew, is read again.
        Registration.objects.update(size=2)
        assert index_files(at=NOW) == 1
        IndexedFile.objects.update(contact_hash=b"another")
        assert index_files(at=NOW) == 1
        assert SharedIndex.objects.count() == 3
        erase_data_key(data_key_id=registration.data_key_id, at=NOW)
        index_files(at=NOW)
        assert not SharedIndex.objects.exists()

    def test_the_index_holds_no_address_number_or_document(self) -> None:
        register(email="ana@example.org", phone="+526641110000", travelers=(make_traveler(document_number="AB123"),))
        index_files(at=NOW)
        with connection.cursor() as cursor:
            cursor.execute("SELECT kind, encode(index, 'escape'), encode(index, 'hex') FROM oversight_sharedindex")
            stored = repr(cursor.fetchall())
        for value in ("ana", "6641110000", "AB123"):
            assert value not in stored

    def test_a_damaged_file_holds_up_nobody(self) -> None:
        share_a_phone(4)
        first = Registration.objects.order_by("number").first()
        Registration.objects.filter(pk=first.pk).update(sealed_contact=b"\x01broken")  # type: ignore[union-attr]
        assert index_files(at=NOW) == 4
        assert [signal.size for signal in look()] == [3]

    def test_many_are_indexed_in_batches_with_as_many_queries_each(self) -> None:
        submissions = [make_submission(email=None, phone=None) for _ in range(40)]
        insert_registrations(submissions=submissions, registered_at=[NOW] * 40, at=NOW, actor=Actor("operator"))
        assert index_files(at=NOW, most=10) == 10
        with CaptureQueriesContext(connection) as few:
            index_files(at=NOW, most=5)
        with CaptureQueriesContext(connection) as many:
            index_files(at=NOW, most=20)
        assert len(few) == len(many)

    def test_the_worker_does_it_every_hour(self, clock: StandingClock, settings: Any) -> None:
        settings.SIGNAL_CONTACTS = 2
        share_a_phone(2)
        watch_over_fairness(0)
        assert IntegritySignal.objects.get().kind == "phone"
        assert Event.objects.filter(name="integrity.pattern_found").count() == 1


def test_no_signal_changes_a_registration_or_a_draw_entry(open_policy: Policy) -> None:
    # The same people and the same draw, once without and once with every kind of signal about them, reviewed.
    share_a_phone(3)
    twin = make_traveler(document_number=None)
    for _ in range(2):
        register(travelers=(twin,))
    before = list(Registration.objects.order_by("number").values())
    draw = hold_draw()
    drawn = list(DrawEntry.objects.filter(draw=draw).order_by("entry_id").values("entry_id", "outcome", "subject_id"))

    signals = look()

    assert {signal.kind for signal in signals} == {"phone", "namesake"}
    after = list(Registration.objects.order_by("number").values())
    assert [{**row, "status": "", "has_rain_check": ""} for row in after] == [
        {**row, "status": "", "has_rain_check": ""} for row in before
    ]
    again = list(DrawEntry.objects.filter(draw=draw).order_by("entry_id").values("entry_id", "outcome", "subject_id"))
    assert again == drawn


def test_who_has_a_signal_is_in_the_next_draw_as_everybody_else(cast: Cast) -> None:
    share_a_phone(3)
    (signal,) = look()
    review(signal, cast, outcome="same_people")
    draw = hold_draw()
    entries = DrawEntry.objects.filter(draw=draw)
    assert entries.count() == 3
    # Same tier, same weight, and a place as there was room for all.
    assert set(entries.values_list("outcome", flat=True)) == {"offer"}


@pytest.mark.usefixtures("clock")
class TestReviewing:
    def test_a_reviewer_opens_for_a_reason_and_says_what_was_found(self, cast: Cast) -> None:
        share_a_phone(3)
        (signal,) = look()
        browser = signed_in(cast.supervisor)
        listed = browser.get("/office/watch/signals")
        assert [row["row"].pk for row in shown_rows(listed)] == [signal.pk]
        assert "Marie" not in listed.content.decode()
        page = browser.get(f"/office/watch/signals/{signal.pk}")
        assert "Marie" not in page.content.decode()
        assert browser.post(f"/office/watch/signals/{signal.pk}/open", {}).status_code == 400

        opened = browser.post(f"/office/watch/signals/{signal.pk}/open", {"reason": "compare"})

        text = opened.content.decode()
        assert text.count("Marie") == 3
        assert "+526641110000" in text
        form = {"outcome": "nothing", "words": WORDS, "seen": 0, "reason": "compare"}
        assert browser.post(f"/office/watch/signals/{signal.pk}/review", form).status_code == 302
        row = SignalReview.objects.get()
        assert WORDS.encode() not in bytes(row.sealed)
        assert shown_rows(browser.get("/office/watch/signals")) == []
        assert len(shown_rows(browser.get("/office/watch/signals?state=nothing"))) == 1
        again = browser.post(f"/office/watch/signals/{signal.pk}/open", {"reason": "asked"}).content.decode()
        assert WORDS in again
        for registration in Registration.objects.all():
            events = list_events(subject=Subject("registration", str(registration.pk)))
            opened_events = [event for event in events if event.name == "file.opened"]
            assert [event.details for event in opened_events] == [
                {
                    "signal": signal.pk,
                    "role": "supervisor",
                    "port": "SDG",
                    "because": reason,
                    "reason": "signal",
                }
                for reason in ("compare", "asked")
            ]

    def test_both_files_of_namesakes_open(self, cast: Cast) -> None:
        twin = make_traveler(document_number=None)
        for _ in range(2):
            register(travelers=(twin,), ports=("ELP",))
        signal = IntegritySignal.objects.get()
        opened = open_signal(signal_id=signal.pk, reader=cast.ombuds, reason="compare", at=NOW)
        assert opened.total == len(opened.files) == 2
        assert {file.travelers[0].given_names for file in opened.files} == {twin.given_names}

    def test_the_people_read_that_the_ombuds_looked(self, cast: Cast) -> None:
        receipt = register(ports=("SDG",), phone="+526641110000")
        share_a_phone(2)
        (signal,) = [signal for signal in look() if signal.kind == "phone"]
        open_signal(signal_id=signal.pk, reader=cast.ombuds, reason="compare", at=NOW)
        applicant = Client()
        applicant.post("/status", {"code": receipt.access_code})
        assert "Ombuds, all ports" in applicant.get("/status").content.decode()

    def test_registrations_of_a_filer_open_and_no_more_than_fit_on_a_page(self, cast: Cast) -> None:
        for _ in range(25):
            submit_registration(
                submission=make_submission(email=None, phone=None),
                at=NOW,
                actor=Actor("helper", "7"),
                idempotency_key=None,
            )
        (signal,) = look()
        opened = open_signal(signal_id=signal.pk, reader=cast.ombuds, reason="compare", at=NOW)
        assert (len(opened.files), opened.total) == (20, 25)
        page = signed_in(cast.ombuds).post(f"/office/watch/signals/{signal.pk}/open", {"reason": "compare"})
        assert "The first 20 of 25 are shown." in page.content.decode()
        assert "Helper 7" in page.content.decode()

    @pytest.mark.parametrize(
        ("name", "sees", "opens"),
        [
            ("ombuds", True, True),
            ("supervisor", True, True),
            ("auditor", True, False),
            ("officer", False, False),
            ("scheduler", False, False),
            ("operator", False, False),
            ("vetting_officer", False, False),
            ("nobody", False, False),
        ],
    )
    def test_who_may_see_open_and_review(self, cast: Cast, name: str, sees: bool, opens: bool) -> None:
        share_a_phone(3)
        (signal,) = look()
        browser = signed_in(cast.everybody()[name])
        path = f"/office/watch/signals/{signal.pk}"
        assert (browser.get("/office/watch/signals").status_code == 200) is sees
        assert (browser.get(path).status_code == 200) is sees
        response = browser.post(f"{path}/open", {"reason": "compare"})
        assert (response.status_code == 200) is opens
        form = {"outcome": "nothing", "words": WORDS, "seen": 0, "reason": "compare"}
        assert (browser.post(f"{path}/review", form).status_code == 302) is opens
        assert SignalReview.objects.exists() is opens
        assert Event.objects.filter(name="file.opened").exists() is opens

    def test_an_applicant_and_a_stranger_are_sent_to_sign_in(self, cast: Cast) -> None:
        share_a_phone(3)
        (signal,) = look()
        receipt = register()
        applicant = Client()
        applicant.post("/status", {"code": receipt.access_code})
        for browser in (applicant, Client()):
            for path in ("", f"/{signal.pk}"):
                assert browser.get(f"/office/watch/signals{path}").status_code == 302
            assert browser.post(f"/office/watch/signals/{signal.pk}/open", {"reason": "compare"}).status_code == 302
        assert not Event.objects.filter(name="file.opened").exists()

    def test_a_supervisor_of_another_port_sees_nothing_of_it(self, cast: Cast) -> None:
        elsewhere = make_staff("Eli Elsewhere", (Role.SUPERVISOR, "ELP"))
        share_a_phone(3)
        (signal,) = look()
        browser = signed_in(elsewhere)
        assert shown_rows(browser.get("/office/watch/signals?state=all")) == []
        for response in (
            browser.get(f"/office/watch/signals/{signal.pk}"),
            browser.post(f"/office/watch/signals/{signal.pk}/open", {"reason": "compare"}),
            browser.post(f"/office/watch/signals/{signal.pk}/review", {"outcome": "nothing"}),
        ):
            assert response.status_code == 403
            assert "<code>not_your_signal</code>" in response.content.decode()
        with pytest.raises(NotYourSignal):
            open_signal(signal_id=signal.pk, reader=elsewhere, reason="compare", at=NOW)
        with pytest.raises(NotYourSignal):
            review(signal, cast, reviewer=elsewhere)

    def test_nobody_reviews_a_signal_about_themselves(self, cast: Cast) -> None:
        for _ in range(3):
            submit_registration(
                submission=make_submission(email=None, phone=None),
                at=NOW,
                actor=Actor("staff", str(cast.ombuds.pk)),
                idempotency_key=None,
            )
        (signal,) = look()
        with pytest.raises(NotYourSignal):
            open_signal(signal_id=signal.pk, reader=cast.ombuds, reason="compare", at=NOW)
        with pytest.raises(NotYourSignal):
            review(signal, cast)

    def test_a_review_is_complete_and_two_see_each_other(self, cast: Cast) -> None:
        share_a_phone(3)
        (signal,) = look()
        with pytest.raises(SignalReasonNeeded):
            open_signal(signal_id=signal.pk, reader=cast.ombuds, reason="curious", at=NOW)
        for changes, field in (
            ({"outcome": "guilty"}, "outcome"),
            ({"words": "short"}, "words"),
            ({"words": "x" * 4001}, "words"),
        ):
            with pytest.raises(ReviewInvalid) as refusal:
                review(signal, cast, **changes)
            assert refusal.value.field == field
        review(signal, cast, outcome="referred")
        with pytest.raises(SignalChanged):
            review(signal, cast)
        browser = signed_in(cast.ombuds)
        path = f"/office/watch/signals/{signal.pk}/review"
        typed = {"outcome": "nothing", "words": "What I typed, at length.", "seen": 0, "reason": "compare"}
        late = browser.post(path, typed)
        assert late.status_code == 409
        assert "What I typed, at length." in late.content.decode()
        assert 'name="seen" value="1"' in late.content.decode()
        assert browser.post(path, typed | {"words": "", "seen": 1}).status_code == 400
        assert browser.post(path, typed | {"words": "short", "seen": 1}).status_code == 400
        assert browser.post(path, typed | {"words": "", "reason": "curious"}).status_code == 400
        assert browser.post(path, typed | {"seen": 1}).status_code == 302
        assert list_signals().get().state == "nothing"
        assert browser.get("/office/watch/signals/424242").status_code == 404

    def test_a_review_is_never_changed(self, cast: Cast) -> None:
        share_a_phone(3)
        (signal,) = look()
        review(signal, cast)
        connection.check_constraints()
        for statement in (
            "UPDATE oversight_signalreview SET outcome = 'referred'",
            "DELETE FROM oversight_signalreview",
            "TRUNCATE oversight_signalreview",
        ):
            with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)

    def test_the_list_filters_sorts_and_pages_with_as_many_queries(self, cast: Cast) -> None:
        share_a_phone(3)
        twin = make_traveler(document_number=None)
        for _ in range(2):
            register(travelers=(twin,), ports=("ELP",), email=None, phone=None, at=NOW + timedelta(minutes=1))
        look()
        browser = signed_in(cast.auditor)

        def kinds(query: str) -> list[str]:
            return [row["row"].kind for row in shown_rows(browser.get(f"/office/watch/signals?{query}"))]

        def count_queries() -> int:
            with CaptureQueriesContext(connection) as captured:
                kinds("state=all")
            return len(captured)

        assert kinds("") == ["namesake", "phone"]
        assert kinds("order=oldest") == ["phone", "namesake"]
        assert kinds("order=largest") == ["phone", "namesake"]
        assert kinds("kind=phone") == ["phone"]
        assert kinds("port=ELP") == ["namesake"]
        assert kinds("state=referred") == []
        assert browser.get("/office/watch/signals?kind=gossip").status_code == 400
        few = count_queries()
        IntegritySignal.objects.bulk_create(
            [
                IntegritySignal(kind="email", index=bytes([number]) * 32, size=5, ports=["SDG"], raised_at=NOW)
                for number in range(60)
            ]
        )
        assert count_queries() == few
        assert len(kinds("state=all")) == 50
        assert len(kinds("state=all&page=2")) == 12
