"""The worker is killed at every stage of a draw; doing it again gives the same result, once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection

from fairport.appointments.models import Offer
from fairport.audit.events import WORKER
from fairport.domain.bundle import verify_bundles
from fairport.domain.draw import LocalBeacon
from fairport.domain.draw import run_draw as domain_draw
from fairport.draws.models import Draw, DrawEntry, DrawFile
from fairport.draws.operations import SECRET_PURPOSE, bring_beacon, run_draw
from fairport.draws.queries import read_file
from fairport.draws.quicknet import QUICKNET
from fairport.ports.models import AppointmentSlot
from fairport.registrations.models import Registration
from fairport.sealing import box
from tests.factories.beacons import REAL_BEACON, REAL_FREEZE, REAL_TIME, StubRelay, freeze_for_round
from tests.factories.draws import DRAW_TIME, freeze, register_group, write_bundle
from tests.factories.invariants import assert_places_add_up
from tests.factories.programme import PROGRAMME, open_programme

pytestmark = pytest.mark.django_db(transaction=True)

# The other process does one step and is killed, without a chance to clean up, when the work gets to a stage.
KILLED_AT = """
import os, signal, sys
import django
django.setup()
from datetime import datetime
from fairport.audit.events import WORKER
from fairport.draws import operations

step, stage, share, moment = sys.argv[1:5]

def watch(reached, done):
    if reached == stage and done >= float(share):
        os.kill(os.getpid(), signal.SIGKILL)

at = datetime.fromisoformat(moment)
if step == "freeze":
    operations.freeze_draw(
        programme=sys.argv[5], at=at, actor=WORKER, beacon=sys.argv[7], draw_time=datetime.fromisoformat(sys.argv[6]),
        on_progress=watch,
    )
elif step == "beacon":
    # The round is fetched, checked and written, but not committed.
    from fairport.draws import beacons
    beacons.append_event = lambda **_event: watch(stage, 1)
    operations.bring_beacon(draw_id=sys.argv[5], at=at, actor=WORKER)
else:
    operations.run_draw(draw_id=sys.argv[5], at=at, actor=WORKER, on_progress=watch)
"""


def killed(*arguments: str, relay: str = "") -> None:
    """Runs the step in a process of its own, with the application's rights, until it is killed."""
    database = connection.settings_dict
    url = f"postgresql:///{database['NAME']}?user=postgres&port=5432&host={quote(database['HOST'], safe='')}"
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "fairport.config.settings",
        "FAIRPORT_DATABASE_URL": url,
        "FAIRPORT_DATABASE_AS": "app",
        "FAIRPORT_KEYRING": str(settings.KEYRING),
        "FAIRPORT_DRAND_RELAYS": relay,
    }
    process = subprocess.run(
        [sys.executable, "-c", KILLED_AT, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    assert process.returncode == -signal.SIGKILL, process.stderr


@pytest.fixture(autouse=True)
def groups(db: None) -> None:
    open_programme()
    for size in (1, 2, 3, 5, 12):
        register_group(size)


@pytest.mark.parametrize(
    ("stage", "share"), [("Committing to the pool", "0"), ("Storing the pool", "0.8"), ("Storing the pool", "1")]
)
def test_a_freeze_that_was_killed_leaves_nothing_and_can_be_done_again(stage: str, share: str, tmp_path: Path) -> None:
    killed("freeze", stage, share, DRAW_TIME.replace(hour=17, minute=15).isoformat(), *freeze_arguments())
    assert (Draw.objects.count(), DrawEntry.objects.count(), DrawFile.objects.count()) == (0, 0, 0)
    assert not AppointmentSlot.objects.filter(held__gt=0).exists()
    draw = freeze()
    run_draw(draw_id=draw.draw_id, at=DRAW_TIME, actor=WORKER)
    (report,) = verify_bundles([write_bundle(draw, tmp_path)])
    assert (report.entries, report.offers) == (5, 5)


@pytest.mark.parametrize(
    ("stage", "share"),
    [
        ("Drawing the order", "0"),
        ("Giving out the places", "0"),
        ("Storing what came out", "0.7"),
        ("Storing what came out", "1"),
    ],
)
def test_a_run_that_was_killed_leaves_the_draw_frozen_and_gives_the_same_result_again(
    stage: str, share: str, tmp_path: Path
) -> None:
    draw = freeze()
    frozen = {name: read_file(draw_id=draw.draw_id, name=name) for name in ("pool.txt", "params.json", "manifest.json")}
    expected = result_to_come(draw)
    killed("run", stage, share, DRAW_TIME.isoformat(), draw.draw_id)
    killed("run", stage, share, DRAW_TIME.isoformat(), draw.draw_id)
    draw.refresh_from_db()
    assert (draw.state, Offer.objects.count()) == ("frozen", 0)
    assert set(Registration.objects.values_list("status", flat=True)) == {"waiting"}
    assert_places_add_up()
    run_draw(draw_id=draw.draw_id, at=DRAW_TIME, actor=WORKER)
    assert Offer.objects.count() == 5
    assert {name: read_file(draw_id=draw.draw_id, name=name) for name in frozen} == frozen
    assert read_file(draw_id=draw.draw_id, name="result.json") == expected
    verify_bundles([write_bundle(draw, tmp_path)])
    assert_places_add_up()


def result_to_come(draw: Draw) -> bytes:
    """What the draw must give: it is decided by what was frozen and by the sealed secret."""
    assert draw.sealed_secret is not None
    secret = box.open_for_service(purpose=SECRET_PURPOSE, context=f"draw:{draw.draw_id}", box=bytes(draw.sealed_secret))
    pool, params, manifest = (
        read_file(draw_id=draw.draw_id, name=name) for name in ("pool.txt", "params.json", "manifest.json")
    )
    return domain_draw(pool=pool, params=params, manifest=manifest, beacon=LocalBeacon(secret)).result_bytes


def freeze_arguments() -> tuple[str, str, str]:
    return PROGRAMME, DRAW_TIME.isoformat(), "local"


@pytest.mark.parametrize("stage", ["Committing to the pool", "Storing the pool"])
def test_a_killed_freeze_that_promised_a_round_leaves_nothing(stage: str) -> None:
    killed("freeze", stage, "0.6", REAL_FREEZE.isoformat(), PROGRAMME, REAL_TIME.isoformat(), "drand")
    assert (Draw.objects.count(), DrawFile.objects.count()) == (0, 0)
    assert freeze_for_round().beacon_kind == "drand"


def test_killed_while_it_fetched_the_round_and_while_it_ran_it_gives_the_draw_of_that_round(
    settings: Any, tmp_path: Path
) -> None:
    draw = freeze_for_round()
    frozen = {name: read_file(draw_id=draw.draw_id, name=name) for name in ("pool.txt", "params.json", "manifest.json")}
    expected = domain_draw(
        pool=frozen["pool.txt"],
        params=frozen["params.json"],
        manifest=frozen["manifest.json"],
        beacon=REAL_BEACON,
        verifier=QUICKNET.verify,
    )
    at = REAL_TIME.isoformat()
    with StubRelay() as relay:
        relay.serve(REAL_BEACON)
        killed("beacon", "", "0", at, draw.draw_id, relay=relay.address)
        assert relay.asked
        assert not DrawFile.objects.filter(draw=draw, name="beacon.json").exists()
        settings.DRAND_RELAYS = [relay.address]
        bring_beacon(draw_id=draw.draw_id, at=REAL_TIME, actor=WORKER)
    kept = read_file(draw_id=draw.draw_id, name="beacon.json")
    for stage in ("Giving out the places", "Storing what came out"):
        killed("run", stage, "0", at, draw.draw_id)
        draw.refresh_from_db()
        assert (draw.state, Offer.objects.count()) == ("frozen", 0)
        assert read_file(draw_id=draw.draw_id, name="beacon.json") == kept
    run_draw(draw_id=draw.draw_id, at=REAL_TIME, actor=WORKER)
    assert Offer.objects.count() == 5
    assert read_file(draw_id=draw.draw_id, name="result.json") == expected.result_bytes
    verify_bundles([write_bundle(draw, tmp_path)], verifier=QUICKNET.verify)
    assert_places_add_up()
