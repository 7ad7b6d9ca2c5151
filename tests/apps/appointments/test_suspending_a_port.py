"""A port is suspended: every booking is moved or goes first in the next draw, and everyone is told once."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Count

from fairport.appointments import suspending
from fairport.appointments.models import Appointment, AppointmentState, Offer, OfferState
from fairport.appointments.operations import ensure_programme_slots, mark_arrived, undo_withdrawal, withdraw
from fairport.appointments.suspending import (
    AlreadySuspended,
    SuspensionOver,
    SuspensionUnfit,
    Terms,
    preview_suspension,
    reopen_port,
    suspend_port,
)
from fairport.audit.events import APPLICANT, OPERATOR, WORKER, Subject
from fairport.audit.models import Event
from fairport.audit.queries import list_events
from fairport.domain.draw import POOL_FILE
from fairport.domain.params import parse_params
from fairport.draws.models import Draw, DrawEntry
from fairport.draws.operations import run_draw
from fairport.draws.queries import read_file
from fairport.draws.verifying import verify_draws
from fairport.notifications.models import OutboxMessage
from fairport.ports.models import AppointmentSlot, PortSuspension
from fairport.ports.suspensions import announced, state_of
from fairport.registrations.models import Registration
from tests.factories.draws import DRAW_TIME, confirm, freeze, hold_draw, offer_of, register_group, write_bundle
from tests.factories.invariants import assert_places_add_up
from tests.factories.programme import PROGRAMME

AT = DRAW_TIME + timedelta(hours=2)
TERMS = Terms(port="SDG", first_day=None, last_day=None, reason="danger", words="", honour_at=())


@pytest.fixture(autouse=True)
def _invariants(open_policy: object) -> Iterator[None]:
    yield
    assert_places_add_up()


def suspend(**changes: Any) -> PortSuspension:
    terms = replace(TERMS, **{name: value for name, value in changes.items() if name != "at"})
    return suspend_port(terms=terms, foreseen={}, proposal_id="", at=changes.get("at", AT), actor=OPERATOR)


def booked(size: int = 2, **changes: Any) -> uuid.UUID:
    registration_id = register_group(size, **{"ports": ("SDG",)} | changes)
    hold_draw()
    confirm(registration_id, at=DRAW_TIME + timedelta(hours=1))
    return registration_id


def names_of(registration_id: uuid.UUID) -> list[str]:
    return [event.name for event in list_events(subject=Subject("registration", str(registration_id)))]


def templates() -> dict[str, int]:
    told = OutboxMessage.objects.filter(template__in=["displaced", "offer_moved", "appointment_moved"])
    return dict(told.values_list("template").annotate(Count("id")).order_by("template"))


def test_without_room_elsewhere_everyone_goes_first_in_the_next_draw() -> None:
    confirmed = booked(3)
    offered = register_group(2, ports=("SDG", "CLX"))
    hold_draw(day=1)
    at = AT + timedelta(days=1)
    suspension = suspend(at=at)
    for registration_id in (confirmed, offered):
        registration = Registration.objects.get(pk=registration_id)
        assert (registration.status, registration.displaced_at) == ("waiting", at)
    assert Offer.objects.get(registration_id=offered).state == OfferState.DISPLACED
    assert Appointment.objects.get(registration_id=confirmed).state == AppointmentState.CANCELLED
    assert names_of(confirmed)[-1] == names_of(offered)[-1] == "place.displaced"
    assert templates() == {"displaced": 2}
    assert [event.name for event in list_events(subject=Subject("port", "SDG"))] == ["port.suspended"]
    assert suspension.done | {} == {
        **dict.fromkeys(asdict(suspending.Counts()), 0),
        "offers": 1,
        "appointments": 1,
        "people": 5,
        "displaced": 2,
        "displaced_people": 5,
    }


def test_where_another_port_has_room_places_are_honoured_in_the_order_of_days_then_seniority() -> None:
    AppointmentSlot.objects.filter(port_id="CLX").update(capacity=0, walk_in_reserve=0)
    junior = register_group(4, ports=("SDG",), at=DRAW_TIME - timedelta(hours=20))
    senior = register_group(4, ports=("SDG",), at=DRAW_TIME - timedelta(hours=30))
    hold_draw()
    day = offer_of(senior).slot.date
    assert offer_of(junior).slot.date == day
    confirm(senior, at=DRAW_TIME + timedelta(hours=1))
    room = AppointmentSlot.objects.filter(port_id="CLX", date__gt=day).order_by("starts_at").first()
    assert room is not None
    AppointmentSlot.objects.filter(pk=room.pk).update(capacity=5)
    number = Appointment.objects.get(registration_id=senior).confirmation_number
    suspension = suspend(honour_at=("CLX",))
    moved = Appointment.objects.get(registration_id=senior)
    assert (moved.slot_id, moved.state, moved.confirmation_number) == (room.pk, "booked", number)
    assert Registration.objects.get(pk=senior).status == "confirmed"
    assert Registration.objects.get(pk=junior).status == "waiting"
    assert templates() == {"appointment_moved": 1, "displaced": 1}
    assert (suspension.done["moved"], suspension.done["displaced"]) == (1, 1)
    assert names_of(senior)[-1] == "place.moved"


def test_a_moved_offer_can_be_slept_on() -> None:
    registration_id = register_group(2, ports=("SDG",))
    hold_draw()
    at = offer_of(registration_id).expires_at - timedelta(hours=1)
    suspend(honour_at=("CLX",), at=at)
    offer = offer_of(registration_id)
    assert (offer.slot.port_id, offer.expires_at) == ("CLX", at + timedelta(hours=12))
    confirm(registration_id, at=at + timedelta(hours=11))
    assert Registration.objects.get(pk=registration_id).displaced_at is None
    assert templates() == {"offer_moved": 1}


def test_nobody_has_to_come_sooner_than_before() -> None:
    registration_id = booked()
    before = Appointment.objects.select_related("slot").get(registration_id=registration_id).slot.starts_at
    suspend(honour_at=("CLX", "NOG"))
    after = Appointment.objects.select_related("slot").get(registration_id=registration_id).slot
    assert after.port_id == "CLX"
    assert after.starts_at >= before


def test_the_preview_counts_what_is_then_done() -> None:
    booked(3)
    register_group(5, ports=("SDG",))
    hold_draw(day=1)
    at = AT + timedelta(days=1)
    terms = replace(TERMS, honour_at=("CLX",))
    preview = preview_suspension(terms=terms, at=at)
    assert asdict(preview.counts) == suspend(honour_at=("CLX",), at=at).done
    assert sum(preview.moved_to.values()) == preview.counts.moved == 2


def test_only_days_of_the_suspension_are_touched() -> None:
    registration_id = booked()
    slot = Appointment.objects.select_related("slot").get(registration_id=registration_id).slot
    suspend(first_day=slot.date + timedelta(days=1))
    assert Registration.objects.get(pk=registration_id).status == "confirmed"
    assert state_of(port="SDG", at=AT) is None
    assert announced(at=AT).keys() == {"SDG"}


def test_after_the_last_day_the_port_takes_part_again() -> None:
    slot = AppointmentSlot.objects.filter(port_id="SDG", starts_at__gte=DRAW_TIME + timedelta(days=6)).earliest("date")
    suspend(last_day=slot.date, at=DRAW_TIME - timedelta(hours=2))
    params = parse_params(read_file(draw_id=freeze().draw_id, name="params.json"))
    days = {cell.date for cell in params.cells if cell.port == "SDG"}
    assert days and min(days) == slot.date + timedelta(days=1)


def test_who_arrived_stays_arrived() -> None:
    registration_id = booked()
    appointment = Appointment.objects.select_related("slot").get(registration_id=registration_id)
    mark_arrived(appointment_id=appointment.pk, at=appointment.slot.starts_at)
    suspend(at=appointment.slot.starts_at)
    assert Registration.objects.get(pk=registration_id).status == "arrived"
    assert templates() == {}


def test_a_group_that_is_late_but_may_still_come_loses_nothing_either() -> None:
    registration_id = booked()
    slot = Appointment.objects.select_related("slot").get(registration_id=registration_id).slot
    suspend(at=slot.ends_at + timedelta(minutes=10))
    assert Registration.objects.get(pk=registration_id).displaced_at is not None


def test_a_withdrawal_can_still_be_undone_and_the_group_then_goes_first() -> None:
    registration_id = booked()
    withdraw(registration_id=registration_id, at=AT, actor=APPLICANT)
    suspension = suspend()
    assert (suspension.done["displaced"], suspension.done["withdrawn"]) == (1, 1)
    assert templates() == {}
    undone = undo_withdrawal(registration_id=registration_id, at=AT + timedelta(hours=1), actor=APPLICANT)
    assert (undone.status, undone.displaced_at) == ("waiting", AT)


def test_a_frozen_draws_places_there_are_voided_at_the_run_and_their_groups_go_first() -> None:
    registration_id = register_group(2, ports=("SDG",))
    draw = freeze()
    suspension = suspend(at=DRAW_TIME - timedelta(minutes=20))
    assert suspension.done["drawn_places"] > 0
    run_draw(draw_id=draw.draw_id, at=DRAW_TIME, actor=WORKER)
    assert DrawEntry.objects.get(draw=draw).outcome == "void"
    assert Registration.objects.get(pk=registration_id).displaced_at == DRAW_TIME


def test_in_the_next_draw_they_go_first_and_anyone_can_verify_it(tmp_path: Path) -> None:
    displaced = booked(4, ports=("SDG", "CLX"))
    suspend()
    ensure_programme_slots(programme=PROGRAMME, at=AT + timedelta(days=1))
    AppointmentSlot.objects.exclude(port_id="SDG").update(capacity=0, held=0, passed_to_walk_in=0)
    day = AppointmentSlot.objects.filter(port_id="CLX", starts_at__gt=AT + timedelta(days=6)).earliest("date").date
    # Of its two bands one goes by seniority, where a tier does not count, and the other by lot.
    rooms = AppointmentSlot.objects.filter(port_id="CLX", date=day)
    assert rooms.update(capacity=4) == 2
    others = [register_group(4, ports=("CLX",)) for _ in range(20)]
    draw = hold_draw(day=1)
    lines = read_file(draw_id=draw.draw_id, name=POOL_FILE).decode().splitlines()
    assert sorted(line.split(",")[2] for line in lines) == ["0"] + ["1"] * len(others)
    assert offer_of(displaced).slot_id in rooms.values_list("pk", flat=True)
    folders = [write_bundle(draw, tmp_path) for draw in (Draw.objects.earliest("sequence"), draw)]
    reports = verify_draws(paths=folders)
    assert [report.draw_id for report in reports] == list(
        Draw.objects.order_by("sequence").values_list("pk", flat=True)
    )


def test_without_any_open_port_of_its_own_a_group_is_drawn_at_the_nearest_others() -> None:
    booked(2, ports=("SDG",))
    suspend()
    draw = freeze(at=AT + timedelta(hours=21, minutes=15))
    (line,) = read_file(draw_id=draw.draw_id, name=POOL_FILE).decode().splitlines()
    assert line.split(",")[5] == "SDG;CLX;NOG;ELP;LAR;HID;BRO"


def test_a_port_can_be_suspended_once_at_a_time_and_again_later() -> None:
    suspend()
    with pytest.raises(AlreadySuspended):
        suspend()
    reopen_port(port="SDG", at=AT + timedelta(hours=1), actor=OPERATOR)
    assert state_of(port="SDG", at=AT + timedelta(hours=1)) is None
    suspend(at=AT + timedelta(hours=2))
    assert PortSuspension.objects.count() == 2


def test_one_that_is_over_does_not_stand_in_the_way() -> None:
    suspend(last_day=AT.date())
    suspend(at=AT + timedelta(days=3))
    assert PortSuspension.objects.filter(reopened_at__isnull=True).count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"reason": "weather"},
        {"reason": "other", "words": " "},
        {"words": "x" * 301},
        {"honour_at": ("SDG",)},
        {"honour_at": ("CLX", "CLX")},
        {"first_day": AT.date(), "last_day": AT.date() - timedelta(days=1)},
    ],
)
def test_terms_that_do_not_fit_together_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(SuspensionUnfit):
        suspend(**changes)
    assert not PortSuspension.objects.exists()


def test_a_suspension_that_would_be_over_is_refused() -> None:
    with pytest.raises(SuspensionOver):
        suspend(last_day=AT.date() - timedelta(days=1))


def test_a_file_that_does_not_open_keeps_nobody_from_being_told() -> None:
    unreadable, other = register_group(2, ports=("SDG",)), register_group(2, ports=("SDG",))
    hold_draw()
    Registration.objects.filter(pk=unreadable).update(sealed_contact=b"damaged")
    suspend()
    assert Registration.objects.get(pk=unreadable).displaced_at == Registration.objects.get(pk=other).displaced_at == AT
    assert templates() == {"displaced": 1}


def test_a_half_failure_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    registration_id = booked()
    events = Event.objects.count()

    def fail(**_arguments: object) -> None:
        raise RuntimeError("the outbox is gone")

    monkeypatch.setattr(suspending, "queue_messages", fail)
    with pytest.raises(RuntimeError):
        suspend(honour_at=("CLX",))
    assert Event.objects.count() == events
    assert not PortSuspension.objects.exists()
    assert Registration.objects.get(pk=registration_id).displaced_at is None
    assert Appointment.objects.get(registration_id=registration_id).slot.port_id == "SDG"


def book_many(count: int) -> None:
    """So many groups with a booking at San Diego, with room for all of them in one draw."""
    AppointmentSlot.objects.filter(port_id="SDG").update(capacity=200)
    ids = [register_group(1 + number % 4, ports=("SDG",)) for number in range(count)]
    hold_draw()
    for registration_id in ids[::2]:
        confirm(registration_id, at=DRAW_TIME + timedelta(hours=1))


def test_five_hundred_bookings(django_assert_max_num_queries: Any) -> None:
    AppointmentSlot.objects.filter(port_id__in=["CLX", "NOG"]).update(capacity=12)
    book_many(500)
    before = AppointmentSlot.objects.filter(port_id="SDG")
    held = sum(slot.held - slot.passed_to_walk_in for slot in before)
    with django_assert_max_num_queries(150):
        suspension = suspend(honour_at=("CLX", "NOG"))
    done = suspension.done
    assert (done["offers"], done["appointments"], done["people"]) == (250, 250, held)
    assert done["moved"] > 100 and done["displaced"] > 100
    told = OutboxMessage.objects.filter(template__in=["displaced", "offer_moved", "appointment_moved"])
    assert told.count() == 500
    events = Event.objects.filter(name__in=["place.displaced", "place.moved"])
    assert events.count() == events.values("subject_id").distinct().count() == 500
    assert Registration.objects.filter(displaced_at=AT).count() == 500
    assert Registration.objects.filter(status="waiting").count() == done["displaced"]
    assert not AppointmentSlot.objects.filter(port_id="SDG", held__gt=0, passed_to_walk_in=0).exists()
