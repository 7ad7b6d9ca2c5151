"""The trial policy holds a draw from registration to verification; and a policy without tiers asks for no facts."""

from __future__ import annotations

import subprocess
import sys
import uuid
from contextlib import nullcontext
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db.models import F

from fairport.appointments import pool
from fairport.appointments.operations import ensure_programme_slots
from fairport.approvals.operations import approve
from fairport.audit.events import WORKER
from fairport.audit.operations import sequence_log
from fairport.cli import draw_files
from fairport.cli import policy as policy_command
from fairport.domain.pool import parse_pool
from fairport.draws.models import DrawEntry
from fairport.draws.operations import freeze_draw, run_draw
from fairport.draws.queries import read_file
from fairport.facts.operations import withdraw_fact
from fairport.facts.queries import facts_in_pool
from fairport.ports.models import AppointmentSlot
from fairport.programmes.queries import policy_in_force
from fairport.registrations.models import Registration
from tests.apps.draws.conftest import Run, run
from tests.apps.facts.conftest import HOUR, Family, confirm, make_family, verify
from tests.cast import Cast
from tests.factories.clock import StandingClock
from tests.factories.draws import DRAW_TIME, FREEZE_TIME
from tests.factories.programme import NOW, POLICY_FILE, PROGRAMME
from tests.factories.submissions import make_traveler

__all__ = ["run"]
TRIAL = "title-42-most-vulnerable-first"
TRIAL_FILE = POLICY_FILE.parent / "trial" / f"{TRIAL}.toml"
BEFORE = NOW - timedelta(days=1)


@pytest.fixture
def trial(cast: Cast, run: Run, monkeypatch: pytest.MonkeyPatch) -> StandingClock:
    """The trial programme as `fairport policy load` publishes it."""
    monkeypatch.setattr(policy_command, "django_ready", nullcontext)
    monkeypatch.setattr(draw_files, "django_ready", nullcontext)
    clock = StandingClock(monkeypatch, BEFORE)
    status, printed, complaint = run("policy", "load", str(TRIAL_FILE))
    assert (status, complaint) == (0, "")
    assert printed.startswith(f"{TRIAL} 1 from 2023-01-12, sha256 ")
    return clock


def single(criterion: str, **changes: object) -> Family:
    """One adult who claims a criterion, in the trial programme."""
    travelers = (make_traveler(criteria=frozenset({criterion})),)
    return make_family(**{"programme": TRIAL, "travelers": travelers, "at": BEFORE} | changes)


def lines_by_subject(draw_id: str) -> dict[uuid.UUID, tuple[int, int]]:
    """Registration's id → tier and weight of its line in the pool file."""
    entries = parse_pool(read_file(draw_id=draw_id, name="pool.txt"))
    standings = zip(entries.ids, entries.tiers, entries.weights, strict=True)
    line = {raw.hex(): (tier, weight) for raw, tier, weight in standings}
    return {entry.subject_id: line[entry.entry_id] for entry in DrawEntry.objects.filter(draw_id=draw_id)}


def test_it_is_not_loaded_by_itself() -> None:
    assert TRIAL_FILE not in policy_command.policy_files()


def test_a_whole_draw_with_tiers_verifies(trial: StandingClock, cast: Cast, run: Run, tmp_path: Path) -> None:
    ill, homeless = single("physical_illness"), single("no_housing")
    claims_only = single("threat")
    waits_for_approval = single("pregnancy")
    taken_back, ended = single("disability"), single("no_housing", at=BEFORE)
    displaced = single("mental_illness")
    Registration.objects.filter(pk=displaced.registration.pk).update(displaced_at=BEFORE)
    verify(ill, cast, at=BEFORE, criteria=["physical_illness"])
    verify(homeless, cast, at=BEFORE, criteria=["no_housing"])
    confirm(waits_for_approval, cast.officer, at=BEFORE, criteria=["pregnancy"])
    [fact] = verify(taken_back, cast, at=BEFORE, criteria=["disability"])
    withdraw_fact(
        registration_id=taken_back.registration.pk,
        fact_id=fact.pk,
        reason="The letter was not real.",
        supervisor=cast.supervisor,
        at=BEFORE + 2 * HOUR,
    )
    # A fact about housing holds for ninety days in this policy.
    proposal = confirm(ended, cast.officer, at=BEFORE - timedelta(days=92), criteria=["no_housing"])
    approve(proposal_id=proposal.pk, approver=cast.supervisor, at=BEFORE - timedelta(days=91))

    draw = freeze_draw(programme=TRIAL, at=FREEZE_TIME, actor=WORKER, draw_time=DRAW_TIME)

    found = lines_by_subject(draw.draw_id)
    expected = {
        ill: (1, 1),
        homeless: (2, 4),
        claims_only: (2, 1),
        waits_for_approval: (2, 1),
        taken_back: (2, 1),
        ended: (2, 1),
        displaced: (0, 1),
    }
    assert found == {family.registration.pk: standing for family, standing in expected.items()}

    trial.at = FREEZE_TIME
    sequence_log(at=FREEZE_TIME)
    run_draw(draw_id=draw.draw_id, at=DRAW_TIME, actor=WORKER)
    trial.at = DRAW_TIME + timedelta(days=30)
    bundle = tmp_path / "bundle"
    assert run("draw", "export", draw.draw_id, "--out", str(bundle))[0] == 0
    status, printed, complaint = run("draw", "verify", str(bundle))
    assert (status, complaint) == (0, "")
    assert draw.draw_id in printed
    outsider = subprocess.run(
        [sys.executable, "-S", "-m", "fairport.domain", "verify", str(bundle)],
        cwd=Path(POLICY_FILE).parents[3],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (outsider.returncode, outsider.stderr) == (0, "")
    assert draw.draw_id in outsider.stdout


def test_where_places_are_few_the_first_tier_comes_first_in_the_lottery(trial: StandingClock, cast: Cast) -> None:
    for _ in range(30):
        single("no_housing", ports=("SDG",))
    ill = [single("physical_illness", ports=("SDG",)) for _ in range(6)]
    for family in ill:
        verify(family, cast, at=BEFORE, criteria=["physical_illness"])
    ensure_programme_slots(programme=TRIAL, at=DRAW_TIME)
    slots = AppointmentSlot.objects.filter(programme=TRIAL)
    last = slots.filter(port_id="SDG").order_by("-starts_at")[0]
    slots.update(held=F("capacity"), passed_to_walk_in=F("capacity"))
    # Twelve places: six for the longest waiting, who are all of one week here, and six by lot.
    slots.filter(pk=last.pk).update(held=F("capacity") - 12, passed_to_walk_in=F("capacity") - 12)

    draw = freeze_draw(programme=TRIAL, at=FREEZE_TIME, actor=WORKER, draw_time=DRAW_TIME)
    run_draw(draw_id=draw.draw_id, at=DRAW_TIME, actor=WORKER)

    offers = set(DrawEntry.objects.filter(draw_id=draw.draw_id, outcome="offer").values_list("subject_id", flat=True))
    assert len(offers) == 12
    assert {family.registration.pk for family in ill} <= offers


def count_reads(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The moments for which a freeze reads the facts of all."""
    reads: list[datetime] = []

    def reading(*, at: datetime) -> dict[uuid.UUID, frozenset[str]]:
        reads.append(at)
        return facts_in_pool(at=at)

    monkeypatch.setattr(pool, "facts_in_pool", reading)
    return reads


def test_a_policy_without_tiers_asks_for_no_facts(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    family = make_family()
    verify(family, cast, at=BEFORE)
    assert not policy_in_force(programme=PROGRAMME, on=NOW.date()).policy.tiers.rules
    reads = count_reads(monkeypatch)
    draw = freeze_draw(programme=PROGRAMME, at=FREEZE_TIME, actor=WORKER, draw_time=DRAW_TIME)
    assert lines_by_subject(draw.draw_id) == {family.registration.pk: (1, 1)}
    assert reads == []


def test_a_freeze_with_tiers_asks_once_for_the_facts_of_all(
    trial: StandingClock, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(6):
        verify(single("pregnancy"), cast, at=BEFORE)
    reads = count_reads(monkeypatch)
    freeze_draw(programme=TRIAL, at=FREEZE_TIME, actor=WORKER, draw_time=DRAW_TIME)
    assert reads == [FREEZE_TIME]
