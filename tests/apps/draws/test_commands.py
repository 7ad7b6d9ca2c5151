"""The commands of the draw: what they print, and with which status they end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from fairport.audit.queries import manifest_proof
from fairport.cli import app
from fairport.draws.models import Draw
from tests.apps.draws.conftest import Run
from tests.factories.beacons import REAL_BEACON, REAL_FREEZE, REAL_TIME, ROUND, SIGNATURE, StubRelay, freeze_for_round
from tests.factories.clock import StandingClock
from tests.factories.draws import register_group
from tests.factories.programme import PROGRAMME, open_programme

DRAW_ID = f"{PROGRAMME}/2023-08-23"


def test_an_unknown_beacon_is_wrong_usage() -> None:
    assert CliRunner().invoke(app, ["draw", "freeze", PROGRAMME, "--beacon", "dice"]).exit_code == 2


@pytest.mark.parametrize("arguments", [("--round", "0"), ("--round", "x"), ("--signature", "zz")])
def test_a_round_or_signature_of_another_form_is_wrong_usage(arguments: tuple[str, str]) -> None:
    given = {"--round": str(ROUND), "--signature": SIGNATURE.hex(), arguments[0]: arguments[1]}
    words = [word for pair in given.items() for word in pair]
    assert CliRunner().invoke(app, ["draw", "beacon", DRAW_ID, *words]).exit_code == 2


@pytest.fixture
def clock(db: None, monkeypatch: pytest.MonkeyPatch) -> StandingClock:
    open_programme(at=REAL_FREEZE)
    register_group(2, at=REAL_FREEZE)
    return StandingClock(monkeypatch, REAL_FREEZE)


def test_a_freeze_by_hand_promises_a_round_and_is_in_a_signed_checkpoint(run: Run, clock: StandingClock) -> None:
    status, printed, complaint = run("draw", "freeze", PROGRAMME, "--beacon", "drand")
    assert (status, printed, complaint) == (0, f"{DRAW_ID}\n", "")
    assert Draw.objects.get().beacon_kind == "drand"
    assert manifest_proof(draw_id=DRAW_ID).startswith("c2sp.org/tlog-proof@v1\n")


def test_an_operator_brings_the_round_that_no_relay_gives(run: Run, clock: StandingClock, settings: Any) -> None:
    freeze_for_round()
    settings.DRAND_RELAYS = ["http://127.0.0.1:1"]
    paste = ("draw", "beacon", DRAW_ID, "--round", str(ROUND), "--signature")
    clock.at = REAL_TIME - timedelta(seconds=1)
    status, _, complaint = run(*paste, SIGNATURE.hex())
    assert (status, complaint) == (1, f"Round 1000 for the draw {DRAW_ID} is at 2023-08-23 15:59:24 UTC.\n")
    clock.at = REAL_TIME
    status, _, complaint = run("draw", "run", DRAW_ID)
    assert status == 1
    assert complaint.startswith("Round 1000 is not to be had, so the draw waits: http://127.0.0.1:1: ")
    status, _, complaint = run(*paste, "c0" + "00" * 47)
    assert (status, complaint) == (1, "The signature is the point at infinity, which signs nothing.\n")
    assert run(*paste, SIGNATURE.hex())[0] == 0
    assert run("draw", "run", DRAW_ID) == (0, f"{DRAW_ID}: run, with 1 entries and 2 people\n", "")


def test_the_run_fetches_the_round_itself(run: Run, clock: StandingClock, settings: Any) -> None:
    freeze_for_round()
    clock.at = REAL_TIME
    with StubRelay() as relay:
        relay.serve(REAL_BEACON)
        settings.DRAND_RELAYS = [relay.address]
        assert run("draw", "run", DRAW_ID)[0] == 0
    status, _, complaint = run("draw", "run", DRAW_ID)
    assert (status, complaint) == (1, f"The draw {DRAW_ID} was run at 2023-08-23 15:59 UTC.\n")
