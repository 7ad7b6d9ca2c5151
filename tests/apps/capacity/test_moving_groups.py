"""Lowering a band below what is held in it: whole groups move, are told, lose nothing, and may say no."""

from __future__ import annotations

import uuid
from datetime import date, time, timedelta

import pytest

from fairport.appointments.models import Appointment, Offer, OfferState
from fairport.appointments.operations import cancel_appointment, confirm_offer, decline_offer, tick, withdraw
from fairport.appointments.passes import make_pass, read_pass
from fairport.audit.events import APPLICANT, Subject
from fairport.audit.queries import list_events
from fairport.capacity.changes import preview_change
from fairport.capacity.operations import Bookings
from fairport.domain.policy import Policy
from fairport.notifications.models import OutboxMessage
from fairport.notifications.queries import open_message
from fairport.notifications.relevance import is_relevant
from fairport.notifications.rendering import render
from fairport.ports.models import AppointmentSlot, PortOfEntry
from fairport.ports.suspensions import record_suspension
from fairport.registrations.models import Registration, RegistrationStatus
from tests.apps.capacity.conftest import BAND, DAY, LATER, band_of, booked, carry_out, close, lower
from tests.factories.draws import DRAW_TIME, confirm, hold_draw, register_group
from tests.factories.invariants import assert_places_add_up

pytestmark = pytest.mark.django_db
AFTERNOON = time(14)


def moved_to(registration_id: uuid.UUID) -> tuple[date, time]:
    """Where a group is expected, or has an offer."""
    registration = Registration.objects.get(pk=registration_id)
    if registration.status == RegistrationStatus.OFFERED:
        slot = Offer.objects.get(registration_id=registration_id).slot
    else:
        slot = Appointment.objects.get(registration_id=registration_id).slot
    return slot.date, slot.band_start


def test_offers_go_first_then_whoever_confirmed_last_and_no_more_than_needed(policy: Policy) -> None:
    first, second, third, offered = booked([6, 6, 2, 2], confirmed=3)

    preview = preview_change(change=lower(DAY, 12, band=BAND), at=LATER)
    assert [(move.group.held.size, move.group.confirmation_number != "") for move in preview.moves] == [
        (2, True),
        (2, False),
    ]
    carry_out(lower(DAY, 12, band=BAND), bookings=Bookings.MOVE)

    assert [moved_to(group) for group in (first, second, third, offered)] == [
        (DAY, BAND),
        (DAY, BAND),
        (DAY, AFTERNOON),
        (DAY, AFTERNOON),
    ]
    assert (band_of().capacity, band_of().held, band_of().lower_to) == (12, 12, None)
    assert band_of(DAY, AFTERNOON).held == 4
    assert_places_add_up()


def test_a_closed_day_sends_everybody_to_the_nearest_day_with_room_for_the_whole_group(policy: Policy) -> None:
    groups = booked([5, 4, 3])
    next_day = DAY + timedelta(days=1)
    # Whatever is nearer is full: only five and four places are left on the next day.
    AppointmentSlot.objects.filter(port_id="SDG", date=next_day).update(held=60, passed_to_walk_in=60)
    AppointmentSlot.objects.filter(port_id="SDG", date=next_day, band_start=BAND).update(held=54, passed_to_walk_in=54)

    carry_out(close(DAY), bookings=Bookings.MOVE)

    assert [moved_to(group) for group in groups] == [
        (next_day, BAND),
        (DAY + timedelta(days=2), BAND),
        (DAY + timedelta(days=2), BAND),
    ]
    assert set(AppointmentSlot.objects.filter(port_id="SDG", date=DAY).values_list("capacity", "held")) == {(0, 0)}
    assert_places_add_up()


def test_nobody_is_moved_to_where_there_is_no_time_to_travel(policy: Policy) -> None:
    (group,) = booked([2])
    day_before = DRAW_TIME + timedelta(days=2)
    carry_out(close(DAY), bookings=Bookings.MOVE, at=day_before)
    slot = Appointment.objects.get(registration_id=group).slot
    assert slot.starts_at >= day_before + policy.draw.minimum_notice
    assert slot.date == date(2023, 1, 23)


def test_who_finds_no_room_stays_and_that_is_said_before(policy: Policy) -> None:
    first, second = booked([5, 4])
    AppointmentSlot.objects.filter(port_id="SDG").exclude(pk=band_of().pk).update(held=60, passed_to_walk_in=60)
    target = band_of(date(2023, 1, 25), time(8))
    AppointmentSlot.objects.filter(pk=target.pk).update(held=55, passed_to_walk_in=55)

    preview = preview_change(change=lower(DAY, 0, band=BAND), at=LATER)
    assert [group.held.size for group in preview.stays] == [4]
    carry_out(lower(DAY, 0, band=BAND), bookings=Bookings.MOVE)

    assert moved_to(first) == (date(2023, 1, 25), time(8))
    assert moved_to(second) == (DAY, BAND)
    assert (band_of().capacity, band_of().held, band_of().lower_to) == (4, 4, 0)


def test_each_group_is_told_the_old_and_the_new_time_in_its_language(policy: Policy) -> None:
    group = register_group(2, ports=("SDG",), language="es")
    hold_draw()
    confirm(group, at=DRAW_TIME + timedelta(minutes=1))
    carry_out(close(DAY), bookings=Bookings.MOVE)

    row = OutboxMessage.objects.get(template="appointment_new_time")
    assert row.language == "es"
    letter = open_message(row=row)
    text = render(letter, message_id=row.pk, at=LATER).text
    assert "sábado, 21 de enero de 2023" in text
    assert "domingo, 22 de enero de 2023" in text
    assert Appointment.objects.get().confirmation_number in text
    # The confirmation that has not left yet would say the old time; the new one may leave.
    old = open_message(row=OutboxMessage.objects.get(template="confirmation"))
    assert not is_relevant("confirmation", old.context, LATER)
    assert is_relevant("appointment_new_time", letter.context, LATER)
    told = list_events(subject=Subject("registration", str(group)))[-1]
    assert told.name == "appointment.moved"
    assert told.details is not None
    assert told.details["moved_to"] == Appointment.objects.get().slot.starts_at.isoformat()


def test_the_pass_says_the_new_place_under_the_old_number(policy: Policy) -> None:
    (group,) = booked([2])
    before = read_pass(make_pass(appointment=Appointment.objects.get(registration_id=group)))
    carry_out(close(DAY), bookings=Bookings.MOVE)
    after = read_pass(make_pass(appointment=Appointment.objects.get(registration_id=group)))
    assert after.confirmation_number == before.confirmation_number
    assert (before.date, after.date) == (DAY, DAY + timedelta(days=1))


def test_who_cannot_come_at_the_new_time_goes_first_in_the_next_draw(policy: Policy) -> None:
    group, offered = booked([2, 1], confirmed=1)
    seniority = Registration.objects.get(pk=group).registered_at
    carry_out(close(DAY), bookings=Bookings.MOVE)

    cancel_appointment(registration_id=group, at=LATER, actor=APPLICANT)
    offer = Offer.objects.get(registration_id=offered, state=OfferState.OPEN)
    decline_offer(registration_id=offered, offer_id=offer.pk, at=LATER, actor=APPLICANT)

    for registration in Registration.objects.all():
        assert (registration.status, registration.declines) == (RegistrationStatus.WAITING, 0)
        assert registration.displaced_at == LATER
    assert Registration.objects.get(pk=group).registered_at == seniority
    assert_places_add_up()


def test_a_moved_offer_is_confirmed_at_its_new_place(policy: Policy) -> None:
    (group,) = booked([2], confirmed=0)
    carry_out(close(DAY), bookings=Bookings.MOVE)
    offer = Offer.objects.get(registration_id=group)
    appointment = confirm_offer(registration_id=group, offer_id=offer.pk, at=LATER, actor=APPLICANT)
    assert appointment.slot.date == DAY + timedelta(days=1)
    assert_places_add_up()


def test_they_are_reminded_of_the_new_time_too(policy: Policy) -> None:
    (group,) = booked([2])
    reminded = LATER + timedelta(days=1, hours=1)
    tick(at=reminded)
    assert Appointment.objects.get().reminded_at == reminded
    carry_out(close(DAY), bookings=Bookings.MOVE, at=reminded)
    assert Appointment.objects.get(registration_id=group).reminded_at is None


def test_who_withdrew_is_not_moved_and_keeps_the_place_for_as_long_as_that_can_be_undone(policy: Policy) -> None:
    (group,) = booked([2])
    withdraw(registration_id=group, at=LATER, actor=APPLICANT)
    preview = carry_out(close(DAY), bookings=Bookings.MOVE)
    assert preview.moves == ()
    assert (band_of().capacity, band_of().held, band_of().lower_to) == (2, 2, 0)
    tick(at=LATER + policy.withdrawal_undo)
    tick(at=LATER + policy.withdrawal_undo)
    assert (band_of().capacity, band_of().held, band_of().lower_to) == (0, 0, None)
    assert_places_add_up()


def test_keeping_them_moves_nobody(policy: Policy) -> None:
    groups = booked([2, 3])
    carry_out(close(DAY), bookings=Bookings.KEEP)
    assert {moved_to(group) for group in groups} == {(DAY, BAND)}
    assert not OutboxMessage.objects.filter(template="appointment_new_time").exists()
    assert band_of().capacity == 5


def test_nobody_is_moved_into_a_suspension(policy: Policy) -> None:
    (group,) = booked([2])
    port = PortOfEntry.objects.get(pk="SDG")
    record_suspension(
        port=port,
        starts_at=band_of(DAY, AFTERNOON).starts_at,
        ends_at=band_of(DAY + timedelta(days=2), AFTERNOON).ends_at,
        reason="danger",
        words="",
        foreseen={},
        done={},
        proposal_id="1",
        suspension_id=uuid.uuid4(),
        at=LATER,
    )
    carry_out(lower(DAY, 0, band=BAND), bookings=Bookings.MOVE)
    assert moved_to(group)[0] == DAY + timedelta(days=3)
