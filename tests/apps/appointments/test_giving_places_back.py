"""Where freed places go: to the next draw that can reach them, else to the walk-in reserve, never to who is quick."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from fairport.appointments.models import Appointment, Offer
from fairport.appointments.operations import cancel_appointment, confirm_offer, tick, undo_withdrawal, withdraw
from fairport.audit.events import APPLICANT, WORKER, Subject
from fairport.audit.queries import list_events
from fairport.draws.models import DrawEntry
from fairport.draws.operations import run_draw
from fairport.notifications.models import OutboxMessage
from fairport.ports.models import AppointmentSlot
from fairport.registrations.models import Registration
from tests.factories.draws import (
    DRAW_TIME,
    confirm,
    fill_bands_before,
    freeze,
    hold_draw,
    offer_of,
    offered_group,
    register_group,
)
from tests.factories.suspensions import close_port

CLICK = DRAW_TIME + timedelta(hours=2)
NOTICE = timedelta(hours=72)


def last_draw_that_reaches(starts_at: datetime) -> datetime:
    """The last draw time with at least the minimum notice before a band."""
    draw_time = DRAW_TIME
    while draw_time + timedelta(days=1) + NOTICE <= starts_at:
        draw_time += timedelta(days=1)
    return draw_time


@pytest.mark.parametrize("late", [False, True])
def test_a_cancelled_place_is_drawn_again_if_a_draw_can_still_reach_its_band(late: bool) -> None:
    fill_bands_before(DRAW_TIME + timedelta(days=5))
    registration_id = offered_group(3)
    slot = confirm(registration_id, at=CLICK).slot
    before = AppointmentSlot.objects.get(pk=slot.pk)
    # The freeze of the last draw that reaches the band, to the second.
    freeze_time = last_draw_that_reaches(slot.starts_at) - timedelta(minutes=45)
    at = freeze_time + timedelta(seconds=1) if late else freeze_time
    cancel_appointment(registration_id=registration_id, at=at, actor=APPLICANT)
    after = AppointmentSlot.objects.get(pk=slot.pk)
    if late:
        assert (after.held, after.passed_to_walk_in) == (before.held, before.passed_to_walk_in + 3)
        assert after.walk_in_reserve == before.walk_in_reserve + 3
    else:
        assert (after.held, after.passed_to_walk_in) == (before.held - 3, before.passed_to_walk_in)


def test_what_no_draw_can_reach_any_more_goes_to_the_walk_ins() -> None:
    tick(at=CLICK)
    near = AppointmentSlot.objects.filter(starts_at__lt=DRAW_TIME + timedelta(days=1) + NOTICE)
    far = AppointmentSlot.objects.filter(starts_at__gte=DRAW_TIME + timedelta(days=1) + NOTICE)
    assert near.exists() and all(slot.passed_to_walk_in == slot.capacity for slot in near)
    assert all(slot.passed_to_walk_in == 0 for slot in far)


def test_a_place_is_kept_while_a_withdrawal_can_be_undone_but_not_beyond_the_offer() -> None:
    registration_id = offered_group(5)
    offer = offer_of(registration_id)
    withdraw(registration_id=registration_id, at=CLICK, actor=APPLICANT)
    tick(at=offer.expires_at - timedelta(seconds=1))
    offer.refresh_from_db()
    assert offer.state == "open"
    tick(at=offer.expires_at)
    offer.refresh_from_db()
    assert offer.state == "expired"
    # Still within the 24 hours: back to where it would be now.
    back = undo_withdrawal(registration_id=registration_id, at=offer.expires_at, actor=APPLICANT)
    assert back.status == "lapsed"
    assert not OutboxMessage.objects.filter(template="expiry").exists()


def test_undoing_after_the_offer_expired_gives_the_place_back_even_before_the_tick() -> None:
    registration_id = offered_group(5)
    offer = offer_of(registration_id)
    withdraw(registration_id=registration_id, at=CLICK, actor=APPLICANT)
    back = undo_withdrawal(registration_id=registration_id, at=offer.expires_at, actor=APPLICANT)
    offer.refresh_from_db()
    assert (back.status, offer.state) == ("lapsed", "expired")


def test_an_appointment_is_given_back_when_the_withdrawal_is_final() -> None:
    registration_id = offered_group(2)
    appointment = confirm(registration_id, at=CLICK)
    withdraw(registration_id=registration_id, at=CLICK, actor=APPLICANT)
    tick(at=CLICK + timedelta(hours=24) - timedelta(seconds=1))
    appointment.refresh_from_db()
    assert appointment.state == "booked"
    tick(at=CLICK + timedelta(hours=24))
    appointment.refresh_from_db()
    assert appointment.state == "cancelled"


def test_a_withdrawn_appointment_is_given_back_when_its_band_begins() -> None:
    registration_id = offered_group(2)
    appointment = confirm(registration_id, at=CLICK)
    starts_at = appointment.slot.starts_at
    withdraw(registration_id=registration_id, at=starts_at - timedelta(hours=1), actor=APPLICANT)
    tick(at=starts_at)
    appointment.refresh_from_db()
    assert appointment.state == "cancelled"
    back = undo_withdrawal(registration_id=registration_id, at=starts_at + timedelta(hours=1), actor=APPLICANT)
    assert back.status == "no_show"


def test_an_offer_to_who_withdrew_since_the_freeze_is_void_and_its_place_free() -> None:
    gone, stays = register_group(6), register_group(2)
    draw = freeze()
    withdraw(registration_id=gone, at=DRAW_TIME - timedelta(minutes=10), actor=APPLICANT)
    run_draw(draw_id=draw.draw_id, at=DRAW_TIME, actor=WORKER)
    assert DrawEntry.objects.get(draw=draw, subject_id=gone).outcome == "void"
    assert DrawEntry.objects.get(draw=draw, subject_id=stays).outcome == "offer"
    assert not Offer.objects.filter(registration_id=gone).exists()
    told = list_events(subject=Subject("registration", str(gone)))[-1]
    assert (told.name, told.details) == ("offer.voided", {"draw": draw.draw_id, "reason": "withdrawn"})


def test_who_withdrew_and_undid_it_before_the_run_gets_the_offer() -> None:
    registration_id = register_group()
    draw = freeze()
    withdraw(registration_id=registration_id, at=DRAW_TIME - timedelta(minutes=10), actor=APPLICANT)
    undo_withdrawal(registration_id=registration_id, at=DRAW_TIME - timedelta(minutes=5), actor=APPLICANT)
    run_draw(draw_id=draw.draw_id, at=DRAW_TIME, actor=WORKER)
    assert offer_of(registration_id).size == 1


def test_a_group_that_shrank_since_the_freeze_keeps_its_offer_and_frees_the_surplus() -> None:
    registration_id = register_group(5)
    draw = freeze()
    Registration.objects.filter(pk=registration_id).update(size=3)
    run_draw(draw_id=draw.draw_id, at=DRAW_TIME, actor=WORKER)
    offer = offer_of(registration_id)
    assert (offer.size, offer.slot.held - offer.slot.passed_to_walk_in) == (3, 3)


def test_a_port_suspended_after_the_freeze_voids_its_offers_and_never_the_draw() -> None:
    registration_id = register_group(2, ports=("ELP",))
    draw = freeze()
    close_port("ELP", at=DRAW_TIME)
    run_draw(draw_id=draw.draw_id, at=DRAW_TIME, actor=WORKER)
    assert DrawEntry.objects.get(draw=draw).outcome == "void"
    assert Registration.objects.get(pk=registration_id).status == "waiting"
    assert OutboxMessage.objects.filter(template="offer_voided").count() == 1


def test_a_draw_run_days_late_offers_nothing_in_bands_that_have_begun() -> None:
    registration_id = register_group(2)
    draw = freeze()
    run_draw(draw_id=draw.draw_id, at=DRAW_TIME + timedelta(days=20), actor=WORKER)
    assert DrawEntry.objects.get(draw=draw).outcome == "void"
    assert Registration.objects.get(pk=registration_id).status == "waiting"


@pytest.mark.parametrize(("notice", "status"), [(60, "offered"), (59, "waiting")])
def test_a_late_run_takes_at_most_twelve_of_the_hours_of_notice(notice: int, status: str) -> None:
    """The policy promises 72 hours; a group that cannot be there in time keeps its turn instead (decision 0017)."""
    registration_id = register_group(2)
    draw = freeze()
    slot = AppointmentSlot.objects.filter(port_id="SDG", pk__in=draw.reserved).earliest("starts_at")
    run_draw(draw_id=draw.draw_id, at=slot.starts_at - timedelta(hours=notice), actor=WORKER)
    assert Registration.objects.get(pk=registration_id).status == status
    slot.refresh_from_db()
    assert slot.held - slot.passed_to_walk_in == (2 if status == "offered" else 0)


def test_a_port_that_closes_by_its_dates_gives_out_no_place_after_its_last_day() -> None:
    import dataclasses

    from fairport.domain import policy_values
    from fairport.programmes import queries

    loaded = queries.policy_in_force(programme="title-42-exemption", on=DRAW_TIME.date()).policy
    last_day = (DRAW_TIME + timedelta(days=5)).date()
    closing: policy_values.Policy = dataclasses.replace(
        loaded,
        ports=tuple(
            dataclasses.replace(port, closes_on=last_day) if port.code == "SDG" else port for port in loaded.ports
        ),
    )
    from fairport.appointments.pool import AppointmentPool

    cells = AppointmentPool().reserve_cells(policy=closing, draw_time=DRAW_TIME, at=DRAW_TIME)
    assert max(cell.date for cell in cells if cell.port == "SDG") == last_day
    assert max(cell.date for cell in cells if cell.port == "ELP") > last_day


def test_places_of_who_did_not_come_stay_used() -> None:
    registration_id = offered_group(2)
    appointment = confirm(registration_id, at=CLICK)
    slot = AppointmentSlot.objects.get(pk=appointment.slot_id)
    tick(at=slot.ends_at + timedelta(hours=1))
    assert Appointment.objects.get(pk=appointment.pk).state == "no_show"
    after = AppointmentSlot.objects.get(pk=slot.pk)
    assert after.held - after.passed_to_walk_in == 2


def test_a_rain_check_survives_a_withdrawal_that_was_undone() -> None:
    first = AppointmentSlot.objects.filter(port_id="ELP", starts_at__gte=DRAW_TIME + NOTICE).earliest("starts_at")
    for slot in AppointmentSlot.objects.filter(port_id="ELP").exclude(pk=first.pk):
        slot.held = slot.passed_to_walk_in = slot.capacity
        slot.save()
    AppointmentSlot.objects.filter(pk=first.pk).update(capacity=14)
    for _ in range(3):
        register_group(5, ports=("ELP",))
    holder = DrawEntry.objects.get(draw=hold_draw(), outcome="rain_check").subject_id
    withdraw(registration_id=holder, at=CLICK, actor=APPLICANT)
    assert not Registration.objects.get(pk=holder).has_rain_check
    undo_withdrawal(registration_id=holder, at=CLICK, actor=APPLICANT)
    assert Registration.objects.get(pk=holder).has_rain_check
    assert DrawEntry.objects.get(draw=hold_draw(day=1), subject_id=holder).step == "R"


def test_confirming_moves_no_place() -> None:
    registration_id = offered_group(2)
    offer = offer_of(registration_id)
    held = list(AppointmentSlot.objects.order_by("pk").values_list("held", flat=True))
    confirm_offer(registration_id=registration_id, offer_id=offer.pk, at=CLICK, actor=APPLICANT)
    assert list(AppointmentSlot.objects.order_by("pk").values_list("held", flat=True)) == held
