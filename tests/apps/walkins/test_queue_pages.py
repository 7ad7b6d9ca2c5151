"""The queue as officers see it: its order, one tap, the slip; who may; and as few queries for many as for few."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from fairport.accounts.models import Role
from fairport.registrations.interpreters import InterpreterWish
from fairport.walkins.models import Outcome, Urgency, WalkIn
from fairport.walkins.operations import admit_walk_in
from tests.cast import Cast, make_staff, signed_in
from tests.factories.clock import StandingClock
from tests.factories.programme import NOW
from tests.factories.walking_in import WORDS, come, reserve

QUEUE = "/office/walk-ins"
NEW = "/office/walk-ins/new"


def form(**changes: str) -> dict[str, str]:
    return {"key": str(uuid.uuid4()), "people": "3", "urgency": "none"} | changes


def numbers_on(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'<a href="/office/walk-ins/[0-9a-f-]{36}">(\d+)</a>', page)]


def test_urgent_groups_are_called_first_and_served_ones_last(cast: Cast, clock: StandingClock) -> None:
    first, second, third, fourth = (come(cast.officer) for _ in range(4))
    admit_walk_in(walk_in_id=first.pk, officer=cast.officer, at=NOW)
    come(cast.officer, urgency=Urgency.DANGER, words=WORDS)
    come(cast.officer, urgency=Urgency.MEDICAL, words=WORDS)

    page = signed_in(cast.officer).get(QUEUE).content.decode()

    assert numbers_on(page) == [5, 6, 2, 3, 4, 1]
    assert WORDS not in page
    assert [walk_in.queue_number for walk_in in (second, third, fourth)] == [2, 3, 4]


def test_the_list_can_be_narrowed_to_who_waits(cast: Cast, clock: StandingClock) -> None:
    first, _second = come(cast.officer), come(cast.officer)
    admit_walk_in(walk_in_id=first.pk, officer=cast.officer, at=NOW)
    browser = signed_in(cast.officer)

    assert numbers_on(browser.get(f"{QUEUE}?outcome=waiting").content.decode()) == [2]
    assert numbers_on(browser.get(f"{QUEUE}?outcome=admitted").content.decode()) == [1]
    assert numbers_on(browser.get(f"{QUEUE}?outcome=nonsense").content.decode()) == [2, 1]


def test_the_figures_follow(cast: Cast, clock: StandingClock) -> None:
    reserve(6)
    admit_walk_in(walk_in_id=come(cast.officer, 4).pk, officer=cast.officer, at=NOW)
    come(cast.officer, 3)

    page = signed_in(cast.officer).get(QUEUE)

    figures = page.context["figures"]
    assert (figures.places, figures.places_left, figures.waiting, figures.admitted) == (6, 2, 3, 4)
    assert "Too few places left" in page.content.decode()


def test_a_number_is_given_printed_and_admitted_with_one_tap(cast: Cast, clock: StandingClock) -> None:
    browser = signed_in(cast.officer)
    given = browser.post(f"{NEW}?port=SDG", form(interpreter="ht", interpreter_words="slowly"))
    walk_in = WalkIn.objects.get()
    assert given["Location"] == reverse("office_walk_in_slip", args=[walk_in.pk])

    slip = browser.get(given["Location"]).content.decode()
    assert '<p class="fp-answer__words" id="queue-number">1</p>' in slip
    assert "This is free." in slip
    assert "Kreyòl ayisyen: slowly" in browser.get(QUEUE).content.decode()

    done = browser.post(f"{QUEUE}/{walk_in.pk}/outcome", {"outcome": "admitted"})
    assert done["Location"] == f"{QUEUE}?port=SDG"
    assert "Number 1 was admitted: 3 people." in browser.get(done["Location"]).content.decode()


def test_the_slip_speaks_the_groups_language_where_it_can(cast: Cast, clock: StandingClock) -> None:
    wishes = (InterpreterWish("es", ""), InterpreterWish("mam", ""), None)
    slips = [
        signed_in(cast.officer).get(f"{QUEUE}/{come(cast.officer, interpreter=wish).pk}/slip").content.decode()
        for wish in wishes
    ]

    assert ['<div lang="es">' in slip for slip in slips] == [True, False, False]
    assert "miércoles, 18 de enero de 2023" in slips[0]
    assert "Wednesday, January 18, 2023" in slips[1]


def test_words_are_opened_on_the_groups_own_page_only(cast: Cast, clock: StandingClock) -> None:
    walk_in = come(cast.officer, urgency=Urgency.MEDICAL, words=WORDS)

    page = signed_in(cast.supervisor).get(f"{QUEUE}/{walk_in.pk}").content.decode()

    assert WORDS in page
    assert "Medical need" in page


def test_what_was_typed_is_still_there_when_it_is_refused(cast: Cast, clock: StandingClock) -> None:
    browser = signed_in(cast.officer)

    wrong = browser.post(NEW, form(people="many", urgency="danger", words="They wait outside and watch."))
    short = browser.post(NEW, form(urgency="danger", words="help"))

    assert (wrong.status_code, short.status_code) == (400, 400)
    assert "They wait outside and watch." in wrong.content.decode()
    assert 'value="many"' in wrong.content.decode()
    assert "from 1 to 99" in wrong.content.decode()
    assert "<code>walk_in_words_required</code>" in short.content.decode()
    assert WalkIn.objects.count() == 0


@pytest.mark.parametrize(
    ("outcome", "status", "code"),
    [("lost", 400, "walk_in_outcome_unknown"), ("", 400, "walk_in_outcome_unknown")],
)
def test_an_unknown_outcome_is_refused(cast: Cast, clock: StandingClock, outcome: str, status: int, code: str) -> None:
    walk_in = come(cast.officer)

    page = signed_in(cast.officer).post(f"{QUEUE}/{walk_in.pk}/outcome", {"outcome": outcome})

    assert page.status_code == status
    assert f"<code>{code}</code>" in page.content.decode()


def test_refusals_come_back_to_the_queue_with_their_code(cast: Cast, clock: StandingClock) -> None:
    reserve(1)
    walk_in = come(cast.officer, 2)
    browser = signed_in(cast.officer)
    where = f"{QUEUE}/{walk_in.pk}/outcome"

    full = browser.post(where, {"outcome": "admitted"})
    browser.post(where, {"outcome": "left"})
    twice = browser.post(where, {"outcome": "left"})
    clock.at = NOW + timedelta(minutes=31)
    late = browser.post(where, {"outcome": "waiting"})

    assert [page.status_code for page in (full, twice, late)] == [409, 409, 409]
    assert "<code>no_walk_in_place_left</code>" in full.content.decode()
    assert "<code>walk_in_not_waiting</code>" in twice.content.decode()
    assert "<code>walk_in_undo_too_late</code>" in late.content.decode()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("other_officer", "other_port"),
        ("scheduler", "role_missing"),
        ("operator", "role_missing"),
        ("auditor", "role_missing"),
        ("ombuds", "role_missing"),
        ("vetting_officer", "role_missing"),
        ("nobody", "role_missing"),
    ],
)
def test_others_are_refused_with_a_stable_code(cast: Cast, clock: StandingClock, name: str, code: str) -> None:
    walk_in = come(cast.officer)
    browser = signed_in(cast.everybody()[name])

    answers = [
        browser.get(f"{QUEUE}?port=SDG"),
        browser.get(f"{NEW}?port=SDG"),
        browser.post(f"{NEW}?port=SDG", form()),
        browser.get(f"{QUEUE}/{walk_in.pk}"),
        browser.get(f"{QUEUE}/{walk_in.pk}/slip"),
        browser.post(f"{QUEUE}/{walk_in.pk}/outcome", {"outcome": "admitted"}),
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert all(f"<code>{code}</code>" in answer.content.decode() for answer in answers)
    walk_in.refresh_from_db()
    assert (walk_in.outcome, WalkIn.objects.count()) == (Outcome.WAITING, 1)


def test_who_is_not_signed_in_does_nothing(cast: Cast) -> None:
    walk_in = come(cast.officer)

    answer = Client().post(f"{QUEUE}/{walk_in.pk}/outcome", {"outcome": "admitted"})

    assert answer.status_code == 302
    walk_in.refresh_from_db()
    assert walk_in.outcome == Outcome.WAITING


def test_an_officer_of_two_ports_changes_between_them(cast: Cast, clock: StandingClock) -> None:
    both = make_staff("Bo Both", (Role.PORT_OFFICER, "SDG"), (Role.SUPERVISOR, "NOG"))
    browser = signed_in(both)

    assert '<a href="?port=SDG">' in browser.get(f"{QUEUE}?port=NOG").content.decode()
    assert browser.get(f"{QUEUE}?port=SDG").context["port"].code == "SDG"
    assert browser.get(f"{QUEUE}?port=XXX").status_code == 403


def test_a_long_queue_has_pages_and_as_few_queries(cast: Cast, clock: StandingClock) -> None:
    browser = signed_in(cast.officer)
    counts = []
    for more in (2, 58):
        for _ in range(more):
            come(cast.officer)
        browser.get(QUEUE)
        with CaptureQueriesContext(connection) as queries:
            page = browser.get(QUEUE)
        counts.append(len(queries))

    assert counts[0] == counts[1]
    assert len(numbers_on(page.content.decode())) == 50
    second = browser.get(f"{QUEUE}?port=SDG&page=2").content.decode()
    assert numbers_on(second) == list(range(51, 61))
