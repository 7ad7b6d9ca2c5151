"""Who is expected, late, missed, or missing from a group that is here: in the port's own time, all day long."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fairport.appointments.operations import tick, withdraw
from fairport.audit.events import APPLICANT
from fairport.checkin.days import BandOfDay, follow_day
from fairport.checkin.operations import record_arrival
from fairport.checkin.places import today_at
from fairport.ports.models import AppointmentSlot
from fairport.ports.operations import ensure_slots
from tests.apps.checkin.conftest import Group
from tests.cast import Cast, signed_in
from tests.factories.clock import StandingClock
from tests.factories.draws import DRAW_TIME, confirm, hold_draw, register_group
from tests.factories.programme import NOW, load_programme

# The policy's hour of grace after each band.
GRACE = timedelta(hours=1)


@pytest.fixture
def three_groups(cast: Cast) -> list[Group]:
    """A single person, a couple and a family of three, in one band of San Diego."""
    ids = [register_group(size, ports=("SDG",)) for size in (1, 2, 3)]
    hold_draw()
    appointments = [confirm(registration_id, at=DRAW_TIME + timedelta(hours=1)) for registration_id in ids]
    assert len({appointment.slot_id for appointment in appointments}) == 1
    return [Group(appointment, appointment.slot.starts_at + timedelta(hours=1)) for appointment in appointments]


def band_at(groups: list[Group], at: datetime) -> BandOfDay:
    slot = groups[0].appointment.slot
    return next(band for band in follow_day(port="SDG", day=slot.date, at=at) if band.slot_id == slot.pk)


def figures(band: BandOfDay) -> dict[str, int]:
    names = ("groups", "people", "arrived", "rest", "expected", "late", "missed")
    return {name: getattr(band, name) for name in names}


def two_of_three_arrive(groups: list[Group], cast: Cast) -> None:
    ids = [traveler.pk for traveler in groups[2].travelers[:2]]
    record_arrival(
        appointment_id=groups[2].appointment.pk, traveler_ids=ids, officer=cast.officer, at=groups[2].in_band
    )


def test_absent_travelers_stay_expected_until_the_band_and_its_grace_are_over(
    cast: Cast, three_groups: list[Group]
) -> None:
    two_of_three_arrive(three_groups, cast)
    slot = three_groups[0].appointment.slot
    common = {"groups": 3, "people": 6, "arrived": 2, "rest": 1}

    for at, where in (
        (slot.ends_at - timedelta(seconds=1), "expected"),
        (slot.ends_at, "late"),
        (slot.ends_at + GRACE - timedelta(seconds=1), "late"),
        (slot.ends_at + GRACE, "missed"),
    ):
        missing = {"expected": 0, "late": 0, "missed": 0} | {where: 4}
        assert figures(band_at(three_groups, at)) == common | missing


def test_the_figures_are_the_same_once_the_worker_has_marked_who_missed_it(
    cast: Cast, three_groups: list[Group]
) -> None:
    two_of_three_arrive(three_groups, cast)
    over = three_groups[0].appointment.slot.ends_at + GRACE
    before = band_at(three_groups, over)

    tick(at=over)

    assert band_at(three_groups, over) == before


def test_who_withdrew_is_not_expected(cast: Cast, three_groups: list[Group]) -> None:
    one = three_groups[0]
    withdraw(
        registration_id=one.appointment.registration_id,
        at=one.appointment.slot.starts_at - timedelta(hours=1),
        actor=APPLICANT,
    )

    assert figures(band_at(three_groups, one.in_band)) == {
        "groups": 2,
        "people": 5,
        "arrived": 0,
        "rest": 0,
        "expected": 5,
        "late": 0,
        "missed": 0,
    }


def test_the_page_shows_them(cast: Cast, three_groups: list[Group], clock: StandingClock) -> None:
    two_of_three_arrive(three_groups, cast)
    clock.at = three_groups[0].appointment.slot.ends_at + timedelta(minutes=5)

    page = signed_in(cast.officer).get("/office/day")

    assert page.context["figures"] == {
        "groups": 3,
        "people": 6,
        "arrived": 2,
        "rest": 1,
        "expected": 0,
        "late": 4,
        "missed": 0,
    }
    assert "Missing from a group that is here" in page.content.decode()


def test_more_groups_need_no_more_queries(cast: Cast, three_groups: list[Group]) -> None:
    slot = three_groups[0].appointment.slot
    counts = []
    for more in (0, 6):
        for _ in range(more):
            register_group(1, ports=("SDG",))
        if more:
            hold_draw(day=1)
        with CaptureQueriesContext(connection) as queries:
            follow_day(port="SDG", day=slot.date, at=slot.starts_at)
        counts.append(len(queries))

    assert counts[0] == counts[1]


@pytest.mark.parametrize("port", ["SDG", "NOG"])
@pytest.mark.parametrize("change", [date(2023, 3, 12), date(2023, 11, 5)])
def test_a_band_ends_by_the_ports_clock_on_the_day_it_changes(cast: Cast, port: str, change: date) -> None:
    policy = load_programme(at=NOW).policy
    ensure_slots(policy=policy, at=datetime.combine(change - timedelta(days=3), time(18), tzinfo=UTC))
    slot = AppointmentSlot.objects.filter(port_id=port, date=change).order_by("band_start")[0]
    local_end = datetime.combine(change, slot.band_end, tzinfo=ZoneInfo(slot.port.timezone)).astimezone(UTC)

    assert slot.ends_at == local_end
    assert today_at(port=slot.port, at=local_end) == change
    # Arizona keeps its offset; California's noon moves by an hour of UTC.
    noon = datetime.combine(change, time(12), tzinfo=ZoneInfo(slot.port.timezone)).astimezone(UTC).hour
    assert noon == {"NOG": 19, "SDG": 19 if change.month == 3 else 20}[port]
