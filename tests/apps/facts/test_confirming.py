"""A fact needs two people, a claim and the officer's words; it ends, and can be taken back once."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from fairport.accounts.models import Role
from fairport.appointments.operations import withdraw
from fairport.approvals.models import Proposal, ProposalState
from fairport.approvals.operations import AlreadyProposed, CannotBeCarriedOut, ProposalNotAllowed, SamePerson, approve
from fairport.audit.events import APPLICANT, Subject, staff
from fairport.audit.queries import list_events
from fairport.facts import operations
from fairport.facts.models import VerifiedFact
from fairport.facts.queries import facts_that_hold
from fairport.notifications.models import OutboxMessage
from fairport.registrations.conflicts import OwnCase, OwnRegistration
from fairport.registrations.models import Traveler
from fairport.sealing.box import SealBroken
from fairport.sealing.operations import erase_data_key
from tests.apps.facts.conftest import HOUR, WORDS, Family, confirm, make_family, verify
from tests.cast import Cast, make_staff
from tests.factories.programme import NOW
from tests.factories.submissions import make_traveler


def holding(family: Family, at: object = None) -> frozenset[str]:
    return facts_that_hold(registration_id=family.registration.pk, at=at or NOW + HOUR)  # type: ignore[arg-type]


def names_of_events(family: Family) -> list[str]:
    return [told.name for told in list_events(subject=Subject("registration", str(family.registration.pk)))]


def test_one_person_confirms_and_another_approves(family: Family, cast: Cast) -> None:
    proposal = confirm(family, cast.officer)
    assert not VerifiedFact.objects.exists()
    assert holding(family) == frozenset()

    approve(proposal_id=proposal.pk, approver=cast.supervisor, at=NOW + HOUR)

    fact = VerifiedFact.objects.get()
    assert (fact.traveler_id, fact.criterion, fact.where, fact.port_id) == (family.lead, "pregnancy", "desk", "SDG")
    assert (fact.confirmed_by, fact.confirmed_at) == (cast.officer, NOW)
    assert (fact.approved_by, fact.approved_at) == (cast.supervisor, NOW + HOUR)
    assert fact.valid_until == NOW + HOUR + timedelta(days=365)
    assert holding(family) == {"pregnancy"}
    assert {"facts.confirmed", "facts.verified"} <= set(names_of_events(family))
    assert OutboxMessage.objects.filter(template="fact_verified").count() == 1


def test_several_reasons_of_one_traveler_go_together(family: Family, cast: Cast) -> None:
    verify(family, cast, criteria=["pregnancy", "no_housing"])
    assert holding(family) == {"pregnancy", "no_housing"}


def test_a_reason_that_follows_from_the_birth_date_can_be_verified(family: Family, cast: Cast) -> None:
    verify(family, cast, traveler_id=family.grandmother, criteria=["over_70"])
    assert holding(family) == {"over_70"}


def test_nobody_approves_what_they_confirmed(family: Family, cast: Cast) -> None:
    proposal = confirm(family, cast.supervisor)
    with pytest.raises(SamePerson):
        approve(proposal_id=proposal.pk, approver=cast.supervisor, at=NOW)
    assert not VerifiedFact.objects.exists()


def test_one_person_with_both_roles_is_still_one_person(family: Family, cast: Cast) -> None:
    both = make_staff("Bo Both", (Role.PORT_OFFICER, "SDG"), (Role.SUPERVISOR, "SDG"))
    proposal = confirm(family, both)
    with pytest.raises(SamePerson):
        approve(proposal_id=proposal.pk, approver=both, at=NOW)


def test_the_database_wants_two_people(family: Family, cast: Cast) -> None:
    [fact] = verify(family, cast)
    fact.pk, fact.criterion, fact.approved_by = uuid.uuid4(), "no_housing", cast.officer
    with pytest.raises(IntegrityError, match="facts_two_people"), transaction.atomic():
        fact.save(force_insert=True)


def test_only_a_role_at_one_of_the_groups_ports_counts(family: Family, cast: Cast) -> None:
    for user in (cast.other_officer, cast.scheduler, cast.operator, cast.auditor, cast.nobody):
        with pytest.raises(operations.OtherPort):
            confirm(family, user)
    proposal = confirm(family, cast.officer)
    for user in (cast.other_officer, cast.scheduler, cast.operator, cast.auditor, cast.ombuds, cast.nobody):
        with pytest.raises(ProposalNotAllowed):
            approve(proposal_id=proposal.pk, approver=user, at=NOW)


def test_nobody_confirms_or_approves_where_the_own_name_is(cast: Cast) -> None:
    family = make_family(
        travelers=(make_traveler(given_names="Ona", family_names="Officer", criteria=frozenset({"pregnancy"})),)
    )
    with pytest.raises(OwnCase):
        confirm(family, cast.officer)
    proposal = confirm(family, cast.second_officer)
    namesake = make_staff("Officer Ona", (Role.SUPERVISOR, "SDG"))
    with pytest.raises(CannotBeCarriedOut) as refused:
        approve(proposal_id=proposal.pk, approver=namesake, at=NOW)
    assert refused.value.code == "own_case"
    assert Proposal.objects.get().state == ProposalState.OPEN
    assert not VerifiedFact.objects.exists()


def test_nobody_confirms_or_approves_for_a_group_that_they_registered(cast: Cast) -> None:
    filed_by_one = make_family(actor=staff(cast.officer.pk))
    with pytest.raises(OwnRegistration):
        confirm(filed_by_one, cast.officer)
    proposal = confirm(filed_by_one, cast.second_officer)
    with pytest.raises(CannotBeCarriedOut) as refused:
        approve(proposal_id=proposal.pk, approver=cast.officer, at=NOW)
    assert refused.value.code == "own_registration"
    assert not VerifiedFact.objects.exists()
    approve(proposal_id=proposal.pk, approver=cast.supervisor, at=NOW)
    assert VerifiedFact.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"criteria": ["threat"]}, operations.NotClaimed),
        ({"criteria": ["pregnancy", "threat"]}, operations.NotClaimed),
        ({"criteria": []}, operations.NothingChosen),
        ({"words": "  seen   "}, operations.WordsUnfit),
        ({"words": "x" * 1001}, operations.WordsUnfit),
        ({"traveler_id": uuid.UUID(int=7)}, operations.NotInGroup),
    ],
)
def test_what_cannot_be_confirmed(
    family: Family, cast: Cast, changes: dict[str, object], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        confirm(family, cast.officer, **changes)
    assert not Proposal.objects.exists()


def test_one_confirmation_for_a_traveler_waits_at_a_time(family: Family, cast: Cast) -> None:
    confirm(family, cast.officer)
    with pytest.raises(AlreadyProposed):
        confirm(family, cast.second_officer, criteria=["no_housing"])
    confirm(family, cast.second_officer, traveler_id=family.grandmother, criteria=["over_70"])


def test_what_is_verified_is_not_verified_again_until_it_nearly_ends(family: Family, cast: Cast) -> None:
    [fact] = verify(family, cast)
    with pytest.raises(operations.AlreadyVerified):
        confirm(family, cast.second_officer, at=NOW + timedelta(days=300))
    verify(family, cast, at=fact.valid_until - timedelta(days=10))
    assert VerifiedFact.objects.count() == 2
    assert holding(family, fact.valid_until) == {"pregnancy"}


def test_what_changed_before_the_approval_refuses_it(family: Family, cast: Cast) -> None:
    proposal = confirm(family, cast.officer)
    withdraw(registration_id=family.registration.pk, at=NOW, actor=APPLICANT)
    with pytest.raises(CannotBeCarriedOut) as refused:
        approve(proposal_id=proposal.pk, approver=cast.supervisor, at=NOW)
    assert refused.value.code == "fact_file_closed"
    assert not VerifiedFact.objects.exists()


def test_who_has_left_the_group_takes_the_fact_along(family: Family, cast: Cast) -> None:
    verify(family, cast)
    Traveler.objects.filter(pk=family.lead).update(left_at=NOW)
    assert holding(family) == frozenset()


def test_a_fact_ends(family: Family, cast: Cast) -> None:
    [fact] = verify(family, cast)
    assert holding(family, fact.valid_until - HOUR) == {"pregnancy"}
    assert holding(family, fact.valid_until) == frozenset()


def test_words_are_sealed_and_go_with_the_person(family: Family, cast: Cast) -> None:
    proposal = confirm(family, cast.officer)
    approve(proposal_id=proposal.pk, approver=cast.supervisor, at=NOW)
    with connection.cursor() as cursor:
        for table in ("facts_verifiedfact", "approvals_proposal", "audit_eventdetails"):
            cursor.execute(f"SELECT t::text FROM {table} t")
            assert not any("doctor" in row for (row,) in cursor.fetchall())
    opened = operations.open_file(
        registration_id=family.registration.pk, officer=cast.officer, reason="question", at=NOW
    )
    assert opened.travelers[0].facts[0].words == WORDS

    erase_data_key(data_key_id=family.registration.data_key_id, at=NOW)

    with pytest.raises(SealBroken):
        operations.open_file(registration_id=family.registration.pk, officer=cast.officer, reason="question", at=NOW)


def test_a_supervisor_takes_it_back_with_words(family: Family, cast: Cast) -> None:
    [fact] = verify(family, cast)
    take_back = {"registration_id": family.registration.pk, "fact_id": fact.pk, "at": NOW + 2 * HOUR}
    with pytest.raises(operations.SupervisorNeeded):
        operations.withdraw_fact(**take_back, reason="The letter was not real.", supervisor=cast.officer)
    with pytest.raises(operations.OtherPort):
        operations.withdraw_fact(**take_back, reason="The letter was not real.", supervisor=cast.other_officer)
    with pytest.raises(operations.WordsUnfit):
        operations.withdraw_fact(**take_back, reason="no", supervisor=cast.supervisor)

    operations.withdraw_fact(**take_back, reason="The letter was not real.", supervisor=cast.supervisor)

    assert holding(family, NOW + 3 * HOUR) == frozenset()
    assert "facts.withdrawn" in names_of_events(family)
    assert OutboxMessage.objects.filter(template="fact_withdrawn").count() == 1
    with pytest.raises(operations.FactNotThere):
        operations.withdraw_fact(**take_back, reason="The letter was not real.", supervisor=cast.supervisor)
    # It can be seen again, and verified again.
    verify(family, cast, at=NOW + 4 * HOUR)
    assert holding(family, NOW + 6 * HOUR) == {"pregnancy"}


def test_another_groups_fact_cannot_be_taken_back_through_an_own_group(family: Family, cast: Cast) -> None:
    [fact] = verify(family, cast)
    other = make_family()
    with pytest.raises(operations.FactNotThere):
        operations.withdraw_fact(
            registration_id=other.registration.pk,
            fact_id=fact.pk,
            reason="The letter was not real.",
            supervisor=cast.supervisor,
            at=NOW,
        )


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE facts_verifiedfact SET criterion = 'threat'",
        "UPDATE facts_verifiedfact SET valid_until = valid_until + interval '1 year'",
        "UPDATE facts_verifiedfact SET withdrawn_at = now(), withdrawn_by_id = approved_by_id,"
        " sealed_withdrawal = sealed, criterion = 'threat'",
        "DELETE FROM facts_verifiedfact",
        "TRUNCATE facts_verifiedfact",
    ],
)
def test_the_database_refuses_every_other_change(family: Family, cast: Cast, statement: str) -> None:
    verify(family, cast)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        # Nothing that a transaction leaves for its end may refuse first.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(statement)


def test_a_withdrawal_stays(family: Family, cast: Cast) -> None:
    [fact] = verify(family, cast)
    operations.withdraw_fact(
        registration_id=family.registration.pk,
        fact_id=fact.pk,
        reason="The letter was not real.",
        supervisor=cast.supervisor,
        at=NOW + 2 * HOUR,
    )
    clear = "UPDATE facts_verifiedfact SET withdrawn_at = NULL, withdrawn_by_id = NULL, sealed_withdrawal = NULL"
    with pytest.raises(IntegrityError, match="only be withdrawn"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(clear)
