"""Plans and exceptions in the database: the policy's bands first, a scheduler's after them, and never two at once."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import psycopg
import pytest
from django.db import IntegrityError, transaction

from fairport.domain.plans import DayKind, DayRule
from fairport.domain.policy import Policy, PolicyBand
from fairport.ports.models import AppointmentSlot, CapacityException, CapacityPlan, PortOfEntry
from fairport.ports.operations import (
    ChangedMeanwhile,
    claim_port,
    derive_plans,
    ensure_slots,
    read_book,
    replace_plan,
    set_day_rules,
)
from fairport.ports.plans import planned_places
from tests.factories.programme import NOW, PROGRAMME, load_programme

pytestmark = pytest.mark.django_db
TODAY = date(2023, 1, 18)
NIGHT = PolicyBand(time(1), time(2), 20, 0)
GAP = PolicyBand(time(2), time(3), 20, 0)


@pytest.fixture
def policy() -> Policy:
    return load_programme().policy


def plan_of(port: str, weekday: int) -> list[tuple[time, int, date, date | None]]:
    rows = CapacityPlan.objects.filter(port_id=port, weekday=weekday, superseded_at__isnull=True)
    return [(row.band_start, row.capacity, row.effective_from, row.effective_until) for row in rows]


def test_the_policys_bands_are_the_first_plans_and_deriving_again_adds_nothing(policy: Policy) -> None:
    assert CapacityPlan.objects.count() == sum(len(port.bands) for port in policy.ports) * 7
    assert plan_of("ELP", 1) == [
        (time(8), 35, policy.effective_from, None),
        (time(13), 35, policy.effective_from, None),
    ]
    assert derive_plans(policy=policy, at=NOW) == 0


def test_a_database_from_before_there_were_plans_gets_them_with_the_slots(policy: Policy) -> None:
    CapacityPlan.objects.all().delete()
    assert ensure_slots(policy=policy, at=NOW) > 0
    assert CapacityPlan.objects.filter(policy_version=policy.version).exists()


def test_a_version_with_other_bands_takes_over_on_its_day_and_leaves_the_other_ports_alone(policy: Policy) -> None:
    replace_plan(programme=PROGRAMME, port="SDG", weekdays=[1], bands=[NIGHT], first_day=TODAY, at=NOW)
    first_day = date(2023, 2, 1)
    ports = tuple(
        dataclasses.replace(port, bands=(dataclasses.replace(port.bands[0], capacity=99),))
        if port.code == "ELP"
        else port
        for port in policy.ports
    )
    newer = dataclasses.replace(policy, version="2023.2", effective_from=first_day, ports=ports)

    assert derive_plans(policy=newer, at=NOW) == 1

    assert plan_of("ELP", 1) == [
        (time(8), 35, policy.effective_from, date(2023, 1, 31)),
        (time(13), 35, policy.effective_from, date(2023, 1, 31)),
        (time(8), 99, first_day, None),
    ]
    assert plan_of("SDG", 1)[-1] == (time(1), 20, TODAY, None), "what a scheduler planned there stays"
    # And a scheduler's plan from before holds until the version that was published begins.
    until = replace_plan(programme=PROGRAMME, port="ELP", weekdays=[1], bands=[NIGHT], first_day=TODAY, at=NOW)
    assert until == date(2023, 1, 31)
    assert derive_plans(policy=newer, at=NOW) == 0


def test_a_later_plan_ends_the_one_before_and_both_stay(policy: Policy) -> None:
    other = PolicyBand(time(9), time(12), 40, 2)
    replace_plan(programme=PROGRAMME, port="ELP", weekdays=[1], bands=[NIGHT], first_day=date(2023, 2, 6), at=NOW)
    replace_plan(programme=PROGRAMME, port="ELP", weekdays=[1, 2], bands=[other], first_day=date(2023, 1, 30), at=NOW)

    assert plan_of("ELP", 1) == [
        (time(8), 35, policy.effective_from, date(2023, 1, 29)),
        (time(13), 35, policy.effective_from, date(2023, 1, 29)),
        (time(9), 40, date(2023, 1, 30), None),
    ]
    assert CapacityPlan.objects.get(port_id="ELP", weekday=1, band_start=time(1)).superseded_at == NOW
    assert plan_of("ELP", 3) == [
        (time(8), 35, policy.effective_from, None),
        (time(13), 35, policy.effective_from, None),
    ]


@pytest.mark.parametrize(("start", "end"), [(time(8), time(12)), (time(11, 59), time(13)), (time(7), time(18))])
def test_the_database_refuses_a_second_plan_for_the_same_hours(policy: Policy, start: time, end: time) -> None:
    values = {"programme": PROGRAMME, "port_id": "ELP", "capacity": 5, "created_at": NOW, "effective_from": TODAY}
    with pytest.raises(IntegrityError, match="ports_plan_one_at_a_time"), transaction.atomic():
        CapacityPlan.objects.create(weekday=1, band_start=start, band_end=end, **values)
    CapacityPlan.objects.create(weekday=1, band_start=time(12), band_end=time(13), **values)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"weekday": 8}, "ports_plan_weekday"),
        ({"band_end": time(5)}, "ports_plan_ends_after_start"),
        ({"effective_until": date(2023, 1, 1)}, "ports_plan_until_after_from"),
        ({"capacity": -1}, "capacity"),
    ],
)
def test_what_is_never_true_of_a_plan(policy: Policy, changes: dict[str, object], constraint: str) -> None:
    values = {
        "programme": PROGRAMME,
        "port_id": "ELP",
        "weekday": 1,
        "band_start": time(5),
        "band_end": time(6),
        "capacity": 5,
        "created_at": NOW,
        "effective_from": TODAY,
    }
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        CapacityPlan.objects.create(**values | changes)


def test_one_exception_a_day_and_the_former_one_stays_in_the_history(policy: Policy) -> None:
    values = {"programme": PROGRAMME, "port": "ELP", "reason": "staff", "words": "", "source": "officer"}
    set_day_rules(rules={TODAY: DayRule(DayKind.CLOSED)}, at=NOW, **values)
    set_day_rules(rules={TODAY: DayRule(DayKind.UNCHANGED)}, at=NOW + timedelta(hours=1), **values)

    assert [(row.kind, row.lifted_at) for row in CapacityException.objects.order_by("id")] == [
        ("closed", NOW + timedelta(hours=1)),
        ("unchanged", None),
    ]
    with pytest.raises(IntegrityError, match="ports_one_exception_a_day"), transaction.atomic():
        CapacityException.objects.create(
            programme=PROGRAMME, port_id="ELP", day=TODAY, kind="closed", reason="staff", created_at=NOW
        )


def test_new_slots_follow_the_plan_and_the_exceptions_of_their_day(policy: Policy) -> None:
    values = {"programme": PROGRAMME, "port": "ELP", "reason": "staff", "words": "", "source": "officer", "at": NOW}
    closed, fewer = TODAY + timedelta(days=3), TODAY + timedelta(days=4)
    set_day_rules(
        rules={
            closed: DayRule(DayKind.CLOSED),
            fewer: DayRule(DayKind.CHANGED, {time(8): PolicyBand(time(8), time(12), 12, 1)}),
        },
        **values,
    )
    replace_plan(
        programme=PROGRAMME, port="NOG", weekdays=range(1, 8), bands=[], first_day=TODAY + timedelta(days=2), at=NOW
    )
    ensure_slots(policy=policy, at=NOW)

    elp = AppointmentSlot.objects.filter(port_id="ELP")
    assert not elp.filter(date=closed).exists()
    assert list(elp.filter(date=fewer).values_list("capacity", "walk_in_reserve")) == [(12, 1), (35, 4)]
    assert set(AppointmentSlot.objects.filter(port_id="NOG").values_list("date", flat=True)) == {
        TODAY,
        TODAY + timedelta(days=1),
    }


@pytest.mark.parametrize(("port", "has_summer_time"), [("SDG", True), ("NOG", False), ("ELP", True), ("HID", True)])
def test_bands_of_the_night_in_which_the_clock_changes(policy: Policy, port: str, has_summer_time: bool) -> None:
    spring, autumn = date(2023, 3, 12), date(2023, 11, 5)
    for day in (spring, autumn):
        at = datetime.combine(day, time(12), tzinfo=UTC) - timedelta(days=2)
        replace_plan(programme=PROGRAMME, port=port, weekdays=[7], bands=[NIGHT, GAP], first_day=at.date(), at=NOW)
        ensure_slots(policy=policy, at=at)
    slots = {(slot.date, slot.band_start): slot for slot in AppointmentSlot.objects.filter(port_id=port)}
    # The hour that the clock skips is no band at all; the one before it is as long as ever.
    assert ((spring, time(2)) in slots) is not has_summer_time
    assert slots[spring, time(1)].ends_at - slots[spring, time(1)].starts_at == timedelta(hours=1)
    # The hour that comes twice is one band, from its first beginning on, with its places once.
    twice = slots[autumn, time(1)]
    assert twice.ends_at - twice.starts_at == timedelta(hours=2 if has_summer_time else 1)
    assert twice.ends_at == slots[autumn, time(2)].starts_at
    assert twice.capacity == 20
    assert twice.starts_at.astimezone(ZoneInfo(twice.port.timezone)).time() == time(1)


def test_the_version_of_a_port_is_taken_once(policy: Policy) -> None:
    claim_port(port="ELP", seen_version=0)
    with pytest.raises(ChangedMeanwhile):
        claim_port(port="ELP", seen_version=0)
    assert PortOfEntry.objects.get(pk="ELP").capacity_version == 1


def test_the_book_reads_what_was_written_in_three_queries(policy: Policy, django_assert_num_queries: object) -> None:
    values = {"programme": PROGRAMME, "port": "ELP", "reason": "staff", "words": "", "source": "officer", "at": NOW}
    rule = DayRule(DayKind.CHANGED, {time(8): PolicyBand(time(8), time(12), 12, 1)})
    set_day_rules(rules={TODAY + timedelta(days=offset): rule for offset in range(20)}, **values)
    with django_assert_num_queries(3):  # type: ignore[operator]
        book = read_book(programme=PROGRAMME, first_day=TODAY + timedelta(days=5))
    assert [band.capacity for band in book.bands_on("ELP", TODAY + timedelta(days=5))] == [12, 35]
    assert [band.capacity for band in book.bands_on("ELP", TODAY)] == [35, 35]


def test_the_places_of_a_port_are_those_of_its_fullest_weekday(policy: Policy) -> None:
    assert planned_places(programme=PROGRAMME, first_day=TODAY)["SDG"] == 180
    replace_plan(programme=PROGRAMME, port="SDG", weekdays=[6], bands=[NIGHT, GAP], first_day=TODAY, at=NOW)
    assert planned_places(programme=PROGRAMME, first_day=TODAY)["SDG"] == 180
    replace_plan(programme=PROGRAMME, port="SDG", weekdays=range(1, 8), bands=[NIGHT, GAP], first_day=TODAY, at=NOW)
    assert planned_places(programme=PROGRAMME, first_day=TODAY)["SDG"] == 40


def test_the_applications_role_may_plan_and_is_kept_from_a_second_plan_for_the_same_hours(
    app_role_connection: psycopg.Connection[tuple[object, ...]],
) -> None:
    app_role_connection.execute(
        "INSERT INTO ports_portofentry (code, name, timezone, traveler_timezone, latitude, longitude, address,"
        " opens_on, capacity_source, capacity_version)"
        " VALUES ('ZZZ', 'Test', 'UTC', 'UTC', 0, 0, 'Here', '2023-01-12', 'demonstration', 0)"
    )
    insert = (
        "INSERT INTO ports_capacityplan (programme, port_id, weekday, band_start, band_end, capacity, walk_in_reserve,"
        " effective_from, policy_version, created_at) VALUES ('p', 'ZZZ', 1, %s, %s, 20, 0, '2023-01-16', '', now())"
    )
    app_role_connection.execute(insert, ["08:00", "12:00"])
    with pytest.raises(psycopg.errors.ExclusionViolation):
        app_role_connection.execute(insert, ["11:00", "13:00"])
