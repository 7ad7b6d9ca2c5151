"""A negative takes effect only when a second officer agrees: what that changes, who may look, and the port's queue."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from fairport.accounts.models import Role
from fairport.audit.events import Subject, staff
from fairport.audit.queries import list_events
from fairport.checkin.models import CheckIn, Determination, DeterminationReview, Outcome, Verdict
from fairport.checkin.operations import (
    AlreadyReviewed,
    NoReviewNeeded,
    NotEffective,
    OtherPort,
    OwnCase,
    OwnRegistration,
    ReviewInvalid,
    SameOfficer,
    SupervisorNeeded,
)
from fairport.checkin.queries import decisions_of, outcomes_of
from fairport.checkin.reviewing import open_review
from fairport.registrations.models import Registration, RegistrationStatus
from fairport.registrations.operations import submit_registration
from tests.apps.checkin.conftest import Group, place
from tests.apps.checkin.looking import OTHER_REASON, arrive, decide, look, state, told
from tests.cast import Cast, make_staff
from tests.factories.programme import NOW
from tests.factories.submissions import make_submission, make_traveler, register


@pytest.fixture
def check_in(cast: Cast, group: Group) -> CheckIn:
    """One of the family's three travelers is here."""
    return arrive(cast, group)


def event_names() -> list[str]:
    return [event.name for event in list_events(subject=Subject("registration", str(Registration.objects.get().pk)))]


def test_until_then_it_is_only_proposed(cast: Cast, check_in: CheckIn) -> None:
    decide(check_in, cast)

    registration = Registration.objects.get()
    assert registration.status == RegistrationStatus.ARRIVED
    assert told() == 0
    assert outcomes_of(registration_id=registration.pk) == {}
    assert [decision.outcome for decision in decisions_of(registration=registration)] == [None]
    assert event_names()[-1] == "determination.recorded"


def test_with_it_the_decision_is_in_effect_and_the_group_is_told(cast: Cast, check_in: CheckIn) -> None:
    first = decide(check_in, cast)

    review = look(first, cast, reason="I read the papers too, and see it in the same way.")

    registration = Registration.objects.select_related("data_key").get()
    assert registration.status == RegistrationStatus.DETERMINED
    assert told() == 1
    assert outcomes_of(registration_id=registration.pk) == {check_in.traveler_id: Outcome.NOT_EXEMPTED}
    assert event_names()[-2:] == ["determination.reviewed", "registration.determined"]
    decision = decisions_of(registration=registration)[0]
    assert (decision.outcome, decision.had_second_look) == (Outcome.NOT_EXEMPTED, True)
    assert decision.effective_at == review.reviewed_at
    assert b"papers" not in bytes(DeterminationReview.objects.get().sealed)
    assert open_review(review=review, registration=registration).startswith("I read the papers")


def test_a_positive_one_beside_it_waits_with_the_notice(cast: Cast, group: Group, check_in: CheckIn) -> None:
    other = arrive(cast, group, 1)
    first = decide(check_in, cast)
    decide(other, cast, outcome=Outcome.REFERRED)

    registration = Registration.objects.get()
    assert (registration.status, told()) == (RegistrationStatus.ARRIVED, 0)
    assert outcomes_of(registration_id=registration.pk) == {other.traveler_id: Outcome.REFERRED}
    look(first, cast)
    assert (Registration.objects.get().status, told()) == (RegistrationStatus.DETERMINED, 1)


def test_without_agreement_the_case_goes_back(cast: Cast, check_in: CheckIn) -> None:
    first = decide(check_in, cast)

    look(first, cast, verdict=Verdict.DISAGREED, reason=OTHER_REASON)

    assert (Registration.objects.get().status, told()) == (RegistrationStatus.ARRIVED, 0)
    # Anybody at the port decides anew: no supervisor is needed for what never took effect.
    second = decide(
        check_in, cast, outcome=Outcome.EXEMPTED, criterion="disability", replaces=first.pk, officer=cast.second_officer
    )
    assert (second.sequence, told()) == (2, 1)
    assert Registration.objects.get().status == RegistrationStatus.DETERMINED
    assert Determination.objects.count() == 2


def test_a_second_negative_needs_a_second_look_again(cast: Cast, check_in: CheckIn) -> None:
    first = decide(check_in, cast)
    look(first, cast, verdict=Verdict.DISAGREED, reason=OTHER_REASON)

    second = decide(check_in, cast, replaces=first.pk)

    assert Registration.objects.get().status == RegistrationStatus.ARRIVED
    look(second, cast)
    assert Registration.objects.get().status == RegistrationStatus.DETERMINED


def test_a_correction_into_a_negative_waits_while_the_first_decision_holds(cast: Cast, check_in: CheckIn) -> None:
    first = decide(check_in, cast, outcome=Outcome.REFERRED)
    registration_id = Registration.objects.get().pk
    correction = decide(check_in, cast, replaces=first.pk, officer=cast.supervisor)

    assert set(outcomes_of(registration_id=registration_id).values()) == {Outcome.REFERRED}
    assert told() == 1
    look(correction, cast)
    assert set(outcomes_of(registration_id=registration_id).values()) == {Outcome.NOT_EXEMPTED}
    assert told() == 2


def test_what_holds_stays_with_supervisors_although_a_correction_came_back(cast: Cast, check_in: CheckIn) -> None:
    first = decide(check_in, cast, outcome=Outcome.REFERRED)
    correction = decide(check_in, cast, replaces=first.pk, officer=cast.supervisor)
    look(correction, cast, verdict=Verdict.DISAGREED, reason=OTHER_REASON)
    registration_id = Registration.objects.get().pk
    assert set(outcomes_of(registration_id=registration_id).values()) == {Outcome.REFERRED}

    with pytest.raises(SupervisorNeeded):
        decide(check_in, cast, replaces=correction.pk)

    decide(check_in, cast, outcome=Outcome.REFERRED, replaces=correction.pk, officer=cast.second_supervisor)


def test_one_that_waits_is_replaced_by_a_supervisor_only(cast: Cast, check_in: CheckIn) -> None:
    first = decide(check_in, cast)
    before = state()
    with pytest.raises(SupervisorNeeded):
        decide(check_in, cast, outcome=Outcome.REFERRED, replaces=first.pk)
    assert state() == before

    decide(check_in, cast, outcome=Outcome.REFERRED, replaces=first.pk, officer=cast.supervisor)

    with pytest.raises(NotEffective):
        look(first, cast)


def test_who_decided_does_not_look_again(cast: Cast, check_in: CheckIn) -> None:
    first = decide(check_in, cast)
    before = state()

    with pytest.raises(SameOfficer):
        look(first, cast, reviewer=cast.officer)

    assert state() == before


def test_one_person_with_two_roles_is_still_one_person(cast: Cast, check_in: CheckIn) -> None:
    both = make_staff("Bo Both", (Role.PORT_OFFICER, "SDG"), (Role.SUPERVISOR, "SDG"))
    first = decide(check_in, cast, officer=both)
    before = state()

    with pytest.raises(SameOfficer):
        look(first, cast, reviewer=both)

    assert state() == before


@pytest.mark.parametrize("name", ["second_officer", "supervisor", "second_supervisor"])
def test_the_ports_other_officers_look(cast: Cast, check_in: CheckIn, name: str) -> None:
    assert look(decide(check_in, cast), cast, reviewer=cast.everybody()[name]).verdict == Verdict.AGREED


@pytest.mark.parametrize(
    "name",
    [
        "other_officer",
        "scheduler",
        "operator",
        "auditor",
        "ombuds",
        "vetting_officer",
        "second_scheduler",
        "second_operator",
        "nobody",
    ],
)
def test_nobody_else_looks(cast: Cast, check_in: CheckIn, name: str) -> None:
    first = decide(check_in, cast)
    before = state()

    with pytest.raises(OtherPort):
        look(first, cast, reviewer=cast.everybody()[name])

    assert state() == before


def test_a_namesake_of_a_traveler_does_not_look(cast: Cast) -> None:
    namesake = make_traveler(given_names="Ozzy", family_names="Second")
    group = place(register(travelers=(make_traveler(), namesake), ports=("SDG",)).registration_id)
    first = decide(arrive(cast, group), cast)
    before = state()

    with pytest.raises(OwnCase):
        look(first, cast)

    assert state() == before


def test_who_registered_the_group_does_not_look(cast: Cast) -> None:
    actor = staff(cast.second_officer.pk)
    receipt = submit_registration(submission=make_submission(ports=("SDG",)), at=NOW, actor=actor, idempotency_key=None)
    first = decide(arrive(cast, place(receipt.registration_id)), cast)
    before = state()

    with pytest.raises(OwnRegistration):
        look(first, cast)

    assert state() == before


@pytest.mark.parametrize(
    ("changes", "field", "problem"),
    [
        ({"verdict": "perhaps"}, "verdict", "verdict_required"),
        ({"verdict": ""}, "verdict", "verdict_required"),
        ({"verdict": Verdict.DISAGREED}, "reason", "reason_too_short"),
        ({"verdict": Verdict.DISAGREED, "reason": " no                      "}, "reason", "reason_too_short"),
        ({"reason": "x" * 4001}, "reason", "reason_too_long"),
    ],
)
def test_what_is_incomplete_is_refused(
    cast: Cast, check_in: CheckIn, changes: dict[str, Any], field: str, problem: str
) -> None:
    first = decide(check_in, cast)
    before = state()

    with pytest.raises(ReviewInvalid) as caught:
        look(first, cast, **changes)

    assert (caught.value.field, caught.value.problem) == (field, problem)
    assert state() == before


def test_nobody_looks_twice_or_at_what_needs_no_look(cast: Cast, check_in: CheckIn, group: Group) -> None:
    first = decide(check_in, cast)
    look(first, cast, verdict=Verdict.DISAGREED, reason=OTHER_REASON)
    positive = decide(arrive(cast, group, 1), cast, outcome=Outcome.REFERRED)
    before = state()

    with pytest.raises(AlreadyReviewed):
        look(first, cast, reviewer=cast.supervisor)
    with pytest.raises(NoReviewNeeded):
        look(positive, cast)
    with pytest.raises(Determination.DoesNotExist):
        look(Determination(pk=uuid.uuid4(), decided_at=NOW), cast)

    assert state() == before


def insert_review(determination: Determination, reviewer_id: int) -> None:
    DeterminationReview.objects.create(
        determination=determination, verdict=Verdict.AGREED, sealed=b"", reviewer_id=reviewer_id, reviewed_at=NOW
    )


def test_the_database_refuses_the_same_person(cast: Cast, check_in: CheckIn) -> None:
    first = decide(check_in, cast)
    with pytest.raises(DatabaseError, match="checkin_review_by_another_person"), transaction.atomic():
        insert_review(first, cast.officer.pk)
    assert DeterminationReview.objects.count() == 0


def test_the_database_refuses_a_look_at_a_positive_and_at_what_was_replaced(
    cast: Cast, check_in: CheckIn, group: Group
) -> None:
    positive = decide(arrive(cast, group, 1), cast, outcome=Outcome.REFERRED)
    first = decide(check_in, cast)
    decide(check_in, cast, replaces=first.pk, officer=cast.supervisor)
    for determination, constraint in (
        (positive, "checkin_review_of_a_negative"),
        (first, "checkin_review_before_a_correction"),
    ):
        with pytest.raises(DatabaseError, match=constraint), transaction.atomic():
            insert_review(determination, cast.second_officer.pk)
    assert DeterminationReview.objects.count() == 0


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"outcome": Outcome.NOT_EXEMPTED}, "checkin_negatives_need_review"),
        ({"outcome": Outcome.REFERRED, "needs_review": True}, "checkin_negatives_need_review"),
        ({"outcome": Outcome.REFERRED, "sequence": 2}, "checkin_only_a_correction_comes_later"),
        ({"outcome": Outcome.REFERRED, "sequence": 3, "replaces": True}, "checkin_correction_of_the_same_traveler"),
        ({"outcome": Outcome.REFERRED}, "checkin_one_"),
    ],
)
def test_the_database_refuses_a_chain_that_is_none(
    cast: Cast, check_in: CheckIn, changes: dict[str, Any], constraint: str
) -> None:
    first = decide(check_in, cast, outcome=Outcome.REFERRED)
    values = {"check_in": check_in, "sealed": b"", "officer": cast.officer, "decided_at": NOW} | changes
    if "replaces" in values:
        values["replaces"] = first
    with pytest.raises(DatabaseError, match=constraint), transaction.atomic():
        Determination.objects.create(**values)
    assert Determination.objects.count() == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE checkin_determinationreview SET verdict = 'agreed'",
        "DELETE FROM checkin_determinationreview",
        "TRUNCATE checkin_determinationreview",
    ],
)
def test_the_database_lets_nobody_change_a_look(cast: Cast, check_in: CheckIn, statement: str) -> None:
    look(decide(check_in, cast), cast, verdict=Verdict.DISAGREED, reason=OTHER_REASON)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert DeterminationReview.objects.get().verdict == Verdict.DISAGREED
