"""Who gets which file of a draw, and when: two phases, auditors at once, everybody the day after the last band."""

from __future__ import annotations

import io
import tarfile
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from fairport.audit.events import WORKER, Subject
from fairport.audit.keys import keys_of
from fairport.audit.models import LogName
from fairport.audit.operations import sequence_log
from fairport.audit.proofs import verify_proof
from fairport.audit.queries import list_events
from fairport.domain.draw import parse_params
from fairport.draws.models import Draw
from fairport.draws.operations import bring_beacon, run_draw
from fairport.draws.queries import late_files_public_from, read_file
from tests.cast import Cast, signed_in
from tests.factories.beacons import REAL_BEACON, REAL_FREEZE, REAL_TIME, StubRelay, freeze_for_round
from tests.factories.clock import StandingClock
from tests.factories.draws import register_group
from tests.factories.programme import open_programme

pytestmark = pytest.mark.django_db
ADDRESS = "title-42-exemption_2023-08-23"
FROZEN_FILES = {"params.json", "manifest.json", "checkpoint.txt"}
LATE = {"pool.txt", "allocation.txt", "release.json"}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, plain_static: None) -> StandingClock:
    open_programme(at=REAL_FREEZE)
    for size in (1, 2, 3):
        register_group(size, at=REAL_FREEZE)
    return StandingClock(monkeypatch, REAL_FREEZE)


def freeze() -> Draw:
    draw = freeze_for_round()
    sequence_log(at=REAL_FREEZE)
    return draw


def run(draw: Draw, settings: Any) -> None:
    with StubRelay() as relay:
        relay.serve(REAL_BEACON)
        settings.DRAND_RELAYS = [relay.address]
        bring_beacon(draw_id=draw.draw_id, at=REAL_TIME, actor=WORKER)
    run_draw(draw_id=draw.draw_id, at=REAL_TIME, actor=WORKER)


def packed(response: Any) -> set[str]:
    assert response.status_code == 200
    with tarfile.open(fileobj=io.BytesIO(response.content)) as archive:
        return {name.rpartition("/")[2] for name in archive.getnames()}


def public(client: Client) -> set[str]:
    return packed(client.get(f"/draws/{ADDRESS}/bundle.tar.gz"))


def test_the_freeze_publishes_its_commitment_the_run_its_result_and_the_rest_comes_late(
    client: Client, clock: StandingClock, settings: Any
) -> None:
    draw = freeze()
    assert public(client) == FROZEN_FILES
    run(draw, settings)
    assert public(client) == FROZEN_FILES | {"beacon.json", "result.json"}
    clock.at = late_files_public_from(draw_id=draw.draw_id) - timedelta(seconds=1)
    assert public(client) == FROZEN_FILES | {"beacon.json", "result.json"}
    assert client.get(f"/draws/{ADDRESS}/pool.txt").status_code == 404
    clock.at += timedelta(seconds=1)
    assert public(client) == FROZEN_FILES | {"beacon.json", "result.json"} | LATE
    assert client.get(f"/draws/{ADDRESS}/pool.txt").content == read_file(draw_id=draw.draw_id, name="pool.txt")


def test_late_is_the_day_after_the_last_band_where_it_is_latest(clock: StandingClock) -> None:
    draw = freeze()
    params = parse_params(read_file(draw_id=draw.draw_id, name="params.json"))
    last = max(cell.date for cell in params.cells)
    moment = late_files_public_from(draw_id=draw.draw_id)
    assert moment.tzinfo is UTC
    for cell in params.cells:
        assert moment.astimezone(ZoneInfo(params.zones[cell.port])).date() > cell.date
    assert moment - datetime.combine(last + timedelta(days=1), datetime.min.time(), UTC) < timedelta(hours=24)
    assert last > date(2023, 8, 23)


def test_the_manifest_is_in_a_signed_checkpoint_before_the_time_of_its_round(
    client: Client, clock: StandingClock
) -> None:
    """The worker sequences right after the freeze (config/tasks.py), twenty minutes before the round here."""
    from fairport.config.tasks import tick as worker_tick

    clock.at = REAL_TIME.replace(hour=17, minute=15, second=0)
    worker_tick(timestamp=0)
    draw = Draw.objects.get()
    assert (draw.state, draw.frozen_at) == ("frozen", clock.at)
    proof = client.get(f"/draws/{ADDRESS}/checkpoint.txt").content
    manifest = read_file(draw_id=draw.draw_id, name="manifest.json")
    proven = verify_proof(content=proof, leaf_data=manifest, keys=keys_of(log=LogName.DRAWS))
    assert proven.head.size == 1
    (frozen,) = list_events(subject=Subject("draw", draw.draw_id))
    assert frozen.details is not None
    from fairport.audit.queries import inclusion_proof

    assert inclusion_proof(event_id=frozen.id).startswith("c2sp.org/tlog-proof@v1")


def test_a_draw_whose_round_is_late_says_which_one_it_waits_for(client: Client, clock: StandingClock) -> None:
    freeze()
    waiting = "Waiting for round 1000 of the public random number"
    for path in ("/draws", f"/draws/{ADDRESS}"):
        assert waiting not in client.get(path).content.decode()
    clock.at = REAL_TIME
    for path in ("/draws", f"/draws/{ADDRESS}"):
        assert waiting in client.get(path).content.decode()


def test_an_auditor_has_all_files_at_once_and_it_leaves_a_trace(
    client: Client, clock: StandingClock, cast: Cast, settings: Any
) -> None:
    draw = freeze()
    run(draw, settings)
    auditor = signed_in(cast.everybody()["auditor"])
    page = auditor.get("/office/draws").content.decode()
    assert f"/office/draws/{ADDRESS}" in page
    assert packed(auditor.get(f"/office/draws/{ADDRESS}")) == FROZEN_FILES | {"beacon.json", "result.json"} | LATE
    opened = list_events(subject=Subject("draw", draw.draw_id))[-1]
    assert (opened.name, opened.actor_kind) == ("draw.files_opened", "staff")
    assert auditor.get("/office/draws/nothing").status_code == 404


def test_nobody_else_has_them(clock: StandingClock, cast: Cast) -> None:
    draw = freeze()
    for name, user in cast.everybody().items():
        if name not in ("auditor", "ombuds"):
            assert signed_in(user).get(f"/office/draws/{ADDRESS}").status_code == 403, name
    assert [event.name for event in list_events(subject=Subject("draw", draw.draw_id))] == ["draw.frozen"]
