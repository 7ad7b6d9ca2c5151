"""The tick: what is due happens once, in its time, whatever was missed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from fairport.appointments.models import Offer
from fairport.appointments.operations import tick
from fairport.audit.events import OPERATOR, Subject
from fairport.audit.queries import list_events
from fairport.domain.policy import Policy
from fairport.draws.models import Draw
from fairport.draws.operations import freeze_draw, run_draw
from fairport.notifications.models import OutboxMessage
from fairport.ports.models import AppointmentSlot
from fairport.registrations.models import Registration
from tests.factories.draws import (
    DRAW_TIME,
    FREEZE_TIME,
    confirm,
    fill_bands_before,
    freeze,
    offer_of,
    offered_group,
    register_group,
)
from tests.factories.programme import NOW, PROGRAMME

SECOND = timedelta(seconds=1)


def messages(template: str) -> int:
    return OutboxMessage.objects.filter(template=template).count()


def test_the_draw_is_frozen_and_run_at_the_policys_times() -> None:
    registration_id = register_group()
    assert "frozen" not in tick(at=FREEZE_TIME - SECOND)
    assert tick(at=FREEZE_TIME)["frozen"] == 1
    assert "run" not in tick(at=DRAW_TIME - SECOND)
    assert tick(at=DRAW_TIME)["run"] == 1
    assert tick(at=DRAW_TIME + SECOND).keys().isdisjoint({"frozen", "run"})
    assert offer_of(registration_id).made_at == DRAW_TIME


def test_three_days_bring_three_draws() -> None:
    moment = NOW
    while moment < NOW + timedelta(days=3):
        tick(at=moment)
        moment += timedelta(minutes=15)
    assert list(Draw.objects.order_by("sequence").values_list("draw_id", "state")) == [
        (f"{PROGRAMME}/2023-01-{day}", "run") for day in (18, 19, 20)
    ]


def test_a_worker_that_comes_back_late_runs_the_frozen_draw() -> None:
    freeze()
    later = DRAW_TIME + timedelta(days=2)
    assert tick(at=later)["run"] == 1
    assert Draw.objects.get().run_at == later


def test_a_freeze_that_was_missed_is_told_once_and_the_next_day_takes_over() -> None:
    too_late = DRAW_TIME - timedelta(minutes=10) + SECOND
    done = tick(at=too_late)
    assert ("frozen" in done, done["draws_missed"]) == (False, 1)
    assert "draws_missed" not in tick(at=too_late + SECOND)
    (event,) = list_events(subject=Subject("draw", f"{PROGRAMME}/2023-01-18"))
    assert event.name == "draw.missed"
    assert tick(at=FREEZE_TIME + timedelta(days=1))["frozen"] == 1


def test_days_missed_while_nobody_worked_are_each_told() -> None:
    freeze()
    done = tick(at=DRAW_TIME + timedelta(days=3, hours=1))
    assert (done["run"], done["draws_missed"]) == (1, 3)


def test_a_late_draw_is_run_before_the_next_is_frozen() -> None:
    freeze()
    done = tick(at=FREEZE_TIME + timedelta(days=1))
    assert (done["run"], done["frozen"]) == (1, 1)


def test_no_day_before_the_programme_was_loaded_counts_as_missed(policy: Policy) -> None:
    assert "draws_missed" not in tick(at=NOW)


def test_a_draw_by_hand_takes_the_place_of_the_days_own() -> None:
    freeze_draw(programme=PROGRAMME, at=NOW, actor=OPERATOR, draw_time=NOW + timedelta(minutes=10))
    assert "frozen" not in tick(at=FREEZE_TIME)
    assert Draw.objects.get().state == "run"


def test_the_horizon_grows_by_a_day_each_day() -> None:
    days = AppointmentSlot.objects.values("date").distinct().count()
    tick(at=NOW + timedelta(days=1))
    assert AppointmentSlot.objects.values("date").distinct().count() == days + 1


def test_an_expired_offer_lapses_with_one_message_and_its_place_is_given_back() -> None:
    registration_id = offered_group(3)
    offer = offer_of(registration_id)
    assert "expired" not in tick(at=offer.expires_at - SECOND)
    assert tick(at=offer.expires_at)["expired"] == 1
    assert "expired" not in tick(at=offer.expires_at)
    assert Registration.objects.get(pk=registration_id).status == "lapsed"
    assert (Offer.objects.get().state, messages("expiry")) == ("expired", 1)


@pytest.mark.parametrize(
    ("late", "left"),
    [
        # The policy's window is 23 hours and the freeze comes 45 minutes before the draw: 15 minutes of slack.
        (timedelta(minutes=15), timedelta(hours=23)),
        (timedelta(minutes=16), timedelta(hours=22, minutes=59)),
        (timedelta(hours=11, minutes=15), timedelta(hours=12)),
        (timedelta(hours=11, minutes=16), timedelta(hours=23)),
        (timedelta(hours=23), timedelta(hours=23)),
        (timedelta(days=1, hours=3), timedelta(hours=20, minutes=15)),
    ],
)
def test_after_a_late_run_people_have_time_and_a_place_misses_one_draw_at_most(
    policy: Policy, late: timedelta, left: timedelta
) -> None:
    registration_id = register_group()
    # So that the place leaves time to travel after the latest run too.
    fill_bands_before(DRAW_TIME + timedelta(days=5))
    draw = freeze()
    run_draw(draw_id=draw.draw_id, at=DRAW_TIME + late, actor=OPERATOR)
    offer = offer_of(registration_id)
    assert offer.expires_at - offer.made_at == left
    freezes = [FREEZE_TIME + timedelta(days=day) for day in range(5)]
    assert sum(offer.made_at <= moment < offer.expires_at for moment in freezes) <= 1


def test_who_expired_before_the_freeze_misses_no_draw_once_renewed() -> None:
    from fairport.appointments.operations import renew
    from fairport.audit.events import APPLICANT

    registration_id = offered_group()
    tick(at=offer_of(registration_id).expires_at)
    renew(registration_id=registration_id, at=FREEZE_TIME + timedelta(days=1) - SECOND, actor=APPLICANT)
    tick(at=FREEZE_TIME + timedelta(days=1))
    tick(at=DRAW_TIME + timedelta(days=1))
    assert Registration.objects.get(pk=registration_id).status == "offered"


def test_reminders_of_an_offer_and_an_appointment_come_once() -> None:
    unanswered, answered = register_group(), register_group()
    tick(at=FREEZE_TIME)
    tick(at=DRAW_TIME)
    slot = confirm(answered, at=DRAW_TIME + timedelta(hours=1)).slot
    expires_at = offer_of(unanswered).expires_at
    for moment, expected in ((expires_at - timedelta(hours=6) - SECOND, 0), (expires_at - timedelta(hours=6), 1)):
        tick(at=moment)
        tick(at=moment)
        assert messages("reminder_offer") == expected
    for before, expected in ((timedelta(hours=48) + SECOND, 0), (timedelta(hours=48), 1)):
        tick(at=slot.starts_at - before)
        tick(at=slot.starts_at - before)
        assert messages("reminder_appointment") == expected


def days_without_life(days: float) -> datetime:
    return NOW + timedelta(days=days)


def test_who_gives_no_sign_of_life_is_reminded_and_lapses(policy: Policy) -> None:
    registration_id = register_group()
    # Nothing is free, so that no draw offers a place meanwhile.
    AppointmentSlot.objects.all().delete()
    Registration.objects.filter(pk=registration_id).update(ports=["XXX"])
    from fairport.ports.models import PortOfEntry

    PortOfEntry.objects.create(
        code="XXX",
        name="Nowhere",
        timezone="UTC",
        traveler_timezone="UTC",
        latitude=0,
        longitude=0,
        address="-",
        opens_on=NOW.date(),
        capacity_source="demonstration",
    )
    # At an hour without a frozen draw.
    for days, reminded, status in ((24.9, 0, "waiting"), (25, 1, "waiting"), (29.9, 1, "waiting"), (30, 1, "lapsed")):
        tick(at=days_without_life(days) + timedelta(hours=2))
        tick(at=days_without_life(days) + timedelta(hours=2))
        assert messages("renewal_reminder") == reminded, days
        assert Registration.objects.get(pk=registration_id).status == status, days
    assert messages("lapsed") == 1


def test_each_batch_of_lapses_commits_with_its_messages(policy: Policy, monkeypatch: pytest.MonkeyPatch) -> None:
    from fairport.appointments import due
    from fairport.registrations import status

    monkeypatch.setattr(status, "_BATCH", 1)
    register_group()
    register_group()
    queue, calls = due.queue_messages, []

    def fail_the_second_time(**arguments: Any) -> None:
        calls.append(arguments)
        if len(calls) == 2:
            raise RuntimeError("broken")
        queue(**arguments)

    monkeypatch.setattr(due, "queue_messages", fail_the_second_time)
    with pytest.raises(RuntimeError):
        due.lapse_registrations(policy=policy, at=days_without_life(40))
    assert sorted(Registration.objects.values_list("status", flat=True)) == ["lapsed", "waiting"]
    assert messages("lapsed") == 1


def test_nobody_lapses_between_a_freeze_and_its_run() -> None:
    registration_id = register_group()
    Registration.objects.filter(pk=registration_id).update(last_sign_of_life_at=FREEZE_TIME - timedelta(days=30))
    freeze_draw(programme=PROGRAMME, at=FREEZE_TIME - SECOND, actor=OPERATOR, draw_time=DRAW_TIME)
    tick(at=FREEZE_TIME)
    assert Registration.objects.get(pk=registration_id).status == "waiting"
    tick(at=DRAW_TIME)
    assert Registration.objects.get(pk=registration_id).status == "offered"


def test_a_step_that_fails_keeps_no_other_from_being_done(monkeypatch: pytest.MonkeyPatch) -> None:
    from fairport.appointments import ticking

    def broken(*_arguments: object, **_names: object) -> int:
        raise RuntimeError("broken")

    monkeypatch.setattr(ticking, "expire_offers", broken)
    with pytest.raises(ExceptionGroup) as failed:
        tick(at=FREEZE_TIME)
    assert [str(error) for error in failed.value.exceptions] == ["broken"]
    assert Draw.objects.get().frozen_at == FREEZE_TIME
