"""A group without an appointment gets a number of the port's own day, and what it said is sealed."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from fairport.accounts.models import Role
from fairport.audit.events import Subject
from fairport.audit.models import Event
from fairport.audit.queries import list_events
from fairport.registrations.interpreters import InterpreterWish, read_wish
from fairport.walkins.models import Outcome, Urgency, WalkIn
from fairport.walkins.operations import NewWalkIn, OtherPort, WalkInInvalid, open_walk_in, register_walk_in
from tests.cast import Cast, make_staff
from tests.factories.programme import NOW
from tests.factories.submissions import register
from tests.factories.walking_in import WORDS, come


def test_numbers_count_from_one_for_each_port_and_day(cast: Cast) -> None:
    here = [come(cast.officer), come(cast.second_officer), come(cast.supervisor)]
    there = come(cast.other_officer, port="ELP")
    tomorrow = come(cast.officer, at=NOW.replace(day=19))

    assert [walk_in.queue_number for walk_in in here] == [1, 2, 3]
    assert (there.queue_number, tomorrow.queue_number) == (1, 1)
    assert {walk_in.outcome for walk_in in here} == {Outcome.WAITING}


@pytest.mark.parametrize(
    ("port", "at", "day"),
    [
        # Half past eleven in the evening in San Diego, when UTC has the next day.
        ("SDG", datetime(2023, 1, 19, 7, 30, tzinfo=UTC), "2023-01-18"),
        # Arizona has no daylight saving: 6:59 UTC is still the day before, in summer as in winter.
        ("NOG", datetime(2023, 7, 5, 6, 59, tzinfo=UTC), "2023-07-04"),
        ("NOG", datetime(2023, 1, 5, 6, 59, tzinfo=UTC), "2023-01-04"),
        # San Diego's midnight on both days on which the clock changes (12 March, 5 November 2023).
        ("SDG", datetime(2023, 3, 12, 7, 59, tzinfo=UTC), "2023-03-11"),
        ("SDG", datetime(2023, 3, 13, 6, 59, tzinfo=UTC), "2023-03-12"),
        ("SDG", datetime(2023, 3, 13, 7, 0, tzinfo=UTC), "2023-03-13"),
        ("SDG", datetime(2023, 11, 5, 6, 59, tzinfo=UTC), "2023-11-04"),
        ("SDG", datetime(2023, 11, 6, 7, 59, tzinfo=UTC), "2023-11-05"),
        ("SDG", datetime(2023, 11, 6, 8, 0, tzinfo=UTC), "2023-11-06"),
        ("HID", datetime(2023, 3, 12, 8, 30, tzinfo=UTC), "2023-03-12"),
    ],
)
def test_the_day_is_the_ports_own(cast: Cast, port: str, at: datetime, day: str) -> None:
    officer = make_staff("Pat Port", (Role.PORT_OFFICER, port))

    assert come(officer, port=port, at=at).day.isoformat() == day


def test_a_form_sent_twice_counts_one_group(cast: Cast) -> None:
    key = uuid.uuid4()
    first, second = (
        register_walk_in(port="SDG", new=NewWalkIn(people=2), key=key, officer=cast.officer, at=NOW) for _ in range(2)
    )

    assert first == second
    assert WalkIn.objects.count() == 1


def test_the_key_of_another_ports_group_shows_nothing_of_it(cast: Cast) -> None:
    there = come(cast.other_officer, port="ELP")

    with pytest.raises(OtherPort):
        register_walk_in(port="SDG", new=NewWalkIn(people=2), key=there.pk, officer=cast.officer, at=NOW)


def test_what_they_said_is_sealed_and_reading_it_is_told(cast: Cast) -> None:
    wish = InterpreterWish("mam", "and somebody who writes")
    walk_in = come(cast.officer, urgency=Urgency.MEDICAL, words=WORDS, interpreter=wish)
    assert b"ninth" not in bytes(walk_in.sealed)

    opened = open_walk_in(walk_in_id=walk_in.pk, officer=cast.supervisor, at=NOW)

    assert (opened.words, opened.interpreter) == (WORDS, wish)
    events = list_events(subject=Subject("walk_in", str(walk_in.pk)))
    assert [event.name for event in events] == ["walk_in.registered", "walk_in.read"]
    assert WORDS not in str([event.details for event in events])


def test_a_number_without_words_is_shown_without_an_event(cast: Cast) -> None:
    walk_in = come(cast.officer)

    open_walk_in(walk_in_id=walk_in.pk, officer=cast.officer, at=NOW)

    assert Event.objects.filter(name="walk_in.read").count() == 0


def test_a_registration_is_found_however_its_number_is_typed(cast: Cast) -> None:
    receipt = register()
    typed = f" {receipt.registration_number.lower().replace('-', ' ')} "

    walk_in = come(cast.officer, registration_number=typed)

    assert walk_in.registration_id == receipt.registration_id


@pytest.mark.parametrize(
    ("changes", "field", "problem"),
    [
        ({"people": 0}, "people", "walk_in_people"),
        ({"people": 100}, "people", "walk_in_people"),
        ({"urgency": "vip"}, "urgency", "walk_in_urgency_unknown"),
        ({"urgency": "danger", "words": "   hurry   "}, "words", "walk_in_words_required"),
        ({"words": "x" * 1001}, "words", "walk_in_words_too_long"),
        ({"interpreter": InterpreterWish("xx", "")}, "interpreter", "interpreter_unknown"),
        ({"interpreter": InterpreterWish("other", "")}, "interpreter_words", "interpreter_words_required"),
        ({"interpreter": InterpreterWish("ht", "x" * 201)}, "interpreter_words", "interpreter_words_too_long"),
        ({"interpreter": InterpreterWish("ht", "a\x00b")}, "interpreter_words", "interpreter_words_invalid"),
        ({"registration_number": "FP-0000-00000"}, "registration_number", "registration_number_unknown"),
        ({"registration_number": "hello"}, "registration_number", "registration_number_unknown"),
    ],
)
def test_what_is_wrong_is_named(cast: Cast, changes: dict[str, Any], field: str, problem: str) -> None:
    with pytest.raises(WalkInInvalid) as refusal:
        come(cast.officer, **{"people": 1} | changes)

    assert (refusal.value.field, refusal.value.problem) == (field, problem)
    assert WalkIn.objects.count() == 0


@pytest.mark.parametrize(
    "name", ["other_officer", "scheduler", "operator", "auditor", "ombuds", "vetting_officer", "nobody"]
)
def test_only_the_ports_own_officers_give_numbers(cast: Cast, name: str) -> None:
    with pytest.raises(OtherPort):
        come(cast.everybody()[name])

    assert WalkIn.objects.count() == 0


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"queue_number": 1}, "walkins_queue_number_once"),
        ({"queue_number": 0}, "walkins_queue_number_from_1"),
        ({"people": 0}, "walkins_at_least_one_person"),
        ({"urgency": "vip"}, "walkins_known_urgency"),
        ({"outcome": "left"}, "walkins_closed_by_somebody"),
        ({"closed_at": NOW}, "walkins_closed_by_somebody"),
    ],
)
def test_the_database_refuses_by_itself(cast: Cast, changes: dict[str, Any], constraint: str) -> None:
    come(cast.officer)
    second = come(cast.officer)

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        WalkIn.objects.filter(pk=second.pk).update(**changes)


def test_the_database_knows_the_outcomes(cast: Cast) -> None:
    come(cast.officer)

    with pytest.raises(IntegrityError, match="walkins_known_outcome"), transaction.atomic():
        WalkIn.objects.update(outcome="lost", closed_at=NOW, closed_by=cast.officer)


def test_a_wish_is_kept_in_one_form() -> None:
    assert read_wish(language=" HT ", words="  slow \n please ") == InterpreterWish("ht", "slow please")
    assert read_wish(language="", words="  ") is None
    assert read_wish(language=None, words=None) is None
