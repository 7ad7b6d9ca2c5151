"""A round of the public beacon that comes days late: the draw waits for it, then all goes on, and nobody loses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fairport.appointments.models import Offer
from fairport.appointments.operations import tick, withdraw
from fairport.audit.events import APPLICANT, Subject
from fairport.audit.queries import list_events
from fairport.domain.beacon import round_at
from fairport.domain.bundle import verify_bundles
from fairport.draws.models import Draw, DrawEntry
from fairport.draws.quicknet import Chain
from fairport.ports.models import AppointmentSlot
from fairport.registrations.models import Registration
from tests.factories.beacons import TEST_CHAIN_KEY, StubRelay, signed_round
from tests.factories.draws import register_group, write_bundle
from tests.factories.invariants import assert_places_add_up
from tests.factories.programme import PROGRAMME, open_programme

pytestmark = pytest.mark.django_db

# A Monday after drand's first round, an hour before the policy's draw.
MORNING = datetime(2023, 8, 28, 17, 0, tzinfo=UTC)
DRAW_TIME = MORNING.replace(hour=18)
FREEZE_TIME = DRAW_TIME - timedelta(minutes=45)
DAY = timedelta(days=1)


@pytest.fixture
def relay(settings: Any) -> Iterator[StubRelay]:
    settings.DRAW_BEACON = "drand"
    settings.DRAND_PUBLIC_KEY = TEST_CHAIN_KEY
    open_programme(at=MORNING)
    with StubRelay() as stub:
        settings.DRAND_RELAYS = [stub.address]
        yield stub
    assert_places_add_up()


def serve_round_of(relay: StubRelay, draw_time: datetime) -> None:
    relay.serve(signed_round(round_at(draw_time)))


def draws() -> list[tuple[int, str, str]]:
    return list(Draw.objects.order_by("sequence").values_list("sequence", "draw_id", "state"))


def wait_three_days() -> None:
    """The worker's ticks while the round is missing, an hour apart, through the freezes of three more days."""
    moment = FREEZE_TIME
    while moment <= DRAW_TIME + 3 * DAY - timedelta(hours=1):
        tick(at=moment)
        moment += timedelta(hours=1)


def test_three_days_late_the_draw_runs_and_the_next_one_follows_without_a_gap(relay: StubRelay, tmp_path: Path) -> None:
    before = register_group(2, at=MORNING)
    wait_three_days()
    assert draws() == [(1, f"{PROGRAMME}/2023-08-28", "frozen")]
    during = register_group(3, at=MORNING + DAY)
    # The round arrives in the minutes in which the fourth day's draw is frozen: both happen in one tick.
    serve_round_of(relay, DRAW_TIME)
    done = tick(at=FREEZE_TIME + 3 * DAY)
    assert (done["run"], done["frozen"]) == (1, 1)
    serve_round_of(relay, DRAW_TIME + 3 * DAY)
    assert tick(at=DRAW_TIME + 3 * DAY)["run"] == 1
    assert draws() == [(1, f"{PROGRAMME}/2023-08-28", "run"), (2, f"{PROGRAMME}/2023-08-31", "run")]
    entries = DrawEntry.objects.values_list("draw__sequence", "subject_id", "outcome")
    # Whoever the late run could give no place that leaves time enough is in the next draw, and gets one there.
    assert sorted(entries) == sorted([(1, before, "void"), (2, before, "offer"), (2, during, "offer")])
    reports = verify_bundles(
        [write_bundle(draw, tmp_path) for draw in Draw.objects.order_by("sequence")],
        verifier=Chain(TEST_CHAIN_KEY).verify,
    )
    assert [report.sequence for report in reports] == [1, 2]


def test_each_day_without_a_draw_is_told_once_and_no_group_loses_its_place_in_the_order(relay: StubRelay) -> None:
    waiting = register_group(2, at=MORNING)
    wait_three_days()
    assert Registration.objects.get(pk=waiting).registered_at == MORNING
    for day in (29, 30):
        told = list_events(subject=Subject("draw", f"{PROGRAMME}/2023-08-{day}"))
        assert [event.name for event in told] == ["draw.missed"]
    assert [event.name for event in list_events(subject=Subject("draw", f"{PROGRAMME}/2023-08-28"))] == ["draw.frozen"]


def test_nobody_lapses_while_a_round_is_late_and_who_withdrew_meanwhile_gets_no_offer(relay: StubRelay) -> None:
    overdue, gone = register_group(2, at=MORNING), register_group(1, at=MORNING)
    Registration.objects.filter(pk=overdue).update(last_sign_of_life_at=FREEZE_TIME - 29 * DAY)
    wait_three_days()
    assert Registration.objects.get(pk=overdue).status == "waiting"
    withdraw(registration_id=gone, at=DRAW_TIME + 2 * DAY, actor=APPLICANT)
    serve_round_of(relay, DRAW_TIME)
    tick(at=DRAW_TIME + timedelta(hours=10))
    assert Registration.objects.get(pk=overdue).status == "offered"
    assert not Offer.objects.filter(registration_id=gone).exists()


def test_a_late_run_offers_only_what_leaves_time_to_travel(relay: StubRelay) -> None:
    groups = [register_group(size, at=MORNING) for size in (1, 2, 3, 4)]
    wait_three_days()
    late = DRAW_TIME + 3 * DAY - timedelta(hours=2)
    serve_round_of(relay, DRAW_TIME)
    tick(at=late)
    for offer in Offer.objects.select_related("slot"):
        assert offer.slot.starts_at - offer.made_at >= timedelta(hours=60)
        assert offer.expires_at - offer.made_at >= timedelta(hours=12)
    statuses = set(Registration.objects.filter(pk__in=groups).values_list("status", flat=True))
    assert statuses <= {"offered", "waiting"}
    # What the late run could not offer in time is free for the next draw, or the port's walk-in reserve has it.
    assert not AppointmentSlot.objects.filter(reserved__gt=0).exists()
