"""Lowering a band while somebody confirms or cancels, or a draw is frozen; and two schedulers at one port."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError

from fairport.appointments import moving
from fairport.appointments.models import Appointment, AppointmentState, Offer
from fairport.appointments.operations import cancel_appointment, confirm_offer, tick
from fairport.audit.events import APPLICANT
from fairport.capacity import operations
from fairport.capacity.changes import Change, DrawHoldsPlaces, Preview, preview_change
from fairport.capacity.operations import Bookings, ChangedMeanwhile, HeldByDraw, PreviewOutdated, apply_change
from fairport.domain.policy import Policy
from fairport.draws.models import Draw
from fairport.ports import reshaping
from fairport.ports.models import AppointmentSlot
from tests.apps.capacity.conftest import DAY, LATER, SCHEDULER, band_of, booked, close, lower
from tests.factories.draws import FREEZE_TIME, freeze, offer_of
from tests.factories.invariants import assert_places_add_up
from tests.factories.programme import open_programme
from tests.factories.racing import kinds, race

pytestmark = pytest.mark.django_db(transaction=True)
NEXT_FREEZE = FREEZE_TIME + timedelta(days=1)
# A day that the next draw reaches.
FAR = DAY + timedelta(days=5)


@pytest.fixture
def policy(db: None) -> Policy:
    return open_programme()


def doing(change: Change, *, bookings: Bookings = Bookings.MOVE) -> Callable[[], Preview]:
    """The change, as it was previewed before the race."""
    seen = preview_change(change=change, at=LATER)
    return lambda: apply_change(
        change=change,
        seen_version=seen.seen_version,
        fingerprint=seen.fingerprint,
        bookings=bookings,
        actor=SCHEDULER,
        at=LATER,
    )


def test_a_group_that_confirms_while_it_is_moved_is_moved_or_left_but_never_lost(policy: Policy) -> None:
    (group,) = booked([3], confirmed=0)
    offer = offer_of(group)

    moved, confirmed = race(
        doing(close(DAY)),
        lambda: confirm_offer(registration_id=group, offer_id=offer.pk, at=LATER, actor=APPLICANT),
    )

    assert isinstance(confirmed, Appointment)
    assert isinstance(moved, Preview | PreviewOutdated)
    assert (Appointment.objects.get().slot.date != DAY) is isinstance(moved, Preview)
    assert_places_add_up()


def test_a_group_that_cancels_while_it_is_moved_holds_no_place_afterwards(policy: Policy) -> None:
    (group,) = booked([3])

    moved, cancelled = race(
        doing(close(DAY)), lambda: cancel_appointment(registration_id=group, at=LATER, actor=APPLICANT)
    )

    assert not isinstance(cancelled, Exception)
    assert isinstance(moved, Preview | PreviewOutdated)
    assert Appointment.objects.get().state == AppointmentState.CANCELLED
    assert_places_add_up()


def test_without_reading_again_under_the_lock_a_cancelled_group_would_hold_a_place(
    policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    (group,) = booked([3])
    appointment = Appointment.objects.get()
    change = doing(close(DAY))
    # The list of moves was made, then the group cancels, and nobody looks again.
    seen = preview_change(change=close(DAY), at=LATER)
    cancel_appointment(registration_id=group, at=LATER, actor=APPLICANT)
    AppointmentSlot.objects.filter(pk=band_of().pk).update(held=3, passed_to_walk_in=0)
    monkeypatch.setattr(operations, "preview_change", lambda **_arguments: seen)
    monkeypatch.setattr(moving, "_read", lambda _moves, _at: ({}, {f"appointment:{appointment.pk}": appointment}))

    change()

    with pytest.raises(AssertionError):
        assert_places_add_up()


def test_a_band_is_lowered_before_a_freeze_or_refused_after_it(policy: Policy) -> None:
    lowered, frozen = race(doing(lower(FAR, 20)), lambda: freeze(at=NEXT_FREEZE))

    assert isinstance(frozen, Draw)
    slots = AppointmentSlot.objects.filter(port_id="SDG", date=FAR)
    if isinstance(lowered, Preview):
        assert {slot.capacity for slot in slots} == {20}
    else:
        assert isinstance(lowered, HeldByDraw | DrawHoldsPlaces | PreviewOutdated)
        assert {slot.capacity for slot in slots} == {60}
    # What the draw was told it has is what it holds.
    assert (
        {frozen.reserved[str(slot.pk)] for slot in slots}
        == {slot.reserved for slot in slots}
        == {slot.capacity for slot in slots}
    )
    assert_places_add_up()


def test_without_the_look_under_the_lock_only_the_database_keeps_what_a_draw_reserved(
    policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = doing(lower(FAR, 20), bookings=Bookings.KEEP)
    seen = preview_change(change=lower(FAR, 20), at=LATER)
    freeze(at=NEXT_FREEZE)
    monkeypatch.setattr(operations, "preview_change", lambda **_arguments: seen)

    def resize_blindly(slot: AppointmentSlot, after: int, _walk_in_after: int) -> None:
        AppointmentSlot.objects.filter(pk=slot.pk).update(capacity=after)

    with pytest.raises(HeldByDraw):
        change()
    monkeypatch.setattr(reshaping, "_resize", resize_blindly)
    with pytest.raises(IntegrityError, match="ports_slot_never_oversold"):
        change()


def test_of_two_schedulers_at_one_moment_one_wins_and_the_other_is_told(policy: Policy) -> None:
    results = race(doing(lower(FAR, 20)), doing(lower(FAR, 30)))

    assert kinds(results) == [ChangedMeanwhile.__name__, Preview.__name__]
    won = 20 if isinstance(results[0], Preview) else 30
    assert {slot.capacity for slot in AppointmentSlot.objects.filter(port_id="SDG", date=FAR)} == {won}


def test_without_the_version_the_second_would_overwrite_the_first(
    policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "claim_port", lambda **_arguments: None)
    monkeypatch.setattr(Preview, "fingerprint", property(lambda _self: "the same"))
    first, second = doing(lower(FAR, 20)), doing(lower(FAR, 30))

    assert kinds([first(), second()]) == [Preview.__name__, Preview.__name__]
    assert {slot.capacity for slot in AppointmentSlot.objects.filter(port_id="SDG", date=FAR)} == {30}


def test_two_moves_into_the_last_places_of_a_band(policy: Policy) -> None:
    groups = booked([4, 4])
    others = AppointmentSlot.objects.filter(port_id="SDG").exclude(pk=band_of().pk)
    target = band_of(FAR)
    others.exclude(pk=target.pk).update(held=60, passed_to_walk_in=60)
    AppointmentSlot.objects.filter(pk=target.pk).update(held=55, passed_to_walk_in=55)

    def into_target(registration: object) -> Callable[[], int]:
        (chosen,) = [
            group
            for group in moving.groups_in(slot_ids=[band_of().pk], at=LATER)
            if group.registration_id == registration
        ]
        move = moving.Move(chosen, target.pk)
        return lambda: moving.move_groups(moves=[move], policy=policy, at=LATER, actor=SCHEDULER)

    results = race(*(into_target(group) for group in groups))

    assert kinds(results) == ["NoPlaceLeft", "int"]
    assert Appointment.objects.filter(slot=target).count() == 1
    assert not Offer.objects.exclude(moved_from=None).exists()
    assert_places_add_up()


def test_groups_are_moved_beside_a_freeze_and_beside_the_tick(policy: Policy) -> None:
    booked([4, 3, 2])
    change = close(DAY)

    moved, frozen, ticked = race(
        doing(change), lambda: freeze(at=NEXT_FREEZE), lambda: tick(at=LATER + timedelta(minutes=1))
    )

    assert not isinstance(ticked, Exception)
    assert isinstance(frozen, Draw)
    assert isinstance(moved, Preview | PreviewOutdated | HeldByDraw)
    assert_places_add_up()
