"""The applicant reads what was verified, when, and what it means for the next draws."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fairport.applicant.record import build_record
from fairport.applicant.session import KEY
from fairport.audit.events import OPERATOR
from fairport.facts.operations import withdraw_fact
from fairport.programmes.operations import load_policy_file
from fairport.registrations.models import Registration
from tests.apps.facts.conftest import HOUR, WORDS, Family, make_family, verify
from tests.apps.facts.test_a_draw_with_tiers import TRIAL, TRIAL_FILE
from tests.cast import Cast
from tests.factories.clock import StandingClock
from tests.factories.programme import NOW
from tests.factories.submissions import make_traveler

ALIKE = "In this programme a verified reason does not change the draw"


@pytest.fixture(autouse=True)
def _later(clock: StandingClock) -> None:
    clock.at = NOW + 3 * HOUR


def status_of(family: Family, language: str = "en") -> str:
    return page_of(family, "/status", language)


def page_of(family: Family, address: str, language: str = "en") -> str:
    client = Client(headers={"accept-language": language})
    session = client.session
    session[KEY] = str(family.registration.pk)
    session.save()
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_without_anything_verified_the_founding_programme_says_nothing_of_it(family: Family) -> None:
    page = status_of(family)
    assert "What was verified" not in page


def test_what_was_verified_and_when(family: Family, cast: Cast) -> None:
    verify(family, cast)
    page = status_of(family)
    assert "Pregnancy" in page
    assert "Verified by two officials on Wednesday, January 18, 2023" in page
    assert "At a helper’s desk" in page
    assert ALIKE in page
    # Neither who it was nor what they wrote.
    assert "Ona Officer" not in page
    assert "doctor" not in page


def test_in_spanish(family: Family, cast: Cast) -> None:
    verify(family, cast)
    page = status_of(family, "es")
    assert "Embarazo" in page
    assert "Pregnancy" not in page
    assert ALIKE not in page


def test_what_was_taken_back_and_what_ended_is_told_too(family: Family, cast: Cast, clock: StandingClock) -> None:
    [fact] = verify(family, cast)
    withdraw_fact(
        registration_id=family.registration.pk,
        fact_id=fact.pk,
        reason="The letter was not real.",
        supervisor=cast.supervisor,
        at=NOW + 2 * HOUR,
    )
    page = status_of(family)
    assert "Taken back by a supervisor" in page
    assert ALIKE not in page
    [fact] = verify(family, cast, at=NOW + 3 * HOUR)
    clock.at = fact.valid_until + timedelta(days=1)
    assert "No longer valid" in status_of(family)


def test_where_there_are_tiers_everyone_reads_where_they_stand(cast: Cast) -> None:
    load_policy_file(path=TRIAL_FILE, at=NOW, actor=OPERATOR)
    claims = frozenset({"no_housing", "threat"})
    family = make_family(programme=TRIAL, travelers=(make_traveler(criteria=claims),))
    page = status_of(family)
    assert "your group is in level 2 of 2" in page
    assert "You take part with 1 ticket." in page
    assert "you can ask an officer to verify" in page

    verify(family, cast, criteria=["no_housing"])
    page = status_of(family)
    assert "your group is in level 2 of 2" in page
    assert "You take part with 4 tickets, and the best of them counts." in page
    assert "you can ask an officer to verify" not in page

    verify(family, cast, criteria=["threat"])
    page = status_of(family)
    assert "your group is in level 1 of 2" in page
    # What others verified is nothing that an estimate could know.
    assert "it depends on what is verified about all groups" in page
    assert "one in four has a place" not in page

    Registration.objects.filter(pk=family.registration.pk).update(displaced_at=NOW)
    assert "your group is in level" not in status_of(family)


def test_the_page_needs_as_many_queries_for_many_facts(cast: Cast) -> None:
    counts = []
    for size in (1, 6):
        family = make_family(travelers=tuple(make_traveler(criteria=frozenset({"pregnancy"})) for _ in range(size)))
        for traveler in family.travelers:
            verify(family, cast, traveler_id=traveler.pk)
        with CaptureQueriesContext(connection) as queries:
            status_of(family)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_groups_own_record_holds_it_with_the_words(family: Family, cast: Cast) -> None:
    [fact] = verify(family, cast)
    record = build_record(registration=family.registration, at=NOW + 3 * HOUR)
    [held] = record["verified_reasons"]
    assert (held["criterion"], held["words"], held["taken_back_at"]) == ("pregnancy", WORDS, None)
    withdraw_fact(
        registration_id=family.registration.pk,
        fact_id=fact.pk,
        reason="The letter was not real.",
        supervisor=cast.supervisor,
        at=NOW + 2 * HOUR,
    )
    [held] = build_record(registration=family.registration, at=NOW + 3 * HOUR)["verified_reasons"]
    assert held["taken_back_words"] == "The letter was not real."
    page = page_of(family, "/status/record")
    assert WORDS in page
    assert "The letter was not real." in page
