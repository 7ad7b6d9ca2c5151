"""Two officers look at one negative at the same moment, or one looks while a supervisor corrects it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection

from fairport.checkin import deciding, reviewing
from fairport.checkin.models import Determination, DeterminationReview, Outcome, Verdict
from fairport.checkin.operations import (
    AlreadyReviewed,
    NotEffective,
    record_arrival,
    record_determination,
    review_determination,
)
from fairport.checkin.queries import outcomes_of
from fairport.notifications.models import OutboxMessage
from fairport.registrations.models import Registration, RegistrationStatus, Traveler
from tests.cast import Cast
from tests.factories.draws import DRAW_TIME, confirm, hold_draw, register_group
from tests.factories.racing import kinds, race

pytestmark = pytest.mark.django_db(transaction=True)
REASON = "Seen and heard at the counter, and written down at once."


@pytest.fixture
def negative(cast: Cast) -> Determination:
    """Somebody at San Diego was not exempted, and nobody has looked at it yet."""
    registration_id = register_group(1, ports=("SDG",))
    hold_draw()
    appointment = confirm(registration_id, at=DRAW_TIME + timedelta(hours=1))
    at = appointment.slot.starts_at + timedelta(minutes=5)
    check_in = record_arrival(
        appointment_id=appointment.pk,
        traveler_ids=[Traveler.objects.get().pk],
        officer=cast.officer,
        at=at,
    )[0]
    return record_determination(
        check_in_id=check_in.pk,
        outcome=Outcome.NOT_EXEMPTED,
        criterion=None,
        reason=REASON,
        officer=cast.officer,
        at=at,
    )


def looking(negative: Determination, reviewer: Any, verdict: str = Verdict.AGREED) -> Callable[[], Any]:
    return lambda: review_determination(
        determination_id=negative.pk, verdict=verdict, reason=REASON, reviewer=reviewer, at=negative.decided_at
    )


def correcting(negative: Determination, cast: Cast, outcome: str = Outcome.NOT_EXEMPTED) -> Callable[[], Any]:
    return lambda: record_determination(
        check_in_id=negative.check_in_id,
        outcome=outcome,
        criterion=None,
        reason=REASON,
        officer=cast.supervisor,
        at=negative.decided_at,
        replaces=negative.pk,
    )


def unlocked(**arguments: Any) -> Registration:
    return Registration.objects.select_related("data_key").get(pk=arguments["registration_id"])


def meeting(call: Callable[..., Any], barrier: threading.Barrier) -> Callable[..., Any]:
    """The call, once both threads have come to it."""

    def wait_and_call(*arguments: Any, **options: Any) -> Any:
        barrier.wait(timeout=30)
        return call(*arguments, **options)

    return wait_and_call


def test_two_reviewers_at_once_one_answer(cast: Cast, negative: Determination) -> None:
    results = race(
        looking(negative, cast.second_officer),
        looking(negative, cast.supervisor, Verdict.DISAGREED),
    )

    assert kinds(results) == [AlreadyReviewed.__name__, DeterminationReview.__name__]
    agreed = DeterminationReview.objects.get().verdict == Verdict.AGREED
    assert Registration.objects.get().status == (
        RegistrationStatus.DETERMINED if agreed else RegistrationStatus.ARRIVED
    )
    assert OutboxMessage.objects.filter(template="determination").count() == int(agreed)


def test_without_the_lock_only_the_constraint_stops_the_second_reviewer(
    cast: Cast, negative: Determination, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reviewing, "lock_group", unlocked)
    # Both have found no review before either writes.
    monkeypatch.setattr(reviewing, "seal_json", meeting(reviewing.seal_json, threading.Barrier(2)))

    results = race(
        looking(negative, cast.second_officer),
        looking(negative, cast.supervisor, Verdict.DISAGREED),
    )

    assert kinds(results) == [DeterminationReview.__name__, IntegrityError.__name__]
    assert DeterminationReview.objects.count() == 1


def test_a_look_and_a_correction_at_once_never_both_hold(cast: Cast, negative: Determination) -> None:
    review, correction = race(looking(negative, cast.second_officer), correcting(negative, cast))

    # Whoever came first: the correction waits for its own second look, and a look at what was replaced is refused.
    assert isinstance(correction, Determination)
    assert isinstance(review, DeterminationReview | NotEffective)
    holds = {negative.check_in.traveler_id: Outcome.NOT_EXEMPTED} if isinstance(review, DeterminationReview) else {}
    assert outcomes_of(registration_id=Registration.objects.get().pk) == holds


@pytest.mark.parametrize("with_guard", [True, False])
def test_without_the_lock_only_the_trigger_stops_a_look_at_what_was_just_replaced(
    cast: Cast, negative: Determination, monkeypatch: pytest.MonkeyPatch, with_guard: bool
) -> None:
    for module in (reviewing, deciding):
        monkeypatch.setattr(module, "lock_group", unlocked)
    both_have_looked = threading.Barrier(2)
    corrected = threading.Event()
    seal_review, tell = reviewing.seal_json, deciding._tell

    def wait_for_the_correction(**arguments: Any) -> bytes:
        both_have_looked.wait(timeout=30)
        # The correction's row is written but not committed when this one is about to be.
        assert corrected.wait(timeout=30)
        return seal_review(**arguments)

    def say_so(*arguments: Any) -> None:
        corrected.set()
        return tell(*arguments)

    monkeypatch.setattr(reviewing, "seal_json", wait_for_the_correction)
    monkeypatch.setattr(deciding, "seal_json", meeting(deciding.seal_json, both_have_looked))
    monkeypatch.setattr(deciding, "_tell", say_so)
    if not with_guard:
        execute("ALTER TABLE checkin_determinationreview DISABLE TRIGGER checkin_determinationreview_guard")
    try:
        review, correction = race(looking(negative, cast.second_officer), correcting(negative, cast))
    finally:
        execute("ALTER TABLE checkin_determinationreview ENABLE TRIGGER checkin_determinationreview_guard")

    assert isinstance(correction, Determination)
    if with_guard:
        assert isinstance(review, IntegrityError)
        assert DeterminationReview.objects.count() == 0
    else:
        assert isinstance(review, DeterminationReview), "the race that the trigger is there for"
        assert outcomes_of(registration_id=Registration.objects.get().pk), "a replaced negative took effect"


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
