"""Two approvals at once want the last places under a week's cap: one gets them. Counted naively, both would."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Sum

from fairport.accounts.models import Role
from fairport.approvals.models import Proposal
from fairport.approvals.operations import CannotBeCarriedOut, approve
from fairport.placements import placing
from fairport.placements.models import ExceptionalPlacement, PlacementWeek
from tests.apps.placements.conftest import AT, CAP, band, load_second_version, propose, waiting
from tests.cast import make_staff
from tests.factories.invariants import assert_places_add_up
from tests.factories.racing import race

pytestmark = pytest.mark.django_db(transaction=True)
CONSTRAINT = "placements_week_within_cap"


@pytest.fixture
def proposals() -> list[Proposal]:
    """Three groups of twelve in bands of their own and one week, which has room for two of them."""
    load_second_version()
    officer = make_staff("Ona Officer", (Role.PORT_OFFICER, "SDG"))
    return [propose(officer, waiting(12), slot=band(days=days)) for days in (5, 6, 7)]


def approving(proposals: list[Proposal]) -> list[Callable[[], Any]]:
    """Each proposal approved by a supervisor of its own."""

    def call(number: int, proposal: Proposal) -> Callable[[], Any]:
        supervisor = make_staff(f"Sue Number{number}", (Role.SUPERVISOR, "SDG"))
        return lambda: approve(proposal_id=proposal.pk, approver=supervisor, at=AT)

    return [call(number, proposal) for number, proposal in enumerate(proposals)]


def placed_people() -> int:
    return ExceptionalPlacement.objects.aggregate(Sum("people"))["people__sum"] or 0


@pytest.mark.parametrize("locked", [True, False])
def test_of_three_at_once_two_are_placed(
    proposals: list[Proposal], locked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not locked:
        # The constraint alone is enough.
        monkeypatch.setattr(placing, "programme_locked", lambda _programme: nullcontext())
    results = race(*approving(proposals))
    refused = [result for result in results if isinstance(result, CannotBeCarriedOut)]
    assert [refusal.code for refusal in refused] == ["placement_cap_reached"]
    assert placed_people() == PlacementWeek.objects.get().people == CAP
    assert_places_add_up()


def test_the_first_of_a_week_can_come_at_once(proposals: list[Proposal], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(placing, "programme_locked", lambda _programme: nullcontext())
    # Neither finds a row of the week; the unique constraint lets only one be made.
    results = race(*approving(proposals[:2]))
    assert [type(result) for result in results] == [Proposal, Proposal]
    assert PlacementWeek.objects.get().people == CAP


@contextmanager
def counted_naively() -> Iterator[None]:
    """Without the constraint and the trigger that counts."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE placements_placementweek DROP CONSTRAINT {CONSTRAINT}")
        cursor.execute(
            "ALTER TABLE placements_exceptionalplacement DISABLE TRIGGER placements_exceptionalplacement_counted"
        )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(
                "ALTER TABLE placements_exceptionalplacement ENABLE TRIGGER placements_exceptionalplacement_counted"
            )
            cursor.execute(f"ALTER TABLE placements_placementweek ADD CONSTRAINT {CONSTRAINT} CHECK (people <= cap)")


def test_looking_before_writing_would_pass_the_cap(proposals: list[Proposal], monkeypatch: pytest.MonkeyPatch) -> None:
    # The control: each sums up what is placed, finds room, and writes.
    all_have_looked = threading.Barrier(3)

    def look_first(slot: Any, week: Any, cap: int) -> None:
        taken = ExceptionalPlacement.objects.filter(port=slot.port, week=week).aggregate(Sum("people"))
        all_have_looked.wait(timeout=30)
        if (taken["people__sum"] or 0) + 12 > cap:
            raise placing.CapReached

    monkeypatch.setattr(placing, "_open_week", look_first)
    monkeypatch.setattr(placing, "programme_locked", lambda _programme: nullcontext())
    with counted_naively():
        results = race(*approving(proposals))
        assert [type(result) for result in results] == [Proposal] * 3
        assert placed_people() > CAP
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute("DELETE FROM placements_exceptionalplacement")
