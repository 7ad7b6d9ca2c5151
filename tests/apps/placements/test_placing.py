"""Two people place a group outside the draw: at once, unsplit, and never more people than the policy's public cap."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from fairport.accounts.models import Role
from fairport.applicant.record import build_record
from fairport.appointments.models import Appointment
from fairport.appointments.operations import cancel_appointment, withdraw
from fairport.appointments.passes import make_pass, read_pass
from fairport.appointments.places import rules_of
from fairport.approvals.models import Proposal, ProposalState
from fairport.approvals.operations import AlreadyProposed, CannotBeCarriedOut, ProposalNotAllowed, SamePerson, approve
from fairport.audit.events import APPLICANT, WORKER, Subject, staff
from fairport.audit.queries import list_events
from fairport.domain.transitions import TransitionRefused
from fairport.draws.models import DrawEntry
from fairport.draws.operations import freeze_draw, run_draw
from fairport.notifications.models import OutboxMessage
from fairport.placements import operations
from fairport.placements.models import ExceptionalPlacement, PlacementReason, PlacementWeek
from fairport.placements.placing import week_of
from fairport.ports.models import AppointmentSlot
from fairport.ports.operations import NoPlaceLeft
from fairport.registrations.conflicts import OwnCase, OwnRegistration
from fairport.registrations.models import Registration
from fairport.registrations.operations import lapse_overdue
from fairport.sealing.operations import erase_data_key
from tests.apps.placements.conftest import AT, CAP, WORDS, band, place, propose, waiting
from tests.cast import Cast, make_staff
from tests.factories.invariants import assert_places_add_up
from tests.factories.programme import PROGRAMME
from tests.factories.submissions import make_traveler, register
from tests.factories.suspensions import close_port


def refusal_of(proposal: Proposal, cast: Cast) -> str:
    with pytest.raises(CannotBeCarriedOut) as refused:
        approve(proposal_id=proposal.pk, approver=cast.supervisor, at=AT)
    assert Proposal.objects.get(pk=proposal.pk).state == ProposalState.OPEN
    assert not ExceptionalPlacement.objects.exists()
    assert not Appointment.objects.exists()
    assert_places_add_up()
    return refused.value.code


def test_a_placed_group_has_its_appointment_at_once(capped: Cast) -> None:
    registration_id, slot = waiting(3), band()
    reserve, capacity = slot.walk_in_reserve, slot.capacity

    proposal = place(capped, [registration_id])

    registration = Registration.objects.get(pk=registration_id)
    appointment = Appointment.objects.get()
    assert registration.status == "confirmed"
    assert (appointment.slot_id, appointment.size, appointment.offer) == (slot.pk, 3, None)
    assert read_pass(make_pass(appointment=appointment)).confirmation_number == appointment.confirmation_number
    assert OutboxMessage.objects.filter(template="placed").count() == 1
    placement = ExceptionalPlacement.objects.get()
    assert (placement.proposed_by, placement.approved_by) == (capped.officer, capped.supervisor)
    assert (placement.proposal, placement.people, placement.reason) == (proposal, 3, "medical")
    assert placement.week == date(2023, 3, 20)
    names = [told.name for told in list_events(subject=Subject("registration", str(registration_id)))]
    assert "appointment.placed" in names
    slot.refresh_from_db()
    # The walk-in reserve gave them, and nobody who waits for the draw lost a place.
    assert (slot.walk_in_reserve, slot.capacity, slot.held) == (reserve - 3, capacity + 3, 3)
    assert slot.free == capacity
    assert_places_add_up()


def test_what_the_reserve_lacks_comes_from_free_places(capped: Cast) -> None:
    slot = band()
    slot.walk_in_reserve = 2
    slot.save()
    free = slot.free
    place(capped, [waiting(5)])
    slot.refresh_from_db()
    assert (slot.walk_in_reserve, slot.free) == (0, free - 3)
    assert_places_add_up()


def test_places_that_walk_ins_were_given_are_taken_of_what_is_held(capped: Cast) -> None:
    slot = band(days=1)
    # Nobody drew these four, so they went to the walk-in reserve; two walk-ins were admitted.
    slot.held = slot.capacity = slot.passed_to_walk_in = 4
    slot.walk_in_reserve, slot.walk_ins_admitted = 6, 2
    slot.save()
    place(capped, [waiting(4)], slot=slot)
    slot.refresh_from_db()
    assert (slot.walk_in_reserve, slot.passed_to_walk_in, slot.held, slot.capacity) == (2, 0, 4, 4)
    assert_places_add_up()


def test_a_placed_group_that_cancels_waits_again_and_its_places_go_on(capped: Cast) -> None:
    registration_id = waiting(3)
    place(capped, [registration_id])
    cancel_appointment(registration_id=registration_id, at=AT + timedelta(hours=1), actor=APPLICANT)
    assert Registration.objects.get(pk=registration_id).status == "waiting"
    assert_places_add_up()
    # It was placed all the same: the count stays.
    assert PlacementWeek.objects.get().people == 3


def test_a_group_of_over_twelve_is_placed_unsplit(capped: Cast) -> None:
    parts = [waiting(12), waiting(5)]
    place(capped, parts, reason=PlacementReason.LARGE_GROUP)
    assert {appointment.slot_id for appointment in Appointment.objects.all()} == {band().pk}
    assert sorted(ExceptionalPlacement.objects.values_list("people", flat=True)) == [5, 12]
    assert PlacementWeek.objects.get().people == 17
    assert_places_add_up()


def test_of_a_group_in_parts_all_are_placed_or_nobody(capped: Cast) -> None:
    parts = [waiting(12), waiting(5)]
    proposal = propose(capped.officer, *parts, reason=PlacementReason.LARGE_GROUP)
    withdraw(registration_id=parts[1], at=AT, actor=APPLICANT)
    assert refusal_of(proposal, capped) == "transition_refused"
    assert Registration.objects.get(pk=parts[0]).status == "waiting"


@pytest.mark.parametrize("status", ["lapsed", "no_show"])
def test_a_group_that_is_paused_or_missed_its_appointment_can_be_placed(capped: Cast, status: str) -> None:
    registration_id = waiting(2)
    if status == "lapsed":
        later = AT + timedelta(days=31)
        assert lapse_overdue(policy=rules_of(programme=PROGRAMME, at=later), at=later, and_then=lambda _lapsed: None)
    else:
        for step in ("offered", "confirmed", "no_show"):
            Registration.objects.filter(pk=registration_id).update(status=step)
    place(capped, [registration_id])
    assert Registration.objects.get(pk=registration_id).status == "confirmed"


def test_the_entry_in_a_frozen_draw_is_void_at_the_run(capped: Cast) -> None:
    registration_id = waiting(2, ports=("SDG",))
    draw_time = AT.replace(hour=18)
    draw = freeze_draw(programme=PROGRAMME, at=draw_time - timedelta(minutes=45), actor=WORKER, draw_time=draw_time)
    # Every free place is reserved by the draw, so only the reserve can give some.
    place(capped, [registration_id], at=draw_time - timedelta(minutes=30))
    run_draw(draw_id=draw.draw_id, at=draw_time, actor=WORKER)
    assert DrawEntry.objects.get(draw_id=draw.draw_id).outcome == "void"
    assert Appointment.objects.count() == 1
    assert_places_add_up()


def test_nobody_approves_their_own_proposal_whatever_roles_they_hold(capped: Cast) -> None:
    both = make_staff("Bo Both", (Role.PORT_OFFICER, "SDG"), (Role.SUPERVISOR, "SDG"), (Role.SCHEDULER, None))
    proposal = propose(both, waiting())
    with pytest.raises(SamePerson):
        approve(proposal_id=proposal.pk, approver=both, at=AT)
    place(capped, [waiting()])
    placement = ExceptionalPlacement.objects.get()
    placement.pk, placement.approved_by = uuid.uuid4(), placement.proposed_by
    with pytest.raises(IntegrityError, match="placements_two_people"), transaction.atomic():
        placement.save(force_insert=True)


def test_who_may_propose_and_who_may_approve(capped: Cast) -> None:
    registration_id = waiting()
    people = capped.everybody()
    for part in people.keys() - {"officer", "second_officer", "supervisor", "second_supervisor"}:
        with pytest.raises(ProposalNotAllowed):
            propose(people[part], registration_id)
    proposal = propose(capped.supervisor, registration_id)
    for part in people.keys() - {"supervisor", "second_supervisor", "scheduler", "second_scheduler"}:
        with pytest.raises(ProposalNotAllowed):
            approve(proposal_id=proposal.pk, approver=people[part], at=AT)
    approve(proposal_id=proposal.pk, approver=capped.scheduler, at=AT)
    assert ExceptionalPlacement.objects.count() == 1


def test_nobody_places_a_group_with_the_own_name(capped: Cast) -> None:
    travelers = (make_traveler(given_names="Ona", family_names="Officer"),)
    registration_id = register(at=AT, travelers=travelers).registration_id
    with pytest.raises(OwnCase):
        propose(capped.officer, registration_id)
    proposal = propose(capped.second_officer, registration_id)
    namesake = make_staff("Officer Ona", (Role.SUPERVISOR, "SDG"))
    with pytest.raises(CannotBeCarriedOut) as refused:
        approve(proposal_id=proposal.pk, approver=namesake, at=AT)
    assert refused.value.code == "own_case"


def test_nobody_places_a_group_that_they_registered(capped: Cast) -> None:
    registration_id = register(at=AT, actor=staff(capped.officer.pk)).registration_id
    with pytest.raises(OwnRegistration):
        propose(capped.officer, registration_id)
    filed_by_supervisor = register(at=AT, actor=staff(capped.supervisor.pk)).registration_id
    proposal = propose(capped.officer, filed_by_supervisor)
    with pytest.raises(CannotBeCarriedOut) as refused:
        approve(proposal_id=proposal.pk, approver=capped.supervisor, at=AT)
    assert refused.value.code == "own_registration"
    approve(proposal_id=proposal.pk, approver=capped.scheduler, at=AT)
    assert ExceptionalPlacement.objects.count() == 1


def test_without_a_cap_in_the_policy_nobody_is_placed(capped: Cast) -> None:
    before = AT - timedelta(days=30)
    slot = band()
    AppointmentSlot.objects.filter(pk=slot.pk).update(starts_at=before + timedelta(days=5), ends_at=AT)
    with pytest.raises(operations.CapReached):
        propose(capped.officer, waiting(), at=before)


def test_the_cap_of_a_port_and_week(capped: Cast) -> None:
    assert CAP == 24
    place(capped, [waiting(12)])
    place(capped, [waiting(10)], slot=band(days=6))
    # Both bands are in one week, and two people more can be placed in it.
    with pytest.raises(operations.CapReached):
        propose(capped.officer, waiting(3))
    place(capped, [waiting(2)])
    assert PlacementWeek.objects.get().left == 0
    # Another week has its own.
    place(capped, [waiting(3)], slot=band(days=12))


def test_a_cap_that_was_reached_meanwhile_refuses_the_approval(capped: Cast) -> None:
    late = propose(capped.officer, waiting(12))
    place(capped, [waiting(12)], slot=band(days=6))
    place(capped, [waiting(1)], slot=band(days=7))
    with pytest.raises(CannotBeCarriedOut) as refused:
        approve(proposal_id=late.pk, approver=capped.supervisor, at=AT)
    assert refused.value.code == "placement_cap_reached"
    assert PlacementWeek.objects.get().people == 13
    assert ExceptionalPlacement.objects.count() == 2
    assert_places_add_up()


def test_the_database_holds_the_cap_by_itself(capped: Cast) -> None:
    place(capped, [waiting(12)])
    week = PlacementWeek.objects.get()
    for change, name in (
        ({"people": F("cap") + 1}, "placements_week_within_cap"),
        ({"people": F("people") - 1}, "placements_week_only_grows"),
        ({"week": date(2023, 1, 2)}, "placements_week_only_grows"),
    ):
        with pytest.raises(IntegrityError, match=name if "cap" in name else "stays counted"), transaction.atomic():
            PlacementWeek.objects.filter(pk=week.pk).update(**change)
    placement = ExceptionalPlacement.objects.get()
    placement.pk, placement.week = uuid.uuid4(), date(2023, 1, 2)
    placement.appointment = Appointment.objects.create(
        registration=Registration.objects.get(pk=waiting()),
        slot=band(),
        confirmation_number="AAAAA-AAAAA",
        size=1,
        confirmed_at=AT,
    )
    with pytest.raises(IntegrityError, match="no cap is written"), transaction.atomic():
        placement.save(force_insert=True)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE placements_exceptionalplacement SET people = 1",
        "DELETE FROM placements_exceptionalplacement",
        "TRUNCATE placements_exceptionalplacement",
        "DELETE FROM placements_placementweek",
    ],
)
def test_what_was_placed_stays_written(capped: Cast, statement: str) -> None:
    place(capped, [waiting(2)])
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(statement)


def test_what_cannot_be_proposed(capped: Cast) -> None:
    one, other = waiting(2), waiting(11)
    officer = capped.officer

    def refused(error: type[Exception], *registrations: uuid.UUID, **changes: Any) -> None:
        with pytest.raises(error):
            propose(officer, *registrations, **changes)

    refused(operations.WordsUnfit, one, words="too short")
    refused(operations.NumbersUnfit, one, one)
    refused(operations.NumbersUnfit)
    refused(operations.NumbersUnfit, uuid.UUID(int=7))
    refused(operations.SizeUnfit, one, reason=PlacementReason.LARGE_GROUP)
    refused(operations.SizeUnfit, one, other)
    refused(operations.SizeUnfit, one, waiting(1), reason=PlacementReason.LARGE_GROUP)
    refused(operations.SlotUnfit, one, at=AT + timedelta(days=10))
    close_port("CLX", at=AT)
    refused(operations.PortClosed, one, slot=band("CLX"))
    full = band(days=8)
    AppointmentSlot.objects.filter(pk=full.pk).update(
        held=F("capacity"), passed_to_walk_in=F("capacity"), walk_in_reserve=1
    )
    refused(NoPlaceLeft, one, slot=full)
    place(capped, [one])
    refused(TransitionRefused, one)
    propose(officer, other)
    refused(AlreadyProposed, other)


def test_a_port_that_was_closed_meanwhile_refuses_the_approval(capped: Cast) -> None:
    proposal = propose(capped.officer, waiting())
    close_port("SDG", at=AT)
    assert refusal_of(proposal, capped) == "port_closed"


def test_words_are_sealed_and_go_with_the_person(capped: Cast) -> None:
    registration_id = waiting()
    place(capped, [registration_id])
    with connection.cursor() as cursor:
        for table in ("placements_exceptionalplacement", "approvals_proposal", "audit_eventdetails"):
            cursor.execute(f"SELECT t::text FROM {table} t")
            assert not any("operation" in row for (row,) in cursor.fetchall())
    registration = Registration.objects.get(pk=registration_id)
    [held] = build_record(registration=registration, at=AT)["placements_outside_the_draw"]
    assert (held["reason"], held["words"]) == ("medical", WORDS)
    late = waiting()
    proposal = propose(capped.officer, late)
    erase_data_key(data_key_id=Registration.objects.get(pk=late).data_key_id, at=AT)
    with pytest.raises(CannotBeCarriedOut) as refused:
        approve(proposal_id=proposal.pk, approver=capped.supervisor, at=AT)
    assert refused.value.code == "seal_broken"


def test_the_week_of_a_day_begins_on_monday() -> None:
    assert week_of(date(2023, 3, 20)) == week_of(date(2023, 3, 26)) == date(2023, 3, 20)
    assert week_of(date(2023, 3, 19)) == date(2023, 3, 13)
