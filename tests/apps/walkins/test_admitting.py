"""Places for a whole group or for nobody of it, from the day's reserve; and taking back what was a mistake."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from fairport.audit.events import Subject
from fairport.audit.queries import list_events
from fairport.ports.models import AppointmentSlot
from fairport.ports.operations import PlacesMiscounted
from fairport.ports.walk_in_places import NoWalkInPlaceLeft, count_apart, give_back_walk_in_places
from fairport.walkins.models import Outcome, WalkIn
from fairport.walkins.operations import (
    OtherPort,
    WalkInNotWaiting,
    WalkInOtherDay,
    WalkInUndoTooLate,
    admit_walk_in,
    close_walk_in,
    reopen_walk_in,
)
from tests.cast import Cast
from tests.factories.programme import NOW
from tests.factories.walking_in import assert_walk_in_places_add_up, come, reserve


def used() -> list[int]:
    """What walk-ins used of each band of the day at San Diego."""
    slots = AppointmentSlot.objects.filter(port_id="SDG", date=NOW.date()).order_by("band_start")
    return list(slots.values_list("walk_ins_admitted", flat=True))


def test_a_group_takes_its_places_from_the_bands_in_their_order(cast: Cast) -> None:
    slots = AppointmentSlot.objects.filter(port_id="SDG", date=NOW.date()).order_by("band_start")
    slots.update(walk_in_reserve=6)

    walk_in = admit_walk_in(walk_in_id=come(cast.officer, 8).pk, officer=cast.officer, at=NOW)

    assert used() == [6, 2, 0]
    assert (walk_in.outcome, walk_in.closed_by, walk_in.closed_at) == (Outcome.ADMITTED, cast.officer, NOW)
    event = list_events(subject=Subject("walk_in", str(walk_in.pk)))[-1]
    assert event.name == "walk_in.admitted"
    assert event.details is not None
    assert sorted(event.details["places"].values()) == [2, 6]
    assert_walk_in_places_add_up()


def test_a_group_larger_than_what_is_left_is_not_split(cast: Cast) -> None:
    reserve(3)
    walk_in = come(cast.officer, 4)

    with pytest.raises(NoWalkInPlaceLeft):
        admit_walk_in(walk_in_id=walk_in.pk, officer=cast.officer, at=NOW)

    walk_in.refresh_from_db()
    assert (walk_in.outcome, used()) == (Outcome.WAITING, [0, 0, 0])
    smaller = come(cast.officer, 3)
    assert admit_walk_in(walk_in_id=smaller.pk, officer=cast.officer, at=NOW).outcome == Outcome.ADMITTED
    assert_walk_in_places_add_up()


def test_a_group_over_twelve_has_places_like_any_other(cast: Cast) -> None:
    reserve(20)

    admit_walk_in(walk_in_id=come(cast.officer, 17).pk, officer=cast.officer, at=NOW)

    assert used() == [17, 0, 0]


def test_places_of_appointments_are_never_touched(cast: Cast) -> None:
    before = list(AppointmentSlot.objects.order_by("pk").values_list("capacity", "held", "reserved"))

    admit_walk_in(walk_in_id=come(cast.officer, 5).pk, officer=cast.officer, at=NOW)

    assert list(AppointmentSlot.objects.order_by("pk").values_list("capacity", "held", "reserved")) == before


def test_a_second_tap_changes_nothing(cast: Cast) -> None:
    walk_in = come(cast.officer, 2)
    admit_walk_in(walk_in_id=walk_in.pk, officer=cast.officer, at=NOW)

    with pytest.raises(WalkInNotWaiting):
        admit_walk_in(walk_in_id=walk_in.pk, officer=cast.second_officer, at=NOW)
    with pytest.raises(WalkInNotWaiting):
        close_walk_in(walk_in_id=walk_in.pk, outcome=Outcome.LEFT, officer=cast.officer, at=NOW)

    assert sum(used()) == 2


def test_a_number_is_good_on_its_own_day_only(cast: Cast) -> None:
    walk_in = come(cast.officer)

    with pytest.raises(WalkInOtherDay):
        admit_walk_in(walk_in_id=walk_in.pk, officer=cast.officer, at=NOW + timedelta(days=1))
    with pytest.raises(WalkInOtherDay):
        close_walk_in(walk_in_id=walk_in.pk, outcome=Outcome.LEFT, officer=cast.officer, at=NOW + timedelta(days=1))


@pytest.mark.parametrize("outcome", [Outcome.LEFT, Outcome.NOT_ADMITTED])
def test_who_left_or_is_not_admitted_takes_no_place(cast: Cast, outcome: Outcome) -> None:
    walk_in = close_walk_in(walk_in_id=come(cast.officer, 2).pk, outcome=outcome, officer=cast.officer, at=NOW)

    assert (walk_in.outcome, used()) == (outcome, [0, 0, 0])
    assert list_events(subject=Subject("walk_in", str(walk_in.pk)))[-1].name == "walk_in.closed"


def test_admitting_is_no_other_outcome(cast: Cast) -> None:
    with pytest.raises(ValueError, match="admit_walk_in"):
        close_walk_in(walk_in_id=come(cast.officer).pk, outcome=Outcome.ADMITTED, officer=cast.officer, at=NOW)


def test_an_admission_taken_back_gives_its_places_back(cast: Cast) -> None:
    slots = AppointmentSlot.objects.filter(port_id="SDG", date=NOW.date())
    slots.update(walk_in_reserve=2)
    walk_in = come(cast.officer, 5)
    admit_walk_in(walk_in_id=walk_in.pk, officer=cast.officer, at=NOW)

    again = reopen_walk_in(walk_in_id=walk_in.pk, officer=cast.officer, at=NOW + timedelta(minutes=30))

    assert (again.outcome, again.closed_by, again.closed_at) == (Outcome.WAITING, None, None)
    assert used() == [0, 0, 0]
    assert list_events(subject=Subject("walk_in", str(walk_in.pk)))[-1].name == "walk_in.reopened"
    assert_walk_in_places_add_up()


@pytest.mark.parametrize(
    ("name", "minutes", "allowed"),
    [
        ("officer", 29, True),
        ("officer", 31, False),
        ("second_officer", 1, False),
        ("supervisor", 29, True),
        ("supervisor", 31, False),
    ],
)
def test_who_takes_back_and_until_when(cast: Cast, name: str, minutes: int, allowed: bool) -> None:
    walk_in = close_walk_in(walk_in_id=come(cast.officer).pk, outcome=Outcome.LEFT, officer=cast.officer, at=NOW)
    at = NOW + timedelta(minutes=minutes)

    if allowed:
        reopen_walk_in(walk_in_id=walk_in.pk, officer=cast.everybody()[name], at=at)
    else:
        with pytest.raises(WalkInUndoTooLate):
            reopen_walk_in(walk_in_id=walk_in.pk, officer=cast.everybody()[name], at=at)

    assert (WalkIn.objects.get().outcome == Outcome.WAITING) is allowed


def test_who_waits_has_nothing_to_take_back(cast: Cast) -> None:
    with pytest.raises(WalkInUndoTooLate):
        reopen_walk_in(walk_in_id=come(cast.officer).pk, officer=cast.officer, at=NOW)


@pytest.mark.parametrize(
    "name", ["other_officer", "scheduler", "operator", "auditor", "ombuds", "vetting_officer", "nobody"]
)
def test_only_the_ports_own_officers_decide(cast: Cast, name: str) -> None:
    walk_in, user = come(cast.officer), cast.everybody()[name]

    with pytest.raises(OtherPort):
        admit_walk_in(walk_in_id=walk_in.pk, officer=user, at=NOW)
    with pytest.raises(OtherPort):
        close_walk_in(walk_in_id=walk_in.pk, outcome=Outcome.LEFT, officer=user, at=NOW)
    admit_walk_in(walk_in_id=walk_in.pk, officer=cast.officer, at=NOW)
    with pytest.raises(OtherPort):
        reopen_walk_in(walk_in_id=walk_in.pk, officer=user, at=NOW)


def test_the_database_refuses_more_walk_ins_than_places(cast: Cast) -> None:
    slot = reserve(3)

    with pytest.raises(IntegrityError, match="ports_slot_walk_ins_within_reserve"), transaction.atomic():
        AppointmentSlot.objects.filter(pk=slot.pk).update(walk_ins_admitted=4)


def test_more_than_was_taken_is_never_given_back(cast: Cast) -> None:
    slot = reserve(3)

    with pytest.raises(PlacesMiscounted):
        give_back_walk_in_places(places={slot.pk: 1})
    with pytest.raises(PlacesMiscounted):
        count_apart(slot_id=-1)
