"""The demonstration: its people, its clock, and its refusal to be anything else."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fairport.appointments.models import Appointment
from fairport.checkin.models import CheckIn, Determination, DeterminationReview
from fairport.clock.operations import advance_clock
from fairport.clock.queries import now
from fairport.config import demo
from fairport.config.demo_people import NATIONALITIES, make_submissions
from fairport.domain.bundle import verify_bundles
from fairport.domain.policy import Policy
from fairport.draws.models import Draw
from fairport.notifications.models import OutboxMessage
from fairport.ports.models import AppointmentSlot
from fairport.registrations.models import Registration
from tests.factories.draws import register_group, write_bundle
from tests.factories.invariants import assert_places_add_up
from tests.factories.programme import NOW, load_programme

pytestmark = pytest.mark.django_db


@pytest.fixture
def policy() -> Policy:
    return load_programme().policy


@pytest.fixture
def noon(settings: Any, policy: Policy) -> datetime:
    """A demonstration whose clock stands at noon (UTC), before the day's freeze."""
    settings.DEMO = True
    present = now()
    next_noon = datetime.combine(present.date() + timedelta(days=1), datetime.min.time(), UTC) + timedelta(hours=12)
    advance_clock(by=next_noon - present)
    return next_noon


def test_made_up_people_are_plausible_and_accepted(policy: Policy) -> None:
    first, last = NOW - timedelta(days=5), NOW
    groups = list(make_submissions(policy=policy, count=2000, seed="s", first=first, last=last))
    sizes = Counter(len(submission.travelers) for submission, _moment in groups)
    assert set(sizes) == set(range(1, 10))
    origins = Counter(submission.travelers[0].nationality for submission, _moment in groups)
    assert set(origins) == set(NATIONALITIES)
    assert origins["VE"] > origins["HN"] > origins["EC"]
    assert all(first <= moment <= last for _submission, moment in groups)
    documents = [
        traveler.document_number
        for submission, _moment in groups
        for traveler in submission.travelers
        if traveler.document_number is not None
    ]
    assert len(documents) == len(set(documents)) > 1000


def test_the_same_seed_makes_the_same_people(policy: Policy) -> None:
    def people(seed: str) -> list[Any]:
        return list(make_submissions(policy=policy, count=20, seed=seed, first=NOW - timedelta(days=5), last=NOW))

    assert people("a") == people("a") != people("b")


def test_preparing_makes_people_and_places_once(noon: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "FIRST_REGISTRATIONS", 20)
    lines = demo.prepare_demo(at=noon)
    assert any("officer" in line for line in lines)
    assert Registration.objects.count() == 20
    assert AppointmentSlot.objects.exists()
    assert demo.prepare_demo(at=noon) == lines
    assert Registration.objects.count() == 20


def test_loading_twice_adds_other_people_and_tells_how_far_it_is(noon: datetime) -> None:
    told: list[int] = []
    demo.load_registrations(count=30, seed=1, at=noon, on_progress=told.append)
    demo.load_registrations(count=30, seed=1, at=noon)
    assert (Registration.objects.count(), told) == (60, [30])


def test_three_days_bring_three_draws_whose_offers_are_answered(noon: datetime, tmp_path: Path) -> None:
    demo.load_registrations(count=40, seed=1, at=noon)
    mine = register_group(2, at=noon)
    told: list[datetime] = []
    demo.advance(by=timedelta(days=3), on_progress=told.append)
    assert timedelta(days=3) <= now() - noon < timedelta(days=3, minutes=5)
    assert told == sorted(told)
    draws = list(Draw.objects.order_by("sequence"))
    assert [draw.state for draw in draws] == ["run"] * 3
    verify_bundles([write_bundle(draw, tmp_path) for draw in draws])
    assert Appointment.objects.count() > 20
    # A visitor's own registration is left to the visitor.
    assert not Appointment.objects.filter(registration_id=mine).exists()
    assert Registration.objects.get(pk=mine).status == "lapsed"
    assert {"offer", "confirmation", "expiry"} <= set(
        OutboxMessage.objects.filter(state="sent").values_list("template", flat=True)
    )
    assert_places_add_up()


@pytest.mark.parametrize(
    "call",
    [
        lambda: demo.prepare_demo(at=NOW),
        lambda: demo.load_registrations(count=1, seed=1, at=NOW),
        lambda: demo.advance(by=timedelta(hours=1)),
    ],
)
def test_outside_a_demonstration_all_of_it_is_refused(policy: Policy, settings: Any, call: Any) -> None:
    settings.DEMO = False
    with pytest.raises(demo.NotADemonstration) as refused:
        call()
    assert refused.value.code == "not_a_demonstration"
    assert not Registration.objects.exists()


def test_made_up_people_arrive_and_are_decided_about(noon: datetime) -> None:
    demo.ensure_demo_accounts(at=noon)
    demo.load_registrations(count=60, seed=1, at=noon)
    visitor = register_group(2, at=noon, ports=("SDG",))
    demo.advance(by=timedelta(days=6))

    arrived = CheckIn.objects.all()
    assert {check_in.port_id for check_in in arrived} == {"SDG"}
    assert not arrived.filter(appointment__registration_id=visitor).exists()
    outcomes = Counter(Determination.objects.values_list("outcome", flat=True))
    assert outcomes["exempted"] > outcomes["not_exempted"] > 0
    reviewed = DeterminationReview.objects.filter(determination__outcome="not_exempted")
    assert reviewed.count() == outcomes["not_exempted"]
    assert Registration.objects.filter(status="determined").exists()
