"""What a device sends is stored, whatever it says, and what contradicts the record is shown."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from fairport.accounts.models import Role
from fairport.appointments.operations import cancel_appointment, renew, tick, withdraw
from fairport.audit.events import APPLICANT, OPERATOR, Subject
from fairport.audit.queries import list_events
from fairport.checkin.models import CheckIn
from fairport.checkin.operations import ArrivalUndoTooLate, OtherPort, record_arrival, undo_arrival
from fairport.domain.codes import confirmation_number_from
from fairport.gate.models import GateConflict, GateScan, ScanAction
from fairport.gate.operations import OtherOfficer, ScanResult, receive_scan
from fairport.gate.scanning import open_text
from fairport.registrations.models import Registration, Traveler
from fairport.sealing.operations import erase_data_key
from tests.apps.checkin.conftest import Group
from tests.apps.gate.conftest import RIGHT_GATE, scan_of, take_list_along
from tests.cast import Cast


def later(group: Group) -> datetime:
    """When the network is back."""
    return group.in_band + timedelta(minutes=20)


def outcome(result: ScanResult) -> tuple[str, str, int]:
    return result.outcome.value, result.kind.value if result.kind else "", result.recorded


def test_an_arrival_is_recorded_at_the_time_when_it_was_seen(cast: Cast, group: Group) -> None:
    result = receive_scan(scan=scan_of(group, cast), officer=cast.officer, at=later(group))

    assert outcome(result) == ("recorded", "", 3)
    assert set(CheckIn.objects.values_list("arrived_at", flat=True)) == {group.in_band}
    assert GateScan.objects.get().received_at == later(group)


def test_the_same_scan_changes_nothing_when_it_comes_again(cast: Cast, group: Group) -> None:
    scan = scan_of(group, cast)
    first = receive_scan(scan=scan, officer=cast.officer, at=later(group))
    again = receive_scan(scan=scan, officer=cast.officer, at=later(group) + timedelta(hours=1))

    assert again == replace(first, repeated=True)
    assert (GateScan.objects.count(), CheckIn.objects.count(), GateConflict.objects.count()) == (1, 3, 0)


def test_a_second_tap_on_the_same_device_is_no_second_gate(cast: Cast, group: Group) -> None:
    receive_scan(scan=scan_of(group, cast), officer=cast.officer, at=later(group))
    result = receive_scan(scan=scan_of(group, cast), officer=cast.officer, at=later(group))

    assert outcome(result) == ("already", "", 0)
    assert GateConflict.objects.count() == 0


def test_a_pass_used_at_two_gates_is_a_conflict(cast: Cast, group: Group) -> None:
    first = scan_of(group, cast)
    receive_scan(scan=first, officer=cast.officer, at=later(group))
    other = scan_of(group, cast, device=RIGHT_GATE, officer_id=cast.second_officer.pk)
    result = receive_scan(scan=other, officer=cast.second_officer, at=later(group))

    assert outcome(result) == ("conflict", "used_twice", 0)
    conflict = GateConflict.objects.get()
    assert (conflict.scan_id, conflict.other_scan_id, conflict.port_id) == (other.id, first.id, "SDG")
    names = [event.name for event in list_events(subject=Subject("registration", registration_of(group)))]
    assert names[-2:] == ["gate.scan_received", "gate.conflict_found"]


def test_a_pass_used_online_first_is_a_conflict_too(cast: Cast, group: Group) -> None:
    arrive(group, cast, group.travelers)

    assert outcome(receive_scan(scan=scan_of(group, cast), officer=cast.officer, at=later(group))) == (
        "conflict",
        "used_twice",
        0,
    )
    assert GateConflict.objects.get().other_scan is None


def test_who_was_not_seen_elsewhere_is_recorded_although_the_others_conflict(cast: Cast, group: Group) -> None:
    arrive(group, cast, group.travelers[:2])
    result = receive_scan(scan=scan_of(group, cast), officer=cast.officer, at=later(group))

    assert outcome(result) == ("conflict", "used_twice", 1)
    assert CheckIn.objects.count() == 3


def test_two_gates_that_saw_different_people_of_a_group_agree(cast: Cast, group: Group) -> None:
    first, *others = (traveler.pk for traveler in group.travelers)
    receive_scan(scan=scan_of(group, cast, travelers=(first,)), officer=cast.officer, at=later(group))
    other = scan_of(group, cast, travelers=tuple(others), device=RIGHT_GATE)

    assert outcome(receive_scan(scan=other, officer=cast.officer, at=later(group))) == ("recorded", "", 2)


def test_the_whole_group_is_whoever_is_in_it(cast: Cast, group: Group) -> None:
    scan = scan_of(group, cast, travelers=(), whole_group=True)

    assert outcome(receive_scan(scan=scan, officer=cast.officer, at=later(group))) == ("recorded", "", 3)


def test_who_left_the_group_is_a_conflict_and_the_others_arrive(cast: Cast, group: Group) -> None:
    scan = scan_of(group, cast)
    Traveler.objects.filter(pk=group.travelers[2].pk).update(left_at=group.in_band)

    assert outcome(receive_scan(scan=scan, officer=cast.officer, at=later(group))) == ("conflict", "not_in_group", 2)


def test_a_cancelled_appointment_is_kept_as_a_conflict(cast: Cast, group: Group) -> None:
    before = group.in_band - timedelta(hours=3)
    cancel_appointment(registration_id=group.appointment.registration_id, at=before, actor=APPLICANT)

    assert outcome(receive_scan(scan=scan_of(group, cast), officer=cast.officer, at=later(group))) == (
        "conflict",
        "cancelled",
        0,
    )


def test_a_withdrawn_registration_is_kept_as_a_conflict(cast: Cast, group: Group) -> None:
    withdraw(registration_id=group.appointment.registration_id, at=group.in_band - timedelta(hours=3), actor=APPLICANT)

    result = receive_scan(scan=scan_of(group, cast), officer=cast.officer, at=later(group))
    assert outcome(result) == ("conflict", "cancelled", 0)


def test_a_scan_of_another_day_is_kept_as_a_conflict(cast: Cast, group: Group) -> None:
    day_before = group.in_band - timedelta(days=1)
    scan = scan_of(group, cast, device_time=day_before, listed_at=day_before - timedelta(hours=1))

    assert outcome(receive_scan(scan=scan, officer=cast.officer, at=later(group))) == ("conflict", "other_day", 0)


@pytest.mark.parametrize("claim", ["with a network", "no list", "a list that nobody took along", "another's list"])
def test_nobody_makes_an_arrival_older_by_saying_so(cast: Cast, group: Group, claim: str) -> None:
    afterwards = group.in_band + timedelta(days=6)
    tick(at=afterwards)
    assert Registration.objects.get(pk=registration_of(group)).status == "no_show"
    scan = scan_of(group, cast, listed_at=None)
    if claim == "with a network":
        scan = replace(scan_of(group, cast), offline=False)
    elif claim == "a list that nobody took along":
        scan = replace(scan, listed_at=group.in_band - timedelta(hours=2))
    elif claim == "another's list":
        take_list_along("SDG", cast.second_officer.pk, group.in_band - timedelta(hours=2))
        scan = replace(scan, listed_at=group.in_band - timedelta(hours=2))

    result = receive_scan(scan=scan, officer=cast.officer, at=afterwards)

    assert outcome(result)[0] == "conflict"
    assert Registration.objects.get(pk=registration_of(group)).status == "no_show"


def test_a_scan_at_another_port_is_kept_as_a_conflict(cast: Cast, group: Group) -> None:
    scan = scan_of(group, cast, port="ELP", officer_id=cast.other_officer.pk)

    assert outcome(receive_scan(scan=scan, officer=cast.other_officer, at=later(group))) == (
        "conflict",
        "other_port",
        0,
    )
    assert CheckIn.objects.count() == 0


@pytest.mark.parametrize("text", ["FP1:FORGED", "hello", confirmation_number_from(b"nobody"), "é" * 400])
@pytest.mark.parametrize("action", list(ScanAction))
def test_what_no_appointment_stands_behind_is_kept_sealed(
    cast: Cast, group: Group, text: str, action: ScanAction
) -> None:
    scan = scan_of(group, cast, text=text, action=action, answer="forged")
    result = receive_scan(scan=scan, officer=cast.officer, at=later(group))

    expected = ("conflict", "no_appointment", 0) if action == ScanAction.ARRIVAL else ("seen", "", 0)
    assert outcome(result) == expected
    row = GateScan.objects.get()
    assert open_text(scan=row) == text
    assert row.sealed_text is not None
    assert text.encode() not in bytes(row.sealed_text)


def test_a_look_is_kept_and_changes_nothing(cast: Cast, group: Group) -> None:
    scan = scan_of(group, cast, action=ScanAction.LOOK, travelers=())

    assert outcome(receive_scan(scan=scan, officer=cast.officer, at=later(group))) == ("seen", "", 0)
    assert Registration.objects.get(pk=group.appointment.registration_id).status == "confirmed"


def test_somebody_elses_scan_is_not_recorded_under_this_name(cast: Cast, group: Group) -> None:
    with pytest.raises(OtherOfficer):
        receive_scan(scan=scan_of(group, cast), officer=cast.second_officer, at=later(group))
    assert GateScan.objects.count() == 0


@pytest.mark.parametrize("name", ["other_officer", "scheduler", "operator", "auditor", "ombuds", "nobody"])
def test_nobody_without_a_role_at_the_port_sends_scans(cast: Cast, group: Group, name: str) -> None:
    user = cast.everybody()[name]
    with pytest.raises(OtherPort):
        receive_scan(scan=scan_of(group, cast, officer_id=user.pk), officer=user, at=later(group))
    assert GateScan.objects.count() == 0


@pytest.mark.parametrize("name", ["officer", "second_officer", "supervisor", "second_supervisor"])
def test_officers_and_supervisors_of_the_port_send_scans(cast: Cast, group: Group, name: str) -> None:
    user = cast.everybody()[name]
    scan = scan_of(group, cast, officer_id=user.pk)

    assert receive_scan(scan=scan, officer=user, at=later(group)).recorded == 3


@pytest.mark.parametrize("wrong", [timedelta(hours=-9), timedelta(hours=9), timedelta(days=-4000), timedelta(days=365)])
def test_a_wrong_clock_loses_no_scan(cast: Cast, group: Group, wrong: timedelta) -> None:
    # The clock was moved after the list was loaded, so the offset does not mend it.
    scan = scan_of(group, cast, device_time=group.in_band + wrong)
    result = receive_scan(scan=scan, officer=cast.officer, at=later(group))

    assert outcome(result) == ("recorded", "", 3)
    row = GateScan.objects.get()
    assert row.clock_doubtful
    assert scan.listed_at is not None
    assert scan.listed_at <= row.happened_at <= later(group)
    assert row.device_time == group.in_band + wrong


def test_a_clock_that_was_always_wrong_is_mended_by_the_offset(cast: Cast, group: Group) -> None:
    wrong = timedelta(hours=-9)
    scan = scan_of(group, cast, device_time=group.in_band + wrong, offset=-wrong)
    receive_scan(scan=scan, officer=cast.officer, at=later(group))

    row = GateScan.objects.get()
    assert (row.happened_at, row.clock_doubtful) == (group.in_band, False)


def test_a_group_counted_as_missed_too_soon_has_arrived(cast: Cast, group: Group) -> None:
    late = group.in_band + timedelta(hours=8)
    tick(at=late)
    assert Registration.objects.get(pk=registration_of(group)).status == "no_show"

    assert outcome(receive_scan(scan=scan_of(group, cast), officer=cast.officer, at=late)) == ("recorded", "", 3)
    assert Registration.objects.get(pk=registration_of(group)).status == "arrived"
    group.appointment.refresh_from_db()
    assert (group.appointment.state, group.appointment.closed_at) == ("arrived", None)


def test_whoever_came_after_they_were_counted_as_missed_stays_missed(cast: Cast, group: Group) -> None:
    late = group.appointment.slot.ends_at + timedelta(hours=2)
    tick(at=late)
    scan = scan_of(group, cast, device_time=late + timedelta(minutes=1))

    assert outcome(receive_scan(scan=scan, officer=cast.officer, at=late + timedelta(minutes=5))) == (
        "conflict",
        "missed",
        0,
    )


def test_a_group_that_asked_for_a_new_place_meanwhile_is_shown(cast: Cast, group: Group) -> None:
    late = group.in_band + timedelta(hours=8)
    tick(at=late)
    renew(registration_id=group.appointment.registration_id, at=late, actor=APPLICANT)

    assert outcome(receive_scan(scan=scan_of(group, cast), officer=cast.officer, at=late)) == (
        "conflict",
        "missed",
        0,
    )
    assert Registration.objects.get(pk=registration_of(group)).status == "waiting"


def test_a_scan_is_never_changed_or_removed(cast: Cast, group: Group) -> None:
    receive_scan(scan=scan_of(group, cast), officer=cast.officer, at=later(group))
    for change in (lambda: GateScan.objects.update(answer="forged"), lambda: GateScan.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_the_database_refuses_an_arrival_before_it_happened(cast: Cast, group: Group) -> None:
    receive_scan(scan=scan_of(group, cast), officer=cast.officer, at=later(group))
    row = GateScan.objects.get()
    row.pk, row.happened_at = uuid.uuid4(), row.received_at + timedelta(seconds=1)
    with pytest.raises(IntegrityError, match="gate_scan_happens_before_it_arrives"), transaction.atomic():
        row.save(force_insert=True)


def test_an_officer_of_two_ports_keeps_them_apart(cast: Cast, group: Group) -> None:
    from fairport.accounts.operations import grant_role

    grant_role(user=cast.officer, role=Role.PORT_OFFICER, port="ELP", at=group.in_band, actor=OPERATOR)
    scan = scan_of(group, cast, port="ELP")

    assert outcome(receive_scan(scan=scan, officer=cast.officer, at=later(group))) == ("conflict", "other_port", 0)


def registration_of(group: Group) -> str:
    return str(group.appointment.registration_id)


def arrive(group: Group, cast: Cast, travelers: list[Traveler]) -> None:
    record_arrival(
        appointment_id=group.appointment.pk,
        traveler_ids=[traveler.pk for traveler in travelers],
        officer=cast.second_officer,
        at=group.in_band,
    )


def test_a_mistake_that_came_in_late_can_be_taken_back_for_half_an_hour(cast: Cast, group: Group) -> None:
    received = group.in_band + timedelta(hours=3)
    receive_scan(scan=scan_of(group, cast), officer=cast.officer, at=received)
    first, second, _third = CheckIn.objects.order_by("traveler__position")
    assert (first.arrived_at, first.recorded_at) == (group.in_band, received)

    def take_back(check_in: CheckIn, at: datetime) -> None:
        undo_arrival(appointment_id=group.appointment.pk, traveler_id=check_in.traveler_id, officer=cast.officer, at=at)

    take_back(first, received + timedelta(minutes=29))
    with pytest.raises(ArrivalUndoTooLate):
        take_back(second, received + timedelta(minutes=31))
    assert CheckIn.objects.count() == 2


def test_nobody_is_recorded_before_they_came(cast: Cast, group: Group) -> None:
    receive_scan(scan=scan_of(group, cast), officer=cast.officer, at=later(group))
    with pytest.raises(IntegrityError, match="checkin_recorded_after_arrival"), transaction.atomic():
        CheckIn.objects.update(recorded_at=group.in_band - timedelta(minutes=1))


def test_a_scan_of_an_erased_group_is_kept_as_a_conflict(cast: Cast, group: Group) -> None:
    scan = scan_of(group, cast)
    erase_data_key(data_key_id=group.appointment.registration.data_key_id, at=group.in_band)

    assert outcome(receive_scan(scan=scan, officer=cast.officer, at=later(group))) == ("conflict", "cancelled", 0)
    names = [event.name for event in list_events(subject=Subject("registration", str(registration_of(group))))]
    assert names[-2:] == ["gate.scan_received", "gate.conflict_found"]
    assert not CheckIn.objects.exists()
