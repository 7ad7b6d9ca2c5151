"""The state table: the operation and the database agree, and what hangs on the status stays true."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from fairport.audit.events import Subject
from fairport.audit.queries import list_events
from fairport.domain.policy import Policy
from fairport.domain.transitions import ALLOWED_STATUS_CHANGES, Event, Status, TransitionRefused
from fairport.registrations.models import DocumentClaim, Registration, RegistrationStatus
from fairport.registrations.operations import (
    change_status,
    close_withdrawal,
    lapse_overdue,
    mark_renewal_reminded,
    set_rain_checks,
)
from fairport.registrations.queries import (
    due_for_renewal_reminder,
    get_registration,
    waiting_totals,
    withdrawals_to_close,
)
from fairport.registrations.submission import DocumentInUse, Receipt
from tests.factories.programme import NOW, PROGRAMME
from tests.factories.submissions import make_traveler, register

pytestmark = pytest.mark.django_db


@pytest.fixture
def receipt(policy: Policy) -> Receipt:
    return register(travelers=(make_traveler(document_number="A1B2C3"),))


def step(receipt: Receipt, *events: Event, target: Status | None = None) -> Registration:
    for event in events:
        registration = change_status(registration_id=receipt.registration_id, event=event, at=NOW, target=target)
    return registration


def test_the_database_has_exactly_the_pairs_of_the_state_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT from_status, to_status FROM registrations_allowed_status_change")
        assert set(cursor.fetchall()) == {(before.value, after.value) for before, after in ALLOWED_STATUS_CHANGES}


def test_the_statuses_of_the_model_are_those_of_the_state_table() -> None:
    assert set(RegistrationStatus.values) == {status.value for status in Status}


@pytest.mark.parametrize("before", RegistrationStatus.values)
@pytest.mark.parametrize("after", RegistrationStatus.values)
def test_the_database_refuses_every_other_change_whoever_writes_it(receipt: Receipt, before: str, after: str) -> None:
    row = Registration.objects.filter(pk=receipt.registration_id)
    with connection.cursor() as cursor:
        # As a replica's session no trigger fires: the only way to begin somewhere.
        cursor.execute("SET LOCAL session_replication_role = replica")
        row.update(status=before, withdrawn_at=NOW if before == "withdrawn" else None)
        cursor.execute("SET LOCAL session_replication_role = origin")
    allowed = before == after or (Status(before), Status(after)) in ALLOWED_STATUS_CHANGES
    try:
        with transaction.atomic():
            row.update(status=after, withdrawn_at=NOW if after == "withdrawn" else None)
        accepted = True
    except IntegrityError as error:
        accepted = False
        assert "cannot go from" in str(error)
    assert accepted is allowed


def test_an_event_that_does_not_fit_is_refused_and_changes_nothing(receipt: Receipt) -> None:
    with pytest.raises(TransitionRefused):
        step(receipt, Event.CONFIRMED)
    assert get_registration(registration_id=receipt.registration_id).status == "waiting"


def test_an_unknown_registration_is_not_found() -> None:
    with pytest.raises(Registration.DoesNotExist):
        change_status(registration_id=uuid.uuid4(), event=Event.DRAWN, at=NOW)


def test_declines_are_counted_and_are_a_sign_of_life(receipt: Receipt) -> None:
    mark_renewal_reminded(registration_ids=[receipt.registration_id], at=NOW)
    change_status(registration_id=receipt.registration_id, event=Event.DRAWN, at=NOW)
    later = NOW + timedelta(hours=3)
    registration = change_status(registration_id=receipt.registration_id, event=Event.DECLINED, at=later)
    assert (registration.status, registration.declines, registration.last_sign_of_life_at) == ("waiting", 1, later)
    assert registration.renewal_reminded_at is None


def test_a_withdrawal_remembers_where_it_came_from_and_can_be_undone(receipt: Receipt, policy: Policy) -> None:
    withdrawn = step(receipt, Event.DRAWN, Event.CONFIRMED, Event.WITHDRAWN)
    assert (withdrawn.status, withdrawn.withdrawn_from, withdrawn.withdrawn_at) == ("withdrawn", "confirmed", NOW)
    assert DocumentClaim.objects.count() == 0
    back = step(receipt, Event.WITHDRAWAL_UNDONE, target=Status.CONFIRMED)
    assert (back.status, back.withdrawn_from, back.withdrawn_at) == ("confirmed", "", None)
    assert DocumentClaim.objects.count() == 1


def test_a_withdrawal_is_closed_once_after_its_time_to_undo(receipt: Receipt, policy: Policy) -> None:
    step(receipt, Event.WITHDRAWN)
    assert withdrawals_to_close(policy=policy, at=NOW + timedelta(hours=23)) == []
    after = NOW + timedelta(hours=24)
    assert [row.pk for row in withdrawals_to_close(policy=policy, at=after)] == [receipt.registration_id]
    assert close_withdrawal(registration_id=receipt.registration_id, at=after)
    assert not close_withdrawal(registration_id=receipt.registration_id, at=after)
    assert withdrawals_to_close(policy=policy, at=after) == []


@pytest.mark.parametrize("away", [(Event.LAPSED,), (Event.WITHDRAWN,)])
def test_a_file_cannot_come_back_once_another_one_has_its_document(receipt: Receipt, away: tuple[Event, ...]) -> None:
    step(receipt, *away)
    register(travelers=(make_traveler(document_number="A1B2C3"),))
    with pytest.raises(DocumentInUse), transaction.atomic():
        if away == (Event.LAPSED,):
            step(receipt, Event.RENEWED)
        else:
            step(receipt, Event.WITHDRAWAL_UNDONE, target=Status.WAITING)
    assert get_registration(registration_id=receipt.registration_id).status == away[0].value


def test_renewing_claims_the_document_again(receipt: Receipt) -> None:
    step(receipt, Event.LAPSED, Event.RENEWED)
    with pytest.raises(DocumentInUse):
        register(travelers=(make_traveler(document_number="A1B2C3"),))


def test_rain_checks_belong_to_those_who_wait(policy: Policy) -> None:
    first, second, third = register(), register(), register()
    set_rain_checks(programme=PROGRAMME, registration_ids=[first.registration_id, second.registration_id])
    step(third, Event.DRAWN)
    set_rain_checks(programme=PROGRAMME, registration_ids=[second.registration_id, third.registration_id])
    held = Registration.objects.filter(has_rain_check=True).values_list("pk", flat=True)
    assert list(held) == [second.registration_id]
    assert not step(second, Event.DRAWN).has_rain_check


def test_who_gives_no_sign_of_life_is_reminded_and_then_lapses_with_an_event(policy: Policy) -> None:
    silent, alive = register(), register(at=NOW + timedelta(days=20))
    reminder = NOW + policy.renewal_period - policy.renewal_reminder
    assert due_for_renewal_reminder(policy=policy, at=reminder - timedelta(seconds=1)) == []
    (due,) = due_for_renewal_reminder(policy=policy, at=reminder)
    mark_renewal_reminded(registration_ids=[due.pk], at=reminder)
    assert due_for_renewal_reminder(policy=policy, at=reminder) == []
    over = NOW + policy.renewal_period
    lapsed: list[Registration] = []
    assert lapse_overdue(policy=policy, at=over - timedelta(seconds=1), and_then=lapsed.extend) == 0
    assert lapse_overdue(policy=policy, at=over, and_then=lapsed.extend) == 1
    assert lapse_overdue(policy=policy, at=over, and_then=lapsed.extend) == 0
    assert [row.pk for row in lapsed] == [due.pk] == [silent.registration_id]
    assert get_registration(registration_id=alive.registration_id).status == "waiting"
    events = list_events(subject=Subject("registration", str(silent.registration_id)))
    assert [event.name for event in events] == ["registration.submitted", "registration.lapsed"]
    assert DocumentClaim.objects.count() == 1


def test_renewing_keeps_the_seniority(receipt: Receipt) -> None:
    step(receipt, Event.LAPSED)
    renewed = change_status(registration_id=receipt.registration_id, event=Event.RENEWED, at=NOW + timedelta(days=90))
    assert renewed.registered_at == NOW


def test_totals_of_who_waits(policy: Policy) -> None:
    register(travelers=(make_traveler(), make_traveler()))
    register(at=NOW + timedelta(days=1))
    step(register(), Event.DRAWN)
    register(at=NOW + timedelta(days=1), ports=("BRO",))
    totals = waiting_totals(programme=PROGRAMME, registered_at=NOW, ports=("SDG", "ELP"))
    assert (totals.registrations, totals.people, totals.behind) == (3, 3, 2)
