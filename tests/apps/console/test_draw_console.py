"""The draw console: what it counts, what it says of a draw under way, and draws by hand with two operators."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from fairport.appointments.operations import ensure_programme_slots
from fairport.approvals.models import Proposal
from fairport.approvals.operations import CannotBeCarriedOut, SamePerson, approve
from fairport.audit.operations import sequence_log
from fairport.console import queries
from fairport.domain.beacon import round_at
from fairport.draws.models import Draw, DrawPortCount
from fairport.ports.models import AppointmentSlot
from tests.cast import Cast, signed_in
from tests.factories.beacons import REAL_FREEZE, REAL_TIME, ROUND, freeze_for_round
from tests.factories.clock import StandingClock
from tests.factories.draws import DRAW_TIME, FREEZE_TIME, freeze, hold_draw, register_group
from tests.factories.programme import NOW, PROGRAMME, open_programme
from tests.factories.suspensions import close_port

PAGE = "/office/console"
WHY = "The worker has been down for an hour."
READERS = {"operator", "second_operator", "auditor"}


def propose(user: Any, step: str) -> Proposal:
    response = signed_in(user).post(f"{PAGE}/{step}", {"programme": PROGRAMME, "reason": WHY})
    assert response.status_code == 302, response.content.decode()
    return Proposal.objects.get(state="open")


def test_who_reads_the_console_and_who_acts(cast: Cast, clock: StandingClock) -> None:
    freeze(at=FREEZE_TIME + timedelta(days=1))
    for name, user in cast.everybody().items():
        browser = signed_in(user)
        assert browser.get(PAGE).status_code == (200 if name in READERS else 403), name
        for step in ("freeze", "run"):
            answer = browser.post(f"{PAGE}/{step}", {"programme": PROGRAMME, "reason": ""})
            assert answer.status_code == (400 if name in ("operator", "second_operator") else 403), name
    assert Client().get(PAGE).status_code == 302
    assert "Propose to" not in signed_in(cast.auditor).get(PAGE).content.decode()


def test_who_waits_is_counted_by_port_and_size(cast: Cast, clock: StandingClock) -> None:
    for size, ports in ((1, ("SDG",)), (2, ("SDG", "CLX")), (7, ("CLX",)), (12, ("CLX",))):
        register_group(size, ports=ports)
    pool, everyone = queries.pool_now(programme=PROGRAMME)
    assert [(count.port, count.by_size, count.groups, count.people) for count in pool] == [
        ("CLX", (0, 1, 0, 0, 2), 3, 21),
        ("SDG", (1, 1, 0, 0, 0), 2, 3),
    ]
    assert (everyone.groups, everyone.people) == (4, 22)


def test_the_places_are_those_that_the_freeze_then_reserves(cast: Cast, clock: StandingClock) -> None:
    policy = open_programme()
    close_port("LAR", at=clock.at)
    draw_time = DRAW_TIME + timedelta(days=1)
    ensure_programme_slots(programme=PROGRAMME, at=draw_time)
    before = queries.places_of_next_draw(policy=policy, draw_time=draw_time)
    draw = freeze(at=FREEZE_TIME + timedelta(days=1))
    assert before == queries.places_of_frozen(draw=draw)
    assert "LAR" not in before


def test_odds_are_people_offered_among_those_who_named_the_port(cast: Cast, clock: StandingClock) -> None:
    AppointmentSlot.objects.exclude(port_id="SDG").update(capacity=0, walk_in_reserve=0)
    day = AppointmentSlot.objects.filter(port_id="SDG", starts_at__gt=DRAW_TIME + timedelta(days=5)).earliest("date")
    AppointmentSlot.objects.filter(port_id="SDG").update(capacity=0, walk_in_reserve=0)
    AppointmentSlot.objects.filter(pk=day.pk).update(capacity=12)
    for _ in range(8):
        register_group(3, ports=("SDG", "CLX"))
    draw = hold_draw()
    counts = {row.port: row for row in DrawPortCount.objects.filter(draw=draw)}
    assert (counts["SDG"].groups, counts["SDG"].people, counts["SDG"].offered_people) == (8, 24, 12)
    assert (counts["CLX"].people, counts["CLX"].offered_people) == (24, 0)
    (clx, sdg) = queries.odds_by_port(programme=PROGRAMME)
    assert (sdg.port, sdg.percent, clx.percent) == ("SDG", 50.0, 0.0)
    page = signed_in(cast.operator).get(PAGE)
    assert page.content.decode().count("<rect") == 2
    assert "50.0" in page.content.decode()


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(-1, "Frozen: waits for its time"), (0, f"Waiting for round {ROUND}"), (5, "Late: round")],
)
def test_a_draw_that_waits_for_its_round_says_so(cast: Cast, clock: StandingClock, minutes: int, words: str) -> None:
    open_programme(at=REAL_FREEZE)
    freeze_for_round()
    clock.at = REAL_TIME + timedelta(minutes=minutes)
    browser = signed_in(cast.operator)
    page = browser.get(PAGE).content.decode()
    assert words in page
    assert ("the draw waits, and so do the draws after it" in page) is (minutes == 5)
    operations = browser.get("/office/operations").content.decode()
    assert ("minutes late" in operations) is (minutes >= 0)


def test_two_operators_freeze_and_run_a_draw_by_hand(cast: Cast, clock: StandingClock) -> None:
    register_group(2)
    clock.at = NOW
    frozen = propose(cast.operator, "freeze")
    with pytest.raises(SamePerson):
        approve(proposal_id=frozen.pk, approver=cast.operator, at=clock.at)
    approve(proposal_id=frozen.pk, approver=cast.second_operator, at=clock.at)
    draw = Draw.objects.get()
    assert (draw.state, draw.draw_time, draw.frozen_at) == ("frozen", DRAW_TIME, NOW)
    run = propose(cast.second_operator, "run")
    with pytest.raises(CannotBeCarriedOut) as early:
        approve(proposal_id=run.pk, approver=cast.operator, at=clock.at)
    assert early.value.code == "draw_too_early"
    approve(proposal_id=run.pk, approver=cast.operator, at=DRAW_TIME)
    assert Draw.objects.get().state == "run"


def test_a_freeze_that_is_approved_too_late_is_refused(cast: Cast, clock: StandingClock) -> None:
    clock.at = NOW
    proposal = propose(cast.operator, "freeze")
    with pytest.raises(CannotBeCarriedOut) as late:
        approve(proposal_id=proposal.pk, approver=cast.second_operator, at=DRAW_TIME)
    assert late.value.code == "freeze_too_late"
    assert not Draw.objects.exists()


def test_there_is_nothing_to_run_and_no_programme_of_that_name(cast: Cast, clock: StandingClock) -> None:
    browser = signed_in(cast.operator)
    assert browser.post(f"{PAGE}/run", {"programme": PROGRAMME, "reason": WHY}).status_code == 404
    assert browser.post(f"{PAGE}/freeze", {"programme": "no-such", "reason": WHY}).status_code == 404
    assert browser.get(PAGE, {"order": "sideways"}).status_code == 400
    assert browser.get(PAGE, {"programme": "no-such"}).status_code == 400


def test_the_history_says_what_is_public(cast: Cast, clock: StandingClock) -> None:
    hold_draw()
    browser = signed_in(cast.auditor)
    row = browser.get(PAGE).context["draws"][0]
    assert (row["state"], row["in_log"][0], row["cosigned"][0], row["files_are_public"]) == (
        "Run",
        "warn",
        "warn",
        False,
    )
    sequence_log(at=clock.at)
    clock.at += timedelta(days=30)
    row = browser.get(PAGE).context["draws"][0]
    assert (row["in_log"][0], row["files_are_public"]) == ("ok", True)


def test_the_history_is_filtered_sorted_and_paged_with_constant_queries(
    cast: Cast, clock: StandingClock, django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fairport.console import views_draws

    browser = signed_in(cast.operator)
    hold_draw()
    browser.get(PAGE)
    with django_assert_num_queries(22):
        browser.get(PAGE)
    for day in range(1, 4):
        register_group(day)
        hold_draw(day=day)
    with django_assert_num_queries(22):
        page = browser.get(PAGE, {"order": "most_people"})
    people = [row["draw"].people for row in page.context["draws"]]
    assert people == sorted(people, reverse=True)
    assert browser.get(PAGE, {"state": "frozen"}).context["draws"] == []
    monkeypatch.setattr(views_draws, "PAGE_SIZE", 3)
    first = browser.get(PAGE, {"order": "oldest"})
    assert [row["draw"].sequence for row in first.context["draws"]] == [1, 2, 3]
    assert first.context["query"] in first.content.decode().replace("&amp;", "&")


def test_the_awaited_round_is_the_promised_one(cast: Cast, clock: StandingClock) -> None:
    open_programme(at=REAL_FREEZE)
    state = queries.beacon_of(draw=freeze_for_round(), at=REAL_TIME)
    assert (state.round, state.is_fetched, state.is_late) == (round_at(REAL_TIME), False, False)
