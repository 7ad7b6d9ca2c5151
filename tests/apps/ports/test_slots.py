"""Slots in the database: each port in its own zone, across both changes of the clock, and by the ports' dates."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from fairport.domain.policy import Policy
from fairport.ports.models import AppointmentSlot
from fairport.ports.operations import (
    NoPlaceLeft,
    PlacesMiscounted,
    ensure_slots,
    hold_places,
    pass_undrawable_to_walk_ins,
    release_places,
    reserve_for_draw,
    settle_draw_cells,
)
from tests.factories.programme import NOW, PROGRAMME, load_programme, open_programme

pytestmark = pytest.mark.django_db

# One port of each zone.
ZONES = {
    "SDG": "America/Los_Angeles",
    "NOG": "America/Phoenix",
    "ELP": "America/Denver",
    "HID": "America/Chicago",
}
SPRING, AUTUMN = date(2023, 3, 12), date(2023, 11, 5)


@pytest.mark.parametrize("port", ZONES)
@pytest.mark.parametrize("change", [SPRING, AUTUMN])
def test_bands_keep_their_local_time_across_a_change_of_the_clock(port: str, change: date) -> None:
    policy = load_programme().policy
    ensure_slots(policy=policy, at=datetime.combine(change - timedelta(days=3), time(18), tzinfo=UTC))
    zone = ZoneInfo(ZONES[port])
    slots = AppointmentSlot.objects.filter(port_id=port, date__gte=change - timedelta(days=1), date__lte=change)
    offsets = {}
    for slot in slots:
        local = slot.starts_at.astimezone(zone)
        assert (local.date(), local.time()) == (slot.date, slot.band_start)
        assert slot.ends_at.astimezone(zone).time() == slot.band_end
        assert slot.ends_at - slot.starts_at == timedelta(hours=slot.band_end.hour - slot.band_start.hour)
        offsets[slot.date] = local.utcoffset()
    moved = {SPRING: timedelta(hours=1), AUTUMN: timedelta(hours=-1)}[change] if port != "NOG" else timedelta(0)
    assert offsets[change] - offsets[change - timedelta(days=1)] == moved


def test_generating_again_changes_nothing() -> None:
    policy = open_programme()
    AppointmentSlot.objects.update(held=1)
    before = list(AppointmentSlot.objects.order_by("pk").values_list())
    assert ensure_slots(policy=policy, at=NOW) == 0
    assert list(AppointmentSlot.objects.order_by("pk").values_list()) == before


def test_the_next_version_of_a_policy_decides_over_its_own_days(tmp_path: object) -> None:
    from fairport.appointments.operations import ensure_programme_slots
    from fairport.audit.events import OPERATOR
    from fairport.programmes.operations import load_policy_file
    from tests.factories.programme import POLICY_FILE

    load_programme()
    text = POLICY_FILE.read_text(encoding="utf-8")
    newer = text.replace('version = "2023.1"', 'version = "2023.2"').replace(
        "effective_from = 2023-01-12", "effective_from = 2023-01-25"
    )
    newer = newer.replace("end = 12:00:00, capacity = 35", "end = 12:00:00, capacity = 20")
    path = tmp_path / "newer.toml"  # type: ignore[operator]
    path.write_text(newer, encoding="utf-8")
    load_policy_file(path=path, at=NOW, actor=OPERATOR)
    ensure_programme_slots(programme=PROGRAMME, at=NOW)
    mornings = AppointmentSlot.objects.filter(port_id="ELP", band_start=time(8))
    assert set(mornings.filter(date__lt=date(2023, 1, 25)).values_list("capacity", flat=True)) == {35}
    assert set(mornings.filter(date__gte=date(2023, 1, 25)).values_list("capacity", flat=True)) == {20}


@pytest.fixture
def slot() -> AppointmentSlot:
    """A band of San Diego, eight days ahead."""
    open_programme()
    found = AppointmentSlot.objects.filter(port_id="SDG", date=(NOW + timedelta(days=8)).date()).first()
    assert found is not None
    return found


def columns(slot: AppointmentSlot) -> tuple[int, int, int]:
    slot.refresh_from_db()
    return slot.held, slot.reserved, slot.passed_to_walk_in


def test_places_are_held_up_to_the_capacity_and_no_further(slot: AppointmentSlot) -> None:
    hold_places(slot_id=slot.pk, people=slot.capacity)
    with pytest.raises(NoPlaceLeft):
        hold_places(slot_id=slot.pk, people=1)
    assert columns(slot) == (slot.capacity, 0, 0)


@pytest.mark.parametrize(
    ("after_draw", "expected"), [(timedelta(hours=72), (2, 0, 0)), (timedelta(hours=71), (5, 0, 3))]
)
def test_released_places_go_to_the_next_draw_or_the_walk_ins(
    slot: AppointmentSlot, after_draw: timedelta, expected: tuple[int, int, int]
) -> None:
    hold_places(slot_id=slot.pk, people=5)
    reserve = slot.walk_in_reserve
    release_places(
        slot_id=slot.pk, people=3, next_draw_at=slot.starts_at - after_draw, minimum_notice=timedelta(hours=72)
    )
    assert columns(slot) == expected
    assert slot.walk_in_reserve == reserve + expected[2]


def test_more_than_is_held_cannot_be_released(slot: AppointmentSlot) -> None:
    hold_places(slot_id=slot.pk, people=2)
    with pytest.raises(PlacesMiscounted):
        release_places(
            slot_id=slot.pk,
            people=3,
            next_draw_at=slot.starts_at - timedelta(days=4),
            minimum_notice=timedelta(hours=72),
        )
    assert columns(slot) == (2, 0, 0)


def test_what_a_draw_reserves_is_settled_into_what_it_offers(slot: AppointmentSlot) -> None:
    hold_places(slot_id=slot.pk, people=4)
    slot.refresh_from_db()
    reserved = reserve_for_draw(slots=[slot])
    assert columns(slot) == (slot.capacity, slot.capacity - 4, 0)
    with pytest.raises(NoPlaceLeft):
        hold_places(slot_id=slot.pk, people=1)
    settle_draw_cells(offered={slot.pk: 7}, reserved=reserved)
    assert columns(slot) == (11, 0, 0)
    with pytest.raises(PlacesMiscounted):
        settle_draw_cells(offered={}, reserved=reserved)


def test_leftovers_near_the_draw_go_to_the_walk_ins_but_not_what_a_frozen_draw_reserved(slot: AppointmentSlot) -> None:
    near = slot.starts_at - timedelta(hours=1)
    pass_undrawable_to_walk_ins(programme=PROGRAMME, next_draw_at=near, minimum_notice=timedelta(hours=1))
    assert columns(slot) == (0, 0, 0)
    reserve_for_draw(slots=[slot])
    pass_undrawable_to_walk_ins(programme=PROGRAMME, next_draw_at=near, minimum_notice=timedelta(hours=2))
    assert columns(slot) == (slot.capacity, slot.capacity, 0)


def test_a_port_has_slots_on_its_own_days_only() -> None:
    import dataclasses

    policy: Policy = load_programme().policy
    opens, closes = (NOW + timedelta(days=2)).date(), (NOW + timedelta(days=4)).date()
    ports = tuple(
        dataclasses.replace(port, opens_on=opens, closes_on=closes) if port.code == "LAR" else port
        for port in policy.ports
    )
    ensure_slots(policy=dataclasses.replace(policy, ports=ports), at=NOW)
    days = set(AppointmentSlot.objects.filter(port_id="LAR").values_list("date", flat=True))
    assert days == {opens, opens + timedelta(days=1), closes}
