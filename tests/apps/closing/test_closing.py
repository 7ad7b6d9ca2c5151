"""A programme ends with notice, by two people, without cancelling anything; and it can be opened again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F

from fairport.appointments.models import Appointment
from fairport.appointments.operations import tick
from fairport.approvals.operations import CannotBeCarriedOut, SamePerson, approve
from fairport.audit.events import OPERATOR, WORKER, Subject
from fairport.audit.queries import list_events
from fairport.closing.models import ClosureNotice
from fairport.closing.operations import (
    BookingsAfterLastDay,
    announce,
    propose_confirmation,
    propose_reopening,
    take_back,
)
from fairport.closing.queries import queue_digest
from fairport.closing.telling import tell_everyone
from fairport.domain.draw import parse_params
from fairport.draws.models import Draw
from fairport.draws.operations import ProgrammeClosed, freeze_draw
from fairport.draws.queries import read_file
from fairport.notifications.models import OutboxMessage
from fairport.ports.models import AppointmentSlot
from fairport.programmes.closing import (
    ClosureExists,
    ClosureTooSoon,
    ClosureWordsMissing,
    NoClosure,
    is_closed,
)
from fairport.programmes.models import Closure, ClosureState
from fairport.programmes.queries import NoPolicyInForce
from fairport.registrations.models import Registration, RegistrationStatus
from fairport.registrations.submission import SubmissionInvalid
from fairport.sealing.operations import erase_data_key
from tests.apps.closing.conftest import LAST_DAY, OVER, REASON, WORDS, announced
from tests.cast import Cast
from tests.factories.draws import hold_draw, offered_group, register_group
from tests.factories.programme import NOW, PROGRAMME

Confirmed = Callable[[], Closure]


def told(template: str) -> int:
    return OutboxMessage.objects.filter(template=template).count()


def test_an_announced_end_changes_nothing_yet(cast: Cast) -> None:
    closure = announced()

    assert closure.state == ClosureState.ANNOUNCED
    assert not is_closed(programme=PROGRAMME, at=OVER)
    register_group(at=OVER)
    assert freeze_draw(programme=PROGRAMME, at=OVER, actor=WORKER).programme == PROGRAMME
    assert list_events(subject=Subject("programme", PROGRAMME))[-1].name == "programme.closure_announced"


def test_the_day_is_over_when_it_is_over_at_every_port(cast: Cast) -> None:
    # San Diego's midnight; in Texas it was two hours before.
    assert announced().closed_from == OVER - timedelta(minutes=30)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"last_day": date(2023, 2, 15)}, ClosureTooSoon),
        ({"last_day": date(2022, 1, 1)}, ClosureTooSoon),
        ({"words": {"en": "Over."}}, ClosureWordsMissing),
        ({"words": {"en": "Over.", "es": "   "}}, ClosureWordsMissing),
        ({"words": {"en": "Over.", "es": "x" * 1001}}, ClosureWordsMissing),
        ({"programme": "no-such-programme"}, NoPolicyInForce),
    ],
)
def test_an_end_without_notice_or_words_is_refused(
    cast: Cast, changes: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        announced(**changes)
    assert not Closure.objects.exists()


def test_an_end_is_announced_once(cast: Cast) -> None:
    announced()
    with pytest.raises(ClosureExists):
        announced(last_day=LAST_DAY + timedelta(days=30))
    with pytest.raises(IntegrityError, match="programmes_one_live_closure"), transaction.atomic():
        Closure.objects.create(
            programme_id=PROGRAMME, last_day=LAST_DAY, closed_from=OVER, words=WORDS, announced_at=NOW
        )


def test_it_takes_two_people_to_make_it_final(cast: Cast) -> None:
    announced()
    proposal = propose_confirmation(programme=PROGRAMME, reason=REASON, proposer=cast.operator, at=NOW)
    with pytest.raises(SamePerson):
        approve(proposal_id=proposal.pk, approver=cast.operator, at=NOW)
    approve(proposal_id=proposal.pk, approver=cast.second_operator, at=NOW)

    closure = Closure.objects.get()
    assert (closure.state, closure.proposed_by, closure.confirmed_by) == (
        ClosureState.CONFIRMED,
        cast.operator,
        cast.second_operator,
    )


def test_the_database_refuses_one_person(cast: Cast) -> None:
    closure = announced()
    with pytest.raises(IntegrityError, match="programmes_closed_by_two_people"), transaction.atomic():
        Closure.objects.filter(pk=closure.pk).update(
            state="confirmed", proposed_by=cast.operator, confirmed_by=cast.operator, confirmed_at=NOW, queue_size=0
        )
    assert Closure.objects.filter(pk=closure.pk).update(
        state="confirmed", proposed_by=cast.operator, confirmed_by=cast.auditor, confirmed_at=NOW, queue_size=0
    ), "it is the two people that it refuses, and nothing else"


def test_no_draw_gives_a_place_after_the_last_day(cast: Cast) -> None:
    register_group(2)
    announced()
    at = NOW + timedelta(days=35)

    draw = freeze_draw(programme=PROGRAMME, at=at, actor=WORKER)

    days = {cell.date for cell in parse_params(read_file(draw_id=draw.draw_id, name="params.json")).cells}
    assert max(days) == LAST_DAY
    assert AppointmentSlot.objects.filter(date__gt=LAST_DAY, held=0).exists(), "there would have been places"


def test_once_it_is_over_there_are_no_draws_and_no_registrations(cast: Cast, confirmed: Confirmed) -> None:
    confirmed()
    register_group(at=OVER - timedelta(hours=1))

    with pytest.raises(ProgrammeClosed):
        freeze_draw(programme=PROGRAMME, at=OVER, actor=WORKER)
    with pytest.raises(SubmissionInvalid) as refused:
        register_group(at=OVER)
    assert [problem.code for problem in refused.value.problems] == ["programme_closed"]
    tick(at=OVER.replace(hour=17, minute=20))
    assert not Draw.objects.filter(draw_time__gte=OVER).exists()


def test_booked_places_are_kept(cast: Cast, confirmed: Confirmed) -> None:
    registration_id = offered_group(2)
    confirmed()

    assert Registration.objects.get(pk=registration_id).status == RegistrationStatus.OFFERED
    tick(at=NOW + timedelta(hours=3))
    assert Registration.objects.get(pk=registration_id).status == RegistrationStatus.OFFERED


def test_a_booking_after_the_last_day_stops_the_confirmation(cast: Cast) -> None:
    offered_group(2)
    announced()
    proposal = propose_confirmation(programme=PROGRAMME, reason=REASON, proposer=cast.operator, at=NOW)
    # As an officer could place somebody; no draw gives such a place.
    AppointmentSlot.objects.filter(offers__state="open").update(date=LAST_DAY + timedelta(days=1))

    with pytest.raises(CannotBeCarriedOut) as refused:
        approve(proposal_id=proposal.pk, approver=cast.second_operator, at=NOW)
    assert refused.value.code == "bookings_after_last_day"
    assert Closure.objects.get().state == ClosureState.ANNOUNCED
    with pytest.raises(BookingsAfterLastDay):
        propose_confirmation(programme=PROGRAMME, reason=REASON, proposer=cast.second_operator, at=NOW)


def test_nobody_lapses_while_the_programme_ends(cast: Cast, confirmed: Confirmed) -> None:
    kept = register_group(at=NOW)
    confirmed()
    tick(at=NOW + timedelta(days=32))
    assert Registration.objects.get(pk=kept).status == RegistrationStatus.WAITING


def test_otherwise_the_same_person_would_have_lapsed(cast: Cast) -> None:
    kept = register_group(at=NOW)
    AppointmentSlot.objects.update(held=F("capacity"), passed_to_walk_in=F("capacity"))
    tick(at=NOW + timedelta(days=32))
    assert Registration.objects.get(pk=kept).status == RegistrationStatus.LAPSED


def test_the_queue_is_preserved_and_can_be_compared(cast: Cast, confirmed: Confirmed) -> None:
    for _number in range(3):
        register_group(2)
    closure = confirmed()

    assert (closure.queue_size, closure.queue_sha256) == queue_digest(programme=PROGRAMME)
    tick(at=OVER)
    assert queue_digest(programme=PROGRAMME) == (3, closure.queue_sha256)
    Registration.objects.filter(pk=Registration.objects.first().pk).update(registered_at=NOW - timedelta(days=9))  # type: ignore[union-attr]
    assert queue_digest(programme=PROGRAMME)[1] != closure.queue_sha256, "a changed seniority shows"


def test_an_announced_end_is_taken_back_by_one(cast: Cast) -> None:
    announced()
    take_back(programme=PROGRAMME, at=NOW, actor=OPERATOR)
    assert Closure.objects.get().state == ClosureState.REVERSED
    with pytest.raises(NoClosure):
        take_back(programme=PROGRAMME, at=NOW, actor=OPERATOR)
    announced()


def test_a_confirmed_end_is_taken_back_by_two_and_everything_goes_on(cast: Cast, confirmed: Confirmed) -> None:
    registration_id = register_group(2)
    closure = confirmed()
    with pytest.raises(NoClosure, match="two people"):
        take_back(programme=PROGRAMME, at=NOW, actor=OPERATOR)
    assert is_closed(programme=PROGRAMME, at=OVER)

    proposal = propose_reopening(programme=PROGRAMME, reason=REASON, proposer=cast.operator, at=OVER)
    approve(proposal_id=proposal.pk, approver=cast.second_operator, at=OVER)

    assert not is_closed(programme=PROGRAMME, at=OVER)
    assert queue_digest(programme=PROGRAMME) == (1, closure.queue_sha256)
    draw = freeze_draw(programme=PROGRAMME, at=OVER, actor=WORKER)
    assert (draw.entries_count, draw.people) == (1, 2)
    assert Registration.objects.get(pk=registration_id).registered_at == NOW


def test_everybody_in_the_queue_is_told_once(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fairport.closing.telling.BATCH", 2)
    monkeypatch.setattr("fairport.closing.telling.BATCHES_A_TICK", 2)
    for _number in range(5):
        register_group(email="somebody@example.org")
    gone = register_group(email="gone@example.org")
    Registration.objects.filter(pk=gone).update(status="withdrawn", withdrawn_at=NOW, withdrawn_from="waiting")
    announced()

    assert tell_everyone(at=NOW) == 4
    assert tell_everyone(at=NOW) == 1
    assert tell_everyone(at=NOW) == 0

    assert told("closing_announced") == 5
    notice = ClosureNotice.objects.get()
    assert (notice.told, notice.finished_at) == (5, NOW)


def test_each_step_is_told(cast: Cast, confirmed: Confirmed) -> None:
    register_group(email="somebody@example.org")
    confirmed()
    tell_everyone(at=NOW)
    proposal = propose_reopening(programme=PROGRAMME, reason=REASON, proposer=cast.operator, at=NOW)
    approve(proposal_id=proposal.pk, approver=cast.second_operator, at=NOW)
    tell_everyone(at=NOW)
    assert [told(f"closing_{step}") for step in ("announced", "confirmed", "reversed")] == [1, 1, 1]


def test_a_file_that_does_not_open_does_not_keep_the_others_from_being_told(cast: Cast) -> None:
    broken = register_group(email="broken@example.org")
    register_group(email="somebody@example.org")
    erase_data_key(data_key_id=Registration.objects.get(pk=broken).data_key_id, at=NOW)
    announced()
    tell_everyone(at=NOW)
    assert told("closing_announced") == 1
    assert ClosureNotice.objects.get().finished_at == NOW


def test_an_end_can_be_announced_while_a_draw_is_under_way(cast: Cast) -> None:
    register_group()
    hold_draw()
    announce(programme=PROGRAMME, last_day=LAST_DAY, words=WORDS, at=NOW, actor=OPERATOR)
    hold_draw(day=1)
    assert not Appointment.objects.exists()
