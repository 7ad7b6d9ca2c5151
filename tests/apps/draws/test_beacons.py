"""The public beacon of a draw: waited for, fetched or pasted, always checked, never replaced."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.checks.registry import registry

from fairport.appointments.models import Offer
from fairport.appointments.operations import tick
from fairport.audit.events import OPERATOR, WORKER, Subject
from fairport.audit.queries import list_events
from fairport.config.env import SettingError, choice
from fairport.domain.beacon import BeaconRefused, DrandBeacon, DrandCommitment, time_of_round
from fairport.domain.bundle import verify_bundles
from fairport.domain.draw import parse_manifest
from fairport.draws.checks import check_beacon_settings
from fairport.draws.models import Draw
from fairport.draws.operations import (
    AlreadyRun,
    BeaconMissing,
    BeaconUnavailable,
    FreezeTooLate,
    TooEarly,
    accept_beacon,
    bring_beacon,
    freeze_draw,
    run_draw,
)
from fairport.draws.queries import read_file
from fairport.draws.quicknet import QUICKNET, Chain
from fairport.draws.relays import LARGEST_ANSWER
from tests.factories.beacons import (
    INFINITY,
    REAL_BEACON,
    REAL_FREEZE,
    REAL_TIME,
    ROUND,
    SIGNATURE,
    TEST_CHAIN_KEY,
    StubRelay,
    forged_signature,
    freeze_for_round,
    path_of,
    signed_round,
)
from tests.factories.draws import register_group, write_bundle
from tests.factories.programme import PROGRAMME, open_programme

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def groups() -> None:
    open_programme(at=REAL_FREEZE)
    for size in (1, 2, 3):
        register_group(size, at=REAL_FREEZE)


@pytest.fixture
def relay(settings: Any) -> Iterator[StubRelay]:
    with StubRelay() as stub:
        settings.DRAND_RELAYS = [stub.address]
        yield stub


def files(draw: Draw) -> set[str]:
    return set(draw.files.values_list("name", flat=True))


def test_the_manifest_promises_the_first_round_at_or_after_the_draws_time() -> None:
    draw = freeze_draw(
        programme=PROGRAMME,
        at=REAL_FREEZE,
        actor=WORKER,
        beacon="drand",
        draw_time=REAL_TIME - timedelta(seconds=2),
    )
    manifest = parse_manifest(read_file(draw_id=draw.draw_id, name="manifest.json"))
    assert manifest.beacon == DrandCommitment(ROUND)
    assert (draw.beacon_kind, draw.sealed_secret) == ("drand", None)


def test_the_round_is_fetched_checked_and_published_and_the_draw_verifies(relay: StubRelay, tmp_path: Path) -> None:
    relay.serve(REAL_BEACON)
    draw = freeze_for_round()
    bring_beacon(draw_id=draw.draw_id, at=REAL_TIME, actor=WORKER)
    assert relay.asked == [path_of(ROUND)]
    assert files(draw) == {"pool.txt", "params.json", "manifest.json", "beacon.json"}
    run_draw(draw_id=draw.draw_id, at=REAL_TIME, actor=WORKER)
    (report,) = verify_bundles([write_bundle(draw, tmp_path)], verifier=QUICKNET.verify)
    assert report.offers == 3
    assert any("its signature is valid" in sentence for sentence in report.proven)
    names = [event.name for event in list_events(subject=Subject("draw", draw.draw_id))]
    assert names == ["draw.frozen", "draw.beacon_received", "draw.run"]


def test_the_worker_waits_for_the_round_and_runs_the_draw_when_it_is_there(relay: StubRelay) -> None:
    draw = freeze_for_round()
    tick(at=REAL_TIME - timedelta(seconds=1))
    assert relay.asked == []
    tick(at=REAL_TIME)
    tick(at=REAL_TIME + timedelta(hours=3))
    draw.refresh_from_db()
    assert (len(relay.asked), draw.state, Offer.objects.count()) == (2, "frozen", 0)
    relay.serve(REAL_BEACON)
    tick(at=REAL_TIME + timedelta(hours=4))
    draw.refresh_from_db()
    assert (draw.state, Offer.objects.count()) == ("run", 3)
    assert json.loads(read_file(draw_id=draw.draw_id, name="beacon.json"))["round"] == ROUND


def test_before_the_time_of_the_round_nothing_is_asked_and_nothing_accepted(relay: StubRelay) -> None:
    relay.serve(REAL_BEACON)
    draw = freeze_for_round()
    early = REAL_TIME - timedelta(seconds=1)
    for bring in (
        lambda: bring_beacon(draw_id=draw.draw_id, at=early, actor=WORKER),
        lambda: accept_beacon(draw_id=draw.draw_id, beacon=REAL_BEACON, at=early, actor=OPERATOR),
        lambda: run_draw(draw_id=draw.draw_id, at=early, actor=WORKER),
    ):
        with pytest.raises(TooEarly) as refused:
            bring()
        assert refused.value.code == "draw_too_early"
    assert relay.asked == []


def test_the_round_may_be_after_the_draws_time_and_is_waited_for() -> None:
    draw = freeze_draw(
        programme=PROGRAMME,
        at=REAL_FREEZE,
        actor=WORKER,
        beacon="drand",
        draw_time=REAL_TIME - timedelta(seconds=2),
    )
    with pytest.raises(TooEarly):
        accept_beacon(draw_id=draw.draw_id, beacon=REAL_BEACON, at=REAL_TIME - timedelta(seconds=1), actor=OPERATOR)


def test_a_run_without_the_round_is_refused() -> None:
    draw = freeze_for_round()
    with pytest.raises(BeaconMissing) as refused:
        run_draw(draw_id=draw.draw_id, at=REAL_TIME, actor=WORKER)
    assert str(ROUND) in str(refused.value)
    assert not Offer.objects.exists()


@pytest.mark.parametrize(
    ("beacon", "code"),
    [
        (DrandBeacon(ROUND - 1, SIGNATURE), "beacon_stale"),
        (DrandBeacon(ROUND + 1, SIGNATURE), "beacon_wrong_round"),
        (DrandBeacon(ROUND, bytes([SIGNATURE[0] ^ 0x20]) + SIGNATURE[1:]), "signature_wrong"),
        (DrandBeacon(ROUND, INFINITY), "signature_infinity"),
        (DrandBeacon(ROUND, forged_signature()), "signature_subgroup"),
        (DrandBeacon(ROUND, SIGNATURE[:40]), "signature_length"),
        (signed_round(ROUND), "signature_wrong"),
    ],
)
def test_what_a_person_pastes_is_checked_like_what_a_relay_says(
    beacon: DrandBeacon, code: str, relay: StubRelay
) -> None:
    draw = freeze_for_round()
    with pytest.raises(BeaconRefused) as refused:
        accept_beacon(draw_id=draw.draw_id, beacon=beacon, at=REAL_TIME, actor=OPERATOR)
    assert refused.value.code == code
    relay.serve(DrandBeacon(ROUND, beacon.signature), round=beacon.round)
    with pytest.raises(BeaconUnavailable):
        bring_beacon(draw_id=draw.draw_id, at=REAL_TIME, actor=WORKER)
    assert "beacon.json" not in files(draw)


def test_a_pasted_round_is_kept_once_and_the_relays_are_not_asked(relay: StubRelay) -> None:
    draw = freeze_for_round()
    for _ in range(2):
        accept_beacon(draw_id=draw.draw_id, beacon=REAL_BEACON, at=REAL_TIME, actor=OPERATOR)
    bring_beacon(draw_id=draw.draw_id, at=REAL_TIME, actor=WORKER)
    assert relay.asked == []
    events = [event for event in list_events(subject=Subject("draw", draw.draw_id)) if event.name.endswith("received")]
    assert [event.details and event.details["source"] for event in events] == ["pasted"]
    run_draw(draw_id=draw.draw_id, at=REAL_TIME, actor=WORKER)
    with pytest.raises(AlreadyRun):
        accept_beacon(draw_id=draw.draw_id, beacon=REAL_BEACON, at=REAL_TIME, actor=OPERATOR)


def test_a_local_draw_takes_no_round() -> None:
    draw = freeze_draw(programme=PROGRAMME, at=REAL_FREEZE, actor=WORKER, beacon="local", draw_time=REAL_TIME)
    with pytest.raises(BeaconRefused) as refused:
        accept_beacon(draw_id=draw.draw_id, beacon=REAL_BEACON, at=REAL_TIME, actor=OPERATOR)
    assert refused.value.code == "beacon_wrong_kind"
    bring_beacon(draw_id=draw.draw_id, at=REAL_TIME, actor=WORKER)
    assert "beacon.json" not in files(draw)


@pytest.mark.parametrize(
    ("status", "content", "reason"),
    [
        (404, b"", "Not Found"),
        (500, b"", "Internal Server Error"),
        (302, b"http://127.0.0.1:1/", "Found"),
        (200, b"<html>", "does not answer with JSON"),
        (200, b"[" * 4000, "does not answer with JSON"),
        (200, b"[]", "does not answer with a round"),
        (200, b'{"round": 1000}', "does not answer with a round"),
        (200, b'{"round": "1000", "signature": "00"}', "does not answer with a round"),
        (200, b" " * (LARGEST_ANSWER + 1), "more than a round"),
    ],
)
def test_a_relay_that_answers_wrongly_is_passed_over_and_the_next_is_asked(
    status: int, content: bytes, reason: str, relay: StubRelay, settings: Any
) -> None:
    relay.answers[path_of(ROUND)] = (status, content)
    draw = freeze_for_round()
    with pytest.raises(BeaconUnavailable) as refused:
        bring_beacon(draw_id=draw.draw_id, at=REAL_TIME, actor=WORKER)
    assert reason in str(refused.value)
    with StubRelay() as good:
        good.serve(REAL_BEACON)
        settings.DRAND_RELAYS = ["http://127.0.0.1:1", relay.address, good.address]
        bring_beacon(draw_id=draw.draw_id, at=REAL_TIME, actor=WORKER)
    assert "beacon.json" in files(draw)


def test_only_web_addresses_are_asked(settings: Any, tmp_path: Path) -> None:
    settings.DRAND_RELAYS = [f"file://{tmp_path}"]
    draw = freeze_for_round()
    with pytest.raises(BeaconUnavailable, match="no http or https address"):
        bring_beacon(draw_id=draw.draw_id, at=REAL_TIME, actor=WORKER)
    assert [error.id for error in check_beacon_settings()] == ["fairport.E005"]


def test_another_chain_than_quicknet_serves_the_tests_and_nobody_else(settings: Any, relay: StubRelay) -> None:
    assert check_beacon_settings() == []
    settings.DRAND_PUBLIC_KEY = TEST_CHAIN_KEY
    assert [error.id for error in check_beacon_settings()] == ["fairport.E004"]
    assert check_beacon_settings in registry.get_checks()
    later = ROUND + 28_800
    relay.serve(signed_round(later))
    at = time_of_round(later)
    draw = freeze_for_round(later, at=at - timedelta(minutes=45))
    tick(at=at)
    draw.refresh_from_db()
    assert draw.state == "run"
    assert Chain(TEST_CHAIN_KEY).verify(later, signed_round(later).signature)


def test_the_next_freeze_comes_after_the_round_of_the_draw_before(relay: StubRelay) -> None:
    relay.serve(REAL_BEACON)
    first = freeze_draw(
        programme=PROGRAMME,
        at=REAL_FREEZE,
        actor=WORKER,
        beacon="drand",
        draw_time=REAL_TIME - timedelta(seconds=2),
    )
    bring_beacon(draw_id=first.draw_id, at=REAL_TIME, actor=WORKER)
    run_draw(draw_id=first.draw_id, at=REAL_TIME, actor=WORKER)
    for at, allowed in ((REAL_TIME, False), (REAL_TIME + timedelta(seconds=1), True)):
        if allowed:
            freeze_for_round(ROUND + 28_800, at=at)
        else:
            with pytest.raises(FreezeTooLate):
                freeze_for_round(ROUND + 28_800, at=at)
    assert Draw.objects.count() == 2


def test_in_a_demonstration_too_a_public_round_needs_its_ten_minutes(settings: Any) -> None:
    settings.DEMO = True
    with pytest.raises(FreezeTooLate):
        freeze_for_round(at=REAL_TIME - timedelta(seconds=599))
    draw = freeze_draw(programme=PROGRAMME, at=REAL_FREEZE, actor=WORKER, beacon="drand")
    assert draw.draw_time - draw.frozen_at >= timedelta(minutes=10)


def test_the_source_of_randomness_is_a_setting_with_two_values(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DRAW_BEACON = "drand"
    assert freeze_draw(programme=PROGRAMME, at=REAL_FREEZE, actor=WORKER).beacon_kind == "drand"
    monkeypatch.setenv("FAIRPORT_DRAW_BEACON", "dice")
    with pytest.raises(SettingError, match="FAIRPORT_DRAW_BEACON must be drand or local"):
        choice("FAIRPORT_DRAW_BEACON", default="drand", choices=("drand", "local"))
